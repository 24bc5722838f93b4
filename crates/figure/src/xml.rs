//! Just enough of an XML reader to tell whether a picture is well-formed, for this crate's tests.

/// Checks that tags nest and close, attributes are quoted, and text and values hold nothing unescaped.
pub(crate) fn assert_well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        assert_escaped(&rest[..start]);
        let end = start
            + rest[start..].find('>').unwrap_or_else(|| panic!("no end of tag in {:.60}", &rest[start..]));
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closes what is not open");
            continue;
        }
        let (tag, alone) = tag.strip_suffix('/').map_or((tag, false), |t| (t, true));
        let name = tag.split_whitespace().next().unwrap_or_default();
        assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()), "name {name:?}");
        let pieces: Vec<&str> = tag[name.len()..].split('"').collect();
        assert!(pieces.len() % 2 == 1, "odd quotes in {tag:?}");
        for pair in pieces.chunks_exact(2) {
            assert!(
                pair[0].starts_with(char::is_whitespace) && pair[0].ends_with('='),
                "attribute in {tag:?}"
            );
            assert_escaped(pair[1]);
        }
        if !alone {
            open.push(name);
        }
    }
    assert!(rest.trim().is_empty() && open.is_empty(), "still open: {open:?}");
}

fn assert_escaped(text: &str) {
    assert!(!text.contains(['<', '>']) && !text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    for (at, _) in text.match_indices('&') {
        let entity = text[at + 1..].split(';').next().unwrap_or_default();
        assert!(["amp", "lt", "gt", "quot", "#39"].contains(&entity), "&{entity} in {text:?}");
    }
}
