//! The credentials of the client, derived from the seed, except for a key that was provided.

use std::fmt;

use aws_lc_rs::signature::{ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use pkcs8::PrivateKeyInfoRef;
use pkcs8::pkcs5::pbes2::Parameters;
use secrecy::{ExposeSecret, SecretString};
use upvest_core::SigningKey;
use upvest_core::signature::VerifyingKey;
use uuid::Uuid;

use crate::error::StartError;
use crate::seed::Seed;

/// The rounds of PBKDF2, as `openssl` does by default.
const ROUNDS: u32 = 2048;

/// A private key in the form of its file.
#[derive(Clone)]
pub(crate) struct KeyFile {
    pub(crate) pem: SecretString,
    pub(crate) passphrase: Option<SecretString>,
}

impl KeyFile {
    /// Reads the key and gives it an id.
    pub(crate) fn read(&self, key_id: impl Into<String>) -> Result<SigningKey, StartError> {
        let passphrase = self.passphrase.as_ref().map(ExposeSecret::expose_secret);
        SigningKey::from_pem(key_id, self.pem.expose_secret(), passphrase)
            .map_err(|error| StartError::new(format!("cannot use the signing key: {error}")))
    }
}

/// Client id, client secret and signing key of the one client that the sandbox knows.
#[derive(Clone)]
pub struct Credentials {
    client_id: Uuid,
    client_secret: SecretString,
    key_id: Uuid,
    key_file: KeyFile,
    signing_key: SigningKey,
    pub(crate) verifying_key: VerifyingKey,
}

impl Credentials {
    pub(crate) fn new(seed: &Seed, key_file: Option<KeyFile>) -> Result<Self, StartError> {
        let key_file = key_file.map_or_else(|| derive_key_file(seed), Ok)?;
        let key_id = seed.uuid("key id", 0);
        let signing_key = key_file.read(key_id)?;
        let verifying_key = signing_key
            .verifying_key()
            .map_err(|_| StartError::new("the signing key has no public key"))?;
        Ok(Self {
            client_id: seed.uuid("client id", 0),
            client_secret: seed.text("client secret", 0).into(),
            key_id,
            key_file,
            signing_key,
            verifying_key,
        })
    }

    /// Returns the client id.
    #[must_use]
    pub fn client_id(&self) -> Uuid {
        self.client_id
    }

    /// Returns the client secret.
    #[must_use]
    pub fn client_secret(&self) -> &SecretString {
        &self.client_secret
    }

    /// Returns the id of the signing key.
    #[must_use]
    pub fn key_id(&self) -> Uuid {
        self.key_id
    }

    /// Returns the private key: ECDSA P-521, unless another one was provided.
    #[must_use]
    pub fn signing_key(&self) -> &SigningKey {
        &self.signing_key
    }

    /// Returns the private key as PEM.
    #[must_use]
    pub fn key_pem(&self) -> &SecretString {
        &self.key_file.pem
    }

    /// Returns the passphrase of [`key_pem`](Self::key_pem), if it has one.
    #[must_use]
    pub fn passphrase(&self) -> Option<&SecretString> {
        self.key_file.passphrase.as_ref()
    }

    /// Returns the settings as names and values. The names are those that Upvest's own packages
    /// use.
    pub(crate) fn settings(&self, base_url: &str, scopes: &[&str]) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            ("UPVEST_API_BASE_URL", base_url.to_owned()),
            ("UPVEST_API_CLIENT_ID", self.client_id.to_string()),
            ("UPVEST_API_CLIENT_SECRET", self.client_secret.expose_secret().to_owned()),
            ("UPVEST_API_KEY_ID", self.key_id.to_string()),
            ("UPVEST_API_SCOPES", scopes.join(",")),
            (
                "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64",
                BASE64_STANDARD.encode(self.key_file.pem.expose_secret()),
            ),
        ];
        if let Some(passphrase) = &self.key_file.passphrase {
            let name = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE";
            settings.push((name, passphrase.expose_secret().to_owned()));
        }
        settings
    }
}

/// Derives a P-521 key for one purpose, in DER.
pub(crate) fn p521_key(seed: &Seed, purpose: &str) -> Vec<u8> {
    // SEC1, RFC 5915: the number 1, 66 bytes of key, the name of the curve. 521 bits are 65 bytes
    // and one bit. They exceed the order of the curve with a probability of 2 to the power of -260.
    let first = seed.bytes::<1>(purpose, 0)[0] & 1;
    let mut der = vec![0x30, 0x50, 0x02, 0x01, 0x01, 0x04, 0x42, first];
    der.extend(seed.bytes::<64>(purpose, 1));
    der.extend(seed.bytes::<1>(purpose, 2));
    der.extend([0xa0, 0x07, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23]);
    der
}

/// Derives an encrypted P-521 key, as users of the API have one.
fn derive_key_file(seed: &Seed) -> Result<KeyFile, StartError> {
    let failed = || StartError::new("cannot generate a signing key");
    let der = p521_key(seed, "key");
    let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P521_SHA512_ASN1_SIGNING, &der)
        .map_err(|_| failed())?;
    let plain = pair.to_pkcs8v1().map_err(|_| failed())?;
    let passphrase = seed.text("passphrase", 0);
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(
        ROUNDS,
        &seed.bytes::<16>("salt", 0),
        seed.bytes("initialisation vector", 0),
    );
    let encrypted = parameters.map_err(|_| failed()).and_then(|parameters| {
        PrivateKeyInfoRef::try_from(plain.as_ref())
            .and_then(|key| key.encrypt_with_params(parameters, &passphrase))
            .map_err(|_| failed())
    })?;
    let pem = pem::encode(&pem::Pem::new("ENCRYPTED PRIVATE KEY", encrypted.as_bytes()));
    Ok(KeyFile { pem: pem.into(), passphrase: Some(passphrase.into()) })
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
