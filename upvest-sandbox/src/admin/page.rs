//! The page itself: three files, with nothing loaded from elsewhere.

use axum::body::Body;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};

/// The path, content type and content of each file of the page.
pub(super) const FILES: [(&str, &str, &str); 3] = [
    ("/_sandbox/", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("/_sandbox/style.css", "text/css; charset=utf-8", include_str!("page/style.css")),
    ("/_sandbox/script.js", "text/javascript; charset=utf-8", include_str!("page/script.js")),
];

/// Returns one of the files.
pub(super) fn file(kind: &'static str, text: &'static str) -> Response<Body> {
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = "default-src 'self'; img-src data:; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// Redirects to the page.
pub(super) fn redirect() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("/_sandbox/"));
    response
}
