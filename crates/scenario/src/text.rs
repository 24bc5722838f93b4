//! The text of a scenario, whole: a link's fragment, a file, an argument of the command line. One grammar for all.
//!
//! ```text
//! #/pbft?n=4&seed=7&at=300ms:crash:2          a link; whatever stands before the first # is ignored
//! #/z1.Jx0c…                                  the same, compressed
//!
//! // A file: line breaks stand for &, and lines like this one are for people.
//! pbft
//! n=4
//! at=300ms:crash:2
//! ```
//!
//! Reading goes in three steps: split into keys and values, with a bound on their number; put the values in the order
//! in which they depend on each other; apply them one by one to the protocol's defaults. A mistake is noted and the
//! rest goes on, so that the strict reader and the lenient one are the same.

use crate::bounds::{ACTIONS, FILE_BYTES, FRAGMENT_BYTES, PAUSES, REPLICAS, RIVALS};
use crate::compress::{self, Inflated, is_compressed};
use crate::error::ErrorKind::{
    Conflict, Empty, Escape, Malformed, Missing, Repeated, TooLong, TooMany, Version,
};
use crate::keys::{FAULTS, Key, SETTINGS, put_in_order};
use crate::pause::{Pause, parse_pause, print_pause};
use crate::rival::{parse_rival, print_rival};
use crate::value::{parse_number, parse_param, print_param};
use crate::{ErrorKind, ParseError, Scenario, ValueError};
use consensus_kernel::{Meta, SetupError, sort_by_number};
use std::borrow::Cow;

/// The version of the engines' meaning: it grows when a scenario gives another run than before.
pub const VERSION: u32 = 1;

/// A scenario and what a link says beside it.
#[derive(Clone, PartialEq, Debug)]
pub struct Link {
    /// What is to run.
    pub scenario: Scenario,
    /// The version of the engines' meaning that it was written for; [`VERSION`] unless the text says otherwise.
    pub version: u32,
    /// The digest that the run had, or the beginning of it: 16 to 64 hexadecimal digits, lower case.
    pub digest: Option<String>,
    /// What it is to be compared with, see [`crate::rival`].
    pub rivals: Vec<Scenario>,
    /// Where playing stops.
    pub pauses: Vec<Pause>,
}

impl From<Scenario> for Link {
    fn from(scenario: Scenario) -> Self {
        Self { scenario, version: VERSION, digest: None, rivals: Vec::new(), pauses: Vec::new() }
    }
}

/// Reads a link or a file.
///
/// # Errors
/// The first mistake in it.
pub fn parse(text: &str, catalogue: &[&'static Meta]) -> Result<Link, ParseError> {
    let (link, errors) = read(text, catalogue, compress::inflate);
    match (link, errors.into_iter().next()) {
        (_, Some(error)) => Err(error),
        (Some(link), None) => Ok(link),
        (None, None) => Err(ParseError::at(text, 0, "link", "", nothing_named(catalogue))),
    }
}

/// What a protocol refuses of a text that is read without a mistake, at the key to blame; none if the text does not give it.
pub fn refused(text: &str, catalogue: &[&'static Meta], refusal: &SetupError) -> Option<ParseError> {
    let start = text.len() - text.trim_start_matches(is_blank).len();
    let (head, position, rest) = split_head(text, start);
    let inner = if is_compressed(head) { compress::unpack(head, compress::inflate).ok() } else { None };
    let (inside, origin, head, rest) = match &inner {
        Some(inner) => {
            let (head, _, rest) = split_head(inner, 0);
            (inner.as_str(), Some((text, position)), head, rest)
        }
        None => (text, None, head, rest),
    };
    let name = unescape(head).ok()?;
    let meta = catalogue.iter().find(|meta| meta.id == name)?;
    let mut reader = Reader { text: inside, origin, errors: Vec::new() };
    let pairs = split_pairs(&mut reader, meta, rest);
    let pair = pairs.iter().rfind(|pair| pair.key == refusal.key)?;
    reader.errors.clear();
    reader.blame(pair.position, &pair.key, &pair.value, ValueError::new(Conflict, &*refusal.why, ""));
    reader.errors.pop()
}

/// Reads a link or a file as far as it makes sense: what is wrong is left at its default, and reported (the first 16
/// mistakes). If it names no known protocol, this is the first protocol of the catalogue with everything at its default.
///
/// # Panics
/// If the catalogue is empty.
pub fn parse_lenient(text: &str, catalogue: &[&'static Meta]) -> (Link, Vec<ParseError>) {
    parse_inflated(text, catalogue, compress::inflate)
}

/// The same, where somebody else inflates: what is to be inflated is given by [`deflated_part`].
///
/// # Panics
/// If the catalogue is empty.
pub fn parse_inflated(
    text: &str,
    catalogue: &[&'static Meta],
    inflate: impl FnOnce(&[u8]) -> Inflated,
) -> (Link, Vec<ParseError>) {
    let (link, errors) = read(text, catalogue, inflate);
    let fallback = || match catalogue.first() {
        Some(meta) => Scenario::new(meta).into(),
        None => panic!("a catalogue without protocols has nothing to fall back to"),
    };
    (link.unwrap_or_else(fallback), errors)
}

/// The deflated part of a link in the compressed form; none if it is in the readable form, or so damaged that there is
/// nothing to inflate.
pub fn deflated_part(text: &str) -> Option<Vec<u8>> {
    if text.len() > FRAGMENT_BYTES {
        return None;
    }
    let (head, ..) = split_head(text, 0);
    if is_compressed(head) { compress::packed(head).ok().map(|(_, deflated)| deflated) } else { None }
}

/// Prints a scenario as a link: `#/pbft?n=4&seed=7`, without what is at its default.
///
/// [`parse`] reads it back as long as it is not longer than a link may be ([`FRAGMENT_BYTES`]); see [`share`].
pub fn print(scenario: &Scenario) -> String {
    format!("{START}{}", one_line(scenario.meta, &scenario_pairs(scenario)))
}

/// Prints a link with its version and, if there is one, its digest.
pub fn print_link(link: &Link) -> String {
    format!("{START}{}", one_line(link.scenario.meta, &link_pairs(link)))
}

/// Prints a link as a file: one setting a line.
pub fn print_file(link: &Link) -> String {
    let mut out = link.scenario.meta.id.to_string();
    for (key, value) in link_pairs(link) {
        out.push('\n');
        out.push_str(&format!("{key}={}", escape(&value)));
    }
    out.push('\n');
    out
}

/// Prints a link in the form to hand on: readable, or compressed if it is long and that makes it shorter. None if even
/// that is longer than a link may be; then only a file will do.
#[cfg(feature = "deflate")]
pub fn share(link: &Link) -> Option<String> {
    share_deflated(link, long_text(link).map(|text| compress::deflate(text.as_bytes())).as_deref())
}

/// The text to deflate before a link is handed on; none if its readable form is short enough.
pub fn long_text(link: &Link) -> Option<String> {
    let text = one_line(link.scenario.meta, &link_pairs(link));
    (START.len() + text.len() > READABLE_BYTES).then_some(text)
}

/// Like [`share`], with the [`long_text`] deflated by somebody else, if it was.
pub fn share_deflated(link: &Link, deflated: Option<&[u8]>) -> Option<String> {
    let readable = print_link(link);
    let shorter = match deflated.map(|deflated| print_deflated(link, deflated)) {
        Some(compressed) if compressed.len() < readable.len() => compressed,
        _ => readable,
    };
    (shorter.len() <= FRAGMENT_BYTES).then_some(shorter)
}

/// Prints a link in the compressed form, however short it is.
#[cfg(feature = "deflate")]
pub fn print_compressed(link: &Link) -> String {
    let text = one_line(link.scenario.meta, &link_pairs(link));
    print_deflated(link, &compress::deflate(text.as_bytes()))
}

fn print_deflated(link: &Link, deflated: &[u8]) -> String {
    format!("{START}{}", compress::form(&one_line(link.scenario.meta, &link_pairs(link)), deflated))
}

/// What a link begins with.
const START: &str = "#/";
/// Above this length a shared link is compressed.
const READABLE_BYTES: usize = 2_000;
/// More mistakes than these are not told apart.
const ERRORS_MAX: usize = 16;
/// More settings than these cannot all mean something: actions, two for each replica, rules, and the rest once.
const PAIRS_MAX: usize = ACTIONS + 2 * REPLICAS + 256;

/// The keys that belong to the link, not to the scenario.
const LINK_KEYS: [&str; 4] = ["vs", "pause", "v", "digest"];
/// Those of them that may stand more than once.
const REPEATING: [&str; 2] = ["vs", "pause"];

/// One `key=value`, unescaped, and where it stands.
struct Pair<'t> {
    key: Cow<'t, str>,
    value: Cow<'t, str>,
    position: usize,
    /// Place in the order of application.
    slot: usize,
}

/// A text being read, and what was wrong with it so far.
struct Reader<'t> {
    text: &'t str,
    /// Where the whole text stands if it came out of a compressed form: there is no better position then.
    origin: Option<(&'t str, usize)>,
    errors: Vec<ParseError>,
}

impl Reader<'_> {
    fn blame(&mut self, position: usize, key: &str, value: &str, error: ValueError) {
        if self.errors.len() < ERRORS_MAX {
            let (text, position) = self.origin.unwrap_or((self.text, position));
            self.errors.push(ParseError::at(text, position, key, value, error));
        }
    }
}

fn read(
    text: &str,
    catalogue: &[&'static Meta],
    inflate: impl FnOnce(&[u8]) -> Inflated,
) -> (Option<Link>, Vec<ParseError>) {
    let mut reader = Reader { text, origin: None, errors: Vec::new() };
    let link = read_outer(&mut reader, catalogue, inflate);
    (link, reader.errors)
}

fn read_outer(
    reader: &mut Reader<'_>,
    catalogue: &[&'static Meta],
    inflate: impl FnOnce(&[u8]) -> Inflated,
) -> Option<Link> {
    let text = reader.text;
    let beginning = text.as_bytes().get(..FILE_BYTES).unwrap_or(text.as_bytes());
    let (what, limit) =
        if beginning.trim_ascii().contains(&b'\n') { ("file", FILE_BYTES) } else { ("link", FRAGMENT_BYTES) };
    if text.len() > limit {
        let why = format!("{} bytes are too long for a {what}", text.len());
        reader.blame(0, "link", "", ValueError::new(TooLong, why, format!("at most {limit} are allowed")));
        return None;
    }
    let start = text.len() - text.trim_start_matches(is_blank).len();
    let (head, position, rest) = split_head(text, start);
    if !is_compressed(head) {
        return read_plain(reader, head, position, rest, catalogue);
    }
    if !text.get(rest..).unwrap_or_default().trim_matches(is_blank).is_empty() {
        let error =
            ValueError::new(Conflict, "something follows the compressed scenario", "nothing may follow it");
        reader.blame(rest, "link", "", error);
    }
    match compress::unpack(head, inflate) {
        Ok(inner) => {
            let mut inside = Reader { text: &inner, origin: Some((text, position)), errors: Vec::new() };
            let (head, position, rest) = split_head(&inner, 0);
            let link = read_plain(&mut inside, head, position, rest, catalogue);
            reader.errors.append(&mut inside.errors);
            link
        }
        Err(error) => {
            reader.blame(position, "link", "", error);
            None
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// The name of the protocol, where it stands, and where the settings begin.
fn split_head(text: &str, start: usize) -> (&str, usize, usize) {
    let mut position = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        if is_comment(line) {
            position += line.len();
            continue;
        }
        let line_end = position + line.len();
        let after_hash = line.find('#').map_or(0, |i| i + 1);
        let line = line.get(after_hash..).unwrap_or_default();
        let after_slash = line.len() - line.strip_prefix('/').unwrap_or(line).len();
        let line = line.get(after_slash..).unwrap_or_default();
        let head = line.split(['?', '&']).next().unwrap_or_default();
        position += after_hash + after_slash;
        let rest = (position + head.len() + 1).min(line_end);
        let lead = head.len() - head.trim_start_matches(is_blank).len();
        return (head.trim_matches(is_blank), position + lead, rest);
    }
    ("", position, position)
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start_matches(is_blank);
    line.is_empty() || line.starts_with("//")
}

fn read_plain(
    reader: &mut Reader<'_>,
    head: &str,
    position: usize,
    rest: usize,
    catalogue: &[&'static Meta],
) -> Option<Link> {
    let meta = find_protocol(reader, head, position, catalogue)?;
    let mut pairs = split_pairs(reader, meta, rest);
    sort_by_number(&mut pairs, |pair| pair.slot as u64);
    let mut link = apply(reader, meta, &pairs);
    for Pair { key, value, position, .. } in pairs.iter().filter(|pair| pair.key == "vs") {
        match add_rival(&mut link, catalogue, value) {
            Ok(()) => {}
            Err(error) => reader.blame(*position, key, value, error),
        }
    }
    Some(link)
}

fn add_rival(link: &mut Link, catalogue: &[&'static Meta], text: &str) -> Result<(), ValueError> {
    if link.rivals.len() >= RIVALS {
        let allowed = format!("at most {RIVALS} are allowed");
        return Err(ValueError::new(TooMany, "one rival too many", allowed));
    }
    link.rivals.push(parse_rival(&link.scenario, catalogue, text)?);
    Ok(())
}

fn find_protocol(
    reader: &mut Reader<'_>,
    head: &str,
    position: usize,
    catalogue: &[&'static Meta],
) -> Option<&'static Meta> {
    let name = match unescape(head) {
        Ok(name) => name,
        Err((_, error)) => {
            reader.blame(position, "protocol", head, error);
            return None;
        }
    };
    let found = catalogue.iter().find(|meta| meta.id == name);
    if found.is_none() {
        let ids = catalogue.iter().map(|meta| meta.id);
        let error = match name.is_empty() {
            true => nothing_named(catalogue),
            false => ValueError::unknown(ErrorKind::Protocol, "protocol", &name, ids),
        };
        reader.blame(position, "protocol", &name, error);
    }
    found.copied()
}

fn nothing_named(catalogue: &[&'static Meta]) -> ValueError {
    let ids: Vec<&str> = catalogue.iter().map(|meta| meta.id).collect();
    ValueError::new(Empty, "no protocol is named", format!("allowed: {}", ids.join(", ")))
}

/// The settings from this position on, with known keys, each once unless it repeats.
fn split_pairs<'t>(reader: &mut Reader<'t>, meta: &'static Meta, start: usize) -> Vec<Pair<'t>> {
    let text = reader.text;
    let names = key_names(meta);
    let mut seen = vec![false; names.len()];
    let mut pairs = Vec::new();
    let mut count = 0;
    let mut position = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let mut at = position;
        let is_whole = text.get(..at).is_none_or(|before| before.ends_with('\n'));
        position += line.len();
        if is_whole && is_comment(line) {
            continue;
        }
        for piece in line.split('&') {
            let begin = at;
            at += piece.len() + 1;
            if piece.trim_matches(is_blank).is_empty() {
                continue;
            }
            count += 1;
            if count > PAIRS_MAX {
                let allowed = format!("at most {PAIRS_MAX} are allowed");
                reader.blame(begin, "link", "", ValueError::new(TooMany, "too many settings", allowed));
                return pairs;
            }
            if let Some(pair) = read_pair(reader, &names, &mut seen, piece, begin) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

fn read_pair<'t>(
    reader: &mut Reader<'_>,
    names: &[&'static str],
    seen: &mut [bool],
    piece: &'t str,
    begin: usize,
) -> Option<Pair<'t>> {
    let position = begin + piece.len() - piece.trim_start_matches(is_blank).len();
    let (raw_key, raw_value) = match piece.split_once('=') {
        Some((key, value)) => (key.trim_matches(is_blank), Some(value.trim_matches(is_blank))),
        None => (piece.trim_matches(is_blank), None),
    };
    let offset_of = |part: &str| begin + part.as_ptr() as usize - piece.as_ptr() as usize;
    let key = match unescape(raw_key) {
        Ok(key) => key,
        Err((at, error)) => {
            reader.blame(offset_of(raw_key) + at, raw_key, raw_value.unwrap_or_default(), error);
            return None;
        }
    };
    let Some(slot) = names.iter().position(|name| *name == key) else {
        // The list of keys is long: not made again for a thousand mistakes.
        if reader.errors.len() < ERRORS_MAX {
            let error = ValueError::unknown(ErrorKind::Key, "key", &key, names.iter().copied());
            reader.blame(position, &key, raw_value.unwrap_or_default(), error);
        }
        return None;
    };
    let Some(raw_value) = raw_value.filter(|value| !value.is_empty()) else {
        let example = all_keys().find(|k| k.name == key).map_or("VALUE", |k| k.example);
        let error = ValueError::new(Missing, "the value is missing", format!("write {key}={example}"));
        reader.blame(position, &key, "", error);
        return None;
    };
    let value = match unescape(raw_value) {
        Ok(value) => value,
        Err((at, error)) => {
            reader.blame(offset_of(raw_value) + at, &key, raw_value, error);
            return None;
        }
    };
    let repeats = REPEATING.contains(&&*key) || all_keys().any(|k| k.repeats && k.name == key);
    let first = seen.get_mut(slot).is_none_or(|seen| !std::mem::replace(seen, true));
    if !first && !repeats {
        let error = ValueError::new(Repeated, "it was given before", format!("{key} may stand once"));
        reader.blame(position, &key, &value, error);
        return None;
    }
    Some(Pair { key, value, position, slot })
}

/// All keys of a protocol, in the order in which they are applied.
fn key_names(meta: &'static Meta) -> Vec<&'static str> {
    all_keys().map(|key| key.name).chain(meta.params.iter().map(|spec| spec.key)).chain(LINK_KEYS).collect()
}

fn all_keys() -> impl Iterator<Item = &'static Key> {
    SETTINGS.iter().chain(FAULTS)
}

fn apply(reader: &mut Reader<'_>, meta: &'static Meta, pairs: &[Pair<'_>]) -> Link {
    let mut link = Link::from(Scenario::new(meta));
    for Pair { key, value, position, .. } in pairs {
        let done = match all_keys().find(|k| k.name == *key) {
            Some(known) => (known.read)(&mut link.scenario, value),
            None => read_other(&mut link, key, value),
        };
        if let Err(error) = done {
            reader.blame(*position, key, value, error);
        }
    }
    // Parameters come after n, and they may choose another bound.
    if pairs.iter().all(|pair| pair.key != "f") {
        link.scenario.f = link.scenario.bound().max_f(link.scenario.n);
    }
    // So may who chooses what arrives next.
    if pairs.iter().all(|pair| pair.key != "until") {
        link.scenario.until = link.scenario.usual_until();
    }
    put_in_order(&mut link.scenario);
    link
}

/// Keys of the protocol, and those of the link.
fn read_other(link: &mut Link, key: &str, value: &str) -> Result<(), ValueError> {
    let scenario = &mut link.scenario;
    let n = scenario.n;
    let specs = scenario.meta.params.iter().zip(&mut scenario.params.0);
    if let Some((spec, place)) = { specs }.find(|(spec, _)| spec.key == key) {
        *place = parse_param(spec, n, value)?;
        return Ok(());
    }
    match key {
        // Rivals come when everything they share is known.
        "vs" => {}
        "pause" if link.pauses.len() >= PAUSES => {
            let allowed = format!("at most {PAUSES} are allowed");
            return Err(ValueError::new(TooMany, "one pause too many", allowed));
        }
        "pause" => link.pauses.push(parse_pause(value)?),
        "v" => link.version = parse_version(value)?,
        _ => link.digest = Some(parse_digest(value)?),
    }
    Ok(())
}

fn parse_version(text: &str) -> Result<u32, ValueError> {
    let version = parse_number(text, 1, u64::from(u32::MAX), "")?;
    match u32::try_from(version) {
        Ok(version) if version <= VERSION => Ok(version),
        _ => {
            let why = format!(
                "the link was made for version {version} of the engines, which is newer than this one"
            );
            Err(ValueError::new(Version, why, format!("versions up to {VERSION} are allowed")))
        }
    }
}

fn parse_digest(text: &str) -> Result<String, ValueError> {
    if (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(ValueError::new(Malformed, "not a digest", "16 to 64 hexadecimal digits are allowed"))
}

/// Undoes the escapes of a URL. A per cent sign at the very end stands for itself, so that `loss=2%` can be written.
fn unescape(text: &str) -> Result<Cow<'_, str>, (usize, ValueError)> {
    if !text.strip_suffix('%').unwrap_or(text).contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let bad = |at| {
        let why = "a per cent sign is not followed by two hexadecimal digits";
        (at, ValueError::new(Escape, why, "write %25 for the sign itself"))
    };
    let digit =
        |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte != b'%' || at + 1 == bytes.len() {
            out.push(*byte);
            at += 1;
            continue;
        }
        let (Some(high), Some(low)) = (digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) else {
            return Err(bad(at));
        };
        out.push(high * 16 + low);
        at += 3;
    }
    match String::from_utf8(out) {
        Ok(text) => Ok(Cow::Owned(text)),
        Err(_) => {
            Err((0, ValueError::new(Escape, "the escapes are no UTF-8", "plain letters need no escape")))
        }
    }
}

/// Escapes what has no place in a URL's fragment or would end a value.
fn escape(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/,!*()@;".contains(&b);
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let piece = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    Cow::Owned(text.bytes().map(piece).collect())
}

fn one_line(meta: &Meta, pairs: &[(&'static str, String)]) -> String {
    let mut out = meta.id.to_string();
    for (i, (key, value)) in pairs.iter().enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out.push_str(key);
        out.push('=');
        out.push_str(&escape(value));
    }
    out
}

fn link_pairs(link: &Link) -> Vec<(&'static str, String)> {
    let mut pairs = scenario_pairs(&link.scenario);
    pairs.extend(link.rivals.iter().map(|r| ("vs", print_rival(&link.scenario, r))));
    pairs.extend(link.pauses.iter().map(|pause| ("pause", print_pause(pause))));
    pairs.push(("v", link.version.to_string()));
    pairs.extend(link.digest.iter().map(|digest| ("digest", digest.clone())));
    pairs
}

/// What differs from the defaults, in canonical order.
pub(crate) fn scenario_pairs(scenario: &Scenario) -> Vec<(&'static str, String)> {
    let common = |keys: &'static [Key]| {
        keys.iter().flat_map(|key| (key.write)(scenario).into_iter().map(|value| (key.name, value)))
    };
    let own = scenario.meta.params.iter().zip(&scenario.params.0);
    let own = own
        .filter(|(spec, value)| spec.kind.default_value() != **value)
        .map(|(spec, value)| (spec.key, print_param(spec, value)));
    common(SETTINGS).chain(own).chain(common(FAULTS)).collect()
}
