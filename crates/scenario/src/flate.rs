//! The deflate format (RFC 1951), as much of it as links need.
//!
//! The general library for it would be a twentieth of the page's download. Reading knows the whole format. Writing uses
//! one block with the fixed code: for the few kilobytes of a scenario, tables of its own would hardly pay.

/// Why a stream cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wrong {
    /// It is damaged or ends too early.
    Damaged,
    /// It would become longer than allowed.
    TooLong,
}

/// Shortest repetition of a length code, and how many more bits tell the exact length.
#[rustfmt::skip]
const LENGTHS: [(u16, u8); 29] = [
    (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1), (17, 1), (19, 2),
    (23, 2), (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4), (83, 4), (99, 4), (115, 4), (131, 5),
    (163, 5), (195, 5), (227, 5), (258, 0),
];
/// The order in which the lengths of the code of code lengths are written.
const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END: usize = 256;
const BITS_MAX: usize = 15;

/// Smallest distance of a distance code, and how many more bits tell the exact distance.
fn distance(code: usize) -> (usize, u8) {
    match code {
        0..4 => (code + 1, 0),
        _ => (((2 + code % 2) << (code / 2 - 1)) + 1, (code / 2 - 1) as u8),
    }
}

/// How many bits each symbol of the fixed code has.
fn fixed_lengths() -> [u8; 288] {
    std::array::from_fn(|symbol| match symbol {
        0..144 => 8,
        144..256 => 9,
        256..280 => 7,
        _ => 8,
    })
}

/// Reads a stream that becomes at most `most` bytes.
pub(crate) fn inflate(packed: &[u8], most: usize) -> Result<Vec<u8>, Wrong> {
    let mut bits = Bits { bytes: packed, place: 0 };
    let mut out = Vec::new();
    loop {
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut out, most)?,
            1 => block(&mut bits, &mut out, most, &Code::new(&fixed_lengths()), &Code::new(&[5; 30]))?,
            2 => {
                let (symbols, distances) = codes(&mut bits)?;
                block(&mut bits, &mut out, most, &symbols, &distances)?;
            }
            _ => return Err(Wrong::Damaged),
        }
        if is_last {
            return Ok(out);
        }
    }
}

/// Bits, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u8) -> Result<usize, Wrong> {
        let mut value = 0;
        for i in 0..count {
            let byte = self.bytes.get(self.place / 8).ok_or(Wrong::Damaged)?;
            value |= usize::from(byte >> (self.place % 8) & 1) << i;
            self.place += 1;
        }
        Ok(value)
    }
}

/// A code in which shorter words come first and words of one length are consecutive.
struct Code {
    /// How many words there are of each length.
    counts: [usize; BITS_MAX + 1],
    /// The symbols in the order of their words.
    symbols: Vec<usize>,
}

impl Code {
    fn new(lengths: &[u8]) -> Self {
        let mut counts = [0; BITS_MAX + 1];
        let mut symbols = Vec::new();
        for (bits, count) in counts.iter_mut().enumerate().skip(1) {
            let before = symbols.len();
            symbols.extend((0..lengths.len()).filter(|&symbol| usize::from(lengths[symbol]) == bits));
            *count = symbols.len() - before;
        }
        Self { counts, symbols }
    }

    fn read(&self, bits: &mut Bits<'_>) -> Result<usize, Wrong> {
        let (mut word, mut first, mut before) = (0, 0, 0);
        for count in &self.counts[1..] {
            word |= bits.take(1)?;
            if word < first + count {
                // A code may have more words of a length than there is room for: then `first` overtakes `word`.
                let place = word.checked_sub(first).ok_or(Wrong::Damaged)?;
                return self.symbols.get(before + place).copied().ok_or(Wrong::Damaged);
            }
            before += count;
            first = (first + count) << 1;
            word <<= 1;
        }
        Err(Wrong::Damaged)
    }
}

fn stored(bits: &mut Bits<'_>, out: &mut Vec<u8>, most: usize) -> Result<(), Wrong> {
    bits.place = bits.place.next_multiple_of(8);
    let (length, check) = (bits.take(16)?, bits.take(16)?);
    if length ^ check != 0xffff {
        return Err(Wrong::Damaged);
    }
    let start = bits.place / 8;
    let bytes = bits.bytes.get(start..start + length).ok_or(Wrong::Damaged)?;
    if out.len() + length > most {
        return Err(Wrong::TooLong);
    }
    out.extend_from_slice(bytes);
    bits.place += 8 * length;
    Ok(())
}

/// The codes that stand at the beginning of a block.
fn codes(bits: &mut Bits<'_>) -> Result<(Code, Code), Wrong> {
    let (symbols, distances, written) = (bits.take(5)? + 257, bits.take(5)? + 1, bits.take(4)? + 4);
    let mut lengths = [0; 19];
    for place in &ORDER[..written] {
        lengths[usize::from(*place)] = bits.take(3)? as u8;
    }
    let code = Code::new(&lengths);
    let mut lengths = Vec::new();
    while lengths.len() < symbols + distances {
        let (length, times) = match code.read(bits)? {
            16 => (*lengths.last().ok_or(Wrong::Damaged)?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length as u8, 1),
        };
        lengths.extend(std::iter::repeat_n(length, times));
    }
    if lengths.len() > symbols + distances {
        return Err(Wrong::Damaged);
    }
    let (symbols, distances) = lengths.split_at(symbols);
    Ok((Code::new(symbols), Code::new(distances)))
}

fn block(
    bits: &mut Bits<'_>,
    out: &mut Vec<u8>,
    most: usize,
    symbols: &Code,
    distances: &Code,
) -> Result<(), Wrong> {
    loop {
        let symbol = symbols.read(bits)?;
        match symbol {
            0..END => out.push(symbol as u8),
            END => return Ok(()),
            _ => {
                let (shortest, more) = *LENGTHS.get(symbol - END - 1).ok_or(Wrong::Damaged)?;
                let length = usize::from(shortest) + bits.take(more)?;
                let code = distances.read(bits)?;
                let (nearest, more) = distance(code);
                let back = nearest + bits.take(more)?;
                let start = out.len().checked_sub(back).filter(|_| code < 30).ok_or(Wrong::Damaged)?;
                if out.len() + length > most {
                    return Err(Wrong::TooLong);
                }
                for i in start..start + length {
                    out.push(out[i]);
                }
            }
        }
        if out.len() > most {
            return Err(Wrong::TooLong);
        }
    }
}

/// Looks no further back than this for a repetition, in bytes and in candidates.
const WINDOW: usize = 32_768;
const CANDIDATES: usize = 256;
const SHORTEST: usize = 3;
const LONGEST: usize = 258;

/// Writes bytes as one block with the fixed code.
pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Packed::default();
    out.put(0b011, 3);
    // The last place of each hash of three bytes, and for each place the one before it with the same hash.
    let mut last = vec![usize::MAX; 4_096];
    let mut earlier = vec![usize::MAX; bytes.len()];
    let mut place = 0;
    while place < bytes.len() {
        let (length, back) = repetition(bytes, place, &last, &earlier);
        let step = if length >= SHORTEST {
            out.repetition(length, back);
            length
        } else {
            out.symbol(usize::from(bytes[place]));
            1
        };
        for (at, before) in earlier.iter_mut().enumerate().skip(place).take(step) {
            if let Some(hash) = hash(bytes, at) {
                *before = std::mem::replace(&mut last[hash], at);
            }
        }
        place += step;
    }
    out.symbol(END);
    out.bytes
}

fn hash(bytes: &[u8], at: usize) -> Option<usize> {
    let three = bytes.get(at..at + SHORTEST)?;
    Some(three.iter().fold(0, |hash, byte| hash * 31 + usize::from(*byte)) % 4_096)
}

/// The longest repetition that begins at a place: its length, and how far back it stands.
fn repetition(bytes: &[u8], place: usize, last: &[usize], earlier: &[usize]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut from = hash(bytes, place).map_or(usize::MAX, |hash| last[hash]);
    for _ in 0..CANDIDATES {
        if from == usize::MAX || place - from > WINDOW {
            break;
        }
        let pairs = bytes[from..].iter().zip(&bytes[place..]);
        let length = pairs.take(LONGEST).take_while(|(a, b)| a == b).count();
        if length > best.0 {
            best = (length, place - from);
        }
        from = earlier[from];
    }
    best
}

/// Bits being written, the lowest of each byte first.
#[derive(Default)]
struct Packed {
    bytes: Vec<u8>,
    used: usize,
}

impl Packed {
    fn put(&mut self, value: usize, count: u8) {
        for i in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(byte) = self.bytes.last_mut() {
                *byte |= ((value >> i & 1) as u8) << (self.used % 8);
            }
            self.used += 1;
        }
    }

    /// A word of the code: its highest bit first.
    fn word(&mut self, word: usize, count: u8) {
        for i in (0..count).rev() {
            self.put(word >> i & 1, 1);
        }
    }

    fn symbol(&mut self, symbol: usize) {
        match symbol {
            0..144 => self.word(0x30 + symbol, 8),
            144..256 => self.word(0x190 + symbol - 144, 9),
            256..280 => self.word(symbol - 256, 7),
            _ => self.word(0xc0 + symbol - 280, 8),
        }
    }

    fn repetition(&mut self, length: usize, back: usize) {
        let code = LENGTHS.iter().rposition(|(shortest, _)| usize::from(*shortest) <= length).unwrap_or(0);
        let (shortest, more) = LENGTHS[code];
        self.symbol(END + 1 + code);
        self.put(length - usize::from(shortest), more);
        let code = (0..30).rfind(|code| distance(*code).0 <= back).unwrap_or(0);
        let (nearest, more) = distance(code);
        self.word(code, 5);
        self.put(back - nearest, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec;
    use miniz_oxide::inflate::decompress_to_vec;

    fn samples() -> Vec<Vec<u8>> {
        let mut noise = 1u32;
        let mut random = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8
        };
        let script: String = (0..2_000).map(|i| format!("at={}us:crash:{}&", i * 37_123, i % 7)).collect();
        vec![
            Vec::new(),
            b"pbft?n=4".to_vec(),
            vec![b'0'; 70_000],
            script.into_bytes(),
            (0..40_000).map(|_| random()).collect(),
            (0..40_000).map(|_| random() % 3).collect(),
        ]
    }

    #[test]
    fn the_library_reads_what_is_written_here() {
        for sample in samples() {
            let packed = deflate(&sample);
            assert_eq!(decompress_to_vec(&packed).ok().as_ref(), Some(&sample));
            assert_eq!(inflate(&packed, sample.len()), Ok(sample));
        }
    }

    #[test]
    fn what_the_library_writes_is_read_here_at_every_level() {
        for sample in samples() {
            for level in 0..=10 {
                assert_eq!(inflate(&compress_to_vec(&sample, level), sample.len()).as_ref(), Ok(&sample));
            }
        }
    }

    #[test]
    fn damage_and_length_are_noticed_wherever_they_are() {
        let sample = samples().swap_remove(3);
        let packed = compress_to_vec(&sample, 9);
        assert_eq!(inflate(&packed, sample.len() - 1), Err(Wrong::TooLong));
        for end in (0..packed.len()).step_by(97) {
            assert_eq!(inflate(&packed[..end], sample.len()), Err(Wrong::Damaged), "cut at {end}");
        }
        for at in (0..packed.len()).step_by(13) {
            let mut changed = packed.clone();
            changed[at] ^= 0x5a;
            let most = inflate(&changed, sample.len()).map_or(0, |out| out.len());
            assert!(most <= sample.len(), "changed at {at}");
        }
    }
}
