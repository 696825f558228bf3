//! Which fields hold secrets.

use crate::names::words::singular;

/// Words that a secret has anywhere in its name.
const ANYWHERE: [&str; 4] = ["passphrase", "passcode", "password", "secret"];

/// The last words of the name of a secret.
const AT_THE_END: [&str; 9] = [
    "access_key",
    "api_key",
    "assertion",
    "credential",
    "otp",
    "pin",
    "private_key",
    "tan",
    "token",
];

/// Whether a value in this field is a secret. The name is that of Rust: `client_secret`.
pub(super) fn is_secret(name: &str) -> bool {
    let name = singular(name);
    let ends_with = |end: &&str| {
        name.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    };
    ANYWHERE.iter().any(|word| name.contains(word)) || AT_THE_END.iter().any(ends_with)
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn a_secret_is_told_by_its_name() {
        for name in
            ["client_secret", "secrets", "password2", "access_token", "tokens", "api_key", "pin"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["token_type", "shipping", "stan", "key", "public_key", "passport", "pinned"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
