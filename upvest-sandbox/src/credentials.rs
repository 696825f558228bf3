//! What a client needs to be let in: made anew at each start.

use std::fmt;

use aws_lc_rs::rand;
use aws_lc_rs::signature::{ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use pkcs8::PrivateKeyInfoRef;
use pkcs8::pkcs5::pbes2::Parameters;
use secrecy::{ExposeSecret as _, SecretString};
use upvest_core::SigningKey;
use upvest_core::signature::VerifyingKey;
use uuid::Uuid;

use crate::StartError;

/// As `openssl` does it by default.
const ROUNDS: u32 = 2048;

/// Client id, client secret and signing key of the one client that the sandbox knows.
#[derive(Clone)]
pub struct Credentials {
    client_id: Uuid,
    client_secret: SecretString,
    key_id: Uuid,
    key_pem: SecretString,
    passphrase: SecretString,
    signing_key: SigningKey,
}

impl Credentials {
    pub(crate) fn generate() -> Result<Self, StartError> {
        let failed = |what: &'static str| move |_| StartError::new(what);
        let random = || -> Result<[u8; 16], StartError> {
            let mut bytes = [0; 16];
            rand::fill(&mut bytes).map_err(failed("the system's random generator failed"))?;
            Ok(bytes)
        };
        let secret = || Ok(SecretString::from(format!("{:032x}", u128::from_be_bytes(random()?))));

        let pair = EcdsaKeyPair::generate(&ECDSA_P521_SHA512_ASN1_SIGNING)
            .and_then(|pair| pair.to_pkcs8v1())
            .map_err(failed("no signing key could be made"))?;
        let passphrase: SecretString = secret()?;
        let parameters =
            Parameters::generate_pbkdf2_sha256_aes256cbc(ROUNDS, &random()?, random()?)
                .map_err(|_| StartError::new("the signing key could not be encrypted"))?;
        let encrypted = PrivateKeyInfoRef::try_from(pair.as_ref())
            .and_then(|key| key.encrypt_with_params(parameters, passphrase.expose_secret()))
            .map_err(|_| StartError::new("the signing key could not be encrypted"))?;
        let pem = pem::encode(&pem::Pem::new("ENCRYPTED PRIVATE KEY", encrypted.as_bytes()));

        let key_id = Uuid::new_v4();
        let signing_key = SigningKey::from_pem(key_id, &pem, Some(passphrase.expose_secret()))
            .map_err(|_| StartError::new("the new signing key could not be read"))?;
        Ok(Self {
            client_id: Uuid::new_v4(),
            client_secret: secret()?,
            key_id,
            key_pem: pem.into(),
            passphrase,
            signing_key,
        })
    }

    /// The client id.
    #[must_use]
    pub fn client_id(&self) -> Uuid {
        self.client_id
    }

    /// The client secret.
    #[must_use]
    pub fn client_secret(&self) -> &SecretString {
        &self.client_secret
    }

    /// The id of the signing key.
    #[must_use]
    pub fn key_id(&self) -> Uuid {
        self.key_id
    }

    /// The private key, ECDSA P-521.
    #[must_use]
    pub fn signing_key(&self) -> &SigningKey {
        &self.signing_key
    }

    pub(crate) fn verifying_key(&self) -> Result<VerifyingKey, StartError> {
        self.signing_key
            .verifying_key()
            .map_err(|_| StartError::new("the new signing key has no public half"))
    }

    /// The settings as `NAME=value` lines, under the names that Upvest's own packages use.
    pub(crate) fn settings(&self, base_url: &str, scopes: &[&str]) -> String {
        let key = BASE64_STANDARD.encode(self.key_pem.expose_secret());
        format!(
            "UPVEST_API_BASE_URL={base_url}\n\
             UPVEST_API_CLIENT_ID={}\n\
             UPVEST_API_CLIENT_SECRET={}\n\
             UPVEST_API_KEY_ID={}\n\
             UPVEST_API_SCOPES={}\n\
             UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64={key}\n\
             UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE={}\n",
            self.client_id,
            self.client_secret.expose_secret(),
            self.key_id,
            scopes.join(","),
            self.passphrase.expose_secret(),
        )
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
