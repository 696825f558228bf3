//! Time and replay.

use super::*;

pub(super) async fn times(cases: &mut Cases) {
    let own = || cases.bench.parameters();
    let (created, expires) = ("created=1800000000", "expires=1800000030");
    let mut requests = Vec::new();
    for (number, what, from, to) in [
        (
            38,
            "expired",
            "created=1800000000;expires=1800000030",
            "created=1799999900;expires=1799999969",
        ),
        (
            39,
            "ahead",
            "created=1800000000;expires=1800000030",
            "created=1800000031;expires=1800000061",
        ),
        (
            39,
            "in the year 5138",
            "created=1800000000;expires=1800000030",
            "created=99999999999;expires=100000000029",
        ),
        (41, "no created", ";created=1800000000", ""),
        (42, "no expires", ";expires=1800000030", ""),
        (43, "expires before created", expires, "expires=1799999999"),
        (43, "expires at created", expires, "expires=1800000000"),
        (44, "a year", expires, "expires=1831536000"),
        (44, "a second too long", expires, "expires=1800000301"),
        (47, "no nonce", ";nonce=", ";note="),
        (41, "no key id", ";keyid=", ";key="),
    ] {
        let request = cases.bench.with_parameters(&changed(&own(), from, to)).await;
        requests.push((number, what, request));
    }
    for (number, what, request) in requests {
        cases.hostile(number, what, request).await;
    }
    for (what, created_at, expires_at) in [
        ("the earliest", NOON - 270, NOON + 30),
        ("the latest", NOON + 30, NOON + 60),
        ("at the end", NOON - 60, NOON - 30),
    ] {
        let parameters =
            changed(&cases.bench.parameters(), created, &format!("created={created_at}"));
        let parameters = changed(&parameters, expires, &format!("expires={expires_at}"));
        let request = cases.bench.with_parameters(&parameters).await;
        cases.accepted(40, what, request).await;
    }

    let request = cases.signed().await;
    cases.accepted(45, "once", request.clone()).await;
    cases.hostile(45, "twice", request.clone()).await;
    let right = cases.signed().await;
    cases.refused(50, "a wrong one", with(right.clone(), "accept", "*/*")).await;
    cases.accepted(50, "the valid one with the same nonce", right).await;
    // Signed with another registered key.
    let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
    let other = SigningKey::from_pem("another", &pem, None).unwrap();
    let builder = Sandbox::builder().public_key("another", other.verifying_key().unwrap());
    let both = Bench::of(builder).await;
    let request = both.digested(both.increase());
    let (components, parameters) = (both.components(&request), both.parameters());
    let first = both.forged(request.clone(), &components, &parameters).await;
    let own = format!("keyid=\"{}\"", both.sandbox.credentials().key_id());
    let input = format!("{}{}", list(&components), changed(&parameters, &own, "keyid=\"another\""));
    let signature = signature_by(&other, &base(&request, &components, &input)).await;
    let second = sealed(request.clone(), &input, &signature);
    assert_eq!(both.send(first).await.0, 202);
    assert_eq!(both.send(second).await.0, 202);
    cases.note(46, "the same nonce by another key");
    // Each key under the id of the other.
    let input = format!("{}{}", list(&components), both.parameters());
    let signature = signature_by(&other, &base(&request, &components, &input)).await;
    let (status, body) = both.send(sealed(request.clone(), &input, &signature)).await;
    assert_eq!(status, 401, "{body}");
    let input = input.replacen(&own, "keyid=\"another\"", 1);
    let by = both.sandbox.credentials().signing_key();
    let signature = signature_by(by, &base(&request, &components, &input)).await;
    assert_eq!(both.send(sealed(request, &input, &signature)).await.0, 401);
    cases.note(54, "Ed25519 under an EC key id, and the reverse");

    cases.note(48, "upvest-sandbox: a_nonce_is_remembered_while_its_signature_is_valid");
    let bytes = wire(&cases.signed().await);
    let address = cases.bench.sandbox.address();
    let all: Vec<_> = (0..50).map(|_| tokio::spawn(raw_to(address, bytes.clone()))).collect();
    let mut statuses = Vec::new();
    for one in all {
        statuses.push(one.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], Some(202));
    assert!(statuses[1..].iter().all(|status| *status == Some(401)), "{statuses:?}");
    cases.note(49, "fifty at once with one nonce");
}
