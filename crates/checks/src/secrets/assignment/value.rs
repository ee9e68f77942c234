//! The value behind an operator, in quotes or without, and what may follow it.

use std::ops::Range;

use super::{
    MAX_GAP_BYTES, MAX_LINE_START_BYTES, byte, line_before, operator::Operator, skip_blanks,
    wrapped::wrapped,
};

/// Longest value, in bytes. What is longer is a text or a certificate.
pub(super) const MAX_VALUE_BYTES: usize = 400;

/// How the value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    Quoted,
    Bare,
    /// Without quotes, in a mapping in one line: `{user: shop, password: …}`.
    Flow,
    /// The text of an XML element.
    Element,
    /// In quotes, in a list or a mapping that the name is given.
    Member,
}

impl Notation {
    /// Without quotes: in source code, a name.
    pub(super) fn is_bare(self) -> bool {
        matches!(self, Self::Bare | Self::Flow)
    }
}

pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) notation: Notation,
}

pub(super) fn value_at(text: &[u8], at: usize, operator: Operator) -> Option<Value> {
    let mut at = skip_blanks(text, at)?;
    // A quoted value may stand on the next line.
    if matches!(operator, Operator::Assign | Operator::Else | Operator::Comma | Operator::Call)
        && matches!(byte(text, at), Some(b'\n' | b'\r' | b'\\'))
    {
        let rest = text.get(at..)?;
        let blanks = rest
            .iter()
            .take(MAX_GAP_BYTES)
            .take_while(|b| b.is_ascii_whitespace() || **b == b'\\')
            .count();
        at += blanks;
        if !matches!(byte(text, at), Some(b'"' | b'\'')) {
            return None;
        }
    }
    if operator == Operator::Element {
        return element(text, at);
    }
    // Prefixes of strings: r"", b'', f"", u'', @"", $"", L"".
    let prefix = text
        .get(at..)?
        .iter()
        .take(3)
        .take_while(|b| {
            matches!(b, b'b' | b'B' | b'r' | b'R' | b'f' | b'F' | b'u' | b'U' | b'@' | b'$' | b'L')
        })
        .count();
    if prefix < 3 && matches!(byte(text, at + prefix), Some(b'"' | b'\'')) {
        at += prefix;
    }
    let escaped = byte(text, at) == Some(b'\\') && matches!(byte(text, at + 1), Some(b'"' | b'\''));
    let start = at + usize::from(escaped);
    match byte(text, start)? {
        quote @ (b'"' | b'\'' | b'`') => quoted(text, start, quote, escaped),
        _ if matches!(
            operator,
            Operator::Compare | Operator::Call | Operator::Comma | Operator::Else
        ) =>
        {
            wrapped(text, at)
        }
        _ => wrapped(text, at).or_else(|| bare(text, at, operator)),
    }
}

pub(super) fn quoted(text: &[u8], at: usize, quote: u8, escaped: bool) -> Option<Value> {
    let start = at + 1;
    let window = text.get(start..text.len().min(start + MAX_VALUE_BYTES))?;
    let mut index = 0;
    loop {
        match *window.get(index)? {
            b'\n' | b'\r' => return None,
            b'\\' if escaped => {
                if window.get(index + 1) == Some(&quote) {
                    break;
                }
                index += 2;
            }
            b'\\' => index += 2,
            b if b == quote => break,
            _ => index += 1,
        }
    }
    let range = start..start + index;
    // What follows a quoted value must not continue it: concatenation, interpolation, a method.
    let behind = skip_blanks(text, range.end + 1 + usize::from(escaped))?;
    if goes_on_below(text, behind) {
        return None;
    }
    match (byte(text, behind), byte(text, behind + 1)) {
        (Some(b'+' | b'%'), _) | (Some(b'.'), Some(b'.' | b'$' | b'a'..=b'z')) => None,
        // A second quoted string straight behind: SQL's or Pascal's doubled quote, or implicit concatenation.
        (Some(b), _) if b == quote && behind == range.end + 1 => None,
        // `"password" => "--password=".$x`: the quote that closes opened something else.
        (Some(b), _) if b.is_ascii_alphanumeric() && behind == range.end + 1 && !escaped => None,
        // `"password": "x":` is a key, not a value.
        (Some(b':'), _) if !matches!(byte(text, behind + 1), Some(b'\n' | b'\r')) => None,
        _ => Some(Value { range, notation: Notation::Quoted }),
    }
}

/// Whether the line ends at `at` and the next begins, behind an indent, with what joins texts: `+ "…"`, `. '…'`.
fn goes_on_below(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    let Some(next) = rest.strip_prefix(b"\n") else { return false };
    let blanks =
        next.iter().take(MAX_LINE_START_BYTES).take_while(|b| matches!(b, b' ' | b'\t')).count();
    // At the very beginning of a line it marks what a change adds.
    blanks > 0 && matches!(next.get(blanks..), Some([b'+' | b'.', b' ' | b'"' | b'\'', ..]))
}

fn element(text: &[u8], at: usize) -> Option<Value> {
    let window = text.get(at..text.len().min(at + MAX_VALUE_BYTES))?;
    let end = memchr::memchr(b'<', window)?;
    let value = window.get(..end)?;
    if window.get(end + 1) != Some(&b'/') || memchr::memchr2(b'\n', b'\r', value).is_some() {
        return None;
    }
    Some(Value { range: at..at + end, notation: Notation::Element })
}

/// Shortest name of a variable that says what it is for: `PGPASSWORD`, not `PASS`.
const MIN_VARIABLE_BYTES: usize = 6;

/// Whether the value stands in a mapping in one line: `{user: shop, password: …}`.
fn is_in_flow_mapping(text: &[u8], at: usize) -> bool {
    let line = line_before(text, at);
    let mut closed = 0_usize;
    let opened_by = line.iter().rev().find(|b| match b {
        b'}' | b')' | b']' => {
            closed += 1;
            false
        }
        b'{' | b'(' | b'[' => {
            let is_open = closed == 0;
            closed = closed.saturating_sub(1);
            is_open
        }
        _ => false,
    });
    line.trim_ascii_end().ends_with(b":") && opened_by == Some(&b'{')
}

/// How a shell or `docker run` sets a variable for a command that follows: `-e DB_PASSWORD=… image`, `export DB_PASSWORD=…`. No blank
/// beside the sign, and a name in capitals.
fn is_of_a_command(text: &[u8], at: usize) -> bool {
    let line = line_before(text, at);
    let Some(line) = line.strip_suffix(b"=") else { return false };
    let in_name = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let start = line.iter().rposition(|b| !in_name(b)).map_or(0, |other| other + 1);
    let (front, name) = line.split_at(start);
    let is_word = front.last().is_none_or(|b| matches!(b, b' ' | b'\t' | b'(' | b'`'));
    let word = front.trim_ascii_end().rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    // `PGPASSWORD=… psql -h localhost`
    let begins = matches!(word, b"" | b"-" | b"$" | b">" | b"&&" | b"|" | b"run:" | b"sudo")
        || matches!(front.last(), Some(b'(' | b'`'));
    let sets =
        matches!(word, b"-e" | b"--env" | b"--build-arg" | b"export" | b"env" | b"set" | b"ENV");
    name.len() >= MIN_VARIABLE_BYTES && is_word && (begins || sets || word.contains(&b'='))
}

/// A value without quotes: to the end of the word, which must be (nearly) the end of the line.
fn bare(text: &[u8], at: usize, operator: Operator) -> Option<Value> {
    let window = text.get(at..text.len().min(at + MAX_VALUE_BYTES))?;
    let end = window
        .iter()
        .position(|b| {
            b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | 0)
        })
        .unwrap_or(window.len());
    if end == window.len() && at + end < text.len() {
        return None;
    }
    let mut end = end;
    let stop = window.get(..end)?.iter().position(|b| matches!(b, b',' | b'}')).unwrap_or(end);
    let behind = window.get(stop..)?.trim_ascii_start().first();
    if stop > 0 && matches!(behind, Some(b',' | b'}')) && is_in_flow_mapping(text, at) {
        return Some(Value { range: at..at + stop, notation: Notation::Flow });
    }
    // `&` parts a query, `,` and `;` a list.
    if let Some(stop) = window.get(..end)?.iter().position(|b| matches!(b, b'&' | b';' | b',')) {
        if matches!(window.get(stop), Some(b',' | b';')) && stop + 1 == end && !operator.is_flag() {
            // A statement's end: source code, where a bare word is a name.
            return None;
        }
        end = stop;
    }
    let value = window.get(..end)?;
    if value.is_empty()
        || matches!(value.last(), Some(b')' | b'(' | b'{' | b'[' | b']' | b'}' | b':'))
    {
        return None;
    }
    // More words behind: prose, or code; a comment is neither.
    let rest = window.get(end..)?;
    let line_end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    let tail = rest.get(..line_end)?.trim_ascii();
    let ends = tail.is_empty()
        || tail.starts_with(b"#")
        || tail.starts_with(b"//")
        || tail.starts_with(b"<")
        || matches!(tail.first(), Some(b'"' | b'\'' | b'`' | b'&' | b'\\'))
        || operator.is_flag()
        || (operator == Operator::Assign && (tail.contains(&b'=') || is_of_a_command(text, at)));
    ends.then(|| Value { range: at..at + end, notation: Notation::Bare })
}
