//! Short names between the wasm module and its glue: wasm-bindgen's hold a hash each, which nothing can pack, and which stand in
//! the module and in the script.

use crate::Outcome;

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
/// What the glue calls by its own name, too.
const CLOSURES: &str = "wasm_bindgen__";

/// Module and script with short names for all imports, and for the exports that call closures.
pub fn shortened(module: &[u8], script: &str) -> Outcome<(Vec<u8>, String)> {
    let mut script = script.to_owned();
    let (head, mut rest) = module.split_at_checked(8).ok_or("a module is longer than that")?;
    let mut short = head.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let mut reader = Reader(after);
        let length = reader.number()?;
        let section = reader.bytes(length)?;
        rest = reader.0;
        let section = match id {
            IMPORTS => imports(section, &mut script)?,
            EXPORTS => exports(section, &mut script)?,
            _ => section.to_vec(),
        };
        short.push(id);
        write_bytes(&mut short, &section);
    }
    Ok((short, script))
}

fn imports(section: &[u8], script: &mut String) -> Outcome<Vec<u8>> {
    let mut reader = Reader(section);
    let count = reader.number()?;
    let mut out = Vec::new();
    write_number(&mut out, count);
    for i in 0..count {
        write_bytes(&mut out, reader.name()?.as_bytes());
        let name = reader.name()?;
        let (from, to) = (format!("\n{name}: "), format!("\n{}: ", short_name(i)));
        if script.matches(&from).count() != 1 {
            return Err(format!("the glue does not give {name} once"));
        }
        *script = script.replacen(&from, &to, 1);
        write_bytes(&mut out, short_name(i).as_bytes());
        if reader.bytes(1)? != [0] {
            return Err(format!("{name} is not a function"));
        }
        out.push(0);
        write_number(&mut out, reader.number()?);
    }
    Ok(out)
}

fn exports(section: &[u8], script: &mut String) -> Outcome<Vec<u8>> {
    let mut reader = Reader(section);
    let count = reader.number()?;
    let mut all = Vec::new();
    for _ in 0..count {
        all.push((reader.name()?, reader.bytes(1)?, reader.number()?));
    }
    // Some begin as others do.
    let mut closures: Vec<&str> =
        all.iter().map(|export| export.0).filter(|name| name.starts_with(CLOSURES)).collect();
    closures.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let place = |name: &str| closures.iter().position(|closure| *closure == name);
    let mut out = Vec::new();
    write_number(&mut out, count);
    for (name, kind, index) in &all {
        let name = place(name).map_or((*name).to_owned(), |place| format!("${}", short_name(place)));
        write_bytes(&mut out, name.as_bytes());
        out.extend(*kind);
        write_number(&mut out, *index);
    }
    for (place, name) in closures.iter().enumerate() {
        *script = script.replace(name, &format!("${}", short_name(place)));
    }
    Ok(out)
}

/// a, b, …, z, aa, ba, …
fn short_name(mut i: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'a' + (i % 26) as u8));
        if i < 26 {
            return name;
        }
        i = i / 26 - 1;
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: usize) -> Outcome<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or("the module ends too early")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn number(&mut self) -> Outcome<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let digit = self.bytes(1)?[0];
            number |= usize::from(digit & 0x7f) << shift;
            if digit < 0x80 {
                return Ok(number);
            }
        }
        Err("a number in the module is too long".into())
    }

    fn name(&mut self) -> Outcome<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.bytes(length)?).map_err(|_| "a name in the module is no text".into())
    }
}

fn write_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len());
    out.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::{short_name, shortened};

    #[test]
    fn names_become_short_on_both_sides() {
        let module = b"\0asm\x01\0\0\0\x02\x13\x02\x01m\x04f_12\0\0\x01m\x04g_34\0\x01\
                       \x07\x17\x01\x13wasm_bindgen__h5678\0\x02\x0a\x00";
        let script = "\nf_12: function() {},\ng_34: function() {},\nwasm.wasm_bindgen__h5678(f_12);\n";
        let (short, script) = shortened(module, script).expect("it is a module and its glue");
        assert_eq!(
            short,
            b"\0asm\x01\0\0\0\x02\x0d\x02\x01m\x01a\0\0\x01m\x01b\0\x01\x07\x06\x01\x02$a\0\x02\x0a\x00"
        );
        assert_eq!(script, "\na: function() {},\nb: function() {},\nwasm.$a(f_12);\n");
        assert!(shortened(module, "").is_err(), "glue of another form");
    }

    #[test]
    fn no_two_short_names_are_equal() {
        let mut names: Vec<String> = (0..2000).map(short_name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 2000);
    }
}
