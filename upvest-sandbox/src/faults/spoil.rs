//! Responses that faults spoil.

use std::convert::Infallible;
use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use http::{Response, StatusCode};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::wire::{End, FILLING, Position, Script, WireHandle};
use super::{Effect, Fault, Part};
use crate::problem::Refused;
use crate::seed::Seed;

impl Fault {
    /// Returns what is sent instead of the response, and breaks the connection if necessary.
    pub(crate) fn spoil(
        &self,
        mut response: Response<Bytes>,
        wire_handle: Option<&WireHandle>,
        seed: Seed,
        request_id: &str,
    ) -> Response<Body> {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
        let position = match self.part() {
            // An empty body cannot be cut.
            _ if response.body().is_empty() => Position::Header,
            Part::Header => Position::Header,
            Part::Body => Position::Body { length: response.body().len() },
        };
        let play = |script| {
            if let Some(wire_handle) = wire_handle {
                wire_handle.play(script);
            }
        };
        match self.effect() {
            Effect::Status { status, retry_after } => {
                problem(&mut response, *status, request_id);
                if let Some(Ok(value)) =
                    retry_after.as_ref().map(|text| HeaderValue::from_str(text))
                {
                    response.headers_mut().insert(RETRY_AFTER, value);
                }
            }
            Effect::Reset => play(Script::Cut(position, End::Reset)),
            Effect::Hang => play(Script::Cut(position, End::Hang)),
            Effect::Truncate => play(Script::Cut(position, End::Close)),
            Effect::Garbage if self.part() == Part::Header => {
                play(Script::Instead(noise(seed)));
            }
            Effect::Garbage => fill(&mut response, noise(seed)),
            Effect::Html => {
                *response.status_mut() = StatusCode::BAD_GATEWAY;
                set(&mut response, CONTENT_TYPE, "text/html");
                let page = "<html><head><title>502 Bad Gateway</title></head></html>";
                *response.body_mut() = Bytes::from_static(page.as_bytes());
            }
            Effect::Redirect { location } => {
                *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
                set(&mut response, LOCATION, location);
                response.headers_mut().remove(CONTENT_TYPE);
                *response.body_mut() = Bytes::new();
            }
            Effect::Slow { bytes_per_second } => play(Script::Slow(*bytes_per_second)),
            Effect::Huge { bytes } if self.part() == Part::Header => play(Script::Huge(*bytes)),
            Effect::Huge { bytes } => {
                fill(&mut response, Bytes::new());
                return response.map(|_| Body::new(Filling { left: *bytes as usize }));
            }
            Effect::GzipBomb { bytes } => {
                set(&mut response, CONTENT_ENCODING, "gzip");
                fill(&mut response, bomb(*bytes as usize));
            }
            // The delay has already passed; the others apply only to webhooks.
            Effect::Delay { .. } | Effect::Duplicate | Effect::Overtake => {
                response.headers_mut().remove(CONNECTION);
            }
        }
        response.map(Body::from)
    }
}

/// A long body that is made while it is sent: however many are in flight, none is in memory.
struct Filling {
    left: usize,
}

impl HttpBody for Filling {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let some = FILLING.get(..FILLING.len().min(self.left)).unwrap_or_default();
        self.left -= some.len();
        let some = Some(some).filter(|some| !some.is_empty());
        Poll::Ready(some.map(|some| Ok(Frame::data(Bytes::from_static(some)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left as u64)
    }
}

/// The response that is spoilt if there is no real one, because nothing was carried out.
pub(crate) fn placeholder_response(request_id: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    problem(&mut response, 500, request_id);
    response
}

fn problem(response: &mut Response<Bytes>, status: u16, request_id: &str) {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let refused = Refused::fault(status);
    *response.status_mut() = status;
    set(response, CONTENT_TYPE, "application/problem+json");
    *response.body_mut() =
        serde_json::to_string(&refused.problem(request_id)).unwrap_or_default().into();
}

fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Sets the body of a response, even if its status does not allow one.
fn fill(response: &mut Response<Bytes>, body: Bytes) {
    if response.status() == StatusCode::NO_CONTENT {
        *response.status_mut() = StatusCode::OK;
    }
    *response.body_mut() = body;
}

/// 64 bytes that are neither HTTP nor JSON, the same for each sandbox with the same seed.
fn noise(seed: Seed) -> Bytes {
    Bytes::copy_from_slice(&seed.bytes::<64>("garbage", 0))
}

fn bomb(bytes: usize) -> Bytes {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let blanks = vec![b' '; 64 * 1024];
    let mut left = bytes;
    while let Some(some) = blanks.get(..left.min(blanks.len())).filter(|some| !some.is_empty()) {
        // Writing into memory does not fail.
        let _ = packed.write_all(some);
        left -= some.len();
    }
    packed.finish().unwrap_or_default().into()
}
