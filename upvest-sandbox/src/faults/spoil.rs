//! Answers that are spoilt.

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

use super::wire::{End, FILLING, Line, Place, Script};
use super::{Effect, Fault, Part};
use crate::problem::Refused;
use crate::seed::Seed;

impl Fault {
    /// What is sent instead of `answer`, and how the connection is broken.
    pub(crate) fn spoil(
        &self,
        mut answer: Response<Bytes>,
        line: Option<&Line>,
        seed: Seed,
        request_id: &str,
    ) -> Response<Body> {
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(CONNECTION, close);
        let place = match self.part() {
            // There is nothing to cut in a body that is empty.
            _ if answer.body().is_empty() => Place::Header,
            Part::Header => Place::Header,
            Part::Body => Place::Body { length: answer.body().len() },
        };
        let play = |script| {
            if let Some(line) = line {
                line.play(script);
            }
        };
        match self.effect() {
            Effect::Status { status, retry_after } => {
                problem(&mut answer, *status, request_id);
                if let Some(Ok(value)) =
                    retry_after.as_ref().map(|text| HeaderValue::from_str(text))
                {
                    answer.headers_mut().insert(RETRY_AFTER, value);
                }
            }
            Effect::Reset => play(Script::Cut(place, End::Reset)),
            Effect::Hang => play(Script::Cut(place, End::Hang)),
            Effect::Truncate => play(Script::Cut(place, End::Close)),
            Effect::Garbage if self.part() == Part::Header => {
                play(Script::Instead(noise(seed)));
            }
            Effect::Garbage => fill(&mut answer, noise(seed)),
            Effect::Html => {
                *answer.status_mut() = StatusCode::BAD_GATEWAY;
                set(&mut answer, CONTENT_TYPE, "text/html");
                let page = "<html><head><title>502 Bad Gateway</title></head></html>";
                *answer.body_mut() = Bytes::from_static(page.as_bytes());
            }
            Effect::Redirect { location } => {
                *answer.status_mut() = StatusCode::TEMPORARY_REDIRECT;
                set(&mut answer, LOCATION, location);
                answer.headers_mut().remove(CONTENT_TYPE);
                *answer.body_mut() = Bytes::new();
            }
            Effect::Slow { bytes_per_second } => play(Script::Slow(*bytes_per_second)),
            Effect::Huge { bytes } if self.part() == Part::Header => play(Script::Huge(*bytes)),
            Effect::Huge { bytes } => {
                fill(&mut answer, Bytes::new());
                return answer.map(|_| Body::new(Filling { left: *bytes as usize }));
            }
            Effect::GzipBomb { bytes } => {
                set(&mut answer, CONTENT_ENCODING, "gzip");
                fill(&mut answer, bomb(*bytes as usize));
            }
            // The first has passed already; the others are of webhooks.
            Effect::Delay { .. } | Effect::Duplicate | Effect::Overtake => {
                answer.headers_mut().remove(CONNECTION);
            }
        }
        answer.map(Body::from)
    }
}

/// A long body that is made while it is sent: however many are under way, none is in memory.
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

/// The answer that is broken where there is no real one: nothing was carried out.
pub(crate) fn of_nothing(request_id: &str) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    problem(&mut answer, 500, request_id);
    answer
}

fn problem(answer: &mut Response<Bytes>, status: u16, request_id: &str) {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let refused = Refused::fault(status);
    *answer.status_mut() = status;
    set(answer, CONTENT_TYPE, "application/problem+json");
    *answer.body_mut() =
        serde_json::to_string(&refused.problem(request_id)).unwrap_or_default().into();
}

fn set(answer: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// Puts a body into an answer, which may be one that has none.
fn fill(answer: &mut Response<Bytes>, body: Bytes) {
    if answer.status() == StatusCode::NO_CONTENT {
        *answer.status_mut() = StatusCode::OK;
    }
    *answer.body_mut() = body;
}

/// 64 bytes that are neither HTTP nor JSON, the same for each sandbox of a seed.
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
