//! Signing with a stub in place of the curve.

use std::hint::black_box;

use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::signature::{SignatureBase, SignatureVersion::V15};

use super::Work;
use crate::signed_increase::{NoCurve, increase, sign_whole};

pub fn p521() -> Option<Work> {
    // The longest in DER.
    sign(139)
}

pub fn ed25519() -> Option<Work> {
    sign(64)
}

fn sign(length: usize) -> Option<Work> {
    let key = NoCurve { length };
    let request = increase();
    Some(Box::new(move || drop(black_box(sign_whole(request.clone(), &key)))))
}

pub fn base() -> Option<Work> {
    let signed = sign_whole(increase(), &NoCurve { length: 139 });
    let input = SignatureInput::from_headers(signed.headers()).expect("a signature");
    Some(Box::new(move || {
        let message = Message::of(black_box(&signed));
        let base = SignatureBase::new(V15, &message, &input.components, &input.parameters);
        black_box(base.expect("a signature base"));
    }))
}
