//! Every key format that users have: loaded, or rejected with the command that fixes it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use upvest_core::signature::{KeyError, Signer as _, SigningKey, VerifyingKey};
use upvest_tests::{PASSPHRASE, data};

const ID: &str = "8d4997a8-cf7a-4e51-adbb-401656a3e5c2";

/// The file name, and whether it is encrypted.
const LOAD: [(&str, bool); 24] = [
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
    ("ed25519_v2.pem", false),
    ("ed25519_ring.pem", false),
    ("cert_and_key.pem", false),
    ("openssh_ed25519", false),
    ("openssh_p521", false),
    ("openssh_p521_short", false),
    ("openssh_ed25519_enc", true),
    ("openssh_p521_enc", true),
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
fn windows_line_breaks_and_surrounding_text_are_accepted() {
    for (name, _) in LOAD {
        let text = String::from_utf8(read(name)).unwrap().replace("\r\n", "\n");
        for changed in
            [text.replace('\n', "\r\n"), format!("the key:\n{text}\n\n"), format!("\u{feff}{text}")]
        {
            assert!(load(changed.as_bytes(), Some(PASSPHRASE)).is_ok(), "{name}");
        }
    }
}

#[test]
fn an_encrypted_file_needs_its_passphrase() {
    for (name, _) in LOAD.into_iter().filter(|(_, is_encrypted)| *is_encrypted) {
        assert_eq!(
            load(&read(name), None).unwrap_err(),
            "cannot decrypt the key: missing passphrase (provide the key's passphrase)",
            "{name}"
        );
    }
}

/// About one wrong passphrase in 280 passes the padding check and yields garbage instead of a key.
#[test]
fn every_wrong_passphrase_gives_the_same_error() {
    let file = read("upvest_doc_p521.priv");
    for number in 0..1_000 {
        let error = load(&file, Some(&format!("wrong-{number}"))).unwrap_err();
        assert_eq!(error, "cannot decrypt the key: wrong passphrase or damaged key");
    }
    for name in ["p8_enc_default.pem", "ed25519_enc_default.pem", "dek_aes128.pem"] {
        assert_eq!(
            load(&read(name), Some("wrong")).unwrap_err(),
            "cannot decrypt the key: wrong passphrase or damaged key"
        );
    }
}

#[test]
fn an_unusable_key_says_why_and_what_to_do() {
    for (name, parts) in [
        ("dek_des3.pem", ["DES-EDE3-CBC", "`openssl ec -aes256 -in OLD_FILE -out NEW_FILE`"]),
        (
            "p8_enc_pbes1_3des.pem",
            ["unsupported cipher", "`openssl pkcs8 -topk8 -in OLD_FILE -out NEW_FILE`"],
        ),
        ("p256_dek.pem", ["prime256v1", "`openssl ecparam -genkey -name secp521r1"]),
        ("upvest_doc_p521.pub", ["public key", "load the private one"]),
        ("ed25519.pub", ["public key", "load the private one"]),
        ("sec1.der", ["DER, not PEM", "from_der"]),
        ("openssh_3des", ["3des-cbc", "`ssh-keygen -p -f FILE`"]),
        ("openssh_rsa", ["ssh-rsa", "`openssl ecparam -genkey -name secp521r1"]),
        ("openssh_p256", ["ecdsa-sha2-nistp256", "`openssl ecparam -genkey -name secp521r1"]),
        ("openssh_ed25519.pub", ["public key", "load the private one"]),
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
        // Key derivation with scrypt or bcrypt is slow, and is the same for any damage after it.
        if name.contains("scrypt") || name.contains("openssh") && is_encrypted {
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

/// As with openssl and Python's cryptography, the first private key of a file is used.
#[test]
fn the_first_private_key_of_a_file_is_used() {
    let file = |name: &str| String::from_utf8(read(name)).unwrap().replace("\r\n", "\n");
    let [first, second] = ["p8_plain.pem", "ed25519_plain.pem"].map(file);
    let expected = |text: &str| load(text.as_bytes(), None).unwrap().public_key_pem();
    let certificate = file("cert_and_key.pem").replace(&first, "");
    let [public, parameters] = ["upvest_doc_p521.pub", "ecparam_with_params.pem"].map(file);
    let parameters = parameters.split_inclusive("-----END EC PARAMETERS-----\n").next().unwrap();
    for before in [
        certificate.clone(),
        certificate.repeat(3),
        certificate.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        public.clone(),
        parameters.to_owned(),
        format!("{parameters}{certificate}{public}"),
        "Bag Attributes\n    localKeyID: 01\nsubject=CN = test\n".to_owned(),
    ] {
        for (key, other) in [(&first, &second), (&second, &first)] {
            for text in [
                format!("{before}{key}"),
                format!("{key}{before}"),
                format!("{before}{key}{before}{other}"),
                format!("\u{feff}{before}{key}").replace('\n', "\r\n"),
            ] {
                let loaded = load(text.as_bytes(), None).unwrap_or_else(|e| panic!("{e}: {text}"));
                assert_eq!(loaded.public_key_pem(), expected(key), "{text}");
            }
        }
        // An encrypted key next to a plain one needs no passphrase unless it comes first.
        let encrypted = file("p8_enc_default.pem");
        assert!(load(format!("{before}{first}{encrypted}").as_bytes(), None).is_ok());
        let error = load(format!("{before}{encrypted}{first}").as_bytes(), None).unwrap_err();
        assert_eq!(
            error,
            "cannot decrypt the key: missing passphrase (provide the key's passphrase)"
        );
    }
    // The first key decides, even if a later one is usable.
    let rsa = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let error = load(format!("{rsa}{first}").as_bytes(), None).unwrap_err();
    assert!(error.contains("RSA PRIVATE KEY"), "{error}");
    let error = load(certificate.as_bytes(), None).unwrap_err();
    assert!(error.contains("CERTIFICATE"), "{error}");
    // A damaged plain key is not reported as a wrong passphrase.
    let damaged = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let text = format!("{damaged}{}", file("p8_enc_default.pem"));
    let error = load(text.as_bytes(), Some(PASSPHRASE)).unwrap_err();
    assert!(!error.contains("passphrase"), "{error}");

    // The same holds for the first public key of a file with several blocks.
    for text in [format!("{certificate}{public}"), format!("{parameters}{public}{certificate}")] {
        assert!(VerifyingKey::from_pem(text).is_ok());
    }
    assert!(VerifyingKey::from_pem(certificate).is_err());
}

/// Environment files and some secret stores hold a key on one line.
#[test]
fn line_breaks_and_padding_are_optional() {
    for (name, _) in LOAD.iter().filter(|(name, _)| !name.contains("scrypt")) {
        let text = String::from_utf8(read(name)).unwrap().replace("\r\n", "\n");
        let mut changes = vec![text.replace('\n', "\\n"), text.replace('\n', "\\r\\n")];
        changes.push(text.replace('\n', "\\\\n"));
        changes.push(format!("\"{}\"", text.replace('\n', "\\n")));
        changes.push(text.replace('=', ""));
        changes.push(text.replace('=', "").replace('\n', "\\n"));
        changes.push(text.replace('=', "").replace('\n', "\r\n"));
        if !text.contains("DEK-Info") {
            changes.push(text.replace('\n', " "));
        }
        for changed in changes {
            let key = load(changed.as_bytes(), Some(PASSPHRASE));
            assert!(key.is_ok(), "{name}: {changed}");
        }
    }
}

/// A wrong passphrase that ends in white space is usually a correct one read with its line break.
#[test]
fn white_space_around_a_passphrase_is_named() {
    for (name, _) in
        LOAD.into_iter().filter(|(name, encrypted)| *encrypted && *name != "p8_enc_scrypt.pem")
    {
        for passphrase in
            [format!("{PASSPHRASE}\n"), format!(" {PASSPHRASE}"), format!("{PASSPHRASE}\t")]
        {
            let error = load(&read(name), Some(&passphrase)).unwrap_err();
            let sentence = "cannot decrypt the key: wrong passphrase or damaged key (the \
                            passphrase begins or ends with white space: remove it)";
            assert_eq!(error, sentence, "{name}");
        }
    }
    // An unencrypted file does not need it.
    assert!(load(&read("p8_plain.pem"), Some("x\n")).is_ok());
}

#[test]
fn white_space_around_a_key_id_is_trimmed() {
    for id in [format!("{ID}\n"), format!(" {ID}\r\n"), format!("\t{ID} ")] {
        let key = SigningKey::from_pem(id, read("sec1_plain.pem"), None).unwrap();
        assert_eq!(key.key_id(), ID);
    }
}

#[tokio::test]
async fn keys_of_openssh_and_ring_match_other_tools() {
    for (name, kind) in [("openssh_ed25519", "Ed25519"), ("openssh_p521", "ECDSA P-521")] {
        let key = load(&read(name), None).unwrap();
        assert!(format!("{key:?}").contains(kind), "{name}");
        signs(&key).await;
    }
    let plain = load(&read("ed25519_plain.pem"), None).unwrap().public_key_pem();
    for name in ["ed25519_v2.pem", "ed25519_ring.pem"] {
        assert_eq!(load(&read(name), None).unwrap().public_key_pem(), plain, "{name}");
    }
    // The raw public key is at the end of the line that `ssh-keygen` wrote.
    for (name, length) in [("openssh_ed25519", 32), ("openssh_p521", 133)] {
        let line = String::from_utf8(read(&format!("{name}.pub"))).unwrap();
        let written = BASE64_STANDARD.decode(line.split(' ').nth(1).unwrap()).unwrap();
        let ours = load(&read(name), None).unwrap().public_key_pem();
        let ours = pem::parse(ours).unwrap().into_contents();
        assert_eq!(ours[ours.len() - length..], written[written.len() - length..], "{name}");
    }
}

/// The headers of a damaged file may contain anything, even a part of the key.
#[test]
fn only_a_label_is_repeated_from_a_damaged_file() {
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
    let error = load(nameless.as_bytes(), Some(PASSPHRASE)).unwrap_err();
    assert!(error.contains("unsupported cipher ("), "{error}");
}

#[test]
fn a_file_with_an_excessive_work_factor_is_rejected_at_once() {
    let block = pem::parse(read("p8_enc_default.pem")).unwrap();
    let mut der = block.contents().to_vec();
    // 2048 rounds become two billion; the five enclosing sequences grow by two bytes.
    let rounds = der.windows(4).position(|window| window == [0x02, 0x02, 0x08, 0x00]).unwrap();
    der.splice(rounds..rounds + 4, [0x02, 0x04, 0x7f, 0xff, 0xff, 0xff]);
    for length in [3, 5, 18, 20, 33] {
        der[length] += 2;
    }
    let changed = pem::encode(&pem::Pem::new("ENCRYPTED PRIVATE KEY", der));
    let error = load(changed.as_bytes(), Some(PASSPHRASE)).unwrap_err();
    assert!(error.contains("requires too much work"), "{error}");
}

#[test]
fn an_openssh_key_with_an_excessive_work_factor_is_rejected_at_once() {
    let block = pem::parse(read("openssh_ed25519_enc")).unwrap();
    let mut bytes = block.contents().to_vec();
    // The rounds come after the length (16) and the salt, in options of 24 bytes.
    let options = bytes.windows(8).position(|window| window == [0, 0, 0, 24, 0, 0, 0, 16]).unwrap();
    bytes[options + 24..options + 28].copy_from_slice(&u32::MAX.to_be_bytes());
    let changed = pem::encode(&pem::Pem::new("OPENSSH PRIVATE KEY", bytes));
    let error = load(changed.as_bytes(), Some(PASSPHRASE)).unwrap_err();
    assert!(error.contains("requires too much work"), "{error}");
}

#[test]
fn a_damaged_openssh_key_is_rejected_without_a_panic() {
    let ppk = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n";
    assert!(load(ppk.as_bytes(), None).unwrap_err().contains("PuTTY"));
    for name in ["openssh_ed25519", "openssh_p521", "openssh_rsa"] {
        let block = pem::parse(read(name)).unwrap();
        for length in 0..block.contents().len() {
            let cut = block.contents()[..length].to_vec();
            let text = pem::encode(&pem::Pem::new("OPENSSH PRIVATE KEY", cut));
            assert!(load(text.as_bytes(), Some(PASSPHRASE)).is_err(), "{name} cut to {length}");
        }
    }
}

#[test]
fn a_key_id_must_fit_into_the_signature() {
    for id in ["", "a\"b", "a\\b", "ü", "a\nb"] {
        let error: KeyError = SigningKey::from_pem(id, read("sec1_plain.pem"), None).unwrap_err();
        assert!(error.to_string().starts_with("invalid key id: "), "{id:?}: {error}");
    }
}

#[test]
fn the_public_key_matches_the_one_from_openssl() {
    let key = load(&read("upvest_doc_p521.priv"), Some(PASSPHRASE)).unwrap();
    let written = String::from_utf8(read("upvest_doc_p521.pub")).unwrap();
    assert_eq!(key.public_key_pem().replace("\r\n", "\n").trim(), written.trim());
}

#[test]
fn a_truncated_file_and_an_rsa_key_are_named() {
    let whole = read("p8_plain.pem");
    let half = &whole[..whole.len() / 2];
    let error = load(half, None).unwrap_err();
    assert!(error.contains("`-----END … PRIVATE KEY-----` is missing"), "{error}");
    // PKCS#8 with the algorithm of RSA, and no key.
    let mut der = vec![0x30, 0x16, 0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48];
    der.extend([0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x04, 0x02, 0x30, 0x00]);
    let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", der));
    let error = load(pem.as_bytes(), None).unwrap_err();
    assert!(error.contains("type RSA") && error.contains("openssl"), "{error}");
}
