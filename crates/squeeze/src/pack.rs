//! The packer's side, which no browser has.

use crate::coder::Encoder;
use crate::guess::Guesser;
use crate::trees::{TREES, Trees};
use crate::walk::{Event, Walk};
use crate::{HEADER, MODULE_MAX, PACKED_MAX, Unpacker};

/// The packed module.
///
/// # Errors
/// A sentence, if this is not a module as wasm-opt writes it, or if it is too large.
pub fn pack(module: &[u8]) -> Result<Vec<u8>, String> {
    if module.len() > MODULE_MAX {
        return Err(format!("a module of {} bytes is too large to be packed", module.len()));
    }
    let stripped = stripped(module)?;
    let mut counts = vec![[0u32; 256]; TREES];
    let mut walk = Walk::default();
    for &byte in &stripped {
        counts[walk.tree()][usize::from(byte)] += 1;
        walk.step(byte);
    }
    let lengths = counts.iter().map(crate::trees::lengths).collect::<Vec<_>>();
    let mut coder = Encoder::default();
    let trees = Trees::coded(&mut coder, Some(&lengths));
    let mut guesser = Guesser::new(trees);
    for &byte in &stripped {
        guesser.byte(&mut coder, byte);
    }
    let mut packed = Vec::with_capacity(HEADER);
    for length in [module.len(), stripped.len()] {
        packed.extend((length as u32).to_le_bytes());
    }
    packed.extend(coder.finish());
    if packed.len() > PACKED_MAX {
        return Err(format!("{} packed bytes are too many", packed.len()));
    }
    let mut unpacker = Unpacker::new();
    while unpacker.run(&packed, true, usize::MAX >> 1) {}
    if unpacker.ready() != module {
        return Err("the module is not what comes out when it is packed and unpacked".into());
    }
    Ok(packed)
}

/// The module without the sizes of its functions.
fn stripped(module: &[u8]) -> Result<Vec<u8>, String> {
    let mut walk = Walk::default();
    let mut stripped = Vec::with_capacity(module.len());
    let mut rest = module;
    let mut end = None;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        stripped.push(byte);
        let next = match walk.step(byte) {
            Event::None => continue,
            Event::Bodies => true,
            Event::Body { last } => {
                if end != Some(rest.len()) {
                    return Err("a function does not end where it says: is there a new instruction?".into());
                }
                !last
            }
        };
        if next {
            let (mut size, mut shift) = (0, 0);
            while let Some((&digit, after)) = rest.split_first() {
                rest = after;
                size |= usize::from(digit & 0x7f) << shift;
                shift += 7;
                if digit < 0x80 || shift > 21 {
                    break;
                }
            }
            end = Some(rest.len().saturating_sub(size));
        }
    }
    Ok(stripped)
}

#[cfg(test)]
mod tests {
    use super::pack;
    use crate::Unpacker;

    /// A module with a memory, a text, and two functions that load and call.
    fn module() -> Vec<u8> {
        let mut module =
            b"\0asm\x01\0\0\0\x01\x06\x01\x60\x01\x7f\x01\x7f\x03\x03\x02\0\0\x05\x03\x01\0\x01".to_vec();
        let first =
            b"\x01\x02\x7f\x20\0\x28\x02\x08\x41\xc0\x84\x3d\x6a\x22\x01\x04\x7f\x20\x01\x05\x41\x07\x0b\x0b";
        let second = b"\0\x20\0\x10\0\x0b";
        let size = 1 + 1 + first.len() + 1 + second.len();
        module.extend([10, size as u8, 2, first.len() as u8]);
        module.extend(first);
        module.push(second.len() as u8);
        module.extend(second);
        module.extend(b"\x0b\x10\x01\0\x41\0\x0b\x0aabcabcabca");
        module
    }

    #[test]
    fn what_is_packed_comes_out_again_however_it_arrives() {
        let module = module();
        let packed = pack(&module).expect("it is a module");
        for step in [1, 7, packed.len()] {
            let mut unpacker = Unpacker::new();
            let mut arrived = 0;
            while arrived < packed.len() {
                arrived = (arrived + step).min(packed.len());
                while unpacker.run(&packed[..arrived], arrived == packed.len(), 5) {}
            }
            assert_eq!(unpacker.ready(), module);
        }
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let mut module = module();
        let body = module.windows(2).position(|two| two == b"\x28\x02").expect("the load");
        module[body] = 0x0b;
        assert!(pack(&module).is_err(), "the first function ends too early");
    }

    #[test]
    fn what_was_never_packed_does_no_harm() {
        let noise: Vec<u8> = (0..40_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let mut unpacker = Unpacker::new();
        let mut file = [0, 0, 1, 0, 0, 0, 1, 0].to_vec();
        file.extend(noise);
        while unpacker.run(&file, true, 1 << 20) {}
        assert!(unpacker.ready().len() <= crate::MODULE_MAX);
    }
}
