//! Ratios as whole numbers.

use consensus_kernel::{Ratio, SetupError};

/// These ratios in whole parts of a common unit.
pub(crate) fn common(key: &'static str, ratios: &[Ratio]) -> Result<(Vec<u64>, u64), SetupError> {
    const UNIT_MAX: u64 = 1_000_000;
    let mut unit = 1;
    for ratio in ratios {
        let den = u64::from(ratio.den());
        unit = unit / gcd(unit, den) * den;
        if unit > UNIT_MAX {
            let why = "these ratios are no whole numbers of millionths, or of another common unit down to a millionth";
            return Err(SetupError { key, why: why.to_owned() });
        }
    }
    let whole = |r: &Ratio| u64::from(r.num()) * (unit / u64::from(r.den()));
    Ok((ratios.iter().map(whole).collect(), unit))
}

fn gcd(a: u64, b: u64) -> u64 {
    gcd_wide(a.into(), b.into()) as u64
}

/// The greatest common divisor.
pub(crate) fn gcd_wide(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
