//! Caps the memory of the page's module: what wants more is a mistake in it, and breaks in a way that the page survives.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo::rustc-link-arg-bins=--max-memory={}", 1 << 30);
    }
}
