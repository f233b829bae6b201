//! Connections: how many there may be, and how long a silent one lives.
//!
//! Anybody who reaches the port can open connections, so each one has to earn its place: it sends the head of a request
//! in time, takes what it asked for in time, and there is an end to how many there are.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::net::sockopt::set_tcp_user_timeout;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

/// How many connections are served at once; the next ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 512;
/// How long the head of a request may take, the first one and every next one.
const HEAD: Duration = Duration::from_secs(10);
/// How long a client may leave an answer untaken.
const UNTAKEN_MS: u32 = 60_000;
/// How long requests that are under way may take after the service was told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// The pause after a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until it is told to stop, and then for as long as requests are under way, within limits.
pub(crate) async fn serve(listener: TcpListener, router: Router, told_to_stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (told, stopped) = watch::channel(());
    tokio::select! {
        () = accept(&listener, &places, &router, &stopped) => {}
        () = told_to_stop => {}
    }
    drop((listener, told));
    let all = u32::try_from(MAX_CONNECTIONS).unwrap_or(u32::MAX);
    // All places are free when all connections are gone. Who takes longer is cut off.
    drop(timeout(GRACE, places.acquire_many(all)).await);
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    router: &Router,
    stopped: &watch::Receiver<()>,
) {
    let mut failing = false;
    // Closed never: it is an error of this program then, and the service ends.
    while let Ok(place) = Arc::clone(places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                failing = false;
                tokio::spawn(connection(stream, router.clone(), stopped.clone(), place));
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "no connection can be taken; trying again");
                }
                failing = true;
                sleep(PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    router: Router,
    mut stopped: watch::Receiver<()>,
    _place: OwnedSemaphorePermit,
) {
    // Where the system refuses either, the connection works all the same.
    stream.set_nodelay(true).ok();
    set_tcp_user_timeout(&stream, UNTAKEN_MS).ok();
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut served = pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        // An error means that the sender is gone, and that is the message.
        _ = stopped.changed() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
