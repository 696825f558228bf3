//! Public keys as JSON, as `GET /auth/verify_keys` returns them.

use aws_lc_rs::signature::{ECDSA_P521_SHA512_ASN1, ED25519};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize};
use upvest_types::__private::cut;

use super::error::KeyError;
use super::key::VerifyingKey;

/// How much of the name of a kind or curve an error shows, in characters.
const LONGEST_NAME: usize = 32;

/// The length of a coordinate of a point on P-521, in bytes.
const P521_COORDINATE: usize = 66;
/// The first byte of an uncompressed point (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// A public key as a JSON Web Key (RFC 7517, and RFC 8037 for Ed25519).
///
/// A key of another kind can be read too, if these fields have these types. A field that is `null`
/// is read as absent.
///
/// # Examples
///
/// ```
/// # mod upvest_core { pub use upvest_signature as signature; }
/// use upvest_core::signature::JsonWebKey;
///
/// let key: JsonWebKey = serde_json::from_str(
///     r#"{"kid":"9ed77463-c18e-4794-ab5c-17423f9b801a","kty":"EC","crv":"P-521",
///         "x":"AcYAf5Ou0UvtehpeRvyhnvvrUQvjI4B3VCxfSmxK4gqKJGxO_jTB-nTdrHbBfmZpwmwYR86DppMg43E579K5MQ54",
///         "y":"ALkrId77iD0Ye2vBS5bTkLqPH-bo8urTpTXiNc6Ub-VOFbXfJrR0tQ8COvVXXu58BTu8jWV-1mtbjfJpDl3ISbcK"}"#,
/// )?;
/// let verifying = key.verifying_key()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JsonWebKey {
    /// The key id, by which signatures refer to it.
    #[serde(rename = "kid", default, deserialize_with = "or_empty")]
    pub key_id: String,
    /// The kind: `EC` for P-521, `OKP` for Ed25519.
    #[serde(rename = "kty", default, deserialize_with = "or_empty")]
    pub kind: String,
    /// The curve: `P-521` or `Ed25519`.
    #[serde(rename = "crv", default, deserialize_with = "or_empty")]
    pub curve: String,
    /// The point, or its first coordinate: base64url without padding.
    #[serde(default, deserialize_with = "or_empty")]
    pub x: String,
    /// The second coordinate, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The intended use, if given: `sig` for signatures.
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// The permitted operations, if given: `verify` must be among them.
    #[serde(rename = "key_ops", default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<Vec<String>>,
}

/// Reads a string; empty if it is `null`, which some servers write for an absent field.
fn or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl JsonWebKey {
    /// Creates the JSON Web Key of a public key.
    ///
    /// # Errors
    /// Fails if the cryptographic library fails.
    pub fn new(key_id: impl Into<String>, key: &VerifyingKey) -> Result<Self, KeyError> {
        let spki = key.to_der()?;
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let failed = || KeyError::new("cannot encode the public key");
        let key_id = key_id.into();
        if key.is_ed25519() {
            let point = spki.last_chunk::<32>().ok_or_else(failed)?;
            let (kind, curve) = ("OKP".to_owned(), "Ed25519".to_owned());
            let (usage, operations) = (None, None);
            return Ok(Self { key_id, kind, curve, x: encode(point), y: None, usage, operations });
        }
        let point = spki.last_chunk::<{ 1 + 2 * P521_COORDINATE }>().ok_or_else(failed)?;
        let [UNCOMPRESSED, coordinates @ ..] = point else { return Err(failed()) };
        let (x, y) = coordinates.split_at(P521_COORDINATE);
        let (kind, curve) = ("EC".to_owned(), "P-521".to_owned());
        let (usage, operations) = (None, None);
        Ok(Self { key_id, kind, curve, x: encode(x), y: Some(encode(y)), usage, operations })
    }

    /// Returns the key itself.
    ///
    /// # Errors
    /// Fails if the key is of another kind or curve, is not a point on its curve, or is not for
    /// verifying signatures.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        let verifies = |operations: &Vec<String>| operations.iter().any(|name| name == "verify");
        if self.usage.as_deref().is_some_and(|usage| usage != "sig")
            || !self.operations.as_ref().is_none_or(verifies)
        {
            return Err(KeyError::new(
                "invalid public key: not for verifying signatures (if present, `use` must be \
                 `sig`, and `key_ops` must contain `verify`)",
            ));
        }
        let decode = |text: &str, length| {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
            bytes.filter(|bytes| bytes.len() == length).ok_or_else(|| {
                KeyError::new(format!(
                    "invalid public key: a coordinate is not {length} bytes in base64url without \
                     padding"
                ))
            })
        };
        match (self.kind.as_str(), self.curve.as_str(), self.y.as_deref()) {
            ("EC", "P-521", Some(y)) => {
                let mut point = vec![UNCOMPRESSED];
                point.extend(decode(&self.x, P521_COORDINATE)?);
                point.extend(decode(y, P521_COORDINATE)?);
                VerifyingKey::from_point(&ECDSA_P521_SHA512_ASN1, &point)
            }
            ("OKP", "Ed25519", None) => VerifyingKey::from_point(&ED25519, &decode(&self.x, 32)?),
            (kind, curve, _) => Err(KeyError::new(format!(
                "unsupported public key: {:?} on {:?} (expected EC on P-521 with `x` and `y`, or \
                 OKP on Ed25519 with only `x`)",
                cut(kind, LONGEST_NAME),
                cut(curve, LONGEST_NAME)
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::JsonWebKey;
    use crate::{Signer as _, SigningKey};

    const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----";

    fn p521() -> JsonWebKey {
        JsonWebKey {
            key_id: "9ed77463-c18e-4794-ab5c-17423f9b801a".into(),
            kind: "EC".into(),
            curve: "P-521".into(),
            x: "AcYAf5Ou0UvtehpeRvyhnvvrUQvjI4B3VCxfSmxK4gqKJGxO_jTB-nTdrHbBfmZpwmwYR86DppMg43E579K5MQ54".into(),
            y: Some("ALkrId77iD0Ye2vBS5bTkLqPH-bo8urTpTXiNc6Ub-VOFbXfJrR0tQ8COvVXXu58BTu8jWV-1mtbjfJpDl3ISbcK".into()),
            usage: None,
            operations: None,
        }
    }

    #[test]
    fn a_key_is_written_as_it_was_read() {
        let key = p521();
        assert_eq!(JsonWebKey::new(&*key.key_id, &key.verifying_key().unwrap()).unwrap(), key);
    }

    #[tokio::test]
    async fn an_ed25519_key_verifies_what_it_signs() {
        let signing = SigningKey::from_pem("k", ED25519, None).unwrap();
        let key = JsonWebKey::new("k", &signing.verifying_key().unwrap()).unwrap();
        assert_eq!((&*key.kind, &*key.curve, &key.y), ("OKP", "Ed25519", &None));
        let signature = signing.sign(b"base").await.unwrap();
        assert!(key.verifying_key().unwrap().verifies(b"base", &signature));
    }

    #[test]
    fn the_use_of_a_key_is_read_and_written() {
        let text =
            r#"{"kid":"k","kty":"EC","crv":"P-521","x":"","use":"sig","key_ops":["verify"]}"#;
        let key: JsonWebKey = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&key).unwrap(), text);
        assert!(!serde_json::to_string(&p521()).unwrap().contains("use"));
        let absent =
            r#"{"kid":null,"kty":null,"crv":null,"x":null,"y":null,"use":null,"key_ops":null}"#;
        let empty: JsonWebKey = serde_json::from_str("{}").unwrap();
        assert_eq!(serde_json::from_str::<JsonWebKey>(absent).unwrap(), empty);
    }

    #[test]
    fn an_error_shows_the_start_of_a_long_kind() {
        let key = JsonWebKey { kind: "R".repeat(100_000), curve: "\u{202e}".into(), ..p521() };
        let error = key.verifying_key().unwrap_err().to_string();
        assert!(error.len() < 250 && !error.contains('\u{202e}'), "{error}");
    }

    #[test]
    fn a_key_that_is_not_a_point_is_refused() {
        let zero = "A".repeat(88);
        let changes: [fn(&mut JsonWebKey); 10] = [
            |key| key.usage = Some("enc".into()),
            |key| key.operations = Some(vec!["sign".into()]),
            |key| key.kind = "RSA".into(),
            |key| key.curve = "P-256".into(),
            |key| key.y = None,
            |key| key.x.push('A'),
            |key| key.x = key.x.replace('_', "/"),
            |key| key.x.clear(),
            // Not on the curve.
            |key| key.y = Some(key.x.clone()),
            |key| {
                (key.kind, key.curve, key.y) = ("OKP".into(), "Ed25519".into(), None);
                // The neutral element, for which anybody could forge signatures.
                key.x = format!("AQ{}", "A".repeat(41));
            },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut key = p521();
            change(&mut key);
            assert!(key.verifying_key().is_err(), "{number}: {key:?}");
        }
        let key = JsonWebKey { x: zero.clone(), y: Some(zero), ..p521() };
        assert!(key.verifying_key().is_err());
    }
}
