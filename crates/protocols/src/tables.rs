//! How a protocol writes its tables: each row once, so that names and rows cannot fall apart.

/// Declares a protocol's citations: the enum `Cite`, in the order of the paper, and the table `RULES`, one row for each.
/// A row is `Name, "short name", "place", "what", "why", "rule";`, with doc comments before it if it needs any.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident, $id:literal, $place:literal, $what:literal, $why:literal, $rule:literal;)*) => {
        /// The rules of the paper, in its order, as the engine cites them.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Cite { $($(#[$doc])* #[doc = $what] $name,)* }

        /// One row per [`Cite`].
        pub const RULES: &[consensus_kernel::Rule] =
            &[$(consensus_kernel::Rule::of(concat!($id, "\n", $what, "\n", $why, "\n", $rule, "\n", $place)),)*];

        impl From<Cite> for consensus_kernel::RuleId {
            #[inline]
            fn from(cite: Cite) -> Self {
                cite as Self
            }
        }
    };
}

/// Declares the rules that can be switched off: a constant with its position, and the table `SWITCHES`. A row is
/// `NAME = position, "id", "rule of the paper", breaks, "the rule in a few words", "the accident it prevents";`.
macro_rules! switches {
    ($($const:ident = $at:literal, $id:literal, $cite:literal, $breaks:expr, $label:literal, $accident:literal;)*) => {
        $(#[doc = $label] pub const $const: consensus_kernel::SwitchId = $at;)*
        /// One row per rule that can be switched off.
        pub const SWITCHES: &[consensus_kernel::Switch] = &[$(consensus_kernel::Switch {
            id: $id, label: $label, cite: $cite, breaks: $breaks, accident: $accident,
        },)*];
    };
}

/// Declares a protocol's timers: the enum `Timer`, one of each on a node, and the names by which a visitor fires them. A row
/// is `Name, "name", "what it waits for";`.
macro_rules! timers {
    ($($name:ident, $id:literal, $doc:literal;)*) => {
        /// What nodes set timers for.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
        pub enum Timer { $(#[doc = $doc] $name,)* }

        /// Their names in a link, by place.
        pub const TIMERS: &[&str] = &[$($id),*];

        impl consensus_kernel::Timer for Timer {
            fn count(_n: usize) -> usize {
                TIMERS.len()
            }
            fn index(self) -> usize {
                self as usize
            }
            fn from_index(index: usize) -> Self {
                [$(Self::$name),*][index]
            }
            fn name(self) -> &'static str {
                TIMERS[self.index()]
            }
        }
    };
}
