//! The size of an element, as long as it is shown.

use crate::later::later;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Width and height in CSS pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Size {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Draws again whenever the element's size changes; nothing at first.
#[hook]
pub fn use_size(of: &NodeRef) -> Size {
    let size = use_state_eq(Size::default);
    use_effect_with(of.clone(), {
        let set = size.setter();
        move |of| {
            let watched = of.cast::<Element>();
            let measured = watched.clone();
            let measure = Rc::new(move || {
                if let Some(element) = &measured {
                    let width = f64::from(element.client_width());
                    let height = f64::from(element.client_height());
                    set.set(Size { width, height });
                }
            });
            // At first in a task of its own: the observer would have it all done within one frame.
            later(0, {
                let measure = measure.clone();
                move || measure()
            });
            let measure = Closure::<dyn Fn()>::new(move || measure());
            let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &watched) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(measure);
            }
        }
    });
    *size
}
