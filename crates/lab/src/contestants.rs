//! What runs that stand side by side are called.

/// Longest name of a contestant that says what it does not share, in letters: tables and curves have room for that.
const NAME_MAX: usize = 40;

/// The name of one contestant: its protocol's title, and where that stands there twice what it does not share with the first
/// contestant, or its number. `all`: title, and what it does not share as a link has it, after the protocol's name.
pub fn told_apart(all: &[(&str, &str)], who: usize) -> String {
    let (title, text) = all[who];
    let same = |to: usize| all[..to].iter().filter(|(other, _)| *other == title).count();
    let own = text.split_once(';').map_or("", |(_, own)| own);
    let said = format!("{title} {}", own.replace([';', ','], " "));
    // What shares nothing has too much to say, and so has who differs in many things.
    let long = own.starts_with("own;") || said.chars().count() > NAME_MAX;
    match same(who) {
        earlier if same(all.len()) == 1 || (earlier == 0 && own.is_empty()) => title.to_owned(),
        earlier if own.is_empty() || long || all[..who].contains(&all[who]) => {
            format!("{title} {}", earlier + 1)
        }
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use super::told_apart;

    #[test]
    fn contestants_of_one_protocol_are_told_apart_by_what_they_do_not_share_or_by_their_number() {
        let question = format!("weighted;question:{}", "Why? ".repeat(20));
        let all = [
            ("PBFT", ""),
            ("PBFT", "pbft;batch:8;without:a,b"),
            ("Raft", "raft;n:5"),
            ("PBFT", "pbft"),
            ("PBFT", "pbft;batch:8;without:a,b"),
            ("PBFT", "pbft;own;n:7"),
            ("Weighted", "weighted"),
            ("Weighted", question.as_str()),
        ];
        let names: Vec<String> = (0..all.len()).map(|who| told_apart(&all, who)).collect();
        let expected = [
            "PBFT",
            "PBFT batch:8 without:a b",
            "Raft",
            "PBFT 3",
            "PBFT 4",
            "PBFT 5",
            "Weighted",
            "Weighted 2",
        ];
        assert_eq!(names, expected);
    }
}
