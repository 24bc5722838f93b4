//! Layouts and geometry; SVG, Mermaid and tables of a moment or of a run.
//!
//! A moment becomes a [`shape::Scene`]: plain shapes that the page shows and that [`svg::print`] writes to a file, so
//! that what is exported is what is seen. The geometry (where nodes stand, which way a message takes) is shared with
//! whoever draws messages faster than shapes allow.
//!
//! This crate knows no browser, no protocol by name, and computes nothing of a run.

pub mod curve;
pub mod density;
pub mod glyph;
pub mod layout;
pub mod legend;
pub mod lineage;
pub mod mermaid;
pub mod moment;
mod node;
pub mod palette;
pub mod panels;
pub mod plot;
pub mod point;
pub mod room;
pub mod shape;
pub mod spacetime;
pub mod sparse;
pub mod svg;
pub mod table;
pub mod values;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod xml;

pub use node::label;
