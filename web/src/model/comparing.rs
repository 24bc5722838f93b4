//! Runs side by side.

use super::Model;
use crate::contest::Contest;
use consensus_kernel::Time;
use consensus_lab::Session;
use consensus_scenario::Scenario;

impl Model {
    /// Opens or closes the comparison.
    pub fn compare(&mut self, on: bool) {
        self.contest = on.then(|| Contest::new(self.scenario(), Vec::new()));
        self.seek_rivals();
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

    /// What it is called: its protocol, and the branch that it is, if the run has several.
    pub fn contestant_name(&self, who: usize) -> String {
        let scenario = self.contestant(who).scenario();
        let branches = self.studio.branches();
        let named = match who {
            0 => branches.get(self.studio.current()),
            _ => branches.iter().find(|b| b.scenario == *scenario),
        };
        match named.filter(|_| branches.len() > 1) {
            Some(branch) => format!("{}: {}", scenario.meta.title, branch.name),
            None => scenario.meta.title.to_owned(),
        }
    }

    /// Puts another branch beside the one on the bench, on one clock.
    pub fn compare_branch(&mut self, branch: usize) {
        let Some(scenario) = self.studio.branches().get(branch).map(|b| b.scenario.clone()) else { return };
        if self.contest.is_none() {
            self.contest = Some(Contest::new(self.scenario(), vec![scenario]));
            self.seek_rivals();
            self.edits += 1;
        } else {
            self.add_rival(&scenario);
        }
    }

    /// Compares with one more.
    pub fn add_rival(&mut self, scenario: &Scenario) {
        let base = self.scenario().clone();
        if let Some(contest) = &mut self.contest
            && let Err(e) = contest.add(&base, scenario)
        {
            let sentence = format!("{} cannot run here: {}: {}.", scenario.meta.title, e.key, e.why);
            self.notice(sentence);
        }
        self.seek_rivals();
        self.edits += 1;
    }

    /// Compares with one less.
    pub fn remove_rival(&mut self, place: usize) {
        if let Some(contest) = &mut self.contest {
            contest.remove(place);
        }
        self.edits += 1;
    }

    /// Starts to measure growth with n.
    pub fn grow(&mut self) {
        let base = self.scenario().clone();
        if let Some(contest) = &mut self.contest {
            contest.grow(&base);
        }
    }

    pub(super) fn seek_rivals(&mut self) {
        if let Some(contest) = &mut self.contest {
            contest.seek(Time(self.clock_us as u64));
        }
    }

    pub(super) fn rivals_follow(&mut self) {
        if let Some(contest) = &mut self.contest {
            contest.follow(self.studio.session().scenario());
            contest.seek(Time(self.clock_us as u64));
        }
    }
}
