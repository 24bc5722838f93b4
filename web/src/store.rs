//! The page's one store: what is shown, and the loop that lets virtual time pass.
//!
//! Components read with [`Store::with`] and change with [`Store::update`]. Each change bumps a version that the root
//! component hands down, which is what makes Yew draw again: at once after a gesture, at most ten times a second while
//! the run plays. What must move smoothly is drawn by frame listeners ([`Store::on_frame`]), outside Yew.

use crate::model::Model;
use consensus_figure::shape::Within;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use yew::Callback;

/// Shortest time between two drawings by Yew while the run plays, in real ms.
const REDRAW_MS: f64 = 100.0;
/// The same for runs of more nodes than this: nobody follows so many of them word by word.
const REDRAW_CROWD_MS: f64 = 200.0;
const CROWD: usize = 32;
/// Longest step of real time that one frame answers for, in ms: after a pause of the tab the run does not leap.
const FRAME_MS_MAX: f64 = 100.0;
/// Real ms that a frame may spend on computing the future: little while the run plays, more while it rests.
const AHEAD_PLAYING_MS: f64 = 0.3;
const AHEAD_RESTING_MS: f64 = 8.0;
/// And most while the visitor waits for a time that he has asked for.
const AHEAD_SOUGHT_MS: f64 = 12.0;
/// Events computed between two looks at the clock.
const AHEAD_EVENTS: u64 = 64;
/// With reduced motion: real ms between two pictures while the run plays.
const STILL_MS: f64 = 500.0;

/// Draws at a fractional virtual time in microseconds, between two events.
pub type FrameListener = Rc<dyn Fn(&Model, f64)>;

/// Whether a listener draws in the very frame that a gesture waits for, and in those in which Yew draws a crowd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Haste {
    /// It does.
    AtOnce,
    /// It draws in the one after that, for it takes long.
    Later,
}

/// The page's state, shared by all components. Cloning it clones a reference.
#[derive(Clone)]
pub struct Store(Rc<Inner>);

/// What the browser calls before it paints, with its time in ms.
type Tick = Closure<dyn FnMut(f64)>;

struct Inner {
    model: RefCell<Model>,
    version: Cell<u64>,
    root: RefCell<Option<Callback<u64>>>,
    listeners: RefCell<Vec<(u64, Haste, FrameListener)>>,
    next_listener: Cell<u64>,
    tick: RefCell<Option<Tick>>,
    frame_asked: Cell<bool>,
    last_frame_ms: Cell<Option<f64>>,
    last_redraw_ms: Cell<f64>,
    last_picture_ms: Cell<f64>,
    dirty: Cell<bool>,
    /// What a gesture led to waits to be painted: what can wait does, for one frame.
    hurried: Cell<bool>,
    was_hurried: Cell<bool>,
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A place in the list of frame listeners; dropping it leaves the list.
pub struct FrameHandle {
    inner: Weak<Inner>,
    id: u64,
}

impl Drop for FrameHandle {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            inner.listeners.borrow_mut().retain(|(id, ..)| *id != self.id);
        }
    }
}

impl Store {
    /// Puts a model into a store.
    pub fn new(model: Model) -> Self {
        let store = Self(Rc::new(Inner {
            model: RefCell::new(model),
            version: Cell::new(0),
            root: RefCell::new(None),
            listeners: RefCell::new(Vec::new()),
            next_listener: Cell::new(0),
            tick: RefCell::new(None),
            frame_asked: Cell::new(false),
            last_frame_ms: Cell::new(None),
            last_redraw_ms: Cell::new(0.0),
            last_picture_ms: Cell::new(0.0),
            dirty: Cell::new(false),
            hurried: Cell::new(false),
            was_hurried: Cell::new(false),
        }));
        let weak = Rc::downgrade(&store.0);
        let tick = Closure::new(move |now_ms: f64| {
            if let Some(inner) = weak.upgrade() {
                Store(inner).frame(now_ms);
            }
        });
        *store.0.tick.borrow_mut() = Some(tick);
        store
    }

    /// Reads the state.
    pub fn with<T>(&self, read: impl FnOnce(&Model) -> T) -> T {
        read(&self.0.model.borrow())
    }

    /// Changes the state after a gesture: Yew draws at once.
    pub fn update<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        let result = change(&mut self.0.model.borrow_mut());
        self.0.hurried.set(true);
        self.redraw();
        self.ask_frame();
        result
    }

    /// Changes the state by itself: Yew draws if that gives true.
    pub fn update_if(&self, change: impl FnOnce(&mut Model) -> bool) {
        let changed = change(&mut self.0.model.borrow_mut());
        if changed {
            self.redraw();
            self.ask_frame();
        }
    }

    /// A callback that changes the state.
    pub fn on<E: 'static>(&self, change: impl Fn(&mut Model, E) + 'static) -> Callback<E> {
        let store = self.clone();
        Callback::from(move |event| store.update(|m| change(m, event)))
    }

    /// Tells the root component the version whenever it changes. Time passes, and frames are drawn, from now on.
    pub fn subscribe(&self, root: Callback<u64>) {
        let inner = &self.0;
        *inner.root.borrow_mut() = Some(root);
        // Everything has just been drawn: what can wait does.
        inner.hurried.set(true);
        inner.last_redraw_ms.set(now_ms());
        inner.dirty.set(true);
        self.ask_frame();
    }

    /// Draws in every frame in which time or state has changed, until the handle is dropped.
    pub fn on_frame(&self, haste: Haste, listener: FrameListener) -> FrameHandle {
        let id = self.0.next_listener.get();
        self.0.next_listener.set(id + 1);
        self.0.listeners.borrow_mut().push((id, haste, listener));
        self.ask_frame();
        FrameHandle { inner: Rc::downgrade(&self.0), id }
    }

    /// Asks for one more frame, for instance after a change of size.
    pub fn ask_frame(&self) {
        if self.0.frame_asked.replace(true) {
            return;
        }
        if let (Some(window), Some(tick)) = (web_sys::window(), self.0.tick.borrow().as_ref()) {
            // A window that cannot animate shows the state without animation.
            let _ = window.request_animation_frame(tick.as_ref().unchecked_ref());
        }
    }

    /// Draws everything again in the next frame although the state is the same: in other colours, or what had to wait.
    pub fn repaint(&self) {
        self.0.dirty.set(true);
        self.0.last_redraw_ms.set(0.0);
        self.ask_frame();
    }

    fn redraw(&self) {
        let inner = &self.0;
        // Before the root listens nothing is drawn, so it stays due.
        let Some(root) = inner.root.borrow().clone() else { return };
        inner.dirty.set(false);
        inner.last_redraw_ms.set(now_ms());
        inner.version.set(inner.version.get() + 1);
        root.emit(inner.version.get());
    }

    /// One frame: let time pass, look ahead, draw, and ask for the next one only if there is a reason.
    fn frame(&self, frame_ms: f64) {
        let inner = &self.0;
        inner.frame_asked.set(false);
        if inner.root.borrow().is_none() {
            return;
        }
        // Where gestures follow each other frame by frame, what can wait is not kept waiting for ever.
        let hurried = inner.hurried.replace(false) && !inner.was_hurried.get();
        inner.was_hurried.set(hurried);
        let passed_ms = match inner.last_frame_ms.replace(Some(frame_ms)) {
            Some(last) => (frame_ms - last).within(0.0, FRAME_MS_MAX),
            None => 0.0,
        };
        let (moved, playing, ahead, crowd) = {
            let mut model = inner.model.borrow_mut();
            let moved = model.pass(passed_ms);
            let ahead = !hurried && look_ahead(&mut model);
            (moved, model.playing, ahead, model.scenario().n > CROWD)
        };
        if moved || ahead {
            inner.dirty.set(true);
        }
        let since_ms = now_ms() - inner.last_redraw_ms.get();
        let due = if playing { since_ms >= if crowd { REDRAW_CROWD_MS } else { REDRAW_MS } } else { true };
        let calm = !playing && ahead && since_ms < 2.5 * REDRAW_MS;
        let redraws = inner.dirty.get() && due && !calm;
        self.draw(frame_ms, hurried || (redraws && playing && crowd));
        if redraws {
            self.redraw();
        }
        if playing || ahead || hurried || inner.dirty.get() {
            self.ask_frame();
        } else {
            inner.last_frame_ms.set(None);
        }
    }

    fn draw(&self, frame_ms: f64, hurried: bool) {
        let inner = &self.0;
        let still = self.with(|m| m.reduced_motion && m.playing);
        if still && frame_ms - inner.last_picture_ms.get() < STILL_MS {
            return;
        }
        inner.last_picture_ms.set(frame_ms);
        // A copy, so that a listener may leave or join the list.
        let now = |haste: &Haste| !hurried || *haste == Haste::AtOnce;
        let listeners: Vec<FrameListener> = inner
            .listeners
            .borrow()
            .iter()
            .filter(|(_, haste, _)| now(haste))
            .map(|(.., l)| l.clone())
            .collect();
        let model = inner.model.borrow();
        for listener in listeners {
            listener(&model, model.clock_us);
        }
    }
}

/// Computes a little of the future. True if there is more to compute.
fn look_ahead(model: &mut Model) -> bool {
    let compared = model.compare_digest();
    let arrived = model.arrive();
    let start = now_ms();
    let most_ms = match (model.sought_us, model.playing) {
        (Some(_), _) => AHEAD_SOUGHT_MS,
        (_, true) => AHEAD_PLAYING_MS,
        (_, false) => AHEAD_RESTING_MS,
    };
    let mut moved = model.studio.session().end().is_none();
    while moved && model.studio.session_mut().run_ahead(AHEAD_EVENTS) {
        if now_ms() - start >= most_ms {
            return true;
        }
    }
    if let Some(contest) = &mut model.contest {
        while contest.run_ahead(AHEAD_EVENTS) {
            moved = true;
            if now_ms() - start >= most_ms {
                return true;
            }
        }
    }
    if moved {
        model.locate_stops();
    }
    // Once the end is known it is worth one more drawing, and so is what the comparison says.
    moved || compared || arrived
}

/// The page's clock, in ms.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|w| w.performance()).map_or(0.0, |p| p.now())
}
