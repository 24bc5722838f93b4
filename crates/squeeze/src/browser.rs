//! What `web/boot/load.js` calls. The module has no other user, one thread, and no library below it.
#![allow(unsafe_code)]

use crate::{PACKED_MAX, Unpacker};
use alloc::boxed::Box;
use alloc::vec;
use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::sync::atomic::{AtomicUsize, Ordering};

/// Room that is never given back: everything lives as long as the module.
struct Room;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
const PAGE: usize = 1 << 16;

// Safety: every piece lies behind all earlier ones, in memory that was just added or not yet taken.
unsafe impl GlobalAlloc for Room {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let end = memory_size(0) * PAGE;
        let taken = match TAKEN.load(Ordering::Relaxed) {
            0 => end,
            taken => taken,
        };
        let begin = taken.next_multiple_of(layout.align());
        let behind = begin + layout.size();
        TAKEN.store(behind, Ordering::Relaxed);
        if behind > end && memory_grow(0, (behind - end).div_ceil(PAGE)) == usize::MAX {
            return core::ptr::null_mut();
        }
        begin as *mut u8
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // New memory is zero.
        unsafe { self.alloc(layout) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ROOM: Room = Room;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// What the script holds on to.
pub struct Session {
    unpacker: Unpacker,
    arrived: Box<[u8]>,
}

/// Begins.
#[unsafe(no_mangle)]
pub extern "C" fn begin() -> *mut Session {
    let arrived = vec![0; PACKED_MAX].into_boxed_slice();
    Box::into_raw(Box::new(Session { unpacker: Unpacker::new(), arrived }))
}

/// Where to put what arrives, at most [`PACKED_MAX`] bytes.
#[unsafe(no_mangle)]
pub extern "C" fn room(session: &mut Session) -> *mut u8 {
    session.arrived.as_mut_ptr()
}

/// Unpacks at most `most` bytes of the first `arrived`; `all` have. Whether it can go on at once.
#[unsafe(no_mangle)]
pub extern "C" fn run(session: &mut Session, arrived: usize, all: bool, most: usize) -> bool {
    session.unpacker.run(&session.arrived[..arrived.min(PACKED_MAX)], all, most)
}

/// Where the module is.
#[unsafe(no_mangle)]
pub extern "C" fn module(session: &Session) -> *const u8 {
    session.unpacker.ready().as_ptr()
}

/// How much of it is ready.
#[unsafe(no_mangle)]
pub extern "C" fn ready(session: &Session) -> usize {
    session.unpacker.ready().len()
}
