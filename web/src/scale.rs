//! Logarithmic scales of sliders. They only draw and never decide, so the browser's own functions will do.

use js_sys::Math;

/// The power of ten that this is.
pub fn log10(x: f64) -> f64 {
    Math::log10(x)
}

/// Ten to this power.
pub fn pow10(exponent: f64) -> f64 {
    Math::pow(10.0, exponent)
}
