//! A walk through a module, byte by byte: what comes next, and in which circumstances.
//!
//! It follows the binary format (WebAssembly Core Specification, section 5) as far as guesses gain by it, and takes any bytes:
//! where it loses its way, only the guesses are bad.

use alloc::vec;
use alloc::vec::Vec;

/// Circumstances that guesses are made by.
pub const VIEWS: usize = 5;
/// One for each kind, then those of instructions by the kind of the one before, then those of data by the byte before.
pub const TREES: usize = KINDS + OP_TREES + DATA_TREES;
/// How many kinds of bytes there are.
pub const KINDS: usize = 21;
const OP_TREES: usize = 9;
const DATA_TREES: usize = 5;

/// What a byte is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything outside functions and data.
    Other,
    /// In the section of data.
    Data,
    /// Of the declaration of a function's locals.
    Locals,
    /// An instruction.
    Op,
    /// The second part of an instruction.
    SubOp,
    /// Number of a local.
    Local,
    /// A constant of 32 bits: first byte.
    Const,
    /// The others.
    ConstMore,
    /// A constant of 64 bits.
    Long,
    /// The others.
    LongMore,
    /// How a load or store is aligned.
    Align,
    /// Its offset.
    Offset,
    /// The others.
    OffsetMore,
    /// The function that is called.
    Call,
    /// The others.
    CallMore,
    /// Type of a function that is called through a table.
    Type,
    /// The block that is left.
    Label,
    /// What a block leaves.
    Block,
    /// A table, memory, global or type.
    Index,
    /// How many labels a table of branches has.
    Labels,
    /// Of a number with a fraction.
    Float,
}

/// What has just ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Nothing that matters.
    None,
    /// The number of functions: the first body comes next.
    Bodies,
    /// The body of a function.
    Body {
        /// The last one.
        last: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Magic,
    SectionId,
    SectionSize,
    Plain,
    Segment,
    Data,
    Functions,
    Declarations,
    LocalCount,
    LocalType,
    Op,
    Operand,
}

/// Where the walk is, and what it has seen.
pub struct Walk {
    place: Place,
    at: usize,
    section: u8,
    section_end: usize,
    functions: u32,
    declarations: u32,
    depth: u32,
    // The number that is being read: its value, its bits, its bytes.
    value: u32,
    shift: u32,
    digits: u32,
    /// What the instruction still wants, the next last.
    operands: [Kind; 8],
    wanted: usize,
    labels: u32,
    // The latest ones first.
    ops: [u32; 6],
    /// Instructions with their operands.
    whole: [u32; 6],
    current: u32,
    locals: [u32; 2],
    set: u32,
    constant: u32,
    call: u32,
    offset: u32,
    align: u32,
    /// The latest offset that each local was used with.
    offset_of: [u32; 256],
    /// The latest bytes, the last one lowest.
    bytes: u64,
    words: [u32; 2],
    function: u32,
    /// Of a segment of data: which part of its head comes next, where its next byte belongs, how many it still has.
    part: u32,
    address: u32,
    left: u32,
    // The cell of memory that is being filled, the one before, and how many came since one that is a pointer.
    cell: u32,
    cell_before: u32,
    since_pointer: u32,
    /// The latest bytes of the text that a pointer names.
    text: u64,
    /// The latest pointer in a function; none after the number behind it.
    pointer: u32,
    latest_pointer: u32,
    /// Where the next text begins, if it lies behind the last one; in functions, how often that was so lately; in data, so many
    /// cells behind a pointer, whether it was so there.
    expected: u32,
    luck: u32,
    trust: u32,
    /// Places in memory that a pointer names, a bit each.
    named: Vec<u64>,
}

/// Places that are told apart.
const NAMED: u32 = 1 << 20;

impl Default for Walk {
    fn default() -> Self {
        Self {
            place: Place::Magic,
            at: 0,
            section: 0,
            section_end: 0,
            functions: 0,
            declarations: 0,
            depth: 0,
            value: 0,
            shift: 0,
            digits: 0,
            operands: [Kind::Other; 8],
            wanted: 0,
            labels: 0,
            ops: [0; 6],
            whole: [0; 6],
            current: 0,
            locals: [0; 2],
            set: 0,
            constant: 0,
            call: 0,
            offset: 0,
            align: 0,
            offset_of: [0; 256],
            bytes: 0,
            words: [0; 2],
            function: 0,
            part: 0,
            address: 0,
            left: 0,
            cell: 0,
            cell_before: 0,
            since_pointer: 0,
            text: 0,
            pointer: 0,
            latest_pointer: 0,
            expected: 0,
            luck: 0,
            trust: 0,
            named: vec![0; NAMED as usize / 64],
        }
    }
}

impl Walk {
    /// How many bytes have been walked.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What the next byte is.
    pub fn kind(&self) -> Kind {
        let more = self.shift > 0;
        match self.place {
            Place::Data => Kind::Data,
            Place::Declarations | Place::LocalCount | Place::LocalType => Kind::Locals,
            Place::Op => Kind::Op,
            Place::Operand if self.labels > 0 => Kind::Label,
            Place::Operand => match self.operands[(self.wanted - 1) & 7] {
                Kind::Const if more => Kind::ConstMore,
                Kind::Long if more => Kind::LongMore,
                Kind::Offset if more => Kind::OffsetMore,
                Kind::Call if more => Kind::CallMore,
                kind => kind,
            },
            _ => Kind::Other,
        }
    }

    /// The tree of the next byte.
    pub fn tree(&self) -> usize {
        match self.kind() {
            Kind::Op => {
                KINDS
                    + match self.ops[0] {
                        0x20 => 1,
                        0x21 | 0x22 => 2,
                        0x28..=0x35 => 3,
                        0x36..=0x3e => 4,
                        0x41 | 0x42 => 5,
                        0x45..=0x66 => 6,
                        0x67..=0xc4 => 7,
                        0x10 | 0x11 => 8,
                        _ => 0,
                    }
            }
            Kind::Data => {
                KINDS
                    + OP_TREES
                    + match self.bytes as u8 {
                        0 => 0,
                        b'a'..=b'z' => 1,
                        b' ' => 2,
                        1..32 => 3,
                        _ => 4,
                    }
            }
            kind => kind as usize,
        }
    }

    /// What guesses about the next byte go by: numbers that are equal in equal circumstances, the widest ones first.
    pub fn views(&self) -> [u32; VIEWS] {
        let kind = self.kind();
        let own = (kind as u32 + 1) * 0x0100_0193;
        let (ops, whole) = (&self.ops, &self.whole);
        let latest = if kind == Kind::Data { self.text } else { self.bytes };
        let last = |count: u32| (latest & ((1 << (8 * count)) - 1)) as u32;
        let before = |back: u32| (self.bytes >> (8 * (back - 1)) & 0xff) as u32;
        match kind {
            Kind::Op => {
                let two = mix(own, ops[0] | ops[1] << 8);
                let one = mix(own + 1, whole[0]);
                let pair = mix(one, whole[1]);
                let triple = mix(pair, whole[2]);
                [two, one, pair, mix(triple, whole[3]), mix(two, ops[2] | ops[3] << 8 | ops[4] << 16)]
            }
            Kind::Data | Kind::Other => {
                let two = mix(own, last(2));
                let three = mix(two, last(3));
                let column = mix(own + 1, self.address & 3);
                let word = mix(own + 4, self.words[0]);
                [two, three, word, mix(column, before(4) | before(8) << 8), mix(word, self.words[1])]
            }
            _ => {
                let own = mix(own, self.digits);
                let op = ops[0] | ops[1] << 8;
                let three = mix(own, op | ops[2] << 16);
                let one = mix(mix(own + 1, ops[0]), whole[0]);
                let pair = mix(one, whole[1]);
                match kind {
                    Kind::Local => [
                        three,
                        mix(mix(own + 9, self.function), ops[0] | self.locals[0] << 8),
                        pair,
                        mix(mix(own + 7, op), self.locals[0] | self.locals[1] << 12),
                        mix(mix(own + 8, op), self.set),
                    ],
                    Kind::Offset | Kind::OffsetMore | Kind::Align => [
                        one,
                        mix(
                            mix(own + 9, ops[0]),
                            self.offset_of[(self.locals[0] & 255) as usize] | self.locals[0] << 16,
                        ),
                        pair,
                        mix(mix(own + 7, ops[0]), self.offset | ops[1] << 24),
                        mix(mix(own + 6, ops[0] | self.align << 8), self.locals[0] | self.function << 16),
                    ],
                    Kind::Call | Kind::CallMore => [
                        three,
                        one,
                        pair,
                        mix(mix(own + 7, op), ops[2] | ops[3] << 8 | ops[4] << 16),
                        mix(own + 6, self.call),
                    ],
                    _ => {
                        let far = match kind {
                            Kind::ConstMore => mix(own + 9, self.latest_pointer >> 14),
                            _ => mix(mix(own + 9, self.function), op),
                        };
                        [three, one, pair, mix(mix(own + 6, self.constant), op), far]
                    }
                }
            }
        }
    }

    /// The byte that comes next if the next text lies behind the last one, and in which of 32 situations that is said; none if
    /// it cannot be so.
    pub fn hope(&self) -> Option<(u8, usize)> {
        let data = self.place == Place::Data;
        let (digit, bits, so_far, situation) = match self.kind() {
            Kind::Data => (self.address & 3, 8, self.cell, self.since_pointer),
            Kind::ConstMore => (self.shift / 7, 7, self.value, self.luck & 7),
            _ => return None,
        };
        let done = bits * digit;
        let differs = digit > 3 || (so_far ^ self.expected) & ((1 << done) - 1) != 0;
        if self.expected == 0 || differs || digit == 0 && self.trust >> self.since_pointer & 1 == 0 {
            return None;
        }
        let more = if data || digit == 3 { 0 } else { 0x80 };
        Some(((self.expected >> done) as u8 | more, (situation << 2 | digit) as usize))
    }

    /// A coarser view.
    pub fn glance(&self) -> u32 {
        match self.kind() {
            Kind::Data | Kind::Other => self.bytes as u32 & 0xff,
            _ => self.ops[0],
        }
    }

    /// The latest bytes, the last one lowest.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes the byte that came.
    pub fn step(&mut self, byte: u8) -> Event {
        self.at += 1;
        self.bytes = self.bytes << 8 | u64::from(byte);
        let mut event = Event::None;
        match self.place {
            Place::Magic => {
                if self.at == 8 {
                    self.place = Place::SectionId;
                }
            }
            Place::SectionId => {
                self.section = byte;
                self.place = Place::SectionSize;
            }
            Place::SectionSize => {
                if let Some(size) = self.number(byte) {
                    self.section_end = self.at.saturating_add(size as usize);
                    self.place = match self.section {
                        10 => Place::Functions,
                        11 => {
                            self.part = 0;
                            Place::Segment
                        }
                        _ => Place::Plain,
                    };
                }
            }
            Place::Plain => {}
            // How many segments there are. Of each: how it is put in place, the instructions that say where, its length.
            Place::Segment => {
                if matches!(self.part, 1 | 2 | 4) {
                    self.part += 1;
                } else if let Some(number) = self.number(byte) {
                    self.part += 1;
                    match self.part {
                        4 => self.address = number,
                        6 => {
                            (self.part, self.left) = (1, number);
                            if number > 0 {
                                self.place = Place::Data;
                            }
                        }
                        _ => {}
                    }
                }
            }
            Place::Data => {
                if byte.is_ascii_alphabetic() || byte >= 0x80 {
                    self.words[0] = mix(self.words[0], u32::from(byte) | 32);
                } else if self.words[0] != 0 {
                    self.words = [0, self.words[0]];
                }
                self.fill(byte);
                if self.left == 0 {
                    self.place = Place::Segment;
                }
            }
            Place::Functions => {
                if let Some(count) = self.number(byte) {
                    self.functions = count;
                    if count > 0 {
                        self.begin();
                        event = Event::Bodies;
                    } else {
                        self.place = Place::SectionId;
                    }
                }
            }
            Place::Declarations => {
                if let Some(count) = self.number(byte) {
                    self.declarations = count;
                    self.place = if count == 0 { Place::Op } else { Place::LocalCount };
                    push(&mut self.whole, count);
                }
            }
            Place::LocalCount => {
                if let Some(count) = self.number(byte) {
                    self.place = Place::LocalType;
                    push(&mut self.whole, count);
                }
            }
            Place::LocalType => {
                self.declarations -= 1;
                self.ops[0] = u32::from(byte);
                self.place = Place::LocalCount;
                if self.declarations == 0 {
                    (self.ops, self.whole) = ([0; 6], [0; 6]);
                    self.place = Place::Op;
                }
            }
            Place::Op => event = self.op(byte),
            Place::Operand => self.operand(byte),
        }
        if matches!(self.place, Place::Plain | Place::Segment | Place::Data) && self.at >= self.section_end {
            self.place = Place::SectionId;
        }
        event
    }

    /// The next byte of memory.
    fn fill(&mut self, byte: u8) {
        self.left -= 1;
        self.text = self.text << 8 | u64::from(byte);
        let shift = 8 * (self.address & 3);
        self.cell |= u32::from(byte) << shift;
        self.address = self.address.wrapping_add(1);
        if shift == 24 {
            let as_expected = u32::from(self.cell == self.expected) << self.since_pointer;
            self.trust = self.trust & !(1 << self.since_pointer) | as_expected;
            self.since_pointer = (self.since_pointer + 1).min(7);
            if is_pointer(self.cell_before) {
                self.expected = self.cell_before.wrapping_add(self.cell);
            }
            if is_pointer(self.cell) {
                self.since_pointer = 0;
                self.name(self.cell);
            }
            (self.cell_before, self.cell) = (self.cell, 0);
        }
        if self.named[(self.address % NAMED / 64) as usize] >> (self.address % 64) & 1 == 1 {
            (self.text, self.words) = (0, [0; 2]);
        }
    }

    fn name(&mut self, pointer: u32) {
        self.named[(pointer % NAMED / 64) as usize] |= 1 << (pointer % 64);
    }

    /// A constant in a function: a pointer to a text, or how long the text is.
    fn constant(&mut self, value: u32) {
        self.constant = value;
        if is_pointer(value) {
            self.luck = self.luck << 1 | u32::from(value == self.expected);
            (self.pointer, self.latest_pointer, self.expected) = (value, value, value + 16);
            self.name(value);
        } else if self.pointer != 0 {
            self.expected = self.pointer.wrapping_add(value);
            self.pointer = 0;
        }
    }

    /// A function begins.
    fn begin(&mut self) {
        self.place = Place::Declarations;
        self.function += 1;
        self.depth = 0;
        (self.ops, self.whole) = ([0; 6], [0; 6]);
        (self.locals, self.set) = ([0; 2], 0);
        self.offset_of = [0; 256];
    }

    fn op(&mut self, byte: u8) -> Event {
        let op = u32::from(byte);
        push(&mut self.ops, op);
        self.current = mix(op, 99);
        let operands: &[Kind] = match byte {
            0x02..=0x04 => {
                self.depth += 1;
                &[Kind::Block]
            }
            0x0b => {
                if self.depth == 0 {
                    self.functions -= 1;
                    let last = self.functions == 0;
                    if last {
                        self.place = Place::SectionId;
                    } else {
                        self.begin();
                    }
                    return Event::Body { last };
                }
                self.depth -= 1;
                &[]
            }
            0x0c | 0x0d => &[Kind::Label],
            0x0e => &[Kind::Labels],
            0x10 => &[Kind::Call],
            0x11 => &[Kind::Index, Kind::Type],
            0x1c => &[Kind::Index, Kind::Index],
            0x20..=0x22 => &[Kind::Local],
            0x23..=0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => &[Kind::Index],
            0x28..=0x3e => &[Kind::Offset, Kind::Align],
            0x41 => &[Kind::Const],
            0x42 => &[Kind::Long],
            0x43 => &[Kind::Float; 4],
            0x44 => &[Kind::Float; 8],
            0xfc => &[Kind::SubOp],
            _ => &[],
        };
        self.want(operands);
        if operands.is_empty() {
            push(&mut self.whole, self.current);
        } else {
            self.place = Place::Operand;
        }
        Event::None
    }

    fn want(&mut self, operands: &[Kind]) {
        self.operands[..operands.len()].copy_from_slice(operands);
        self.wanted = operands.len();
    }

    fn operand(&mut self, byte: u8) {
        let kind = self.operands[(self.wanted - 1) & 7];
        let value = if kind == Kind::Float {
            u32::from(byte)
        } else {
            match self.number(byte) {
                Some(value) => value,
                None => return,
            }
        };
        self.current = mix(self.current, value);
        if self.labels > 0 {
            self.labels -= 1;
        } else {
            self.wanted -= 1;
            match kind {
                Kind::Local => {
                    self.locals = [value, self.locals[0]];
                    if self.ops[0] != 0x20 {
                        self.set = value;
                    }
                }
                Kind::Const => self.constant(value),
                Kind::Call => self.call = value,
                Kind::Align => self.align = value,
                Kind::Offset => {
                    self.offset = value;
                    self.offset_of[(self.locals[0] & 255) as usize] = value + 1;
                }
                Kind::SubOp => match value {
                    8 | 10 | 12 | 14 => self.want(&[Kind::Index, Kind::Index]),
                    9 | 11 | 13 | 15..=17 => self.want(&[Kind::Index]),
                    _ => {}
                },
                // The last label is the default.
                Kind::Labels => {
                    self.labels = value;
                    self.want(&[Kind::Label]);
                }
                _ => {}
            }
        }
        if self.wanted == 0 {
            push(&mut self.whole, self.current);
            self.place = Place::Op;
        }
    }

    /// One more byte of a number: its value when it is complete.
    fn number(&mut self, byte: u8) -> Option<u32> {
        self.value |= u32::from(byte & 0x7f).checked_shl(self.shift).unwrap_or(0);
        self.shift += 7;
        self.digits = mix(self.digits, u32::from(byte) + 1);
        if byte >= 0x80 && self.shift < 70 {
            return None;
        }
        let value = self.value;
        (self.value, self.shift, self.digits) = (0, 0, 0);
        Some(value)
    }
}

/// Whether it may name a place in memory: data begins at the second mebibyte, behind the stack.
fn is_pointer(value: u32) -> bool {
    value / NAMED == 1
}

fn push(latest: &mut [u32; 6], value: u32) {
    latest.copy_within(0..5, 1);
    latest[0] = value;
}

/// A number for both.
pub fn mix(x: u32, y: u32) -> u32 {
    let z = (x ^ y.wrapping_mul(0x9e37_79b1)).wrapping_mul(0x85eb_ca6b);
    z ^ z >> 15
}
