//! The signing key and the verifying key.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING,
    ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, ParsedPublicKey, VerificationAlgorithm,
};

use super::error::{KeyError, SignError};
use super::pem;
use super::private_key::{NEW_KEY, PrivateKey, wrong_passphrase};
use super::sign::Signer;
use crate::BoxFuture;

/// A private key in memory, with the id that Upvest issued for it.
///
/// ECDSA on secp521r1 (P-521), or Ed25519. Cheap to clone.
///
/// # Examples
///
/// ```
/// # mod upvest_core { pub use upvest_signature as signature; }
/// use upvest_core::signature::SigningKey;
///
/// # let pem = "-----BEGIN PRIVATE KEY-----
/// # MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
/// # -----END PRIVATE KEY-----";
/// let key = SigningKey::from_pem("8d4997a8-cf7a-4e51-adbb-401656a3e5c2", pem, None)?;
/// assert!(key.public_key_pem().starts_with("-----BEGIN PUBLIC KEY-----"));
/// # Ok::<(), upvest_core::signature::KeyError>(())
/// ```
#[derive(Clone)]
pub struct SigningKey(Arc<Inner>);

struct Inner {
    key_id: String,
    pair: Pair,
    public_der: Vec<u8>,
}

enum Pair {
    P521(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    fn public_der(&self) -> Result<Vec<u8>, KeyError> {
        let der: Result<PublicKeyX509Der<'static>, _> = match self {
            Self::P521(pair) => pair.public_key().as_der(),
            Self::Ed25519(pair) => pair.public_key().as_der(),
        };
        der.map(|der| der.as_ref().to_vec()).map_err(|_| not_a_key())
    }
}

impl SigningKey {
    /// Reads a private key from a file in any format that `openssl` or `ssh-keygen` writes.
    ///
    /// The format is traditional, PKCS#8 or OpenSSH, plain or encrypted. The passphrase is ignored
    /// if the file is not encrypted. If the file contains several keys, or other blocks such as
    /// certificates, the first private key is used. Its line breaks may be written as `\n`, and its
    /// base64 padding may be missing. White space around `key_id` is trimmed.
    ///
    /// # Errors
    /// Fails if the file or the passphrase is wrong, or if the key is on another curve. Also fails
    /// if `key_id` is empty or contains anything but printable ASCII without `"` and `\`.
    pub fn from_pem(
        key_id: impl Into<String>,
        pem: impl AsRef<[u8]>,
        passphrase: Option<&str>,
    ) -> Result<Self, KeyError> {
        let PrivateKey { der, is_encrypted } = pem::read(pem.as_ref(), passphrase)?;
        Self::from_der(key_id, &*der).map_err(|error| {
            // A wrong passphrase survives the padding check about once in 280 tries.
            if is_encrypted && error == not_a_key() {
                wrong_passphrase(passphrase.unwrap_or_default())
            } else {
                error
            }
        })
    }

    /// Reads an unencrypted key in DER: SEC1 or PKCS#8.
    ///
    /// # Errors
    /// Fails as [`from_pem`](Self::from_pem) does.
    pub fn from_der(key_id: impl Into<String>, der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let key_id = checked_key_id(&key_id.into())?.to_owned();
        let der = der.as_ref();
        let pair = if let Ok(pair) =
            EcdsaKeyPair::from_private_key_der(&ECDSA_P521_SHA512_ASN1_SIGNING, der)
        {
            Pair::P521(pair)
        } else if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
            Pair::Ed25519(pair)
        } else if let Some(pair) = from_ring(der) {
            Pair::Ed25519(pair)
        } else {
            return Err(wrong_kind(der).unwrap_or_else(not_a_key));
        };
        let public_der = pair.public_der()?;
        Ok(Self(Arc::new(Inner { key_id, pair, public_der })))
    }

    /// Returns the public key in PEM (SPKI).
    ///
    /// It is the form in which you register a P-521 key with Upvest.
    ///
    /// For an Ed25519 key Upvest expects the raw 32 bytes in base64 instead: the last 32 bytes
    /// inside this PEM.
    #[must_use]
    pub fn public_key_pem(&self) -> String {
        ::pem::encode(&::pem::Pem::new("PUBLIC KEY", self.0.public_der.as_slice()))
    }

    /// Returns the key that verifies the signatures of this key.
    ///
    /// # Errors
    /// Fails if the cryptographic library fails.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::from_der(&self.0.public_der)
    }

    fn sign_now(&self, base: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = match &self.0.pair {
            Pair::P521(pair) => pair.sign(&SystemRandom::new(), base),
            Pair::Ed25519(pair) => pair.try_sign(base),
        };
        signature
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| SignError::new("the cryptographic library failed to sign"))
    }
}

impl Signer for SigningKey {
    fn key_id(&self) -> &str {
        &self.0.key_id
    }

    fn sign<'a>(&'a self, base: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>> {
        Box::pin(async move { self.sign_now(base) })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithm = match &self.0.pair {
            Pair::P521(_) => "ECDSA P-521",
            Pair::Ed25519(_) => "Ed25519",
        };
        f.debug_struct("SigningKey")
            .field("key_id", &self.0.key_id)
            .field("algorithm", &algorithm)
            .finish_non_exhaustive()
    }
}

/// Returns the key id without the white space around it, if it can be used in a signature.
#[doc(hidden)]
pub fn checked_key_id(key_id: &str) -> Result<&str, KeyError> {
    let key_id = key_id.trim();
    let fits = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if key_id.is_empty() || !key_id.bytes().all(fits) {
        return Err(KeyError::new(
            "invalid key id: expected the one that Upvest issued for the public key, such as \
             `8d4997a8-cf7a-4e51-adbb-401656a3e5c2`",
        ));
    }
    Ok(key_id)
}

/// Reads an Ed25519 key as the crate `ring` writes it: PKCS#8 version 2 with a public key that is
/// tagged twice (`ring::signature::Ed25519KeyPair::generate_pkcs8`). RFC 5958 requires one tag.
fn from_ring(der: &[u8]) -> Option<Ed25519KeyPair> {
    const BEFORE_SEED: [u8; 16] = [
        0x30, 0x53, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    const BEFORE_POINT: [u8; 5] = [0xa1, 0x23, 0x03, 0x21, 0x00];
    let (seed, rest) = der.strip_prefix(&BEFORE_SEED)?.split_first_chunk::<32>()?;
    Ed25519KeyPair::from_seed_and_public_key(seed, rest.strip_prefix(&BEFORE_POINT)?).ok()
}

fn not_a_key() -> KeyError {
    KeyError::new("no usable private key: expected ECDSA P-521 or Ed25519")
}

/// The object identifier of RSA keys in PKCS#8 (RFC 8017, appendix A.1): 1.2.840.113549.1.1.1.
const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

fn wrong_kind(der: &[u8]) -> Option<KeyError> {
    // Near the beginning: after the version and the lengths.
    let head = der.get(..32).unwrap_or(der);
    if head.windows(RSA.len()).any(|window| window == RSA) {
        return Some(KeyError::new(format!(
            "unsupported key type RSA: Upvest accepts secp521r1 or Ed25519 ({NEW_KEY})"
        )));
    }
    let curve = [
        ("prime256v1", &ECDSA_P256_SHA256_ASN1_SIGNING),
        ("secp384r1", &ECDSA_P384_SHA384_ASN1_SIGNING),
        ("secp256k1", &ECDSA_P256K1_SHA256_ASN1_SIGNING),
    ]
    .into_iter()
    .find(|(_, algorithm)| EcdsaKeyPair::from_private_key_der(algorithm, der).is_ok())?
    .0;
    Some(KeyError::new(format!(
        "unsupported curve `{curve}`: Upvest accepts secp521r1 or Ed25519 ({NEW_KEY})"
    )))
}

/// A public key. The algorithm comes from the key, never from what a message claims.
#[derive(Clone)]
pub struct VerifyingKey {
    key: Arc<ParsedPublicKey>,
    pub(super) is_ed25519: bool,
}

/// Whether an Ed25519 key is a point of small order, for which anybody can forge signatures. RFC
/// 8032 leaves it to the verifier to refuse such keys.
fn is_of_small_order(der: &[u8]) -> bool {
    const OF_ORDER_8: [[u8; 31]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03,
        ],
    ];
    // The key is bare, or follows 12 bytes that say what it is; a P-521 key is longer.
    let Some((head, [point @ .., last])) = der.split_last_chunk::<32>() else { return false };
    let [first, middle @ ..] = point;
    let all = |byte| middle.iter().all(|other| *other == byte);
    // The top bit of the last byte is a sign. The rest is 0 or 1; or -1, or 0 or 1 in non-canonical
    // form.
    let is_tiny = match last & 0x7f {
        0 => all(0) && *first <= 1,
        0x7f => all(0xff) && (0xec..=0xee).contains(first),
        0x05 => *point == OF_ORDER_8[0],
        0x7a => *point == OF_ORDER_8[1],
        _ => false,
    };
    matches!(head.len(), 0 | 12) && is_tiny
}

fn insecure_key() -> KeyError {
    KeyError::new("insecure public key: anybody could forge its signatures")
}

impl VerifyingKey {
    /// Reads the first `BEGIN PUBLIC KEY` of a PEM file: a P-521 or Ed25519 key.
    ///
    /// # Errors
    /// Fails if there is no such key.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let blocks = pem::blocks(pem.as_ref()).unwrap_or_default();
        match blocks.iter().find(|block| block.tag() == "PUBLIC KEY") {
            Some(block) => Self::from_der(block.contents()),
            None => Err(KeyError::new("no public key: missing `-----BEGIN PUBLIC KEY-----`")),
        }
    }

    /// Reads the bare point of a curve.
    pub(super) fn from_point(
        algorithm: &'static dyn VerificationAlgorithm,
        point: &[u8],
    ) -> Result<Self, KeyError> {
        if is_of_small_order(point) {
            return Err(insecure_key());
        }
        let key = ParsedPublicKey::new(algorithm, point)
            .map_err(|_| KeyError::new("invalid public key: not a point on its curve"))?;
        Ok(Self { key: Arc::new(key), is_ed25519: point.len() == 32 })
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        if is_of_small_order(der) {
            return Err(insecure_key());
        }
        let of = |algorithm, is_ed25519| {
            // The library would also read the bare 32 bytes of an Ed25519 key, which are not a
            // valid `PUBLIC KEY`.
            if der.len() == 32 {
                return None;
            }
            let key = ParsedPublicKey::new(algorithm, der).ok()?;
            Some(Self { key: Arc::new(key), is_ed25519 })
        };
        of(&ECDSA_P521_SHA512_ASN1, false)
            .or_else(|| of(&ED25519, true))
            .ok_or_else(|| KeyError::new("no usable public key: expected ECDSA P-521 or Ed25519"))
    }

    /// Returns the key as DER, in the form of X.509 (SPKI).
    pub(super) fn to_der(&self) -> Result<Vec<u8>, KeyError> {
        let der: Result<PublicKeyX509Der<'static>, _> = self.key.as_der();
        der.map(|der| der.as_ref().to_vec())
            .map_err(|_| KeyError::new("cannot encode the public key"))
    }

    /// Returns whether it is an Ed25519 key; otherwise it is a P-521 key.
    #[must_use]
    pub fn is_ed25519(&self) -> bool {
        self.is_ed25519
    }

    /// Returns whether `signature` is this key's signature of `base`.
    #[must_use]
    pub fn verifies(&self, base: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(base, signature).is_ok()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithm = if self.is_ed25519 { "Ed25519" } else { "ECDSA P-521" };
        f.debug_struct("VerifyingKey").field("algorithm", &algorithm).finish_non_exhaustive()
    }
}
