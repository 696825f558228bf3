//! Settings from the environment: which variables are read, and which one an error names.

use std::collections::HashMap;
use std::ffi::OsString;

use base64::Engine as _;
use base64::prelude::{
    BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD,
};
use upvest_core::{Client, ClientBuilder, Error};
use upvest_tests::{PASSPHRASE, data};

/// Checks that the message is one short sentence, not a dump.
fn is_one_sentence(error: &Error) {
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 400 && text.len() > 10, "{text}");
    assert!(!text.contains("secret"), "{text}");
}

fn from(variables: &[(&str, &str)]) -> Result<Client, Error> {
    let variables: HashMap<String, String> = variables
        .iter()
        .map(|(name, value)| (format!("UPVEST_API_{name}"), (*value).to_owned()))
        .collect();
    ClientBuilder::from_variables(|name| variables.get(name).cloned())?.build()
}

#[test]
fn settings_name_all_that_is_missing_at_once() {
    let error = from(&[("KEY_ID", ""), ("BASE_URL", "https://sandbox.upvest.co")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "missing from the environment: UPVEST_API_CLIENT_ID, UPVEST_API_CLIENT_SECRET, \
         UPVEST_API_KEY_ID, UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME (or \
         UPVEST_API_HTTP_SIGN_PRIVATE_KEY, or UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64)"
    );
}

#[test]
fn settings_take_the_key_from_file_text_or_base64() {
    let path = data("keys/upvest_doc_p521.priv");
    let text = std::fs::read_to_string(&path).unwrap();
    let base64 = BASE64_STANDARD.encode(&text);
    let rest = [
        ("CLIENT_ID", "5ec16164-6173-461d-b90d-116d68f55b40"),
        ("CLIENT_SECRET", "s"),
        ("KEY_ID", "k"),
        ("SCOPES", "a:read, b:read"),
        ("HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", PASSPHRASE),
    ];
    let with = |name: &'static str, value: &str| {
        let mut all: Vec<(&str, &str)> = rest.to_vec();
        all.push((name, value));
        from(&all)
    };
    assert!(with("HTTP_SIGN_PRIVATE_KEY_FILENAME", path.to_str().unwrap()).is_ok());
    assert!(
        with("HTTP_SIGN_PRIVATE_KEY_FILENAME", data("keys/sec1.der").to_str().unwrap()).is_ok()
    );
    assert!(with("HTTP_SIGN_PRIVATE_KEY", &text).is_ok());
    assert!(with("HTTP_SIGN_PRIVATE_KEY_BASE64", &base64).is_ok());
    for (name, value, part) in [
        (
            "HTTP_SIGN_PRIVATE_KEY_FILENAME",
            "/nowhere/key.pem",
            "cannot read the file `/nowhere/key.pem`",
        ),
        ("HTTP_SIGN_PRIVATE_KEY", "no key", "not PEM, `-----BEGIN"),
        ("HTTP_SIGN_PRIVATE_KEY_FILENAME", &text, "cannot read the file"),
        ("HTTP_SIGN_PRIVATE_KEY_FILENAME", &base64, "cannot read the file"),
        ("HTTP_SIGN_PRIVATE_KEY_BASE64", "%%%", "the value is not base64"),
    ] {
        let error = with(name, value).unwrap_err();
        assert!(error.to_string().contains(part) && error.to_string().contains(name), "{error}");
        is_one_sentence(&error);
        let secret = text.lines().nth(5).unwrap();
        assert!(
            !format!("{error:?}").contains(secret) && !format!("{error:?}").contains(&base64[..64])
        );
    }
}

/// Returns valid settings, for tests to change.
fn settings() -> HashMap<&'static str, OsString> {
    let pem = std::fs::read_to_string(data("keys/upvest_doc_p521.priv")).unwrap();
    HashMap::from([
        ("UPVEST_API_CLIENT_ID", "5ec16164-6173-461d-b90d-116d68f55b40".into()),
        ("UPVEST_API_CLIENT_SECRET", "hunter2".into()),
        ("UPVEST_API_KEY_ID", "8d4997a8-cf7a-4e51-adbb-401656a3e5c2".into()),
        ("UPVEST_API_SCOPES", "a:read".into()),
        ("UPVEST_API_BASE_URL", "https://api.example.com".into()),
        ("UPVEST_API_HTTP_SIGN_PRIVATE_KEY", pem.into()),
        ("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", PASSPHRASE.into()),
    ])
}

fn built(settings: &HashMap<&'static str, OsString>) -> Result<Client, Error> {
    ClientBuilder::from_variables(|name| settings.get(name).cloned())?.build()
}

/// Such line breaks come from `export NAME="$(cat FILE; echo)"`, Kubernetes secrets and env files.
#[test]
fn white_space_around_a_setting_is_trimmed_unless_it_is_a_secret() {
    let file = data("keys/sec1_plain.pem").into_os_string().into_string().unwrap();
    for (before, after) in [("", "\n"), ("", "\r\n"), (" ", ""), ("\t", " \n")] {
        for name in ["CLIENT_ID", "KEY_ID", "SCOPES", "BASE_URL", "HTTP_SIGN_PRIVATE_KEY"] {
            let mut settings = settings();
            let name = settings.keys().find(|known| known.ends_with(name)).copied().unwrap();
            let value = settings[name].clone().into_string().unwrap();
            settings.insert(name, format!("{before}{value}{after}").into());
            let client = built(&settings).unwrap_or_else(|error| panic!("{name}: {error}"));
            let shown = format!("{client:?}");
            for value in ["\"8d4997a8-cf7a-4e51-adbb-401656a3e5c2\"", "\"https://api.example.com\""]
            {
                assert!(shown.contains(value), "{name}: {shown}");
            }
        }
    }
    for line_break in ["\n", "\r\n"] {
        let mut settings = settings();
        let name = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME";
        settings.insert(name, format!("{file}{line_break}").into());
        built(&settings).unwrap();
    }
    // An empty variable counts as not set.
    let mut settings = settings();
    settings.insert("UPVEST_API_KEY_ID", " \n".into());
    let error = built(&settings).unwrap_err().to_string();
    assert_eq!(error, "missing from the environment: UPVEST_API_KEY_ID");
}

#[test]
fn white_space_around_a_secret_is_named() {
    for (name, shown) in [
        ("UPVEST_API_CLIENT_SECRET", "hunter2"),
        ("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", PASSPHRASE),
    ] {
        for value in
            [format!("{shown}\n"), format!("{shown}\r\n"), format!(" {shown}"), " \n".into()]
        {
            let mut settings = settings();
            settings.insert(name, value.clone().into());
            let error = built(&settings).unwrap_err();
            let text = error.to_string();
            assert!(text.starts_with(&format!("{name}: ")), "{value:?}: {text}");
            let is_newline = value.trim_start() == value && value.trim() != "";
            let why = if is_newline { "ends with a newline" } else { "white space" };
            assert!(text.contains(why), "{value:?}: {text}");
            assert!(!format!("{error:?} {text}").contains(shown), "{value:?}: {error:?}");
            assert!(!text.contains('\n'), "{text}");
        }
    }
    // A passphrase that is not needed is not checked.
    let mut plain = settings();
    let pem = std::fs::read_to_string(data("keys/p8_plain.pem")).unwrap();
    plain.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY", pem.into());
    plain.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", "x\n".into());
    built(&plain).unwrap();
    // A wrong passphrase without white space blames the key, which may be damaged.
    let mut wrong = settings();
    wrong.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", "wrong".into());
    let error = built(&wrong).unwrap_err().to_string();
    let why = "cannot decrypt the key: wrong passphrase or damaged key";
    assert_eq!(error, format!("UPVEST_API_HTTP_SIGN_PRIVATE_KEY: {why}"));
}

/// Docker and Kubernetes mount each secret as a file.
#[test]
fn every_setting_may_be_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = HashMap::new();
    for (name, value) in settings() {
        let path = folder.path().join(name);
        let value = value.into_string().unwrap();
        // With the line break that text files end with.
        std::fs::write(&path, format!("{value}\n")).unwrap();
        files.insert(format!("{name}_FILE"), OsString::from(path));
    }
    let from = |variables: &HashMap<String, OsString>| {
        ClientBuilder::from_variables(|name| variables.get(name).cloned())?.build()
    };
    let client = from(&files).unwrap();
    assert_eq!(client.base_url(), "https://api.example.com");
    for name in settings().into_keys() {
        let file = format!("{name}_FILE");
        // Both.
        let mut both = files.clone();
        both.insert(name.to_owned(), settings()[name].clone());
        let error = from(&both).unwrap_err().to_string();
        assert_eq!(error, format!("{name}: {file} is set too (remove one of the two)"));
        // A file that does not exist.
        let mut missing = files.clone();
        missing.insert(file.clone(), folder.path().join("none").into());
        let error = from(&missing).unwrap_err();
        assert_eq!(error.to_string(), format!("{file}: cannot read the file"));
        // The value itself in the variable for its file.
        let mut value = files.clone();
        value.insert(file.clone(), "hunter2/+".into());
        let error = from(&value).unwrap_err();
        assert_eq!(error.to_string(), format!("{file}: cannot read the file"));
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        // A file that is not text.
        let mut binary = files.clone();
        std::fs::write(folder.path().join("binary"), b"\xff").unwrap();
        binary.insert(file.clone(), folder.path().join("binary").into());
        let error = from(&binary).unwrap_err().to_string();
        assert_eq!(error, format!("{file}: the file is not UTF-8"));
    }
}

/// A short private key fits where a file name belongs.
#[test]
fn a_key_in_the_variable_for_its_file_is_not_shown() {
    let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
    let der = pem::parse(&pem).unwrap();
    for key in [BASE64_STANDARD.encode(&pem), BASE64_STANDARD_NO_PAD.encode(der.contents())] {
        let mut settings = settings();
        settings.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME", key.clone().into());
        let error = built(&settings).unwrap_err();
        assert!(error.to_string().ends_with("cannot read the file"), "{error}");
        assert!(!format!("{error:?}").contains(&key), "{error:?}");
    }
}

#[test]
fn an_error_names_the_variable_that_is_wrong() {
    for (name, value, why) in [
        ("UPVEST_API_CLIENT_ID", "me", "not a UUID"),
        ("UPVEST_API_BASE_URL", "https://api.example.com/v1", "invalid base URL: it contains more"),
        ("UPVEST_API_BASE_URL", "http://upvest:8080", "invalid base URL: `http` is allowed only"),
        ("UPVEST_API_DANGER_ALLOW_HTTP", "yes", "expected `1` or `0`"),
    ] {
        let mut settings = settings();
        settings.insert(name, value.into());
        let error = built(&settings).unwrap_err();
        assert!(error.to_string().starts_with(&format!("{name}: {why}")), "{error}");
        is_one_sentence(&error);
    }
    let mut settings = settings();
    settings.insert("UPVEST_API_BASE_URL", "http://upvest:8080".into());
    settings.insert("UPVEST_API_DANGER_ALLOW_HTTP", "1".into());
    assert_eq!(built(&settings).unwrap().base_url(), "http://upvest:8080");
    settings.insert("UPVEST_API_BASE_URL", "http://api.upvest.co".into());
    assert!(built(&settings).is_err());
}

#[test]
fn an_unusable_key_id_names_its_own_variable() {
    for value in ["a\"b", "a\\b", "ü", "a\nb"] {
        let mut settings = settings();
        settings.insert("UPVEST_API_KEY_ID", value.into());
        let error = built(&settings).unwrap_err();
        assert!(error.to_string().starts_with("UPVEST_API_KEY_ID: invalid key id: "), "{error}");
        assert!(!error.to_string().contains("PRIVATE_KEY"), "{error}");
    }
}

#[test]
fn a_key_in_a_variable_is_read_without_line_breaks_and_padding() {
    let name = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY";
    let pem = settings()[name].clone().into_string().unwrap().replace("\r\n", "\n");
    for text in [
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        format!("'{}'", pem.replace('\n', "\\n")),
        pem.replace('=', ""),
        // In base64, which belongs in another variable.
        BASE64_STANDARD.encode(&pem),
        BASE64_STANDARD_NO_PAD.encode(&pem),
    ] {
        let mut settings = settings();
        settings.insert(name, text.clone().into());
        built(&settings).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
    let der = std::fs::read(data("keys/sec1.der")).unwrap();
    // With each length modulo 3, so that padding is missing.
    let longer = [pem.clone(), format!("{pem}\n"), format!("{pem}\n\n")];
    let texts = longer.iter().flat_map(|pem| {
        let padded = BASE64_STANDARD.encode(pem);
        let lines: Vec<_> = padded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        let lines = lines.join("\n");
        [
            BASE64_STANDARD_NO_PAD.encode(pem),
            BASE64_URL_SAFE_NO_PAD.encode(pem),
            BASE64_URL_SAFE.encode(pem),
            lines.replace('\n', "\\n"),
            lines,
            padded,
            pem.clone(),
        ]
    });
    for text in texts.chain([BASE64_STANDARD_NO_PAD.encode(&der), BASE64_STANDARD.encode(&der)]) {
        let mut settings = settings();
        settings.remove(name);
        settings.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64", text.clone().into());
        built(&settings).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}

#[cfg(unix)]
#[test]
fn a_setting_that_is_not_utf_8_is_named() {
    use std::os::unix::ffi::OsStringExt as _;

    for name in settings().into_keys() {
        let mut settings = settings();
        settings.insert(name, OsString::from_vec(b"hunter2\xff".to_vec()));
        let error = built(&settings).unwrap_err();
        assert_eq!(error.to_string(), format!("{name}: the value is not UTF-8"));
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    // A file name need not be UTF-8.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsString::from_vec(b"key-\xff.pem".to_vec()));
    std::fs::copy(data("keys/sec1_plain.pem"), &path).unwrap();
    let mut settings = settings();
    settings.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME", path.into());
    built(&settings).unwrap();
    let missing = folder.path().join(OsString::from_vec(b"none-\xff.pem".to_vec()));
    settings.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME", missing.into());
    let error = built(&settings).unwrap_err();
    assert!(error.to_string().contains("cannot read the file `"), "{error}");
    is_one_sentence(&error);
}

/// Runs in a child process, because the environment of this process must not change.
#[cfg(unix)]
#[test]
fn the_process_environment_is_read_the_same_way() {
    use std::os::unix::ffi::OsStringExt as _;

    if std::env::var_os("READ_THE_ENVIRONMENT").is_some() {
        let error = ClientBuilder::from_env().unwrap_err();
        println!("{error}");
        return;
    }
    let mut settings = settings();
    let name = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE";
    settings.insert(name, OsString::from_vec(b"\xff".to_vec()));
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "settings::the_process_environment_is_read_the_same_way", "--nocapture"])
        .envs(settings)
        .env("READ_THE_ENVIRONMENT", "1")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&format!("{name}: the value is not UTF-8")), "{said}");
}
