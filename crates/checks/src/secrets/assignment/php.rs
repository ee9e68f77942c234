//! Names and values as PHP's `serialize` writes them: `a:1:{s:8:"password";s:9:"…";}`.

use std::ops::Range;

use super::byte;

/// How far before a name the array that it stands in is looked for, in bytes.
const MAX_BEFORE_BYTES: usize = 4_000;
/// So many opening braces before a name may be its array's.
const MAX_ARRAYS: usize = 8;

/// Where the text behind the name is quoted, of which `at` is the `;` between the two: if it is as long as it says, and the name is one. In an
/// array names and values take turns.
pub(super) fn text_behind(text: &[u8], name: &Range<usize>, at: usize) -> Option<usize> {
    let (length, quote) = text_at(text, at + 1)?;
    let closing = quote.end + length;
    let is_whole = text.get(closing..closing + quote.len()) == text.get(quote.clone());
    (is_whole && is_name(text, name)).then_some(quote.start)
}

/// The length that `s:9:"` states, and where its quote stands, with the backslash of one in another text.
fn text_at(text: &[u8], at: usize) -> Option<(usize, Range<usize>)> {
    let rest = text.get(at..)?.strip_prefix(b"s:")?;
    let digits = rest.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let length = std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
    let start = at + 2 + digits + 1;
    let escape = usize::from(byte(text, start) == Some(b'\\'));
    let is_text = rest.get(digits) == Some(&b':') && byte(text, start + escape) == Some(b'"');
    is_text.then_some((length, start..start + escape + 1))
}

fn is_name(text: &[u8], name: &Range<usize>) -> bool {
    let from = name.start.saturating_sub(MAX_BEFORE_BYTES);
    let before = text.get(from..name.start).unwrap_or_default();
    memchr::memrchr_iter(b'{', before)
        .take(MAX_ARRAYS)
        .any(|open| stands_as_name(text, from + open + 1, name.start))
}

/// Whether what begins at `at`, behind an opening brace, comes to the text that is quoted before `name` in the place of a name.
fn stands_as_name(text: &[u8], mut at: usize, name: usize) -> bool {
    // Of each array that is open, whether a name comes next.
    let mut open = vec![true];
    while at < name {
        let Some(is_name) = open.last_mut() else { return false };
        let was_name = std::mem::replace(is_name, !*is_name);
        match text.get(at) {
            Some(b's') => {
                let Some((length, quote)) = text_at(text, at) else { return false };
                if quote.end == name {
                    return was_name;
                }
                at = quote.end + length + quote.len() + 1;
            }
            Some(b'a' | b'O') => {
                let rest = text.get(at..name).unwrap_or_default();
                let Some(brace) = memchr::memchr(b'{', rest) else { return false };
                open.push(true);
                at += brace + 1;
            }
            Some(b'}') => {
                open.pop();
                at += 1;
            }
            Some(b'i' | b'b' | b'd' | b'N' | b'r' | b'R') => {
                let rest = text.get(at..name).unwrap_or_default();
                let Some(end) = memchr::memchr(b';', rest) else { return false };
                at += end + 1;
            }
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let name = text.find("password")?;
        let at = text[name..].find(';')? + name;
        text.get(text_behind(text.as_bytes(), &(name..name + 8), at)?..)
    }

    #[test]
    fn a_name_of_an_array_is_given_the_text_behind_it() {
        for (before, behind) in [
            ("", "}"),
            (r#"s:4:"host";s:9:"localhost";"#, "}"),
            (r#"s:1:"a";a:2:{i:0;s:3:"b;}";i:1;b:1;}"#, r#"s:1:"c";N;}"#),
        ] {
            let text = format!(r#"a:2:{{{before}s:8:"password";s:4:"kQ8z";{behind}"#);
            assert!(found(&text).unwrap().starts_with(r#""kQ8z""#), "{text}");
            let escaped = text.replace('"', "\\\"");
            assert!(found(&escaped).unwrap().starts_with(r#"\"kQ8z"#), "{escaped}");
        }
    }

    #[test]
    fn a_value_that_reads_password_names_nothing() {
        for text in [
            r#"a:2:{s:4:"type";s:8:"password";s:5:"label";s:14:"First Password";}"#,
            r#"a:2:{i:0;s:8:"password";s:7:"field_3";i:1;}"#,
            r#"s:8:"password";s:4:"kQ8z";"#,
            r#"a:1:{s:8:"password";s:5:"kQ8z";}"#,
            r#"a:1:{s:8:"password";s:99:"kQ8z";}"#,
            r#"a:1:{s:8:"password";s:4:kQ8z;}"#,
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
