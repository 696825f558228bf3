//! Refusals: the API's problem documents, and the reasons that appear only in the log.

use http::StatusCode;
use upvest_core::Problem;
use upvest_core::signature::VerifyError;

/// Why a request is refused: what the client receives, and what only the log contains.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    pub(crate) reason: String,
    /// What to do about it, if the detail does not say so.
    pub(crate) hint: Option<String>,
    /// What is wrong with the signature, if it is the reason.
    pub(crate) signature: Option<Box<VerifyError>>,
}

impl Refused {
    fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        let detail = detail.into();
        Self { status, code, title, reason: detail.clone(), detail, hint: None, signature: None }
    }

    /// Sets a reason that appears in the log but not in the response.
    pub(crate) fn for_the_log(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    pub(crate) fn problem(&self, request_id: &str) -> Problem {
        let mut problem = Problem::new(self.status.as_u16(), self.code);
        problem.title = Some(self.title.to_owned());
        problem.detail = Some(self.detail.clone());
        problem.request_id = Some(request_id.to_owned());
        problem
    }

    pub(crate) fn invalid_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", "Invalid request", detail)
    }

    pub(crate) fn missing_client_id() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "missing_client_id",
            "Missing client ID",
            "The header upvest-client-id is missing",
        )
    }

    pub(crate) fn missing_idempotency_key() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "missing_idempotency_key",
            "Missing idempotency key",
            "The header idempotency-key is missing",
        )
    }

    pub(crate) fn unauthorised(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised", "Unauthorised", detail)
    }

    /// A refused signature. Only the log says which check failed.
    pub(crate) fn signature(refusal: VerifyError) -> Self {
        let mut refused = Self::unauthorised("Signature is incorrect")
            .for_the_log(format!("signature: {refusal}"));
        refused.signature = Some(Box::new(refusal));
        refused
    }

    /// The token has the scopes `held` but needs one of `wanted`.
    pub(crate) fn forbidden(held: &str, wanted: &[&str]) -> Self {
        let code = |names: &mut dyn Iterator<Item = &str>, between: &str| {
            names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
        };
        let held = code(&mut held.split(' '), ", ");
        let wanted = code(&mut wanted.iter().copied(), " or ");
        let mut refused =
            Self::new(StatusCode::FORBIDDEN, "forbidden", "Forbidden", "The token lacks the scope")
                .for_the_log(format!("the token lacks the scope {wanted}"));
        refused.hint =
            Some(format!("request the scope {wanted} from `/auth/token`: this token has {held}"));
        refused
    }

    pub(crate) fn not_found(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Method not allowed",
            "This path does not support this method",
        )
    }

    pub(crate) fn not_acceptable() -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            "Not acceptable",
            "The header accept must be application/json",
        )
    }

    pub(crate) fn request_timeout(detail: &str) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", "Request timeout", detail)
    }

    pub(crate) fn conflict(detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Conflict", detail)
    }

    pub(crate) fn too_many_requests(reason: &str) -> Self {
        let (code, title) = ("too_many_requests", "Too many requests");
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, title, "Try again later").for_the_log(reason)
    }

    pub(crate) fn unprocessable(detail: &str) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unprocessable_entity",
            "Unprocessable entity",
            detail,
        )
    }

    pub(crate) fn upgrade_required() -> Self {
        Self::new(
            StatusCode::UPGRADE_REQUIRED,
            "upgrade_required",
            "Upgrade required",
            "The only version of the API is 1",
        )
    }

    /// An error that a fault causes.
    pub(crate) fn fault(status: StatusCode) -> Self {
        let (code, title) = match status.as_u16() {
            400 => ("invalid_request", "Invalid request"),
            401 => ("unauthorised", "Unauthorised"),
            403 => ("forbidden", "Forbidden"),
            404 => ("not_found", "Not found"),
            405 => ("method_not_allowed", "Method not allowed"),
            406 => ("not_acceptable", "Not acceptable"),
            409 => ("conflict", "Conflict"),
            422 => ("unprocessable_entity", "Unprocessable entity"),
            426 => ("upgrade_required", "Upgrade required"),
            429 => ("too_many_requests", "Too many requests"),
            502 => ("bad_gateway", "Bad gateway"),
            503 => ("unavailable", "Service unavailable"),
            504 => ("gateway_timeout", "Gateway timeout"),
            _ => ("internal", "Internal error"),
        };
        Self::new(
            status,
            code,
            title,
            "A fault in the sandbox caused this error (remove it with `DELETE /_sandbox/faults`)",
        )
    }

    pub(crate) fn internal(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", "Internal error")
            .for_the_log(reason)
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(format!("SQLite: {error}"))
    }
}
