//! The compressed form of long scenarios: `z1.` and the base64url of a checksum and the deflated text.
//!
//! The digit is the version of the form. The checksum is the first four bytes of the SHA-256 of the text, so that a
//! link cut short or mangled on its way says so instead of running something else.

use crate::ValueError;
use crate::bounds::INFLATED_BYTES;
use crate::error::ErrorKind::{Compressed, TooLong};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use consensus_kernel::Digest;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

/// What a compressed form begins with; the number is the version of the form.
pub(crate) const PREFIX: &str = "z1.";

const CHECKSUM_BYTES: usize = 4;
/// The strongest that the library offers; links are made rarely and read often.
const LEVEL: u8 = 9;

/// Whether this is meant to be a compressed form, of whatever version.
pub(crate) fn is_compressed(text: &str) -> bool {
    let digits = text.strip_prefix('z').and_then(|rest| rest.split_once('.')).map(|(digits, _)| digits);
    digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

/// The compressed form of a text, with its prefix.
pub(crate) fn deflate(text: &str) -> String {
    let mut bytes = checksum(text.as_bytes()).to_vec();
    bytes.extend(compress_to_vec(text.as_bytes(), LEVEL));
    format!("{PREFIX}{}", BASE64.encode(bytes))
}

/// The text of a compressed form.
pub(crate) fn inflate(form: &str) -> Result<String, ValueError> {
    let damaged = || {
        let allowed = "copy the whole link once more";
        ValueError::new(Compressed, "the compressed scenario is damaged or cut short", allowed)
    };
    let Some(payload) = form.strip_prefix(PREFIX) else {
        let version = form.split('.').next().unwrap_or_default();
        let why = format!("the compressed form {} is not known here", crate::error::clean(version, 12));
        return Err(ValueError::new(Compressed, why, "z1 is"));
    };
    let bytes = BASE64.decode(payload).map_err(|_| damaged())?;
    let (expected, packed) = bytes.split_at_checked(CHECKSUM_BYTES).ok_or_else(damaged)?;
    let text = decompress_to_vec_with_limit(packed, INFLATED_BYTES).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => {
            let allowed = format!("at most {INFLATED_BYTES} bytes are allowed");
            ValueError::new(TooLong, "the compressed scenario is too long", allowed)
        }
        _ => damaged(),
    })?;
    if expected != checksum(&text) {
        return Err(damaged());
    }
    String::from_utf8(text).map_err(|_| damaged())
}

fn checksum(text: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let [a, b, c, d, ..] = Digest::of(text).0;
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compressed_comes_back() {
        for text in ["", "pbft", &"at=1s:heal&".repeat(2_000)] {
            assert_eq!(inflate(&deflate(text)).as_deref(), Ok(text));
        }
    }

    /// The last byte of the deflated text ends in bits that mean nothing: changing those changes nothing.
    fn is_refused_or_unharmed(form: &str, text: &str) -> bool {
        match inflate(form) {
            Ok(out) => out == text,
            Err(error) => error.kind == Compressed,
        }
    }

    #[test]
    fn a_changed_or_shortened_form_never_gives_another_text() {
        let text = "pbft?n=4&at=300ms:crash:2";
        let form = deflate(text);
        for end in PREFIX.len()..form.len() - 1 {
            assert_eq!(inflate(&form[..end]).unwrap_err().kind, Compressed, "cut at {end}");
        }
        for at in PREFIX.len()..form.len() {
            let mut bytes = form.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(is_refused_or_unharmed(&changed, text), "changed at {at}");
        }
    }

    #[test]
    fn a_small_form_cannot_inflate_beyond_the_bound() {
        let bomb = deflate(&"0".repeat(INFLATED_BYTES + 1));
        assert!(bomb.len() < 1_000);
        assert_eq!(inflate(&bomb).unwrap_err().kind, TooLong);
        assert!(inflate(&deflate(&"0".repeat(INFLATED_BYTES))).is_ok());
    }

    #[test]
    fn a_later_form_is_named() {
        assert_eq!(inflate("z2.AAAA").unwrap_err().why, "the compressed form z2 is not known here");
        assert!(is_compressed("z12.x") && !is_compressed("zab") && !is_compressed("z.x"));
    }
}
