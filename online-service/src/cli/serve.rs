//! `serve`: HTTP and the publisher in one process.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use super::output::say;
use crate::composition;
use crate::config::Config;
use crate::data_folder::FolderLock;
use crate::http::content::ContentFolder;
use crate::http::{App, router};
use crate::publisher::thread;
use crate::publisher::wake::Wake;

/// How long requests that are under way may take after the service was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until it is told to stop.
pub(super) fn run(config: &Config) -> anyhow::Result<()> {
    let _lock = FolderLock::take(&config.data)?;
    let wake = Arc::new(Wake::default());
    let ports = composition::ports(config)?;
    let app = Arc::new(App {
        ports: ports.clone(),
        policy: composition::bootstrap_policy(config)?,
        wake: Arc::clone(&wake),
        content: open_content(config)?,
    });
    let listener = TcpListener::bind(config.listen).with_context(|| {
        format!("{} cannot be listened on. Stop what listens there, or change `listen`", config.listen)
    })?;
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let publisher = thread::start(ports, Arc::clone(&wake))?;
    say(&format!("Listening on http://{}", listener.local_addr()?))?;
    let outcome = runtime.block_on(serve(listener, app));
    // The publisher finishes the publication that it is at; a request that comes later waits in the catalog.
    wake.stop();
    if publisher.join().is_err() {
        tracing::error!("the publisher ended by a defect; what it was at is repeated at the next start");
    }
    tracing::info!("stopped");
    outcome
}

fn open_content(config: &Config) -> anyhow::Result<Option<ContentFolder>> {
    let Some(path) = &config.content else { return Ok(None) };
    let folder = ContentFolder::open(path);
    Ok(Some(folder.with_context(|| format!("the content folder {} cannot be opened", path.display()))?))
}

async fn serve(listener: TcpListener, app: Arc<App>) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (told, stopped) = tokio::sync::watch::channel(());
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let told_to_stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        drop(told);
    };
    let overtime = async move {
        let mut stopped = stopped;
        // An error means that the sender is gone, and that is the message.
        drop(stopped.changed().await);
        tokio::time::sleep(GRACE).await;
    };
    let server = axum::serve(listener, router(app)).with_graceful_shutdown(told_to_stop);
    tokio::select! {
        outcome = async { server.await } => Ok(outcome?),
        () = overtime => Ok(()),
    }
}
