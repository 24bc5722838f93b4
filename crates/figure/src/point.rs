//! Points of the plane, in CSS pixels, y downwards.

use core::ops::{Add, Mul, Sub};

/// A point, or a displacement.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// The point at these coordinates.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The point of the unit circle at a clockwise turn from the top; a whole turn is 1.
    pub fn on_clock(turn: f64) -> Self {
        let (sin, cos) = libm::sincos(turn * core::f64::consts::TAU);
        Self { x: sin, y: -cos }
    }

    /// Distance from the origin.
    pub fn length(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    /// Distance between two points.
    pub fn distance(self, other: Self) -> f64 {
        (self - other).length()
    }

    /// The same direction with length 1; the origin stays where it is.
    pub fn unit(self) -> Self {
        let length = self.length();
        if length == 0.0 { self } else { self * (1.0 / length) }
    }

    /// A quarter turn to the left as seen by someone walking in this direction.
    pub fn left(self) -> Self {
        Self { x: self.y, y: -self.x }
    }

    /// The same turned clockwise; a whole turn is 1.
    pub fn turned(self, turn: f64) -> Self {
        let Self { x: sin, y: minus_cos } = Self::on_clock(turn);
        Self { x: -self.x * minus_cos - self.y * sin, y: self.x * sin - self.y * minus_cos }
    }

    /// Positive when `other` points to the left of this direction.
    pub fn side_of(self, other: Self) -> f64 {
        self.y * other.x - self.x * other.y
    }
}

impl Add for Point {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y }
    }
}

impl Sub for Point {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }
}

impl Mul<f64> for Point {
    type Output = Self;
    fn mul(self, k: f64) -> Self {
        Self { x: self.x * k, y: self.y * k }
    }
}
