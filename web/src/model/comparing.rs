//! Runs side by side.

use super::Model;
use crate::contest::{Contest, first_rivals, refusal};
use consensus_kernel::Time;
use consensus_lab::{Session, open, told_apart};
use consensus_scenario::{Scenario, bounds, print_rival};

/// Why nobody can join a comparison.
pub const FULL: &str = "No more than eight stand side by side";

impl Model {
    /// Opens or closes the comparison.
    pub fn compare(&mut self, on: bool) {
        let rivals = on.then(|| first_rivals(self.scenario()));
        self.edit_rivals(rivals);
    }

    /// Puts beside the run what a link says, or nothing: no edit of the visitor.
    pub fn set_rivals(&mut self, rivals: &[Scenario]) {
        let texts = rivals.iter().map(|rival| print_rival(self.scenario(), rival)).collect();
        self.studio.set_rivals(Some(texts).filter(|_| !rivals.is_empty()));
        self.rivals_follow();
    }

    fn edit_rivals(&mut self, rivals: Option<Vec<String>>) {
        self.studio.edit_rivals(rivals);
        self.rivals_follow();
        self.edits += 1;
    }

    /// How many runs stand side by side.
    pub fn contestants(&self) -> usize {
        1 + self.contest.as_ref().map_or(0, |contest| contest.rivals.len())
    }

    /// One of them: 0 is the run on the bench.
    pub fn contestant(&self, who: usize) -> &dyn Session {
        let rivals = self.contest.as_ref().map_or(&[][..], |contest| &contest.rivals);
        match who.checked_sub(1).and_then(|place| rivals.get(place)) {
            Some(rival) => &*rival.session,
            None => self.session(),
        }
    }

    /// What it is called: its protocol, with the branch that it is, if the run has several, or what tells it apart from others
    /// of that protocol.
    pub fn contestant_name(&self, who: usize) -> String {
        let scenario = self.contestant(who).scenario();
        let branches = self.studio.branches();
        let named = match who {
            0 => branches.get(self.studio.current()),
            _ => branches.iter().find(|b| b.scenario == *scenario),
        };
        match named.filter(|_| branches.len() > 1) {
            Some(branch) => format!("{}: {}", scenario.meta.title, branch.name),
            None => {
                let rivals = self.contest.as_ref().map_or(&[][..], |contest| &contest.rivals);
                let rivals = rivals.iter().map(|r| (r.session.scenario().meta.title, r.text.as_str()));
                let all: Vec<(&str, &str)> = [(self.meta().title, "")].into_iter().chain(rivals).collect();
                told_apart(&all, who)
            }
        }
    }

    /// Puts another branch beside the one on the bench, on one clock.
    pub fn compare_branch(&mut self, branch: usize) {
        let Some(scenario) = self.studio.branches().get(branch).map(|b| b.scenario.clone()) else { return };
        self.add_rival(&scenario);
    }

    /// Compares with one more.
    pub fn add_rival(&mut self, scenario: &Scenario) {
        if let Err(e) = open(scenario) {
            return self.notice(refusal(scenario, &e));
        }
        let mut rivals = self.contest.as_ref().map_or_else(Vec::new, Contest::texts);
        if rivals.len() >= bounds::RIVALS {
            return self.notice(FULL);
        }
        rivals.push(print_rival(self.scenario(), scenario));
        self.edit_rivals(Some(rivals));
    }

    /// Compares with one less.
    pub fn remove_rival(&mut self, place: usize) {
        let mut rivals = self.contest.as_ref().map_or_else(Vec::new, Contest::texts);
        if place < rivals.len() {
            rivals.remove(place);
            self.edit_rivals(Some(rivals));
        }
    }

    pub(super) fn seek_rivals(&mut self) {
        if let Some(contest) = &mut self.contest {
            contest.seek(Time(self.clock_us as u64));
        }
    }

    /// After a change of the run or of what stands beside it: everybody shares it.
    pub(super) fn rivals_follow(&mut self) {
        let (session, at) = (self.studio.session(), Time(self.clock_us as u64));
        self.contest = self.studio.rivals().map(|texts| {
            let mut contest = self.contest.take().unwrap_or_default();
            contest.follow(session.scenario(), texts);
            contest.seek(at);
            contest
        });
    }
}
