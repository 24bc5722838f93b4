//! The compressed form of long scenarios: `z1.` and the base64url of a checksum and the deflated text.
//!
//! The digit is the version of the form. The checksum is the first four bytes of the SHA-256 of the text, so that a
//! link cut short or mangled on its way says so instead of running something else.
//!
//! Deflating itself is the work of a library, or, in the page, of the browser, which saves the page 20 KB.

use crate::ValueError;
use crate::base64url;
use crate::bounds::INFLATED_BYTES;
use crate::error::ErrorKind::{Compressed, TooLong};
use consensus_kernel::Digest;

/// What a compressed form begins with; the number is the version of the form.
pub(crate) const PREFIX: &str = "z1.";

const CHECKSUM_BYTES: usize = 4;

/// Deflated bytes inflated, at most [`INFLATED_BYTES`] of them, or why not.
pub type Inflated = Result<Vec<u8>, InflateError>;

/// Why deflated bytes could not be inflated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InflateError {
    /// There are more than [`INFLATED_BYTES`].
    TooLong,
    /// They are not what deflating gives.
    Damaged,
    /// There is nothing here that inflates.
    Impossible,
}

/// Whether this is meant to be a compressed form, of whatever version.
pub(crate) fn is_compressed(text: &str) -> bool {
    let digits = text.strip_prefix('z').and_then(|rest| rest.split_once('.')).map(|(digits, _)| digits);
    digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

/// The compressed form of a text that was deflated, with its prefix.
pub(crate) fn form(text: &str, deflated: &[u8]) -> String {
    let mut bytes = checksum(text.as_bytes()).to_vec();
    bytes.extend(deflated);
    format!("{PREFIX}{}", base64url::encode(&bytes))
}

/// The checksum of a compressed form, and its deflated text.
pub(crate) fn packed(form: &str) -> Result<([u8; CHECKSUM_BYTES], Vec<u8>), ValueError> {
    let Some(payload) = form.strip_prefix(PREFIX) else {
        let version = form.split('.').next().unwrap_or_default();
        let why = format!("the compressed form {} is not known here", crate::error::clean(version, 12));
        return Err(ValueError::new(Compressed, why, "z1 is"));
    };
    let bytes = base64url::decode(payload).ok_or_else(damaged)?;
    let (expected, deflated) = bytes.split_first_chunk().ok_or_else(damaged)?;
    Ok((*expected, deflated.to_vec()))
}

/// The text of a compressed form, which `inflate` inflates.
pub(crate) fn unpack(form: &str, inflate: impl FnOnce(&[u8]) -> Inflated) -> Result<String, ValueError> {
    let (expected, deflated) = packed(form)?;
    let text = inflate(&deflated).map_err(|error| match error {
        InflateError::TooLong => {
            let allowed = format!("at most {INFLATED_BYTES} bytes are allowed");
            ValueError::new(TooLong, "the compressed scenario is too long", allowed)
        }
        InflateError::Damaged => damaged(),
        InflateError::Impossible => {
            let allowed = "a link in the readable form is, or a newer browser";
            ValueError::new(Compressed, "a compressed scenario cannot be read here", allowed)
        }
    })?;
    if expected != checksum(&text) {
        return Err(damaged());
    }
    String::from_utf8(text).map_err(|_| damaged())
}

fn damaged() -> ValueError {
    let allowed = "copy the whole link once more";
    ValueError::new(Compressed, "the compressed scenario is damaged or cut short", allowed)
}

fn checksum(text: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let [a, b, c, d, ..] = Digest::of(text).0;
    [a, b, c, d]
}

/// Deflates at the strongest level: links are made rarely and read often.
#[cfg(feature = "deflate")]
pub(crate) fn deflate(text: &[u8]) -> Vec<u8> {
    const LEVEL: u8 = 9;
    miniz_oxide::deflate::compress_to_vec(text, LEVEL)
}

/// Inflates.
#[cfg(feature = "deflate")]
pub(crate) fn inflate(deflated: &[u8]) -> Inflated {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
    decompress_to_vec_with_limit(deflated, INFLATED_BYTES).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => InflateError::TooLong,
        _ => InflateError::Damaged,
    })
}

/// Nothing inflates here.
#[cfg(not(feature = "deflate"))]
pub(crate) fn inflate(_: &[u8]) -> Inflated {
    Err(InflateError::Impossible)
}

#[cfg(all(test, feature = "deflate"))]
mod tests {
    use super::*;

    fn compress(text: &str) -> String {
        form(text, &deflate(text.as_bytes()))
    }

    fn read(form: &str) -> Result<String, ValueError> {
        unpack(form, inflate)
    }

    #[test]
    fn what_was_compressed_comes_back() {
        for text in ["", "pbft", &"at=1s:heal&".repeat(2_000)] {
            assert_eq!(read(&compress(text)).as_deref(), Ok(text));
        }
    }

    /// The last byte of the deflated text ends in bits that mean nothing: changing those changes nothing.
    fn is_refused_or_unharmed(form: &str, text: &str) -> bool {
        match read(form) {
            Ok(out) => out == text,
            Err(error) => error.kind == Compressed,
        }
    }

    #[test]
    fn a_changed_or_shortened_form_never_gives_another_text() {
        let text = "pbft?n=4&at=300ms:crash:2";
        let form = compress(text);
        for end in PREFIX.len()..form.len() - 1 {
            assert_eq!(read(&form[..end]).unwrap_err().kind, Compressed, "cut at {end}");
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
        let bomb = compress(&"0".repeat(INFLATED_BYTES + 1));
        assert!(bomb.len() < 1_000);
        assert_eq!(read(&bomb).unwrap_err().kind, TooLong);
        assert!(read(&compress(&"0".repeat(INFLATED_BYTES))).is_ok());
    }

    #[test]
    fn a_later_form_is_named() {
        assert_eq!(read("z2.AAAA").unwrap_err().why, "the compressed form z2 is not known here");
        assert!(is_compressed("z12.x") && !is_compressed("zab") && !is_compressed("z.x"));
    }
}
