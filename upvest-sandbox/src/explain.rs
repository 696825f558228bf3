//! What is wrong with a refused signature: the hint, and both signature bases.

use bytes::Bytes;
use http::request::Parts;
use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::signature::VerifyError;
use upvest_core::{Endpoint, Timestamp};

use crate::bases::SignatureBases;
use crate::gate;
use crate::hints::Suspect;
use crate::store::ClockSetting;
use crate::world::World;

/// Returns the hint, and the bases if the refusal is about them. Both may contain secrets.
pub(crate) fn explain(
    world: &World,
    refusal: &VerifyError,
    endpoint: &Endpoint,
    head: &Parts,
    body: &Bytes,
    now: Timestamp,
) -> (String, Option<SignatureBases>) {
    let input = SignatureInput::from_headers(&head.headers).ok();
    let headers = gate::signed_headers(&world.settings, head, body, input.as_ref());
    let message = Message { headers: &headers, ..Message::of_parts(head) };
    let credentials = &world.credentials;
    let suspect = Suspect {
        message,
        body,
        now,
        is_moved: world.clock.setting() != ClockSetting::default(),
        client_id: &credentials.client_id().to_string(),
        key_id: &credentials.key_id().to_string(),
        public_key_pem: &credentials.signing_key().public_key_pem(),
        key: input.and_then(|input| world.keys.get(&input.key_id)),
    };
    let hint = suspect.hint(refusal);
    let policy = gate::policy(&world.settings, endpoint, &head.headers);
    let bases = SignatureBases::of(refusal, &policy, message, body, hint.signed);
    (hint.text, bases)
}
