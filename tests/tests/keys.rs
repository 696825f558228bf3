//! Every form in which users hold a key: loaded, or refused with the command that mends it.

use upvest_core::signature::{KeyError, Signer as _, SigningKey};
use upvest_tests::{PASSPHRASE, data};

const ID: &str = "8d4997a8-cf7a-4e51-adbb-401656a3e5c2";

/// File, and whether it is encrypted.
const LOAD: [(&str, bool); 16] = [
    ("upvest_doc_p521.priv", true),
    ("dek_aes128.pem", true),
    ("dek_aes192.pem", true),
    ("ecparam_with_params.pem", false),
    ("sec1_plain.pem", false),
    ("sec1_nopub.pem", false),
    ("sec1_compressed.pem", false),
    ("p8_plain.pem", false),
    ("p8_enc_default.pem", true),
    ("p8_enc_sha512.pem", true),
    ("p8_enc_sha1.pem", true),
    ("p8_enc_scrypt.pem", true),
    ("genpkey_p521_enc.pem", true),
    ("pkey_aes256.pem", true),
    ("ed25519_plain.pem", false),
    ("ed25519_enc_default.pem", true),
];

fn read(name: &str) -> Vec<u8> {
    std::fs::read(data("keys").join(name)).unwrap()
}

fn load(pem: &[u8], passphrase: Option<&str>) -> Result<SigningKey, String> {
    SigningKey::from_pem(ID, pem, passphrase).map_err(|error| error.to_string())
}

async fn signs(key: &SigningKey) {
    let signature = key.sign(b"base").await.unwrap();
    let public = key.verifying_key().unwrap();
    assert!(public.verifies(b"base", &signature));
    assert!(!public.verifies(b"another base", &signature));
}

#[tokio::test]
async fn every_usable_file_loads_and_signs() {
    for (name, _) in LOAD {
        let key =
            load(&read(name), Some(PASSPHRASE)).unwrap_or_else(|error| panic!("{name}: {error}"));
        signs(&key).await;
    }
    signs(&SigningKey::from_der(ID, read("sec1.der")).unwrap()).await;
}

#[test]
fn windows_line_ends_and_text_around_the_key_do_no_harm() {
    for (name, _) in LOAD {
        let text = String::from_utf8(read(name)).unwrap().replace("\r\n", "\n");
        for changed in
            [text.replace('\n', "\r\n"), format!("our key:\n{text}\n\n"), format!("\u{feff}{text}")]
        {
            assert!(load(changed.as_bytes(), Some(PASSPHRASE)).is_ok(), "{name}");
        }
    }
}

#[test]
fn an_encrypted_file_wants_its_passphrase() {
    for (name, _) in LOAD.into_iter().filter(|(_, is_encrypted)| *is_encrypted) {
        assert_eq!(
            load(&read(name), None).unwrap_err(),
            "the key file is encrypted: give its passphrase",
            "{name}"
        );
    }
}

/// One wrong passphrase in about 280 survives the padding check and gives garbage instead of a key.
#[test]
fn every_wrong_passphrase_reads_the_same() {
    let file = read("upvest_doc_p521.priv");
    for number in 0..1_000 {
        let error = load(&file, Some(&format!("wrong-{number}"))).unwrap_err();
        assert_eq!(error, "wrong passphrase or damaged key");
    }
    for name in ["p8_enc_default.pem", "ed25519_enc_default.pem", "dek_aes128.pem"] {
        assert_eq!(
            load(&read(name), Some("wrong")).unwrap_err(),
            "wrong passphrase or damaged key"
        );
    }
}

#[test]
fn what_cannot_be_used_says_why_and_what_to_do() {
    for (name, parts) in [
        ("dek_des3.pem", ["DES-EDE3-CBC", "`openssl ec -aes256 -in OLD_FILE -out NEW_FILE`"]),
        (
            "p8_enc_pbes1_3des.pem",
            ["old cipher", "`openssl pkcs8 -topk8 -in OLD_FILE -out NEW_FILE`"],
        ),
        ("p256_dek.pem", ["prime256v1", "`openssl ecparam -genkey -name secp521r1"]),
        ("upvest_doc_p521.pub", ["public key", "load the private one"]),
        ("ed25519.pub", ["public key", "load the private one"]),
        ("sec1.der", ["DER, not PEM", "from_der"]),
    ] {
        let error = load(&read(name), Some(PASSPHRASE)).unwrap_err();
        for part in parts {
            assert!(error.contains(part), "{name}: {error}");
        }
    }
}

#[test]
fn damaged_files_are_refused_without_a_panic() {
    for (name, is_encrypted) in LOAD {
        // Deriving a key with scrypt takes long, and is the same for every damage behind it.
        if name.contains("scrypt") {
            continue;
        }
        let file = read(name);
        let end = file.windows(9).rposition(|window| window == b"-----END ").unwrap();
        for length in (0..end).step_by(if is_encrypted { 37 } else { 7 }) {
            assert!(load(&file[..length], Some(PASSPHRASE)).is_err(), "{name} cut to {length}");
        }
        let mut nul = file.clone();
        nul.insert(file.len() / 2, 0);
        assert!(load(&nul, Some(PASSPHRASE)).is_err(), "{name}");
    }
    for text in [
        "",
        "x",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n",
    ] {
        assert!(load(text.as_bytes(), None).is_err(), "{text}");
    }
    let rsa = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    assert!(load(rsa.as_bytes(), None).unwrap_err().contains("RSA PRIVATE KEY"));
    let hostile = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n";
    assert!(load(hostile.as_bytes(), Some("x")).unwrap_err().contains("DEK-Info"));
}

/// What a damaged file says of itself may be anything, a part of the key included.
#[test]
fn only_a_name_is_repeated_from_a_damaged_file() {
    let key = "MIHcAgEBBEIB1Kb6qsR3Jv";
    for text in [
        format!("-----BEGIN EC\n{key}-----\nAAAA\n-----END EC\n{key}-----\n"),
        format!("-----BEGIN {key}-----\nAAAA\n-----END {key}-----\n"),
        format!(
            "-----BEGIN EC PRIVATE KEY-----\nDEK-Info: {key}\u{7},00\n\nAAAA\n\
             -----END EC PRIVATE KEY-----\n"
        ),
    ] {
        let error = load(text.as_bytes(), Some(PASSPHRASE)).unwrap_err();
        assert!(!error.contains(|character: char| character.is_control()), "{error:?}");
        assert!(!error.contains(key), "{error}");
    }
    let nameless =
        "-----BEGIN EC PRIVATE KEY-----\nDEK-Info: ,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n";
    assert!(load(nameless.as_bytes(), Some(PASSPHRASE)).unwrap_err().contains("an unknown cipher"));
}

#[test]
fn a_file_that_asks_for_endless_work_is_refused_at_once() {
    let block = pem::parse(read("p8_enc_default.pem")).unwrap();
    let mut der = block.contents().to_vec();
    // 2048 rounds become two thousand million; the five sequences around them grow by two bytes.
    let rounds = der.windows(4).position(|window| window == [0x02, 0x02, 0x08, 0x00]).unwrap();
    der.splice(rounds..rounds + 4, [0x02, 0x04, 0x7f, 0xff, 0xff, 0xff]);
    for length in [3, 5, 18, 20, 33] {
        der[length] += 2;
    }
    let changed = pem::encode(&pem::Pem::new("ENCRYPTED PRIVATE KEY", der));
    let error = load(changed.as_bytes(), Some(PASSPHRASE)).unwrap_err();
    assert!(error.contains("asks for too much work"), "{error}");
}

#[test]
fn a_key_id_must_fit_into_the_signature() {
    for id in ["", "a\"b", "a\\b", "ü", "a\nb"] {
        let error: KeyError = SigningKey::from_pem(id, read("sec1_plain.pem"), None).unwrap_err();
        assert!(error.to_string().starts_with("the key id must be"), "{id:?}: {error}");
    }
}

#[test]
fn the_public_half_is_the_one_that_openssl_wrote() {
    let key = load(&read("upvest_doc_p521.priv"), Some(PASSPHRASE)).unwrap();
    let written = String::from_utf8(read("upvest_doc_p521.pub")).unwrap();
    assert_eq!(key.public_key_pem().replace("\r\n", "\n").trim(), written.trim());
}
