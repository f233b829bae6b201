//! `serve`: HTTP and the publisher in one process.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use super::output::say;
use crate::composition;
use crate::config::Config;
use crate::data_folder::FolderLock;
use crate::http::body::{LARGE_AT_ONCE, Room};
use crate::http::content::ContentFolder;
use crate::http::{App, connections, router};
use crate::publisher::health::Health;
use crate::publisher::thread;
use crate::publisher::wake::Wake;

/// Serves until it is told to stop.
pub(super) fn run(config: &Config) -> anyhow::Result<()> {
    raise_limit_of_files()?;
    let _lock = FolderLock::take(&config.data)?;
    let wake = Arc::new(Wake::default());
    let ports = composition::ports(config)?;
    let health = Arc::new(Health::default());
    let app = Arc::new(App {
        ports: ports.clone(),
        policy: composition::bootstrap_policy(config)?,
        wake: Arc::clone(&wake),
        health: Arc::clone(&health),
        large_bodies: Arc::new(Semaphore::new(LARGE_AT_ONCE)),
        room: Room::default(),
        content: open_content(config)?,
    });
    let listener = TcpListener::bind(config.listen).with_context(|| {
        format!("{} cannot be listened on. Stop what listens there, or change `listen`", config.listen)
    })?;
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Runtime::new()?;
    // Before anybody is told that it runs: who then tells it to stop shall be heard.
    let told_to_stop = runtime.block_on(async { told_to_stop() })?;
    let (ended, publisher_ended) = tokio::sync::oneshot::channel::<()>();
    let publisher = thread::start(ports, Arc::clone(&wake), health, move || drop(ended))?;
    say(&format!("Listening on http://{}", listener.local_addr()?))?;
    let served = runtime.block_on(async {
        tokio::select! {
            outcome = serve(listener, app, told_to_stop) => outcome,
            // The sender is gone: that is the message.
            _ = publisher_ended => Ok(()),
        }
    });
    // The publisher finishes the publication that it is at; a request that comes later waits in the catalog.
    wake.stop();
    if publisher.join().is_err() {
        tracing::error!("the publisher ended by a defect");
        bail!(
            "The publisher ended by a defect. What it was at is repeated at the next start; start the service again, and report what its log says."
        );
    }
    tracing::info!("stopped");
    served
}

/// Every connection and every file needs a descriptor.
fn raise_limit_of_files() -> anyhow::Result<()> {
    let files = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: files.maximum, maximum: files.maximum })
        .context("the limit of open files could not be raised")
}

fn open_content(config: &Config) -> anyhow::Result<Option<ContentFolder>> {
    let Some(path) = &config.content else { return Ok(None) };
    let folder = ContentFolder::open(path);
    let sentence = || {
        format!(
            "The content folder {} cannot be opened. Create it, or take `content` out of the configuration",
            path.display()
        )
    };
    Ok(Some(folder.with_context(sentence)?))
}

fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    })
}

async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    told_to_stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    connections::serve(listener, router(app), told_to_stop).await;
    Ok(())
}
