//! From a node's effect to messages under way: delays, losses, copies, limited links and Byzantine senders.
//!
//! The fate of a message is drawn from the seed, its sender, receiver, kind and number on that link, and from nothing
//! else: one more message elsewhere never changes it.

use crate::observer::Observer;
use crate::payload::Payload;
use crate::queue::{ATTEMPT_SHIFT, DUPLICATE, Event, HELD, Tag, identity_index};
use crate::simulation::{Health, NO_TWIN, Simulation};
use consensus_kernel::{
    Address, Automaton, Chance, Corruption, Duration, Lie, Message, NodeId, Rng, Signer, Time, To,
    keyed_draw, mix,
};
use consensus_scenario::{Fate, Latency, MessageName, Network, Strategy, bounds};
use core::hint::cold_path;

/// Purposes of draws, so that a message's delay says nothing about its loss.
mod purpose {
    pub const DELAY: u64 = 0x64656c6179;
    pub const LOSS: u64 = 0x6c6f7373;
    pub const PLACE: u64 = 0x706c616365;
    pub const COPY: u64 = 0x636f7079;
    pub const GST: u64 = 0x677374;
    pub const RETRY: u64 = 0x7265747279;
}

/// Why a message is lost, in the lower bits of a [`Tag::Lost`] event's flags.
const LOST_BY_NETWORK: u8 = 0;
const LOST_BY_CUT: u8 = 1;
const LOST_BY_HAND: u8 = 2;

/// What a Byzantine sender adds to a message on its way.
#[derive(Clone, Copy, Default)]
struct Extra {
    delay: u64,
    held: bool,
}

/// What all copies of one message have in common on their way.
#[derive(Clone, Copy)]
struct Link {
    instance: usize,
    payload: u32,
    sender: usize,
    /// Where the counters of its kind from this sender begin, by receiver.
    counters: usize,
    bytes: u64,
    /// What their fates are drawn from.
    key: u64,
}

/// The network's probabilities and delays, made ready to be drawn from at every message.
#[derive(Clone, Copy)]
pub(crate) struct Odds {
    loss: Chance,
    duplicate: Chance,
    /// Messages are neither lost nor doubled by the network, and all delays of a range are equally likely.
    calm: bool,
    /// The least delay, at least 1 µs, and how many more microseconds it can take, all equally likely.
    delay: u64,
    spread: u32,
    /// For a delay that is not of this kind.
    other: Option<Latency>,
}

impl Odds {
    pub(crate) fn of(network: &Network) -> Self {
        let (low, high) = match network.latency {
            Latency::Constant(d) => (d.0, d.0),
            Latency::Uniform(low, high) => (low.0, high.0),
            Latency::Exponential(_) => (0, u64::MAX),
        };
        let narrow = u32::try_from(high.saturating_sub(low)).ok().filter(|_| low > 0);
        Self {
            loss: network.loss.chance(),
            duplicate: network.duplicate.chance(),
            calm: network.loss.is_zero() && network.duplicate.is_zero() && narrow.is_some(),
            delay: low,
            spread: narrow.unwrap_or(0),
            other: narrow.is_none().then_some(network.latency),
        }
    }

    /// Whether the network loses or doubles the message with these bits.
    #[inline]
    fn meet(&self, bits: u64) -> bool {
        self.loss.happens(mix(bits ^ purpose::LOSS))
            | self.duplicate.happens(keyed_draw(bits, purpose::COPY, 0))
    }

    /// A delay from 64 uniform bits, at least 1 µs.
    #[inline(always)]
    fn delay(&self, bits: u64) -> u64 {
        match self.other {
            None => self.even_delay(bits),
            Some(latency) => rare_delay(bits, latency),
        }
    }

    /// The same where all delays of a range are equally likely.
    #[inline(always)]
    fn even_delay(&self, bits: u64) -> u64 {
        self.delay + Rng::portion(bits, self.spread)
    }
}

impl<P: Automaton> Simulation<P> {
    /// Sends one message to its receivers; says how many there are.
    #[inline(always)]
    pub(crate) fn send(&mut self, instance: usize, to: Address, msg: Box<P::Msg>, event: u64) -> usize {
        let cell = &self.cells[instance];
        let (from, depth) = (cell.id, cell.depth);
        if cell.byzantine {
            cold_path();
            return self.send_byzantine(instance, to, msg, event);
        }
        if from.is_client() {
            self.note_request(from, &msg, depth);
        }
        match self.plain && self.odds.calm && !to.is_set() {
            true if to == Address::OTHERS => self.send_calmly_to_others(instance, from, depth, msg, event),
            true => self.send_calmly_to_one(instance, from, depth, to.node(), msg, event),
            false => self.send_on_the_way(instance, from, depth, to, msg, event),
        }
    }

    /// Sends to one receiver where nothing happens to messages but a delay from a range.
    #[inline(always)]
    fn send_calmly_to_one(
        &mut self,
        sender: usize,
        from: NodeId,
        depth: u32,
        to: NodeId,
        msg: Box<P::Msg>,
        event: u64,
    ) -> usize {
        let receiver = identity_index(to, self.shape.n);
        if (receiver == sender) | (receiver >= self.shape.total) {
            cold_path();
            self.effects.reuse(msg);
            return 0;
        }
        let (kind, bytes) = (msg.kind(), msg.bytes());
        let body = Payload::new(msg, from, kind as u8, depth + 1, self.now, event).with_copies(1);
        let payload = self.store(body);
        let (counters, key) = self.of_kind(sender, kind);
        let nth = self.count(counters, receiver);
        let at = self.now.0 + self.odds.even_delay(draw(key, receiver, nth));
        self.push_at(Event { at, seq: 0, payload, nth, to: receiver as u16, tag: Tag::Deliver, flags: 0 });
        self.metrics.sent(kind, bytes, from.is_client() | to.is_client(), 1);
        1
    }

    /// The same to all other replicas. What changes with each is at hand in this loop and nowhere else.
    #[inline(always)]
    fn send_calmly_to_others(
        &mut self,
        sender: usize,
        from: NodeId,
        depth: u32,
        msg: Box<P::Msg>,
        event: u64,
    ) -> usize {
        let (kind, bytes) = (msg.kind(), msg.bytes());
        let others = self.shape.n - usize::from(sender < self.shape.n);
        let body = Payload::new(msg, from, kind as u8, depth + 1, self.now, event);
        let payload = self.store(body.with_copies(others as u32));
        let (counters, key) = self.of_kind(sender, kind);
        let (now, odds) = (self.now.0, self.odds);
        let Self { queue, counters: all, seq, .. } = self;
        let mut next = *seq;
        for (receiver, count) in all[counters..counters + self.shape.n].iter_mut().enumerate() {
            if receiver == sender {
                continue;
            }
            *count += 1;
            let at = now + odds.even_delay(draw(key, receiver, *count));
            let to = receiver as u16;
            queue.push(Event { at, seq: next, payload, nth: *count, to, tag: Tag::Deliver, flags: 0 });
            next += 1;
        }
        *seq = next;
        if others == 0 {
            self.slab.settle(payload, 0);
        }
        self.metrics.sent(kind, bytes, from.is_client(), others as u64);
        others
    }

    /// Sends where more may happen to messages.
    #[inline(always)]
    fn send_on_the_way(
        &mut self,
        instance: usize,
        from: NodeId,
        depth: u32,
        to: Address,
        msg: Box<P::Msg>,
        event: u64,
    ) -> usize {
        let mut client = from.is_client();
        let (kind, bytes) = (msg.kind(), msg.bytes());
        // Second copies of twins, whose instance has another number than its owner, are Byzantine.
        let sender = instance;
        let payload = self.store(Payload::new(msg, from, kind as u8, depth + 1, self.now, event));
        let (mut sent, mut copies) = (0, 0);
        if to.is_set() {
            (sent, copies) = self.post_to_set(&self.link(instance, sender, kind, bytes, payload), to);
        } else {
            // One loop, without branches within: it runs once, or once for each other replica.
            let (all, id) = (to == Address::OTHERS, to.node());
            client |= id.is_client() & !all;
            let receiver = identity_index(id, self.shape.n);
            let receives = (receiver != sender) & (receiver < self.shape.total);
            let others = self.shape.n - usize::from(sender < self.shape.n);
            let last = if all { others } else { usize::from(receives) };
            let place = |k| if all { k + usize::from(k >= sender) } else { receiver };
            let link = self.link(instance, sender, kind, bytes, payload);
            while sent < last {
                copies += self.post(&link, place(sent));
                sent += 1;
            }
        }
        self.slab.settle(payload, copies);
        self.metrics.sent(kind, bytes, client, sent as u64);
        sent
    }

    /// Sends to some replicas: how many they are, and how many copies are under way.
    #[inline(never)]
    fn post_to_set(&mut self, link: &Link, to: Address) -> (usize, u32) {
        let (mut sent, mut copies) = (0, 0);
        if let To::Set(set) = self.effects.receivers(to) {
            for id in set {
                if id.index() != link.sender && id.index() < self.shape.n {
                    sent += 1;
                    copies += self.post(link, id.index());
                }
            }
        }
        (sent, copies)
    }

    #[inline]
    fn store(&mut self, payload: Payload<P::Msg>) -> u32 {
        let (place, before) = self.slab.insert(payload);
        if let Some(before) = before {
            self.effects.reuse(before);
        }
        place
    }

    #[inline]
    fn link(&self, instance: usize, sender: usize, kind: usize, bytes: u64, payload: u32) -> Link {
        let (counters, key) = self.of_kind(sender, kind);
        Link { instance, payload, sender, counters, bytes, key }
    }

    /// Where the counters of this kind from this sender begin, and what the fates of its messages are drawn from.
    #[inline]
    fn of_kind(&self, sender: usize, kind: usize) -> (usize, u64) {
        let of_kind = sender * self.shape.kinds + kind;
        (of_kind * self.shape.total, self.fixed.link_keys[of_kind])
    }

    /// Sends to one receiver; says how many copies of the body are now under way.
    #[inline(always)]
    fn post(&mut self, link: &Link, receiver: usize) -> u32 {
        let nth = self.count(link.counters, receiver);
        let bits = draw(link.key, receiver, nth);
        if self.plain && !self.odds.meet(bits) {
            let at = self.now.0 + self.odds.delay(bits);
            let (payload, to) = (link.payload, receiver as u16);
            self.push_at(Event { at, seq: 0, payload, nth, to, tag: Tag::Deliver, flags: 0 });
            return 1;
        }
        self.post_through(link, receiver, nth, Extra::default())
    }

    /// The number of the next message of this kind on this link, from 1.
    #[inline]
    fn count(&mut self, counters: usize, receiver: usize) -> u32 {
        let count = &mut self.counters[counters + receiver];
        *count += 1;
        *count
    }

    /// The long way: everything that can happen to a message.
    #[inline(never)]
    fn post_through(&mut self, link: &Link, receiver: usize, nth: u32, extra: Extra) -> u32 {
        let Link { instance, payload, sender, bytes, key, .. } = *link;
        let Some(to) = self.facing_instance(payload, receiver) else { return 0 };
        let bits = draw(key, receiver, nth);
        let leaves = self.leave(instance, bytes);
        let mut at = leaves.saturating_add(self.odds.delay(bits)).saturating_add(extra.delay);
        if let Some(gst) = self.network.gst
            && self.now < gst
        {
            at = at.saturating_add(Rng::spread(mix(bits ^ purpose::GST), 0, gst.since(self.now).0));
        }
        let mut flags = if extra.held { HELD } else { 0 };
        let mut copies_by_hand = 0;
        let mut lost = (self.odds.loss.happens(mix(bits ^ purpose::LOSS))).then_some(LOST_BY_NETWORK);
        if self.connectivity.is_blocked(sender, receiver) {
            lost = Some(LOST_BY_CUT);
        }
        let fate = self.take_fate(payload, receiver, nth);
        match fate {
            Some(Fate::Drop) => lost = Some(LOST_BY_HAND),
            Some(Fate::Delay(more)) => (at, flags) = (at.saturating_add(more.0), flags | HELD),
            Some(Fate::Deliver) => (at, lost) = (self.now.0 + 1, None),
            Some(Fate::Duplicate) => copies_by_hand = 1,
            None => {}
        }
        if let Some(why) = lost {
            let part = 40 + mix(bits ^ purpose::PLACE) % 30;
            let place = self.now.0 + (at.saturating_sub(self.now.0).saturating_mul(part) / 100).max(1);
            self.push(Event { at: place, seq: 0, payload, nth, to, tag: Tag::Lost, flags: why });
            return 1;
        }
        at = self.in_order(sender, receiver, at);
        let event = Event { at, seq: 0, payload, nth, to, tag: Tag::Deliver, flags };
        match fate {
            Some(Fate::Deliver) => self.push_at(event),
            _ => self.push(event),
        }
        1 + self.copy(payload, nth, to, at, bits, copies_by_hand)
    }

    /// Second copies, made by the network or by hand.
    fn copy(&mut self, payload: u32, nth: u32, to: u16, at: u64, bits: u64, by_hand: u32) -> u32 {
        let mut made = 0;
        for k in 0..by_hand {
            let at = at.saturating_add(1 + u64::from(k));
            self.push(Event { at, seq: 0, payload, nth, to, tag: Tag::Deliver, flags: DUPLICATE });
            made += 1;
        }
        for k in 0..bounds::COPIES {
            let draw = keyed_draw(bits, purpose::COPY, k);
            if !self.odds.duplicate.happens(draw) {
                break;
            }
            let at = self.now.0.saturating_add(self.odds.delay(mix(draw))).max(self.now.0 + 1);
            self.push(Event { at, seq: 0, payload, nth, to, tag: Tag::Deliver, flags: DUPLICATE });
            made += 1;
        }
        self.metrics.duplicated += u64::from(made);
        made
    }

    /// The link layer sends a lost frame again, after a time that doubles.
    pub(crate) fn schedule_retry(&mut self, event: Event) {
        let Some(first) = self.network.retransmit else { return };
        let k = attempt(event.flags).min(6);
        let at = self.now.0.saturating_add(first.0.saturating_mul(1 << k).max(1));
        self.push(Event { at, tag: Tag::Retry, flags: (k + 1) << ATTEMPT_SHIFT, ..event });
    }

    /// One more attempt of the link layer, which dies with its node.
    pub(crate) fn send_again<O: Observer<P>>(&mut self, event: Event, observer: &mut O) {
        let payload = self.slab.get(event.payload);
        let sender = identity_index(payload.from, self.shape.n);
        if self.cells[sender].health == Health::Crashed {
            return self.lost(event, "its sender is down and sends it no more", observer);
        }
        self.metrics.retransmitted += 1;
        let receiver = self.identity_of(event.to as usize);
        let key = self.link_key(sender, payload.kind as usize);
        let bits = keyed_draw(draw(key, receiver, event.nth), purpose::RETRY, event.at);
        let blocked = self.connectivity.is_blocked(sender, receiver);
        let lost = self.odds.loss.happens(mix(bits ^ purpose::LOSS));
        let delay = self.odds.delay(bits);
        if blocked || lost {
            let why = if blocked { LOST_BY_CUT } else { LOST_BY_NETWORK };
            let at = self.now.0 + (delay / 2).max(1);
            self.push(Event { at, tag: Tag::Lost, flags: event.flags | why, ..event });
        } else {
            let at = self.now.0.saturating_add(delay);
            self.push(Event { at, tag: Tag::Deliver, flags: 0, ..event });
        }
    }

    /// Sends in the name of a Byzantine node.
    #[inline(never)]
    fn send_byzantine(&mut self, instance: usize, to: Address, msg: Box<P::Msg>, event: u64) -> usize {
        let from = self.fixed.identities[instance];
        let sender = identity_index(from, self.shape.n);
        let receivers: Vec<NodeId> = match self.effects.receivers(to) {
            To::One(id) => vec![id],
            To::Others => (0..self.shape.n).map(NodeId::replica).collect(),
            To::Set(set) => set.iter().collect(),
        };
        let mut sent = 0;
        for id in receivers {
            let receiver = identity_index(id, self.shape.n);
            if receiver == sender
                || receiver >= self.shape.total
                || (!id.is_client() && receiver >= self.shape.n)
            {
                continue;
            }
            sent += self.send_one_byzantine(instance, from, id, &msg, event);
        }
        self.effects.reuse(msg);
        sent
    }

    fn send_one_byzantine(
        &mut self,
        instance: usize,
        from: NodeId,
        to: NodeId,
        msg: &P::Msg,
        event: u64,
    ) -> usize {
        let (sender, receiver) = (identity_index(from, self.shape.n), identity_index(to, self.shape.n));
        let second = instance >= self.shape.total;
        let mut extra = Extra::default();
        let mut forged = false;
        let mut replay = None;
        let mut said = None;
        match self.fixed.strategies[sender].as_ref() {
            None => {}
            Some(Strategy::Silent) => return 0,
            Some(Strategy::Delay(more)) => extra = Extra { delay: more.0, held: true },
            Some(Strategy::Omit(group)) if group.contains(to) => return 0,
            Some(Strategy::Omit(_)) => {}
            Some(Strategy::Replay(after)) => replay = Some(*after),
            Some(Strategy::Twins(_)) => {
                if self.fixed.sides[sender].contains(to) != second {
                    return 0;
                }
                forged = true;
            }
            Some(Strategy::Own(which)) => match self.ask_liar(*which, instance, from, to, msg) {
                Corruption::Keep => {}
                Corruption::Drop => return 0,
                Corruption::Replace(lie) => {
                    forged = true;
                    said = Some(lie);
                }
                Corruption::Late(lie, more) => {
                    forged = true;
                    said = Some(lie);
                    extra = Extra { delay: more.0, held: true };
                }
            },
        }
        let msg = said.unwrap_or_else(|| msg.clone());
        let (kind, bytes) = (msg.kind(), msg.bytes());
        let depth = self.cells[instance].depth + 1;
        let mut body = Payload::new(Box::new(msg), from, kind as u8, depth, self.now, event);
        (body.forged, body.second) = (forged, second);
        let payload = self.store(body);
        let link = self.link(instance, sender, kind, bytes, payload);
        let nth = self.count(link.counters, receiver);
        let mut copies = self.post_through(&link, receiver, nth, extra);
        if let Some(after) = replay {
            copies += self.replay(payload, receiver, nth, link.key, after);
        }
        self.slab.settle(payload, copies);
        self.metrics.sent(kind, bytes, to.is_client(), 1);
        1
    }

    fn replay(&mut self, payload: u32, receiver: usize, nth: u32, key: u64, after: Duration) -> u32 {
        let Some(to) = self.facing_instance(payload, receiver) else { return 0 };
        let at = self.now.0.saturating_add(after.0).saturating_add(self.odds.delay(draw(key, receiver, nth)));
        self.push(Event { at, seq: 0, payload, nth, to, tag: Tag::Deliver, flags: DUPLICATE });
        self.metrics.duplicated += 1;
        1
    }

    fn ask_liar(
        &self,
        strategy: usize,
        instance: usize,
        me: NodeId,
        to: NodeId,
        msg: &P::Msg,
    ) -> Corruption<P::Msg> {
        let signer = Signer::for_simulator(me);
        let (node, config) = (&self.cells[instance].node, &self.fixed.config);
        P::lie(strategy, &Lie { msg, to, node, config, signer: &signer, fellows: &self.fixed.fellows })
    }

    /// Which instance of the receiver faces the sender; for a twin, one of two.
    fn facing_instance(&self, payload: u32, receiver: usize) -> Option<u16> {
        let second = self.fixed.second[receiver];
        if second == NO_TWIN {
            return Some(receiver as u16);
        }
        let body = self.slab.get(payload);
        let sender_is_twin = self.fixed.second[identity_index(body.from, self.shape.n)] != NO_TWIN;
        // Two twins pair up copy by copy; to everyone else, a twin shows the copy that faces it.
        let faces_second =
            if sender_is_twin { body.second } else { self.fixed.sides[receiver].contains(body.from) };
        Some(if faces_second { second } else { receiver as u16 })
    }

    /// When the sender's link has put the message on the wire.
    fn leave(&mut self, instance: usize, bytes: u64) -> u64 {
        let Some(rate) = self.network.bandwidth else { return self.now.0 };
        let cell = &mut self.cells[instance];
        let takes = (u128::from(bytes) * 1_000_000 / u128::from(rate.max(1))) as u64;
        cell.link_free = cell.link_free.max(self.now.0).saturating_add(takes);
        cell.link_free
    }

    /// On links that keep order, not before what was sent earlier. That is their promise for a message's first way only.
    fn in_order(&mut self, sender: usize, receiver: usize, at: u64) -> u64 {
        if !self.network.fifo {
            return at;
        }
        if self.latest.is_empty() {
            self.latest = vec![0; self.shape.total * self.shape.total];
        }
        let latest = &mut self.latest[sender * self.shape.total + receiver];
        *latest = at.max(*latest);
        *latest
    }

    /// The fate that a hand has prepared for this message, if any; it is used up.
    fn take_fate(&mut self, payload: u32, receiver: usize, nth: u32) -> Option<Fate> {
        if self.armed.is_empty() {
            return None;
        }
        let body = self.slab.get(payload);
        let to = self.fixed.identities[receiver];
        let name = MessageName { from: body.from, to, kind: body.kind as usize, nth };
        let place = self.armed.iter().position(|(armed, _)| *armed == name)?;
        Some(self.armed.remove(place).1)
    }

    /// What the fates of one sender's messages of one kind are drawn from.
    #[inline]
    fn link_key(&self, sender: usize, kind: usize) -> u64 {
        self.fixed.link_keys[sender * self.shape.kinds + kind]
    }

    /// A message under way that carries this name, if any.
    pub(crate) fn carries(&self, event: &Event, name: &MessageName) -> bool {
        if !matches!(event.tag, Tag::Deliver | Tag::Lost) || event.nth != name.nth {
            return false;
        }
        let body = self.slab.get(event.payload);
        body.from == name.from
            && body.kind as usize == name.kind
            && self.fixed.identities[event.to as usize] == name.to
    }

    /// Does something to one message: now if it is under way, when it is sent if it is not.
    pub(crate) fn fate(&mut self, name: MessageName, fate: Fate) {
        let under_way: Vec<Event> = self.queue.iter().filter(|e| self.carries(e, &name)).collect();
        if under_way.is_empty() && self.fate_of_waiting(&name, fate) {
            return;
        }
        if under_way.is_empty() {
            let sender = identity_index(name.from, self.shape.n);
            let receiver = identity_index(name.to, self.shape.n);
            let sent = self.counters[(sender * self.shape.kinds + name.kind) * self.shape.total + receiver];
            if sent < name.nth {
                self.armed.push((name, fate));
            }
            return;
        }
        let now = self.now.0;
        let seqs: Vec<u32> = under_way.iter().map(|e| e.seq).collect();
        let place = |e: &Event| seqs.contains(&e.seq) && matches!(e.tag, Tag::Deliver | Tag::Lost);
        match fate {
            Fate::Drop => self.queue.edit(|e| {
                if place(e) {
                    (e.at, e.tag, e.flags) = (now, Tag::Lost, LOST_BY_HAND);
                }
                true
            }),
            Fate::Deliver => self.queue.edit(|e| {
                if place(e) {
                    (e.at, e.tag) = (now, Tag::Deliver);
                }
                true
            }),
            Fate::Delay(Duration(more)) => self.queue.edit(|e| {
                if place(e) {
                    (e.at, e.flags) = (e.at.saturating_add(more), e.flags | HELD);
                }
                true
            }),
            Fate::Duplicate => {
                for event in under_way.into_iter().take(1) {
                    self.slab.retain(event.payload, 1);
                    self.metrics.duplicated += 1;
                    let at = Time(event.at.saturating_add(1)).0;
                    self.push(Event { at, tag: Tag::Deliver, flags: DUPLICATE, ..event });
                }
            }
        }
    }

    /// Does something to a message that waits for a receiver who stands still or is busy; false if there is none. Such a
    /// message cannot arrive sooner.
    fn fate_of_waiting(&mut self, name: &MessageName, fate: Fate) -> bool {
        let instances: Vec<usize> = self.instances_of(name.to).collect();
        for instance in instances {
            let cell = &self.cells[instance];
            let held = cell.held.iter().position(|e| self.carries(e, name));
            let busy = cell.inbox.iter().position(|e| self.carries(e, name));
            let waiting = held.map(|i| cell.held[i]).or(busy.map(|i| cell.inbox[i]));
            let Some(event) = waiting else { continue };
            if matches!(fate, Fate::Drop | Fate::Delay(_)) {
                let cell = &mut self.cells[instance];
                let _taken = held.map(|i| cell.held.remove(i)).or(busy.and_then(|i| cell.inbox.remove(i)));
            }
            let now = self.now.0;
            match fate {
                Fate::Drop => self.push(Event { at: now, tag: Tag::Lost, flags: LOST_BY_HAND, ..event }),
                Fate::Delay(more) => self.push(Event { at: now.saturating_add(more.0), ..event }),
                Fate::Duplicate => {
                    self.slab.retain(event.payload, 1);
                    self.metrics.duplicated += 1;
                    self.push(Event { at: now.saturating_add(1), flags: DUPLICATE, ..event });
                }
                Fate::Deliver => {}
            }
            return true;
        }
        false
    }
}

#[inline(never)]
fn rare_delay(bits: u64, latency: Latency) -> u64 {
    match latency {
        Latency::Constant(d) => d.0,
        Latency::Uniform(low, high) => Rng::spread(bits, low.0, high.0),
        Latency::Exponential(mean) => {
            let uniform = ((bits >> 11) + 1) as f64 / (1u64 << 53) as f64;
            (-libm::log(uniform) * mean.0 as f64) as u64
        }
    }
    .max(1)
}

/// What the fates of each sender's messages of each kind are drawn from.
pub(crate) fn link_keys(seed: u64, senders: usize, kinds: usize) -> Vec<u64> {
    let key = |sender, kind| keyed_draw(seed, purpose::DELAY, ((sender as u64) << 32) | kind as u64);
    (0..senders).flat_map(|sender| (0..kinds).map(move |kind| key(sender, kind))).collect()
}

/// 64 uniform bits for one message.
#[inline]
fn draw(key: u64, receiver: usize, nth: u32) -> u64 {
    mix(key ^ (((receiver as u64) << 32) | u64::from(nth)).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The number of the attempt that the link layer is making, kept in an event's flags.
pub(crate) fn attempt(flags: u8) -> u8 {
    flags >> ATTEMPT_SHIFT
}
