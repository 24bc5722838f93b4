//! What the page and its worker say to each other: lines of text, and what they mean.

use consensus_lab::{Budget, Hunt, catalogue};

/// How far a search is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Runs made, which is also the next seed.
    pub runs: u64,
    /// In how many of them everybody decided.
    pub decided: u64,
    /// In how many something was violated.
    pub violated: u64,
}

/// What a worker is to do: to look for one violation, from where the search is.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// What is searched.
    pub hunt: Hunt,
    /// How far the search is.
    pub tally: Tally,
}

/// What a worker says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Word {
    /// How far the search is.
    pub tally: Tally,
    /// The property that is violated, while its scenario is made smaller.
    pub property: Option<String>,
    /// The smallest scenario found that violates it; then the job is done.
    pub link: Option<String>,
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
    /// As a text: the protocol, the number of the rule that is off or none, the budget, the tally.
    pub fn print(&self) -> String {
        let without = self.hunt.without.map_or_else(|| "-".to_owned(), |rule| rule.to_string());
        let budget = if self.hunt.budget == Budget::Within { "within" } else { "beyond" };
        format!("{} {without} {budget} {}", self.hunt.meta.id, self.tally.print())
    }

    /// From a text.
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (protocol, without, budget) = (words.next()?, words.next()?, words.next()?);
        let meta = catalogue().iter().find(|meta| meta.id == protocol)?;
        let budget = if budget == "within" { Budget::Within } else { Budget::Beyond };
        let hunt = Hunt { meta, budget, without: without.parse().ok() };
        Some(Self { hunt, tally: Tally::read(&mut words)? })
    }
}

impl Word {
    /// As a text: the tally, the property, the link, each in a line.
    pub fn print(&self) -> String {
        let mut text = self.tally.print();
        for line in [&self.property, &self.link].into_iter().flatten() {
            text.push('\n');
            text.push_str(line);
        }
        text
    }

    /// From a text.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let tally = Tally::read(&mut lines.next()?.split(' '))?;
        Some(Self { tally, property: lines.next().map(str::to_owned), link: lines.next().map(str::to_owned) })
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
            let read = Job::read(&Job { hunt, tally: TALLY }.print()).expect("it is a job");
            assert_eq!((read.hunt.meta.id, read.hunt.budget), (hunt.meta.id, budget));
            assert_eq!((read.hunt.without, read.tally), (without, TALLY));
        }
        assert!(Job::read("spin").is_none());
    }

    #[test]
    fn a_word_arrives_as_it_was_said() {
        let (property, link) = (Some("Agreement".to_owned()), Some("#/raft?n=3".to_owned()));
        for (property, link) in [(None, None), (property.clone(), None), (property, link)] {
            let word = Word { tally: TALLY, property, link };
            assert_eq!(Word::read(&word.print()), Some(word));
        }
    }
}
