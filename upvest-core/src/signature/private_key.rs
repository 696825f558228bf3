//! A private key as it was loaded, and what every format says of passphrases and of other kinds of keys.

use zeroize::Zeroizing;

use super::error::{KeyError, WRONG_PASSPHRASE};

/// A key in DER. It is wiped when it is dropped.
pub(super) type Der = Zeroizing<Vec<u8>>;

pub(super) const NEW_KEY: &str = "make a new one with \
     `openssl ecparam -genkey -name secp521r1 -noout | openssl ec -aes256 -out NEW_FILE`";

/// A key as it was in the file.
pub(super) struct PrivateKey {
    /// SEC1 or PKCS#8, decrypted.
    pub(super) der: Der,
    pub(super) is_encrypted: bool,
}

pub(super) fn needed(passphrase: Option<&str>) -> Result<&str, KeyError> {
    passphrase.ok_or_else(|| KeyError::new("the key file is encrypted: give its passphrase"))
}

/// White space may belong to a passphrase, so it is cut from none: but it is what is wrong mostly, for
/// a file that a passphrase was read from ends with a line break.
pub(super) fn wrong_passphrase(passphrase: &str) -> KeyError {
    if passphrase.trim() == passphrase {
        return KeyError::new(WRONG_PASSPHRASE);
    }
    KeyError::new(format!(
        "{WRONG_PASSPHRASE}: the passphrase begins or ends with white space (remove it)"
    ))
}
