//! All invariants of a protocol, watched over a table.

use super::Table;
use consensus_kernel::{Ledger, NodeId, Protocol, World};

impl<P: Protocol> World<P> for Table<P> {
    fn config(&self) -> &P::Config {
        &self.config
    }
    fn replicas(&self) -> usize {
        self.replicas.len()
    }
    fn node(&self, id: NodeId) -> Option<&P> {
        if id.is_client() { self.clients.get(id.index()) } else { self.replicas.get(id.index()) }
    }
}

/// What has been seen of a table, and what was wrong with it.
pub struct Watch {
    ledgers: Vec<Ledger>,
    slots: Ledger,
    /// Decisions and citations looked at.
    seen: (usize, usize),
    /// Every breach, by the name of the promise.
    pub broken: Vec<(&'static str, String)>,
}

impl Watch {
    /// For the invariants of this protocol.
    pub fn of<P: Protocol>() -> Self {
        let ledgers = vec![Ledger::new(); P::invariants().len()];
        Self { ledgers, slots: Ledger::new(), seen: (0, 0), broken: Vec::new() }
    }

    /// After each step: what it cited and decided. Nothing is promised to liars, and what has slot 0 was only read. The error
    /// is the first breach of all.
    pub fn look<P: Protocol>(&mut self, table: &Table<P>, liars: &[usize]) -> Result<(), String> {
        let lies = |who: NodeId| !who.is_client() && liars.contains(&who.index());
        for (who, slot, value) in &table.decided[self.seen.0..] {
            if lies(*who) || *slot == 0 {
                continue;
            }
            if let Err(other) = self.slots.state(*slot, value.0, *who) {
                let why = format!("{who} and {} decide slot {slot} differently", other.who);
                self.broken.push(("Agreement", why));
            }
        }
        for (who, rule) in table.cited[self.seen.1..].iter().filter(|(who, _)| !lies(*who)) {
            for (invariant, ledger) in P::invariants().iter().zip(&mut self.ledgers) {
                if invariant.on.contains(rule)
                    && let Err(why) = (invariant.check)(ledger, table, *who)
                {
                    self.broken.push((invariant.name, why));
                }
            }
        }
        self.seen = (table.decided.len(), table.cited.len());
        self.broken.first().map_or(Ok(()), |(name, why)| Err(format!("{name}: {why}")))
    }
}
