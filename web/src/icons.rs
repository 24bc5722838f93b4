//! The page's few signs, as paths on a square of 16.

use crate::markup::html;
use yew::prelude::*;

/// A sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// Let time pass.
    Play,
    /// Let it pass once more, from the start.
    Again,
    /// Stop time.
    Pause,
    /// One event on.
    Next,
    /// One event back.
    Back,
    /// To the next round.
    NextRound,
    /// To the previous round.
    BackRound,
    /// Take back.
    Undo,
    /// Make again.
    Redo,
    /// A new random seed.
    Dice,
    /// Light or dark.
    Theme,
    /// Close, remove.
    Cross,
    /// Opens downwards.
    Down,
}

impl Sign {
    fn path(self) -> &'static str {
        match self {
            Self::Play => "M4 2.5v11l9-5.5z",
            Self::Again => {
                "M8 2.500a5.500 5.500 0 1 1-5.400 4.500h1.900A3.700 3.700 0 1 0 8 4.300v2.200L3.800 3.400 8 .3z"
            }
            Self::Pause => "M4 3h3v10H4zM9 3h3v10H9z",
            Self::Next => "M5 3.5v9l7-4.5z",
            Self::Back => "M11 3.5v9L4 8z",
            Self::NextRound => "M3 3.5v9L9.5 8zM10.5 3.5h2v9h-2z",
            Self::BackRound => "M13 3.5v9L6.5 8zM3.5 3.5h2v9h-2z",
            Self::Undo => "M6.5 2.5 2 6.5l4.5 4V8c3 0 5 1 6.5 4 0-4-2-7-6.5-7z",
            Self::Redo => "M9.500 2.5 14 6.5l-4.5 4V8C6.500 8 4.500 9 3 12c0-4 2-7 6.5-7z",
            Self::Dice => {
                "M3 1.500h10A1.500 1.500 0 0 1 14.500 3v10a1.500 1.500 0 0 1-1.500 1.500H3A1.500 1.500 0 0 1 1.500 13V3A1.500 1.500 0 0 1 \
                 3 1.500zM3 3v10h10V3zM4 5.200a1.200 1.200 0 1 1 2.400 0 1.200 1.200 0 0 1-2.400 0zM6.800 8a1.200 1.200 0 1 1 \
                 2.400 0 1.200 1.200 0 0 1-2.400 0zM9.600 10.800a1.200 1.200 0 1 1 2.400 0 1.200 1.200 0 0 1-2.400 0z"
            }
            Self::Theme => "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM8 3v10A5 5 0 0 1 8 3z",
            Self::Cross => {
                "M4.200 3 8 6.800 11.800 3 13 4.200 9.200 8l3.800 3.800-1.200 1.200L8 9.200 4.200 13 3 11.800 6.800 8 3 4.200z"
            }
            Self::Down => "M3.500 5.500h9L8 11z",
        }
    }
}

/// Draws a sign; its meaning stands in the label of the button around it.
pub fn sign(sign: Sign) -> Html {
    html! {
        <svg class="sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d={sign.path()} fill="currentColor" fill-rule="evenodd" />
        </svg>
    }
}

/// The mark of the project: three nodes that agree.
pub fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
            <circle cx="12" cy="13" r="8" fill="none" stroke="currentColor" stroke-width="1.6" />
            <circle cx="12" cy="4.500" r="3" fill="currentColor" />
            <circle cx="4.600" cy="17.500" r="3" fill="currentColor" />
            <circle cx="19.400" cy="17.500" r="3" fill="currentColor" />
        </svg>
    }
}
