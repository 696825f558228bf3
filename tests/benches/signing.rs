//! Measures the overhead of signing: signing a whole increase against a bare signature by the
//! cryptographic library, in the same run.
//!
//! There are two bare signatures: of 500 bytes, and of as many bytes as the signature base has. Ed25519
//! hashes its message twice, so the length matters. All are measured alternately, so that variations of
//! the machine affect all. The ratios are medians over all turns.

mod shared;
#[path = "shared/signing.rs"]
mod whole;

use std::hint::black_box;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use criterion::{BatchSize, Criterion};
use shared::{KEY_ID, is_trial, median, time};
use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::signature::{SignatureBase, SignatureVersion::V15, Signer, SigningKey};
use upvest_tests::data;
use whole::{NoCurve, increase, sign_whole};

/// Prints the median times, and the medians of their ratios per turn.
fn compare(name: &str, turns: usize, raw: impl Fn(&[u8]), key: &dyn Signer) {
    const PER_TURN: usize = 20;
    let base = SignatureBase::of_signed(&sign_whole(increase(), key)).expect("a signature base");
    let messages = [&[b'x'; 500], base.as_bytes()];
    let mut times: [Vec<Duration>; 3] = Default::default();
    let mut ratios: [Vec<f64>; 2] = Default::default();
    for _ in 0..turns {
        let requests: Vec<_> = (0..PER_TURN).map(|_| increase()).collect();
        let bare = messages.map(|message| time(|| (0..PER_TURN).for_each(|_| raw(message))));
        let mut signed = Vec::with_capacity(PER_TURN);
        let whole =
            time(|| signed.extend(requests.into_iter().map(|request| sign_whole(request, key))));
        black_box(signed);
        times.iter_mut().zip([bare[0], bare[1], whole]).for_each(|(all, one)| all.push(one));
        let over = bare.map(|bare| whole.as_secs_f64() / bare.as_secs_f64());
        ratios.iter_mut().zip(over).for_each(|(all, one)| all.push(one));
    }
    let per = |total: Vec<Duration>| median(total).as_secs_f64() * 1e6 / PER_TURN as f64;
    let [short, same, whole] = times.map(per);
    let [over_short, over_same] = ratios.map(median);
    println!(
        "{name}: bare signature of 500 bytes {short:.1} µs, of {} bytes {same:.1} µs, whole signing \
         {whole:.1} µs, ratios {over_short:.3} and {over_same:.3}",
        base.as_bytes().len()
    );
}

fn main() {
    let message = vec![b'x'; 500];
    let random = SystemRandom::new();
    let pem = std::fs::read(data("keys/p8_plain.pem")).expect("a key file");
    let der = pem::parse(&pem).expect("PEM");
    let raw_p521 = EcdsaKeyPair::from_pkcs8(&ECDSA_P521_SHA512_ASN1_SIGNING, der.contents())
        .expect("a P-521 key");
    let p521 = SigningKey::from_pem(KEY_ID, &pem, None).expect("a P-521 key");
    let pem = std::fs::read(data("keys/ed25519_plain.pem")).expect("a key file");
    let der = pem::parse(&pem).expect("PEM");
    let raw_ed25519 = Ed25519KeyPair::from_pkcs8(der.contents()).expect("an Ed25519 key");
    let ed25519 = SigningKey::from_pem(KEY_ID, &pem, None).expect("an Ed25519 key");

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("bare P-521 signature of 500 bytes", |bencher| {
        bencher.iter(|| raw_p521.sign(&random, black_box(&message)).expect("a signature"));
    });
    criterion.bench_function("whole signing of an increase, P-521", |bencher| {
        bencher.iter_batched(increase, |request| sign_whole(request, &p521), BatchSize::SmallInput);
    });
    criterion.bench_function("bare Ed25519 signature of 500 bytes", |bencher| {
        bencher.iter(|| raw_ed25519.sign(black_box(&message)));
    });
    criterion.bench_function("whole signing of an increase, Ed25519", |bencher| {
        bencher.iter_batched(
            increase,
            |request| sign_whole(request, &ed25519),
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("whole signing of an increase, no curve", |bencher| {
        bencher.iter_batched(
            increase,
            |request| sign_whole(request, &NoCurve { length: 139 }),
            BatchSize::SmallInput,
        );
    });
    let signed = sign_whole(increase(), &NoCurve { length: 139 });
    let input = SignatureInput::from_headers(signed.headers()).expect("a signature");
    criterion.bench_function("the signature base of an increase alone", |bencher| {
        bencher.iter(|| {
            SignatureBase::new(
                V15,
                &Message::of(black_box(&signed)),
                &input.components,
                &input.parameters,
            )
            .expect("a signature base")
        });
    });
    criterion.final_summary();

    let turns = if is_trial() { 1 } else { 101 };
    let bare_p521 = |message: &[u8]| {
        black_box(raw_p521.sign(&random, black_box(message)).expect("a signature"));
    };
    let bare_ed25519 = |message: &[u8]| {
        black_box(raw_ed25519.sign(black_box(message)));
    };
    compare("P-521", turns, bare_p521, &p521);
    compare("Ed25519", turns, bare_ed25519, &ed25519);
}
