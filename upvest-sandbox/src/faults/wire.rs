//! Connections that can be broken: what HTTP writes passes through here, and does not always arrive.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep_until};

/// What is done to all that is written to a connection from now on.
#[derive(Debug, Clone)]
pub(crate) enum Script {
    /// A part arrives, and then it ends.
    Cut(Place, End),
    /// These bytes arrive instead, and then the connection is closed.
    Instead(Bytes),
    /// So many bytes arrive in a second.
    Slow(u32),
}

/// Where it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// Before the header; a cut header ends in its middle.
    Header,
    /// In the middle of a body of this length.
    Body { length: usize },
}

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Reset,
    Close,
    Hang,
}

/// The handle by which a request breaks the connection that it came on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line(Arc<Mutex<Option<Script>>>);

impl Line {
    pub(crate) fn play(&self, script: Script) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
    }

    fn script(&self) -> Option<Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().line.clone()
    }
}

/// Accepts connections that can be broken.
pub(crate) struct WireListener(pub(crate) TcpListener);

impl Listener for WireListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Not worth ending a connection for.
        let _ = stream.set_nodelay(true);
        (Wire { stream, line: Line::default(), written: 0, limit: None, pause: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

pub(crate) struct Wire {
    stream: TcpStream,
    line: Line,
    /// How much has arrived since the script began.
    written: usize,
    /// How much may arrive.
    limit: Option<usize>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    fn cut(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        place: Place,
        end: End,
    ) -> Poll<io::Result<usize>> {
        let limit = *self.limit.get_or_insert_with(|| {
            let header = bytes.windows(4).position(|four| four == b"\r\n\r\n");
            let header = header.map_or(bytes.len(), |position| position + 4);
            match (place, end) {
                (Place::Header, End::Close) => header / 2,
                (Place::Header, _) => 0,
                (Place::Body { length }, _) => header + length / 2,
            }
        });
        let allowed = bytes.get(..bytes.len().min(limit - self.written)).unwrap_or_default();
        if !allowed.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, allowed))?;
            self.written += written;
            return Poll::Ready(Ok(written));
        }
        match end {
            End::Hang => {
                ready!(self.poll_gone(cx));
                Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
            }
            End::Close => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            End::Reset => {
                self.stream.set_zero_linger()?;
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
        }
    }

    /// Waits until the other side has had enough.
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut rest = [0; 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut rest);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    }

    fn instead(&mut self, cx: &mut Context<'_>, bytes: &Bytes) -> Poll<io::Result<usize>> {
        loop {
            let mut rest = bytes.clone();
            rest.advance(self.written.min(bytes.len()));
            if rest.is_empty() {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            self.written += ready!(Pin::new(&mut self.stream).poll_write(cx, &rest))?;
        }
    }

    fn slowly(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        per_second: u32,
    ) -> Poll<io::Result<usize>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        let chunk = (per_second / 10).max(1);
        let some = bytes.get(..bytes.len().min(chunk as usize)).unwrap_or_default();
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, some))?;
        let pause = Duration::from_secs(1) * chunk / per_second.max(1);
        self.pause = Some(Box::pin(sleep_until(Instant::now() + pause)));
        Poll::Ready(Ok(written))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.line.script() {
            None => Pin::new(&mut self.stream).poll_write(cx, bytes),
            Some(Script::Cut(place, end)) => self.cut(cx, bytes, place, end),
            Some(Script::Instead(other)) => self.instead(cx, &other),
            Some(Script::Slow(per_second)) => self.slowly(cx, bytes, per_second),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}
