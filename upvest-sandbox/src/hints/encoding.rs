//! The encoding of a signature, and the kind of key that made it.

/// Says that a key of another kind made a signature, if its length shows this.
pub(super) fn other_kind(signature: &[u8], is_ed25519: bool) -> Option<String> {
    let longest = longest_number(signature);
    let length = signature.len();
    let made_by = match (longest, length) {
        (Some(_), _) | (None, 132) if is_ed25519 => "an ECDSA key",
        (Some(..=32), _) => "a key on P-256",
        (Some(33..=48), _) | (None, 96) => "a key on P-384",
        (Some(_), _) | (None, 130..=141) => return None,
        (None, 64) if is_ed25519 => return None,
        (None, 64) => "a key on P-256, or an Ed25519 key",
        (None, 256 | 384 | 512) => "an RSA key",
        (None, _) => {
            return Some(format!(
                "the signature has {length} bytes, but one by ECDSA P-521 in ASN.1 DER has about \
                 139, and one by Ed25519 has 64"
            ));
        }
    };
    let registered = if is_ed25519 { "an Ed25519 key" } else { "a key on P-521 (secp521r1)" };
    Some(format!(
        "by its length, the signature was made by {made_by}, but the registered key is {registered}"
    ))
}

/// The length, in bytes, of the longer number of an ECDSA signature in ASN.1 DER.
fn longest_number(der: &[u8]) -> Option<usize> {
    let ([0x30, 0x81, length, content @ ..] | [0x30, length, content @ ..]) = der else {
        return None;
    };
    let number = |bytes: &[u8]| -> Option<(usize, usize)> {
        let [0x02, length, rest @ ..] = bytes else { return None };
        let digits = rest.get(..usize::from(*length))?;
        let zeros = digits.iter().take_while(|byte| **byte == 0).count();
        Some((digits.len() - zeros, 2 + digits.len()))
    };
    let (r, end) = number(content)?;
    let (s, last) = number(content.get(end..)?)?;
    let is_whole = content.len() == usize::from(*length) && end + last == content.len();
    is_whole.then_some(r.max(s))
}

/// Encodes a raw P-521 signature, two concatenated numbers of 66 bytes, as ASN.1 DER.
pub(super) fn der_of_raw(raw: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = (raw.len() == 132).then(|| raw.split_at(66))?;
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count().min(65);
        let mut digits = number.get(zeros..).unwrap_or_default().to_vec();
        if digits.first().is_some_and(|first| *first >= 0x80) {
            digits.insert(0, 0);
        }
        let mut der = vec![0x02, u8::try_from(digits.len()).unwrap_or_default()];
        der.append(&mut digits);
        der
    };
    let content = [integer(r), integer(s)].concat();
    let length = u8::try_from(content.len()).ok()?;
    let mut der = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
    der.extend(content);
    Some(der)
}

#[cfg(test)]
mod tests {
    use super::other_kind;

    #[test]
    fn the_length_of_a_signature_shows_which_key_made_it() {
        let der = |digits: u8| {
            let number = [&[2, digits], &*vec![7; usize::from(digits)]].concat();
            let content = [number.clone(), number].concat();
            let length = u8::try_from(content.len()).unwrap();
            let head = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
            [head, content].concat()
        };
        for (signature, on_p521, on_ed25519) in [
            (der(32), Some("a key on P-256"), Some("an ECDSA key")),
            (der(48), Some("a key on P-384"), Some("an ECDSA key")),
            (der(66), None, Some("an ECDSA key")),
            (vec![7; 64], Some("a key on P-256, or an Ed25519 key"), None),
            (vec![7; 96], Some("a key on P-384"), Some("a key on P-384")),
            (vec![7; 132], None, Some("an ECDSA key")),
            (vec![7; 256], Some("an RSA key"), Some("an RSA key")),
            (vec![7; 20], Some("has 20 bytes"), Some("has 20 bytes")),
            (Vec::new(), Some("has 0 bytes"), Some("has 0 bytes")),
        ] {
            for (is_ed25519, wanted) in [(false, on_p521), (true, on_ed25519)] {
                let said = other_kind(&signature, is_ed25519);
                let fits = match (wanted, &said) {
                    (Some(wanted), Some(said)) => said.contains(wanted),
                    (wanted, said) => wanted.is_none() && said.is_none(),
                };
                assert!(fits, "{} bytes: {said:?}, not {wanted:?}", signature.len());
            }
        }
    }
}
