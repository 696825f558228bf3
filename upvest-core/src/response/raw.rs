//! A success as it was received: how long it may be, and what it proves.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use upvest_transport::__core::BodyError;

use super::content::Encoding;
use crate::call::prepared::PreparedRequest;
use crate::endpoint::ResponseKind;
use crate::error::Error;
use crate::error::classify::{self, BodyFault};

/// Unless the client sets another limit: 1000 items, the largest page of the API, of 8 KiB each.
pub(crate) const LONGEST_JSON: usize = 8 * 1024 * 1024;
/// A document may contain images.
const LONGEST_DOCUMENT: usize = 32 * 1024 * 1024;
pub(crate) const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// Returns how long the body of a success may be, if JSON may have `longest` bytes; as documented
/// at [`ClientBuilder::max_response_bytes`](crate::ClientBuilder::max_response_bytes).
pub(crate) fn longest_body(prepared: &PreparedRequest, longest: usize) -> usize {
    match prepared.response {
        ResponseKind::Bytes => longest.max(LONGEST_DOCUMENT),
        ResponseKind::Json if prepared.asks_for_token() => LONGEST_ERROR_BODY,
        ResponseKind::Json => longest.max(LONGEST_ERROR_BODY),
        ResponseKind::Redirect => LONGEST_ERROR_BODY,
    }
}

/// A success, not yet decoded.
pub(crate) struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) headers: HeaderMap,
    /// Whether the body is of the requested type.
    pub(crate) is_as_asked: bool,
    /// Whether it declares its type.
    pub(crate) has_type: bool,
    /// How the body is encoded, if it is.
    pub(crate) encoding: Option<Encoding>,
    /// Where a redirect leads.
    pub(crate) location: Option<String>,
    /// As much of the body as was received.
    pub(crate) body: Bytes,
    /// Why the body is incomplete, if it is.
    pub(crate) broken: Option<BodyError>,
}

impl RawResponse {
    /// Returns the error of a success that cannot be read.
    pub(crate) fn unreadable(
        &self,
        fault: BodyFault,
        prepared: &PreparedRequest,
        why: &str,
    ) -> Error {
        let has_marks_of_upvest = self.request_id.is_some() && self.is_as_asked;
        let message = format!("{prepared} returned {}, but {why}", self.status.as_u16());
        Error::of(classify::body(fault, has_marks_of_upvest), message)
    }
}

/// Whether a status is the one that the endpoint declares.
pub(crate) fn is_wanted(prepared: &PreparedRequest, status: StatusCode) -> bool {
    match prepared.response {
        ResponseKind::Redirect => matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308),
        ResponseKind::Json | ResponseKind::Bytes => status.is_success(),
    }
}
