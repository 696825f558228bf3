//! The verification vectors of Project Wycheproof: signatures that a verifier must accept, and
//! forgeries that other verifiers have accepted.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use upvest_core::signature::{JsonWebKey, VerifyingKey};
use wycheproof::{TestResult, ecdsa, eddsa};

/// The number of signatures checked, by the result that the vectors expect.
#[derive(Debug, Default, PartialEq)]
struct Count {
    valid: usize,
    invalid: usize,
    keys: usize,
}

/// Parses one key from each format that is supported.
fn forms(pem: &str, der: &[u8], jwk: &serde_json::Value) -> [(&'static str, VerifyingKey); 3] {
    let jwk: JsonWebKey = serde_json::from_value(jwk.clone()).unwrap();
    let wrapped = pem::encode(&pem::Pem::new("PUBLIC KEY", der));
    [
        ("PEM", VerifyingKey::from_pem(pem).unwrap()),
        ("DER", VerifyingKey::from_pem(wrapped).unwrap()),
        ("JWK", jwk.verifying_key().unwrap()),
    ]
}

impl Count {
    /// Checks that the result is that of the vector, for each format of the key.
    fn check(
        &mut self,
        keys: &[(&'static str, VerifyingKey)],
        test: (usize, &str, TestResult),
        message: &[u8],
        signature: &[u8],
    ) {
        let (id, comment, expected) = test;
        match expected {
            TestResult::Valid => self.valid += 1,
            TestResult::Invalid => self.invalid += 1,
            TestResult::Acceptable => panic!("{id}, {comment}: choose the expected result"),
        }
        for (form, key) in keys {
            let verifies = key.verifies(message, signature);
            let is_right = verifies == (expected == TestResult::Valid);
            assert!(
                is_right,
                "{id} from {form}, {comment}: expected {expected:?}, verifies: {verifies}"
            );
        }
    }
}

/// Encodes a coordinate as in a JSON Web Key, at full length.
fn coordinate(number: &[u8], length: usize) -> String {
    let significant = number.len() - number.iter().take_while(|byte| **byte == 0).count();
    let mut bytes = vec![0; length - significant];
    bytes.extend_from_slice(&number[number.len() - significant..]);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn every_p521_vector_has_the_expected_result() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp521r1Sha512).unwrap();
    let mut count = Count::default();
    for group in &set.test_groups {
        let jwk = json!({
            "kid": "none", "kty": "EC", "crv": "P-521",
            "x": coordinate(&group.key.affine_x, 66), "y": coordinate(&group.key.affine_y, 66),
        });
        let keys = forms(&group.pem, &group.der, &jwk);
        count.keys += 1;
        for test in &group.tests {
            let case = (test.tc_id, &*test.comment, test.result);
            count.check(&keys, case, &test.msg, &test.sig);
        }
    }
    assert_eq!(count.valid + count.invalid, set.number_of_tests);
    println!("ECDSA P-521 with SHA-512, each with 3 key formats: {count:?}");
    assert_eq!(count, Count { valid: 232, invalid: 310, keys: 108 });
}

#[test]
fn every_ed25519_vector_has_the_expected_result() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut count = Count::default();
    for group in &set.test_groups {
        assert_eq!(*group.jwk.x, *group.key.pk);
        let x = BASE64_URL_SAFE_NO_PAD.encode(&group.jwk.x);
        let jwk = json!({ "kid": "none", "kty": "OKP", "crv": "Ed25519", "x": x });
        let keys = forms(&group.pem, &group.der, &jwk);
        count.keys += 1;
        for test in &group.tests {
            let case = (test.tc_id, &*test.comment, test.result);
            count.check(&keys, case, &test.msg, &test.sig);
        }
    }
    assert_eq!(count.valid + count.invalid, set.number_of_tests);
    println!("Ed25519, each with 3 key formats: {count:?}");
    assert_eq!(count, Count { valid: 88, invalid: 63, keys: 78 });
}
