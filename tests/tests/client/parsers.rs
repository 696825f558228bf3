//! Every parser of untrusted input handles any input: random, and valid with mutations.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use upvest_tests::parsers::PARSERS;

/// A mutation, at a position in thousandths of the length.
#[derive(Debug, Clone)]
enum Change {
    Flip(u16, u8),
    Insert(u16, Vec<u8>),
    Remove(u16, u8),
    Repeat(u16, u8),
    Cut(u16),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = 0..1_000_u16;
    let change = prop_oneof![
        (place.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        (place.clone(), vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (place.clone(), any::<u8>()).prop_map(|(at, count)| Change::Remove(at, count)),
        (place.clone(), any::<u8>()).prop_map(|(at, count)| Change::Repeat(at, count)),
        place.prop_map(Change::Cut),
    ];
    vec(change, 0..6)
}

fn apply(mut text: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let at = |thousandths: u16| text.len() * usize::from(thousandths) / 1_000;
        match change {
            Change::Flip(place, byte) => {
                let at = at(*place);
                if let Some(changed) = text.get_mut(at) {
                    *changed = *byte;
                }
            }
            Change::Insert(place, bytes) => {
                let at = at(*place);
                text.splice(at..at, bytes.iter().copied());
            }
            Change::Remove(place, count) => {
                let from = at(*place);
                let to = text.len().min(from + usize::from(*count));
                text.drain(from..to);
            }
            Change::Repeat(place, count) => {
                let from = at(*place);
                let to = text.len().min(from + usize::from(*count));
                let part = text[from..to].to_vec();
                text.splice(from..from, part);
            }
            Change::Cut(place) => text.truncate(at(*place)),
        }
    }
    text
}

fn check(name: &str, cases: u32) {
    let (_, parser, seeds) = PARSERS.into_iter().find(|(known, ..)| *known == name).unwrap();
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    runner
        .run(&vec(any::<u8>(), 0..2_000), |input| {
            parser(&input);
            Ok(())
        })
        .unwrap();
    for seed in seeds() {
        parser(&seed);
        runner
            .run(&changes(), |changes| {
                parser(&apply(seed.clone(), &changes));
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn any_response_is_handled() {
    check("response", 300);
}

#[test]
fn any_problem_document_is_handled() {
    check("problem", 500);
}

#[test]
fn any_retry_after_is_handled() {
    check("retry_after", 300);
}

#[test]
fn any_token_response_is_handled() {
    check("token_response", 2_000);
}

#[test]
fn any_call_record_is_handled() {
    check("call_record", 2_000);
}

#[test]
fn any_key_file_is_handled() {
    check("pem", 500);
}

#[test]
fn any_signature_input_is_handled() {
    check("signature_input", 2_000);
}

#[test]
fn any_webhook_is_handled() {
    check("webhook", 300);
}

#[test]
fn any_public_key_is_handled() {
    check("json_web_key", 2_000);
}
