//! How much of what is under way is shown at once.

use consensus_kernel::{Kind, KindClass, NodeId};
use consensus_lab::view::{FlightMark, FlightView};

/// The visitor's choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Density {
    /// What the last event sent, and what concerns the selected node.
    Focus,
    /// That and all other work; heartbeats and the like stay in the background, unless something is wrong with them.
    #[default]
    Context,
    /// Everything alike.
    All,
}

/// How one message is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Emphasis {
    /// As a faint dot.
    Faint,
    /// With its glyph.
    Full,
}

/// How one message is shown, `event` events into the run.
pub fn emphasis(
    density: Density,
    flight: &FlightView,
    kinds: &[Kind],
    event: u64,
    selected: Option<NodeId>,
) -> Emphasis {
    let concerns_selected = selected == Some(flight.from) || selected == Some(flight.to);
    let background = kinds.get(flight.kind).is_some_and(|k| k.class == KindClass::Background);
    let full = match density {
        Density::Focus => flight.cause + 1 == event || concerns_selected,
        Density::Context => !background || concerns_selected || flight.mark != FlightMark::Plain,
        Density::All => true,
    };
    if full { Emphasis::Full } else { Emphasis::Faint }
}
