//! Connections that faults can break: what HTTP writes passes through here, and may not arrive.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// How long the other side may take to read a response once it falls behind. This is real time, not
/// the time of the sandbox's clock.
const LONGEST_WRITE: Duration = Duration::from_secs(60);

/// The content of huge headers and bodies: sent repeatedly, so that none is ever in memory.
pub(super) static FILLING: [u8; 16 * 1024] = [b'x'; 16 * 1024];

/// What happens to everything that is written to a connection from now on.
#[derive(Debug, Clone)]
pub(crate) enum Script {
    /// A part arrives, and then the response ends.
    Cut(Position, End),
    /// These bytes arrive instead, and then the connection is closed.
    Instead(Bytes),
    /// This number of bytes arrives each second.
    Slow(u32),
    /// The header ends with a field of this length, which is made while it is sent.
    Huge(u32),
}

/// Where the response ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Position {
    /// Before the header, or in its middle if the connection is closed.
    Header,
    /// In the middle of a body of this length.
    Body { length: usize },
}

/// How the response ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Reset,
    Close,
    Hang,
}

/// The handle with which a request breaks its connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct WireHandle(Arc<Mutex<Option<Script>>>);

impl WireHandle {
    pub(crate) fn play(&self, script: Script) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
    }

    fn script(&self) -> Option<Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(crate) struct Wire {
    stream: TcpStream,
    handle: WireHandle,
    /// Ends when the other side takes too long to read a response.
    patience: Option<Pin<Box<Sleep>>>,
    /// How much has arrived since the script began.
    written: usize,
    /// How much of a huge field has arrived.
    filled: usize,
    /// How much may arrive.
    limit: Option<usize>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, handle: WireHandle) -> Self {
        // Not worth ending a connection for.
        let _ = stream.set_nodelay(true);
        let (patience, limit, pause) = (None, None, None);
        Self { stream, handle, patience, written: 0, filled: 0, limit, pause }
    }

    /// Writes, and gives up if the other side does not read: unread data occupies memory and a file
    /// descriptor.
    fn poll_stream(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(cx, bytes) {
            return Poll::Ready(written);
        }
        let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(LONGEST_WRITE)));
        ready!(patience.as_mut().poll(cx));
        // Otherwise the system would continue to hold the unread data.
        self.stream.set_zero_linger()?;
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn cut(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        place: Position,
        end: End,
    ) -> Poll<io::Result<usize>> {
        let limit = *self.limit.get_or_insert_with(|| {
            let header = bytes.windows(4).position(|four| four == b"\r\n\r\n");
            let header = header.map_or(bytes.len(), |position| position + 4);
            match (place, end) {
                (Position::Header, End::Close) => header / 2,
                (Position::Header, _) => 0,
                (Position::Body { length }, _) => header + length / 2,
            }
        });
        let allowed = bytes.get(..bytes.len().min(limit - self.written)).unwrap_or_default();
        if !allowed.is_empty() {
            let written = ready!(self.poll_stream(cx, allowed))?;
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

    /// Waits until the other side closes the connection.
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
            self.written += ready!(self.poll_stream(cx, &rest))?;
        }
    }

    /// Adds a field of this length at the end of the header.
    fn inflate(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        length: usize,
    ) -> Poll<io::Result<usize>> {
        let end = *self.limit.get_or_insert_with(|| {
            let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
            end.map_or(bytes.len(), |position| position + 2)
        });
        if self.written < end {
            let some = bytes.get(..bytes.len().min(end - self.written)).unwrap_or_default();
            let written = ready!(self.poll_stream(cx, some))?;
            self.written += written;
            return Poll::Ready(Ok(written));
        }
        while let Some(some) = part_of_field(self.filled, length) {
            self.filled += ready!(self.poll_stream(cx, some))?;
        }
        self.poll_stream(cx, bytes)
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
        let written = ready!(self.poll_stream(cx, some))?;
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
        match self.handle.script() {
            None => self.poll_stream(cx, bytes),
            Some(Script::Cut(place, end)) => self.cut(cx, bytes, place, end),
            Some(Script::Instead(other)) => self.instead(cx, &other),
            Some(Script::Slow(per_second)) => self.slowly(cx, bytes, per_second),
            Some(Script::Huge(length)) => self.inflate(cx, bytes, length as usize),
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
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            // The next request: its response may take the full time again.
            self.patience = None;
        }
        read
    }
}

/// The next part of `x-huge: xxx…` after the first `at` bytes; `None` at its end.
fn part_of_field(at: usize, length: usize) -> Option<&'static [u8]> {
    const NAME: &[u8] = b"x-huge: ";
    const END: &[u8] = b"\r\n";
    let part = match at.checked_sub(NAME.len()) {
        None => NAME.get(at..),
        Some(at) if at < length => FILLING.get(..FILLING.len().min(length - at)),
        Some(at) => END.get(at - length..),
    };
    part.filter(|part| !part.is_empty())
}
