//! Accepts connections, serves them as HTTP/1.1, and closes those that take too much time or
//! memory.
//!
//! All times here are real time, not the sandbox's clock: a client that stalls must not hold a
//! connection forever because that clock is stopped.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::faults::wire::{Wire, WireHandle};

/// The longest header of a request in bytes, including its first line. A longer one gets a 431. A
/// connection also buffers at most this much of an unread response.
const LONGEST_HEAD: usize = 64 * 1024;
/// How long the header of a request may take, and how long a connection may be idle. This is longer
/// than `upvest-core` keeps idle connections, so that it does not reuse one that is being closed.
const LONGEST_HEAD_TIME: Duration = Duration::from_secs(75);

/// The longest body, in bytes; more than any request to these endpoints needs.
const LONGEST_BODY: usize = 64 * 1024;
/// How long the body of a request may take.
const LONGEST_BODY_TIME: Duration = Duration::from_secs(30);

/// Serves until `stopped` completes. At most `max_connections` are open at once; the next ones wait
/// until one is closed.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    max_connections: usize,
    stopped: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(max_connections));
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = &mut stopped => break,
        };
        match accepted {
            Ok((stream, permit)) => serve_one(stream, router.clone(), &graceful, permit),
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                // Probably no file descriptor is free. One will be when a connection ends.
                tracing::error!("cannot accept a connection: {error}");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, Option<OwnedSemaphorePermit>)> {
    // The semaphore is never closed.
    let permit = Arc::clone(room).acquire_owned().await.ok();
    let (stream, _) = listener.accept().await?;
    Ok((stream, permit))
}

/// Whether the connection itself failed before it was accepted.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

fn serve_one(
    stream: TcpStream,
    router: Router,
    graceful: &GracefulShutdown,
    permit: Option<OwnedSemaphorePermit>,
) {
    let wire_handle = WireHandle::default();
    let wire = Wire::new(stream, wire_handle.clone());
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(wire_handle.clone());
        router.call(request)
    });
    let connection = http1::Builder::new()
        // A client may shut down its sending side after the request, and still read the response.
        .half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_HEAD_TIME)
        .max_header_size(LONGEST_HEAD)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(wire), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await
            && error.is_parse_too_large()
        {
            tracing::warn!(
                "a request -> 431 its header is longer than 64 KiB, or has too many fields"
            );
        }
        drop(permit);
    });
}

/// Why the body of a request cannot be used.
pub(crate) enum BodyError {
    Late,
    Unreadable,
}

pub(crate) const LATE_BODY: &str = "The body did not arrive within 30 seconds";
pub(crate) const UNREADABLE_BODY: &str = "The body is longer than 64 KiB, or incomplete";

/// Reads the whole body of a request.
pub(crate) async fn read_body(body: Body) -> Result<Bytes, BodyError> {
    let whole = timeout(LONGEST_BODY_TIME, Limited::new(body, LONGEST_BODY).collect()).await;
    match whole {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(_)) => Err(BodyError::Unreadable),
        Err(_) => Err(BodyError::Late),
    }
}
