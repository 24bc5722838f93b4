//! What visitors bring of their own agents: answers, weights and beliefs as text or JSON, turned into settings of a link; and
//! what they take home.
//!
//! JSON is a list of agents (`[{"answer": "…", "trust": 0.9}, …]`), a list of texts, or an object with such a list under
//! `agents` or with a list for each parameter, beside which other settings may stand. A row of a table may be an object, too:
//! its names are columns, `{"expertise": {"law": 0.9}}`, and who lacks one has 0 there. Text is one answer a line, or a table
//! with tabs (or commas) whose first line names the columns.

use consensus_kernel::{BarRow, Meta, OpinionPanel, ParamKind, ParamSpec, ParamValue};
use consensus_scenario::{bounds, print_param};
use std::fmt::Write;

/// The settings that a text amounts to, as a link has them, the number of agents first.
///
/// # Errors
/// What is wrong with it, as a clause. What a setting may be is not looked at.
pub fn settings(meta: &'static Meta, text: &str) -> Result<Vec<(&'static str, String)>, String> {
    if text.len() > bounds::FILE_BYTES {
        return Err(format!("{} bytes are too long, at most {} are allowed", text.len(), bounds::FILE_BYTES));
    }
    let json = text.trim();
    let mut found = Found { meta, rest: Vec::new(), columns: Vec::new(), names: Vec::new() };
    match json.starts_with(['[', '{']) {
        true => found.json(Json::read(json)?)?,
        false => found.lines(text)?,
    }
    found.settings()
}

/// What was found in a text so far.
struct Found {
    meta: &'static Meta,
    rest: Vec<(&'static str, String)>,
    /// For each parameter that agents have: what each has, where it is said.
    columns: Vec<(&'static ParamSpec, Vec<Option<Vec<String>>>)>,
    /// Names of a table's columns, in the order in which they came.
    names: Vec<String>,
}

impl Found {
    /// The parameter of this name; one letter less than its key will do, since an agent has one answer.
    fn spec(&self, name: &str) -> Option<&'static ParamSpec> {
        let name = name.trim().to_ascii_lowercase();
        let is = |spec: &&ParamSpec| spec.key == name || spec.key.strip_suffix('s') == Some(&name);
        self.meta.params.iter().find(is)
    }

    fn texts(&self) -> Result<&'static ParamSpec, String> {
        let is = |spec: &&ParamSpec| matches!(spec.kind, ParamKind::Texts { .. });
        let texts = self.meta.params.iter().find(is);
        texts.ok_or_else(|| format!("name what each agent has: {}", self.names()))
    }

    fn names(&self) -> String {
        let each = self.meta.params.iter().filter(|spec| spec.kind.is_per_replica());
        each.map(|spec| spec.key).collect::<Vec<_>>().join(", ")
    }

    fn put(&mut self, spec: &'static ParamSpec, agent: usize, cell: Vec<String>) -> Result<(), String> {
        if agent >= self.meta.n.2 {
            return Err(format!("too many agents, at most {} are allowed", self.meta.n.2));
        }
        let place = self.columns.iter().position(|(other, _)| other.key == spec.key);
        let place = place.unwrap_or_else(|| {
            self.columns.push((spec, Vec::new()));
            self.columns.len() - 1
        });
        let column = &mut self.columns[place].1;
        column.resize(column.len().max(agent + 1), None);
        column[agent] = Some(cell);
        Ok(())
    }

    fn json(&mut self, json: Json) -> Result<(), String> {
        match json {
            Json::List(agents) => {
                for (i, agent) in agents.into_iter().enumerate() {
                    self.agent(i, agent)?;
                }
            }
            Json::Object(fields) => {
                for (name, value) in fields {
                    match (value, self.spec(&name)) {
                        (Json::List(agents), _) if name == "agents" => self.json(Json::List(agents))?,
                        (Json::List(cells), Some(spec)) if spec.kind.is_per_replica() => {
                            for (i, cell) in cells.into_iter().enumerate() {
                                self.put_json(spec, i, cell)?;
                            }
                        }
                        (value, Some(spec)) if !spec.kind.is_per_replica() => {
                            let text = value.cell(&name)?.join(",");
                            let text = match spec.kind {
                                ParamKind::Text { .. } => print_param(spec, &ParamValue::Text(Some(text))),
                                _ => text,
                            };
                            self.rest.push((spec.key, text));
                        }
                        _ => return Err(self.unknown(&name)),
                    }
                }
            }
            _ => return Err("neither a list nor an object".to_owned()),
        }
        Ok(())
    }

    fn agent(&mut self, i: usize, agent: Json) -> Result<(), String> {
        let Json::Object(fields) = agent else {
            let spec = self.texts()?;
            return self.put(spec, i, agent.cell("an agent")?);
        };
        for (name, value) in fields {
            match self.spec(&name) {
                Some(spec) if spec.kind.is_per_replica() => self.put_json(spec, i, value)?,
                // A name for people, for instance.
                _ => {}
            }
        }
        if self.columns.iter().all(|(_, column)| column.len() <= i) {
            return Err(format!("agent {i} has none of: {}", self.names()));
        }
        Ok(())
    }

    /// What an agent has; of a row whose parts have names, each in its column.
    fn put_json(&mut self, spec: &'static ParamSpec, agent: usize, value: Json) -> Result<(), String> {
        let (fields, most) = match (value, spec.kind) {
            (Json::Object(fields), ParamKind::Table { columns: (_, most), .. }) => (fields, most),
            (value, _) => return self.put(spec, agent, value.cell(spec.key)?),
        };
        let mut row = vec!["0".to_owned(); most];
        for (name, part) in fields {
            let at = self.names.iter().position(|known| *known == name).unwrap_or(self.names.len());
            if at == most {
                return Err(self.unknown(&name));
            }
            row[at] = part.cell(&name)?.concat();
            if at == self.names.len() {
                self.names.push(name);
            }
        }
        self.put(spec, agent, row)
    }

    fn unknown(&self, name: &str) -> String {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        format!("there is nothing of the name `{shown}`, agents have: {}", self.names())
    }

    fn lines(&mut self, text: &str) -> Result<(), String> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let Some(head) = lines.clone().next() else { return Err("there is nothing in it".to_owned()) };
        let separator = if head.contains('\t') { '\t' } else { ',' };
        let specs: Option<Vec<_>> =
            head.split(separator).map(|name| self.spec(name).filter(|s| s.kind.is_per_replica())).collect();
        let Some(specs) = specs else {
            let spec = self.texts()?;
            return lines
                .enumerate()
                .try_for_each(|(i, line)| self.put(spec, i, vec![line.trim().to_owned()]));
        };
        lines.next();
        for (i, line) in lines.enumerate() {
            let cells: Vec<&str> = line.splitn(specs.len(), separator).collect();
            if cells.len() < specs.len() {
                return Err(format!("line {} has {} of {} columns", i + 2, cells.len(), specs.len()));
            }
            for (spec, cell) in specs.iter().zip(cells) {
                let cell = cell.trim();
                let parts = match spec.kind {
                    ParamKind::Table { .. } => cell.split_whitespace().map(str::to_owned).collect(),
                    _ => vec![cell.to_owned()],
                };
                self.put(spec, i, parts)?;
            }
        }
        Ok(())
    }

    fn settings(self) -> Result<Vec<(&'static str, String)>, String> {
        let n = self.columns.iter().map(|(_, column)| column.len()).max().unwrap_or(0);
        if n == 0 && self.rest.is_empty() {
            return Err("there is nothing in it".to_owned());
        }
        let mut settings = self.rest;
        if n > 0 {
            settings.insert(0, ("n", n.to_string()));
        }
        // What the columns are called, and which one is meant unless that is said.
        for (key, count) in [("domains", self.names.len()), ("domain", 1)] {
            let spec = self.meta.params.iter().find(|spec| spec.key == key && !self.names.is_empty());
            if let Some(spec) = spec.filter(|_| settings.iter().all(|(known, _)| *known != key)) {
                let text = self.names[..count].join(",");
                settings.push((key, print_param(spec, &ParamValue::Text(Some(text)))));
            }
        }
        for (spec, mut column) in self.columns {
            column.resize(n, None);
            if matches!(spec.kind, ParamKind::Table { .. }) && !self.names.is_empty() {
                column.iter_mut().flatten().for_each(|row| row.truncate(self.names.len()));
            }
            let texts = matches!(spec.kind, ParamKind::Texts { .. });
            let missing = column.iter().position(Option::is_none).filter(|_| !texts);
            if let Some(agent) = missing {
                return Err(format!("agent {agent} has no {}", spec.key));
            }
            let cells = column.into_iter().map(Option::unwrap_or_default);
            let text = match spec.kind {
                ParamKind::Texts { .. } => {
                    print_param(spec, &ParamValue::Texts(cells.map(|cell| cell.join(", ")).collect()))
                }
                ParamKind::Table { .. } => {
                    cells.map(|cell| cell.join(",").replace('/', ":")).collect::<Vec<_>>().join("/")
                }
                _ => cells.map(|cell| cell.join(" ")).collect::<Vec<_>>().join(","),
            };
            settings.push((spec.key, text));
        }
        Ok(settings)
    }
}

/// A value of JSON; numbers as they are written, since they are read exactly.
enum Json {
    Scalar(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn read(text: &str) -> Result<Self, String> {
        let mut reader = JsonReader { text, at: 0 };
        let value = reader.value(0)?;
        reader.blanks();
        if reader.at < text.len() { Err(reader.wrong()) } else { Ok(value) }
    }

    /// A text or number, or a list of them.
    fn cell(self, name: &str) -> Result<Vec<String>, String> {
        match self {
            Self::Scalar(text) => Ok(vec![text]),
            Self::List(parts) => {
                let mut cell = Vec::new();
                for part in parts {
                    cell.append(&mut part.cell(name)?);
                }
                Ok(cell)
            }
            Self::Object(_) => Err(format!("{name} is no text, number or list")),
        }
    }
}

struct JsonReader<'t> {
    text: &'t str,
    at: usize,
}

impl JsonReader<'_> {
    /// Deeper than a list of agents with a row each nothing means anything.
    const DEPTH_MAX: usize = 5;

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn wrong(&self) -> String {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.lines().count().max(1);
        format!("not JSON (line {line}, byte {})", self.at + 1)
    }

    /// Takes this sign, if it comes next.
    fn takes(&mut self, sign: char) -> bool {
        self.blanks();
        let comes = self.rest().starts_with(sign);
        self.at += if comes { sign.len_utf8() } else { 0 };
        comes
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > Self::DEPTH_MAX {
            return Err("too deep".to_owned());
        }
        if self.takes('[') {
            let mut list = Vec::new();
            while !self.takes(']') {
                if !list.is_empty() && !self.takes(',') {
                    return Err(self.wrong());
                }
                list.push(self.value(depth + 1)?);
            }
            return Ok(Json::List(list));
        }
        if self.takes('{') {
            let mut fields = Vec::new();
            while !self.takes('}') {
                if !fields.is_empty() && !self.takes(',') {
                    return Err(self.wrong());
                }
                let name = if self.takes('"') { self.string()? } else { return Err(self.wrong()) };
                if !self.takes(':') {
                    return Err(self.wrong());
                }
                fields.push((name, self.value(depth + 1)?));
            }
            return Ok(Json::Object(fields));
        }
        if self.takes('"') {
            return self.string().map(Json::Scalar);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let length = self.rest().find(|c| !plain(c)).unwrap_or(self.rest().len());
        let word = self.rest()[..length].to_owned();
        self.at += length;
        match word.as_str() {
            "" => Err(self.wrong()),
            "null" => Ok(Json::Scalar(String::new())),
            _ => Ok(Json::Scalar(word)),
        }
    }

    /// What stands in quotes, behind the first one.
    fn string(&mut self) -> Result<String, String> {
        let mut out = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return Err(self.wrong()) };
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let Some(c) = self.rest().chars().next() else { return Err(self.wrong()) };
        self.at += c.len_utf8();
        Ok(match c {
            'n' => '\n',
            't' => '\t',
            'r' | 'b' | 'f' => ' ',
            '"' | '\\' | '/' => c,
            'u' => {
                let first = self.unit()?;
                let code = match first {
                    0xd800..=0xdbff if self.rest().starts_with("\\u") => {
                        self.at += 2;
                        0x1_0000 + ((first - 0xd800) << 10) + (self.unit()?.wrapping_sub(0xdc00) & 0x3ff)
                    }
                    code => code,
                };
                char::from_u32(code).unwrap_or('\u{fffd}')
            }
            _ => return Err(self.wrong()),
        })
    }

    fn unit(&mut self) -> Result<u32, String> {
        let digits = self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|d| u32::from_str_radix(d, 16).ok()).ok_or_else(|| self.wrong())?;
        self.at += 4;
        Ok(unit)
    }
}

/// What was found, for people.
pub fn as_text(panel: &OpinionPanel) -> String {
    let list = |all: &[usize]| all.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let percent = |share: u32| BarRow::percent(share * 100);
    let mut out = panel.question.clone() + "\n\n";
    for v in &panel.verdicts {
        let answer = v.answer.as_deref().unwrap_or("–");
        let _ = writeln!(
            out,
            "Agents {}: {}, {answer} ({} of all weight)",
            list(&v.replicas),
            v.what,
            percent(v.share)
        );
    }
    out.push('\n');
    for (i, camp) in panel.camps.iter().enumerate() {
        let _ = writeln!(
            out,
            "{}. {} ({}; agents {})",
            i + 1,
            camp.answer,
            percent(camp.share),
            list(&camp.members)
        );
    }
    out.push('\n');
    for v in &panel.voices {
        let _ = writeln!(out, "Agent {} ({}): {}", v.replica, percent(v.share), v.answer);
    }
    out
}

/// The same as JSON, as `consensus run --json` has it under `answers`.
pub fn as_json(panel: &OpinionPanel) -> String {
    let text = |text: &str| quoted(text);
    let list =
        |all: &[usize]| format!("[{}]", all.iter().map(usize::to_string).collect::<Vec<_>>().join(","));
    let all = |parts: Vec<String>| format!("[{}]", parts.join(","));
    let number = |number: Option<String>| number.unwrap_or_else(|| "null".to_owned());
    let verdict = |v: &consensus_kernel::Verdict| {
        let answer = number(v.answer.as_deref().map(text));
        let (what, who) = (text(v.what), list(&v.replicas));
        format!(r#"{{"what":{what},"answer":{answer},"share":{},"replicas":{who}}}"#, v.share)
    };
    let camp = |c: &consensus_kernel::Camp| {
        let (answer, members) = (text(&c.answer), list(&c.members));
        let (speaker, share, wins) = (c.speaker, c.share, c.wins);
        format!(
            r#"{{"answer":{answer},"speaker":{speaker},"members":{members},"share":{share},"wins":{wins}}}"#
        )
    };
    let voice = |v: &consensus_kernel::Voice| {
        let camp = number(v.camp.map(|c| c.to_string()));
        let (power, best) = (number(v.power.map(|p| p.to_string())), number(v.best.map(|b| b.to_string())));
        let marks = all(v.marks.iter().map(|mark| text(mark)).collect());
        let (replica, answer, share) = (v.replica, text(&v.answer), v.share);
        format!(
            r#"{{"replica":{replica},"answer":{answer},"camp":{camp},"share":{share},"power":{power},"best":{best},"marks":{marks}}}"#
        )
    };
    format!(
        r#"{{"title":{},"question":{},"threshold":{},"verdicts":{},"camps":{},"voices":{}}}"#,
        text(panel.title),
        text(&panel.question),
        panel.threshold,
        all(panel.verdicts.iter().map(verdict).collect()),
        all(panel.camps.iter().map(camp).collect()),
        all(panel.voices.iter().map(voice).collect()),
    )
}

/// A text as JSON writes it.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighted() -> &'static Meta {
        crate::catalogue().iter().find(|meta| meta.id == "weighted").expect("it is there")
    }

    fn read(text: &str) -> Vec<(&'static str, String)> {
        settings(weighted(), text).unwrap_or_else(|why| panic!("{text}: {why}"))
    }

    fn pairs(expected: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        expected.iter().map(|(key, text)| (*key, (*text).to_owned())).collect()
    }

    #[test]
    fn agents_come_as_json_in_any_of_its_forms() {
        let whole = pairs(&[
            ("n", "2"),
            ("question", "Why?"),
            ("theta", "2/3"),
            ("answers", r"a\|b\nc|\\"),
            ("trust", "0.9,1/3"),
            ("expertise", "0.5,1:4/1,0"),
        ]);
        let rows = r#"{"question": "Why?", "theta": "2/3", "agents": [
            {"name": "x", "answer": "a|b\nc", "trust": 0.9, "expertise": [0.5, "1/4"]},
            {"answer": "\\", "trust": "1/3", "expertise": [1, 0]}]}"#;
        assert_eq!(read(rows), whole);
        let columns = r#"{"question":"Why?","theta":"2/3","answers":["a|b\u000ac","\u005c"],"trust":[0.9,"1/3"],
            "expertise":[[0.5,"1/4"],[1,0]]}"#;
        assert_eq!(read(columns), whole);
        let named = pairs(&[
            ("n", "2"),
            ("domains", "law,sea"),
            ("domain", "law"),
            ("answers", "a|b"),
            ("expertise", "0.5,0/0,1"),
        ]);
        let rows =
            r#"[{"answer": "a", "expertise": {"law": 0.5}}, {"answer": "b", "expertise": {"sea": 1}}]"#;
        assert_eq!(read(rows), named);
        let columns =
            r#"{"domain": "sea", "answers": ["a", "b"], "expertise": [{"sea": 1, "law": 0.25}, {"law": 1}]}"#;
        let other = pairs(&[
            ("n", "2"),
            ("domain", "sea"),
            ("domains", "sea,law"),
            ("answers", "a|b"),
            ("expertise", "1,0.25/0,1"),
        ]);
        assert_eq!(read(columns), other);
        assert_eq!(read(r#"["yes", null, "\ud83d\ude00"]"#), pairs(&[("n", "3"), ("answers", "yes||😀")]));
    }

    #[test]
    fn agents_come_as_lines_or_as_a_table() {
        assert_eq!(read("yes, indeed\n\n no \n"), pairs(&[("n", "2"), ("answers", "yes, indeed|no")]));
        let table = pairs(&[("n", "2"), ("trust", "0.9,0.8"), ("answers", "yes, indeed|")]);
        assert_eq!(read("trust,answer\n0.9,yes, indeed\n0.8,"), table);
        assert_eq!(read("Trust\tAnswers\n0.9\tyes, indeed\n0.8\t"), table);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, why) in [
            ("", "there is nothing in it"),
            ("[1, 2", "not JSON (line 1, byte 6)"),
            ("[\"a\" \"b\"]", "not JSON (line 1, byte 6)"),
            ("{\"agents\": [{\"trust\": 1}, {\"answer\": \"x\"}]}", "agent 1 has no trust"),
            ("[{\"name\": \"x\"}]", "agent 0 has none of: answers, trust, expertise"),
            (
                "{\"colour\": 1}",
                "there is nothing of the name `colour`, agents have: answers, trust, expertise",
            ),
            ("[[[[[[[1]]]]]]]", "too deep"),
            ("[{\"expertise\": {\"law\": {}}}]", "law is no text, number or list"),
            (
                r#"[{"expertise": {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1, "h": 1, "i": 1}}]"#,
                "there is nothing of the name `i`, agents have: answers, trust, expertise",
            ),
        ] {
            assert_eq!(settings(weighted(), text).unwrap_err(), why, "{text}");
        }
        let many = "x\n".repeat(weighted().n.2 + 1);
        assert!(settings(weighted(), &many).unwrap_err().starts_with("too many agents"));
        let crash = crate::catalogue().iter().find(|meta| meta.id == "raft").expect("it is there");
        assert!(settings(crash, "yes").is_err());
    }

    #[test]
    fn what_is_found_is_the_same_json_here_and_there() {
        let link = "#/weighted?n=3&question=%22Why%22%3F&answers=a%5Cnb%7Cyes%7Cyes&trust=0.9,1,1&expertise=1/0.5/0.5";
        let scenario = consensus_scenario::parse(link, crate::catalogue()).expect("a link").scenario;
        let mut session = crate::open(&scenario).expect("a possible set-up");
        while session.run_ahead(10_000) {}
        session.seek_event(session.frontier().event);
        let panels = session.panels();
        let Some(consensus_kernel::Panel::Opinions(panel)) = panels.first() else { panic!("no answers") };
        let ours: serde_json::Value = serde_json::from_str(&as_json(panel)).expect("it is JSON");
        assert_eq!(ours, serde_json::to_value(panel).expect("it is plain data"));
        assert!(as_text(panel).contains("a majority, yes (52.63 % of all weight)"), "{}", as_text(panel));
    }
}
