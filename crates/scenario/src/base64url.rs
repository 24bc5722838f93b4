//! The URL alphabet of base64 without padding (RFC 4648, section 5), as links carry bytes.
//!
//! A library does this faster than a link needs, and costs the page 4 KB.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes as text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..=three.len() {
            text.push(ALPHABET[(bits >> (18 - 6 * digit)) as usize & 63].into());
        }
    }
    text
}

/// The bytes of a text; none if it is not what [`encode`] gives.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for at in 0..4 {
            let digit = four.get(at).map_or(Some(0), |c| ALPHABET.iter().position(|a| a == c))?;
            bits = bits << 6 | digit as u32;
        }
        let [_, all @ ..] = u32::to_be_bytes(bits);
        let (three, left) = all.split_at(four.len() - 1);
        // A digit alone is no byte, and no digit may hold more than its bytes need.
        if three.is_empty() || left.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend(three);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_hold() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn every_text_that_is_read_is_what_its_bytes_print() {
        for a in ALPHABET {
            for b in ALPHABET {
                let text = String::from_utf8(vec![*a, *b]).unwrap();
                if let Some(bytes) = decode(&text) {
                    assert_eq!(encode(&bytes), text);
                }
            }
        }
        for refused in ["A", "AAAAA", "Zh", "Zm9=", "Zm+v", "Zm/v", "Zm 8", "Zmü"] {
            assert_eq!(decode(refused), None, "{refused}");
        }
    }
}
