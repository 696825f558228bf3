//! More mistakes of signers, each with the hint that names exactly that mistake.

mod others;
mod parts;

use bytes::Bytes;
use http::Request;

use crate::fixture::{Bench, base, list, sealed, signature_by};

pub(crate) const DECREASE: &str =
    "/virtual_cash_balances/decreases/ccb07f42-4104-44ad-8e1f-c660bb7b269c";

/// Covers the headers sent and `more`, and signs the signature base after `change`.
pub(crate) async fn signed_as(
    bench: &Bench,
    request: Request<Bytes>,
    more: &[&str],
    change: impl FnOnce(String) -> String,
) -> Request<Bytes> {
    let mut components = bench.components(&request);
    components.extend(more.iter().map(|name| (*name).to_owned()));
    let input = format!("{}{}", list(&components), bench.parameters());
    let base = change(base(&request, &components, &input));
    let key = bench.sandbox.credentials().signing_key();
    sealed(request, &input, &signature_by(key, &base).await)
}

/// An increase whose signature base differs in one position.
pub(crate) async fn altered(bench: &Bench, from: &str, to: &str) -> Request<Bytes> {
    altered_of(bench, bench.digested(bench.increase()), from, to).await
}

pub(crate) async fn altered_of(
    bench: &Bench,
    request: Request<Bytes>,
    from: &str,
    to: &str,
) -> Request<Bytes> {
    signed_as(bench, request, &[], |base| {
        assert!(base.contains(from), "{from}: {base}");
        base.replacen(from, to, 1)
    })
    .await
}

/// Returns the hint for a rejected request. The log never shows two equal signature bases.
pub(crate) async fn hint(bench: &Bench, request: Request<Bytes>, status: u16) -> String {
    let (got, body) = bench.send(request).await;
    assert_eq!(got, status, "{body}");
    let entry = bench.sandbox.log().last().unwrap();
    let shown = entry.to_string();
    assert!(!shown.contains(&bench.token) && !format!("{entry:?}").contains(&bench.token));
    if let Some(bases) = &entry.bases {
        let shows_two = shown.matches(" base:\n").count() == 2;
        assert_eq!(shows_two, bases.received != bases.expected, "{shown}");
    }
    entry.hint.clone().unwrap_or_else(|| panic!("no hint: {shown}"))
}

pub(crate) async fn hinted(bench: &Bench, mistakes: Vec<(Request<Bytes>, &str)>) {
    for (request, text) in mistakes {
        let hint = hint(bench, request, 401).await;
        assert!(hint.contains(text), "{text}: {hint}");
    }
}
