//! The format of `ssh-keygen`: reads keys of the types that Upvest accepts, as DER.

use ssh_key::private::{EcdsaKeypair, KeypairData};
use ssh_key::{Cipher, Kdf, PrivateKey};
use zeroize::Zeroizing;

use super::error::KeyError;
use super::private_key::{self, Der, NEW_KEY, needed, wrong_passphrase};

/// The most rounds of bcrypt; a file with more is an attack on the reader. `ssh-keygen -a` is 16 or
/// 24 by default, and 1,000 rounds take about ten seconds.
const MOST_ROUNDS: u32 = 1_000;

/// The bytes of PKCS#8 before the seed of an Ed25519 key (RFC 8410, section 7).
const ED25519: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// The bytes of SEC1 before and after the number of a P-521 key (RFC 5915, section 3).
const P521: ([u8; 7], [u8; 9]) = (
    [0x30, 0x50, 0x02, 0x01, 0x01, 0x04, 0x42],
    [0xa0, 0x07, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23],
);

/// Reads the private key in the contents of an `OPENSSH PRIVATE KEY`, and decrypts it.
pub(super) fn read(
    contents: &[u8],
    passphrase: Option<&str>,
) -> Result<private_key::PrivateKey, KeyError> {
    let damaged = || KeyError::new("cannot read the key: damaged OpenSSH format");
    let mut key = PrivateKey::from_bytes(contents).map_err(|_| damaged())?;
    let is_encrypted = key.is_encrypted();
    if is_encrypted {
        if matches!(key.kdf(), Kdf::Bcrypt { rounds, .. } if *rounds > MOST_ROUNDS) {
            return Err(KeyError::new(
                "cannot decrypt the key: the key derivation requires too much work (re-encrypt it \
                 with `ssh-keygen -p -a 24 -f FILE`)",
            ));
        }
        if key.cipher() == Cipher::TdesCbc {
            return Err(KeyError::new(
                "cannot decrypt the key: unsupported cipher `3des-cbc` (re-encrypt it with \
                 `ssh-keygen -p -f FILE`)",
            ));
        }
        let passphrase = needed(passphrase)?;
        key = key.decrypt(passphrase).map_err(|_| wrong_passphrase(passphrase))?;
    }
    let der = match key.key_data() {
        KeypairData::Ed25519(pair) => joined(&[&ED25519, pair.private.as_ref()]),
        KeypairData::Ecdsa(EcdsaKeypair::NistP521 { private, .. }) => {
            joined(&[&P521.0, private.as_slice(), &P521.1])
        }
        _ => {
            return Err(KeyError::new(format!(
                "unsupported key type `{}`: Upvest accepts secp521r1 or Ed25519 ({NEW_KEY})",
                key.algorithm().as_str()
            )));
        }
    };
    Ok(private_key::PrivateKey { der, is_encrypted })
}

fn joined(parts: &[&[u8]]) -> Der {
    // Allocated in full at once: growing would leave copies of the key in memory.
    let mut der = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        der.extend_from_slice(part);
    }
    der
}
