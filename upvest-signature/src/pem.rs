//! Key files: reads every container format that users of Upvest have, down to the DER inside.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use md5::{Digest as _, Md5};
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::pkcs5::pbes2::Kdf;
use zeroize::Zeroizing;

use super::error::KeyError;
use super::openssh;
use super::private_key::{Der, PrivateKey, needed, wrong_passphrase};

/// The most PBKDF2 rounds and scrypt memory; a file with more is an attack on the reader, not a
/// key.
const MOST_ROUNDS: u32 = 5_000_000;
const MOST_SCRYPT_BLOCKS: u64 = 1 << 21;

const NEW_PKCS8: &str = "`openssl pkcs8 -topk8 -in OLD_FILE -out NEW_FILE`";
const BEGIN: &[u8] = b"-----BEGIN ";
const PUBLIC: &str = "no private key: this is the public key (load the private one)";

/// Reads the first private key in a PEM text; like openssl, it skips anything before it.
pub(super) fn read(text: &[u8], passphrase: Option<&str>) -> Result<PrivateKey, KeyError> {
    let blocks = blocks(text)?;
    if blocks.is_empty() {
        return Err(KeyError::new(match text {
            [] => "cannot read the key: the file is empty",
            [0x30, ..] => "cannot read the key: DER, not PEM (load it with `SigningKey::from_der`)",
            [b'P', b'u', b'T', b'T', b'Y', b'-', ..] => {
                "cannot read the key: PuTTY format (convert it with `puttygen OLD_FILE -O \
                 private-openssh -o NEW_FILE`)"
            }
            _ if text.starts_with(b"ssh-") || text.starts_with(b"ecdsa-sha2-") => PUBLIC,
            _ if text.windows(BEGIN.len()).any(|window| window == BEGIN) => {
                "cannot read the key: damaged PEM, `-----END … PRIVATE KEY-----` is missing or differs"
            }
            _ => "cannot read the key: not PEM, `-----BEGIN … PRIVATE KEY-----` is missing",
        }));
    }
    let is_private = |block: &::pem::Pem| block.tag().ends_with("PRIVATE KEY");
    // `openssl ecparam -genkey` puts a block with the curve before the key.
    let is_not_parameters = |block: &::pem::Pem| block.tag() != "EC PARAMETERS";
    let index = blocks.iter().position(is_private);
    let index = index.or_else(|| blocks.iter().position(is_not_parameters));
    let Some(block) = index.and_then(|index| blocks.into_iter().nth(index)) else {
        return Err(KeyError::new("no private key: the file contains only curve parameters"));
    };
    let plain = |block: ::pem::Pem| {
        Ok(PrivateKey { der: Zeroizing::new(block.into_contents()), is_encrypted: false })
    };
    let decrypted = |der| PrivateKey { der, is_encrypted: true };
    match block.tag() {
        "PRIVATE KEY" => plain(block),
        "EC PRIVATE KEY" => match block.headers().get("DEK-Info") {
            None => plain(block),
            Some(info) => {
                let info = info.trim().to_owned();
                decrypt_traditional(&info, block.into_contents(), passphrase).map(decrypted)
            }
        },
        "ENCRYPTED PRIVATE KEY" => decrypt_pkcs8(block.contents(), passphrase).map(decrypted),
        "OPENSSH PRIVATE KEY" => openssh::read(&Zeroizing::new(block.into_contents()), passphrase),
        "PUBLIC KEY" => Err(KeyError::new(PUBLIC)),
        tag => Err(KeyError::new(format!(
            "no usable private key: expected EC or Ed25519, found {}",
            name(tag).map_or_else(|| "an unknown block".to_owned(), |tag| format!("`{tag}`"))
        ))),
    }
}

/// Returns all blocks of a PEM text, even if it came through a variable or a secret store.
pub(super) fn blocks(text: &[u8]) -> Result<Vec<::pem::Pem>, KeyError> {
    let text = with_line_breaks(text);
    ::pem::parse_many(&*text)
        .or_else(|_| ::pem::parse_many(&*with_padding(&text)))
        .map_err(|_| KeyError::new("cannot read the key: damaged PEM"))
}

/// Replaces escaped line breaks with real ones: `\n` or `\r\n`, escaped once or more. PEM has no
/// other backslashes.
fn with_line_breaks(text: &[u8]) -> Der {
    let mut broken = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut is_escaped = false;
    for &byte in text {
        match byte {
            b'\\' => is_escaped = true,
            b'n' if std::mem::take(&mut is_escaped) => broken.push(b'\n'),
            b'r' if std::mem::take(&mut is_escaped) => broken.push(b'\r'),
            _ => {
                is_escaped = false;
                broken.push(byte);
            }
        }
    }
    broken
}

/// Adds the `=` that are missing at the end of the blocks.
fn with_padding(text: &[u8]) -> Der {
    const END: &[u8] = b"-----END ";
    let mut padded = Zeroizing::new(Vec::with_capacity(text.len() + 16));
    let mut rest = text;
    while let Some(end) = rest.windows(END.len()).position(|window| window == END) {
        let (block, after) = rest.split_at(end);
        // Before it is the line with the tag, or a header that ends in a number of 16 or 32 digits.
        let body = block.rsplit(|byte| matches!(byte, b'-' | b',')).next().unwrap_or_default();
        padded.extend_from_slice(block);
        let digits = body.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
        padded.extend(std::iter::repeat_n(b'=', digits.next_multiple_of(4) - digits));
        padded.extend_from_slice(END);
        rest = after.get(END.len()..).unwrap_or_default();
    }
    padded.extend_from_slice(rest);
    padded
}

/// Returns a name from a file, if it is one: in a damaged file it may be a part of the key.
fn name(text: &str) -> Option<&str> {
    let is_of_a_name = |byte: u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'-');
    ((1..=32).contains(&text.len()) && text.bytes().all(is_of_a_name)).then_some(text)
}

/// Decrypts `Proc-Type: 4,ENCRYPTED`, which `openssl ec -aes256` writes, so most users have it.
fn decrypt_traditional(
    info: &str,
    mut data: Vec<u8>,
    passphrase: Option<&str>,
) -> Result<Der, KeyError> {
    let (cipher, iv) = info.split_once(',').unwrap_or((info, ""));
    let (algorithm, key_length): (&'static Algorithm, usize) = match cipher {
        "AES-128-CBC" => (&AES_128, 16),
        "AES-192-CBC" => (&AES_192, 24),
        "AES-256-CBC" => (&AES_256, 32),
        other => {
            let shown = name(other).map(|name| format!(" `{name}`")).unwrap_or_default();
            return Err(KeyError::new(format!(
                "cannot decrypt the key: unsupported cipher{shown} (re-encrypt it with \
                 `openssl ec -aes256 -in OLD_FILE -out NEW_FILE`)"
            )));
        }
    };
    let passphrase = needed(passphrase)?;
    let damaged = || wrong_passphrase(passphrase);
    let iv: [u8; 16] = unhex(iv)
        .ok_or_else(|| KeyError::new("cannot decrypt the key: damaged line `DEK-Info`"))?;
    let key = derive_key(passphrase.as_bytes(), &iv, key_length);
    let key = UnboundCipherKey::new(algorithm, &key).map_err(|_| damaged())?;
    let decrypting = PaddedBlockDecryptingKey::cbc_pkcs7(key).map_err(|_| damaged())?;
    let plain = decrypting
        .decrypt(&mut data, DecryptionContext::Iv128(FixedLength::from(iv)))
        .map(|plain| Zeroizing::new(plain.to_vec()));
    zeroize::Zeroize::zeroize(&mut data);
    plain.map_err(|_| damaged())
}

/// OpenSSL's `EVP_BytesToKey` with MD5, one round, and the first half of the IV as salt.
fn derive_key(passphrase: &[u8], iv: &[u8; 16], length: usize) -> Der {
    let salt: Vec<u8> = iv.iter().take(8).copied().collect();
    let mut key = Zeroizing::new(Vec::with_capacity(length + 16));
    let mut block = Zeroizing::new(Vec::new());
    while key.len() < length {
        let mut hash = Md5::new();
        hash.update(block.as_slice());
        hash.update(passphrase);
        hash.update(&salt);
        *block = hash.finalize().to_vec();
        key.extend_from_slice(&block);
    }
    key.truncate(length);
    key
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(text, 16).ok()?;
    (text.len() == 32 && !text.starts_with('+')).then(|| number.to_be_bytes())
}

fn decrypt_pkcs8(der: &[u8], passphrase: Option<&str>) -> Result<Der, KeyError> {
    let unsupported = || {
        KeyError::new(format!(
            "cannot decrypt the key: damaged, or an unsupported cipher (re-encrypt it with \
             {NEW_PKCS8})"
        ))
    };
    let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| unsupported())?;
    let scheme = info.encryption_algorithm.pbes2().ok_or_else(unsupported)?;
    let is_bearable = match &scheme.kdf {
        Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= MOST_ROUNDS,
        Kdf::Scrypt(scrypt) => {
            let (n, r, p) = (scrypt.cost_parameter, scrypt.block_size, scrypt.parallelization);
            n >= 2
                && n.is_power_of_two()
                && n.saturating_mul(r.into()) <= MOST_SCRYPT_BLOCKS
                && (1..=8).contains(&p)
        }
        _ => return Err(unsupported()),
    };
    if !is_bearable {
        return Err(KeyError::new(format!(
            "cannot decrypt the key: the key derivation requires too much work (re-encrypt it with \
             {NEW_PKCS8})"
        )));
    }
    let passphrase = needed(passphrase)?;
    let plain = info.decrypt(passphrase).map_err(|_| wrong_passphrase(passphrase))?;
    Ok(Zeroizing::new(plain.as_bytes().to_vec()))
}
