//! A private key as loaded, and the errors that all formats share: about passphrases and key types.

use zeroize::Zeroizing;

use super::error::{KeyError, WRONG_PASSPHRASE};

/// A key in DER. It is wiped when it is dropped.
pub(super) type Der = Zeroizing<Vec<u8>>;

pub(super) const NEW_KEY: &str = "create one with \
     `openssl ecparam -genkey -name secp521r1 -noout | openssl ec -aes256 -out NEW_FILE`";

/// A private key as read from a file.
pub(super) struct PrivateKey {
    /// SEC1 or PKCS#8, decrypted.
    pub(super) der: Der,
    pub(super) is_encrypted: bool,
}

pub(super) fn needed(passphrase: Option<&str>) -> Result<&str, KeyError> {
    passphrase.ok_or_else(|| {
        KeyError::new("cannot decrypt the key: missing passphrase (provide the key's passphrase)")
    })
}

/// White space can be part of a passphrase, so it is never trimmed. But it is the usual mistake: a
/// file that a passphrase is read from ends with a line break.
pub(super) fn wrong_passphrase(passphrase: &str) -> KeyError {
    if passphrase.trim() == passphrase {
        return KeyError::new(WRONG_PASSPHRASE);
    }
    KeyError::new(format!(
        "{WRONG_PASSPHRASE} (the passphrase begins or ends with white space: remove it)"
    ))
}
