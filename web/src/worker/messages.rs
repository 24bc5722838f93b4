//! What the page and its workers say to each other: lines of text, and what they mean.

use consensus_lab::{Budget, Hunt, catalogue};

/// What the text of a job begins with that measures growth.
pub const GROWTH: &str = "growth ";

/// How far a job is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Runs made, which is also the next seed; or measurements.
    pub runs: u64,
    /// In how many of them everybody decided.
    pub decided: u64,
    /// In how many something was violated.
    pub violated: u64,
}

/// What a worker is to do, from where the job is.
#[derive(Clone, Debug)]
pub enum Job {
    /// To look for one violation.
    Search(Hunt, Tally),
    /// To measure how the cost of these links' runs grows with n, and how many faults they survive.
    Growth(Vec<String>, Tally),
}

/// What a worker says: how far it is, and in lines what it has found since it last spoke. Of a search that is the property
/// that is violated, while its scenario is made smaller, and then the smallest scenario found that violates it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Word {
    /// How far the job is.
    pub tally: Tally,
    /// What was found.
    pub found: Vec<String>,
}

impl Tally {
    fn print(self) -> String {
        format!("{} {} {}", self.runs, self.decided, self.violated)
    }

    fn read(numbers: &mut dyn Iterator<Item = &str>) -> Option<Self> {
        let mut next = || numbers.next()?.parse().ok();
        Some(Self { runs: next()?, decided: next()?, violated: next()? })
    }
}

impl Job {
    /// As a text: what is searched, the number of the rule that is off or none, the budget, the tally; or the tally, and in
    /// lines what is compared.
    pub fn print(&self) -> String {
        match self {
            Self::Search(hunt, tally) => {
                let without = hunt.without.map_or_else(|| "-".to_owned(), |rule| rule.to_string());
                let budget = if hunt.budget == Budget::Within { "within" } else { "beyond" };
                format!("{} {without} {budget} {}", hunt.meta.id, tally.print())
            }
            Self::Growth(contestants, tally) => {
                format!("{GROWTH}{}\n{}", tally.print(), contestants.join("\n"))
            }
        }
    }

    /// From a text.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(growth) = text.strip_prefix(GROWTH) {
            let mut lines = growth.split('\n');
            let tally = Tally::read(&mut lines.next()?.split(' '))?;
            return Some(Self::Growth(lines.map(str::to_owned).collect(), tally));
        }
        let mut words = text.split(' ');
        let (protocol, without, budget) = (words.next()?, words.next()?, words.next()?);
        let meta = catalogue().iter().find(|meta| meta.id == protocol)?;
        let budget = if budget == "within" { Budget::Within } else { Budget::Beyond };
        let hunt = Hunt { meta, budget, without: without.parse().ok() };
        Some(Self::Search(hunt, Tally::read(&mut words)?))
    }
}

impl Word {
    /// As a text: the tally, and what was found, each in a line.
    pub fn print(&self) -> String {
        let mut text = self.tally.print();
        for line in &self.found {
            text.push('\n');
            text.push_str(line);
        }
        text
    }

    /// From a text.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let tally = Tally::read(&mut lines.next()?.split(' '))?;
        Some(Self { tally, found: lines.map(str::to_owned).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALLY: Tally = Tally { runs: 12, decided: 11, violated: 1 };

    #[test]
    fn a_job_arrives_as_it_was_sent() {
        for (budget, without) in [(Budget::Within, Some(1)), (Budget::Within, None), (Budget::Beyond, None)] {
            let hunt = Hunt { meta: catalogue()[0], budget, without };
            let Some(Job::Search(read, tally)) = Job::read(&Job::Search(hunt, TALLY).print()) else {
                panic!("it is no search");
            };
            assert_eq!((read.meta.id, read.budget), (hunt.meta.id, budget));
            assert_eq!((read.without, tally), (without, TALLY));
        }
        let contestants =
            ["#/pbft?n=7&byz=0:equivocate&at=30ms:crash:2", "#/raft?n=3"].map(str::to_owned).to_vec();
        let Some(Job::Growth(read, tally)) = Job::read(&Job::Growth(contestants.clone(), TALLY).print())
        else {
            panic!("it measures nothing");
        };
        assert_eq!((read, tally), (contestants, TALLY));
        assert!(Job::read("spin").is_none());
    }

    #[test]
    fn a_word_arrives_as_it_was_said() {
        let found = ["Agreement".to_owned(), "#/raft?n=3".to_owned()];
        for count in 0..=2 {
            let word = Word { tally: TALLY, found: found[..count].to_vec() };
            assert_eq!(Word::read(&word.print()), Some(word));
        }
    }
}
