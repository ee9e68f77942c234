//! What stands between a name and its value.

use std::ops::Range;

use super::{MAX_GAP_BYTES, byte, line_before, php, skip_blanks};

/// What stands between name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `=`, `:=`, `=>`, `<-`.
    Assign,
    /// `||`, `??`, `?:`, `or`: what stands in where a setting is not given.
    Else,
    /// `:`.
    Colon,
    /// `==`, `!=`, `===`.
    Compare,
    /// `(`: a setter is called.
    Call,
    /// `,`: the next argument.
    Comma,
    /// `>`: the text of an XML element.
    Element,
    /// `=` behind a command line's flag.
    Flag,
    /// White space behind a command line's flag, or behind a word of prose that looks like one.
    FlagWord,
}

impl Operator {
    pub(super) fn is_flag(self) -> bool {
        matches!(self, Self::Flag | Self::FlagWord)
    }
}

/// Whether `byte` may be the first behind a name that [`operator_behind`] finds an operator for: of it, or of what closes the name.
pub(super) fn may_begin(byte: u8) -> bool {
    b" \t=:!?<>~|,(*\\\"'`]".contains(&byte)
}

/// The operator behind the name, and where the value may begin.
pub(super) fn operator_behind(text: &[u8], name: &Range<usize>) -> Option<(Operator, usize)> {
    let Closing { at: glued, quoted, indexed } = closing_of(text, name.end);
    if quoted && !indexed && byte(text, glued) == Some(b')') {
        // `getenv("DB_PASSWORD") or "…"`, and nothing else that may stand there.
        let behind = skip_blanks(text, glued + 1)?;
        return Some((Operator::Else, behind + stands_in(text.get(behind..)?)?));
    }
    let at = skip_blanks(text, glued)?;
    let rest = text.get(at..)?;
    let (operator, length) = match rest {
        [b'=', b'=', b'=', ..] | [b'!', b'=', b'=', ..] => (Operator::Compare, 3),
        [b'=', b'=', ..] | [b'!', b'=', ..] => (Operator::Compare, 2),
        [b'=', b'>', ..]
        | [b':', b'=', ..]
        | [b'<', b'-', ..]
        | [b'?', b'=', ..]
        | [b'-', b'>', ..] => (Operator::Assign, 2),
        [b'=', b'~', ..] | [b':', b':', ..] => return None,
        _ if let Some(length) = stands_in(rest)
            && (indexed || !quoted && is_member(text.get(name.clone())?))
            && (at > glued || !rest.starts_with(b"?:")) =>
        {
            (Operator::Else, length)
        }
        [b'=', ..] if text.get(name.clone()).is_some_and(|n| n.starts_with(b"--")) => {
            (Operator::Flag, 1)
        }
        [b'=', ..] => (Operator::Assign, 1),
        // `**Password:** …`
        [b':', b'*', b'*', ..] => (Operator::Colon, 3),
        [b':', ..] => {
            let typed = typed_assignment(text, at + 1);
            if let Some(behind) = typed {
                return Some((Operator::Assign, behind));
            }
            (Operator::Colon, 1)
        }
        [b',', ..] if !quoted && let Some(behind) = behind_second_result(text, at + 1) => {
            (Operator::Assign, behind - at)
        }
        [b';', b's', b':', ..] if quoted => {
            (Operator::Colon, php::text_behind(text, name, at)? - at)
        }
        // `config_set(:auth0, :secret, '…')`
        [b',', ..] if is_symbol(text, name) => (Operator::Comma, 1),
        // `("db_password", "…")`, but not the end of another value: `("spring.password=password", "…")`.
        [b',', ..]
            if indexed
                || quoted
                    && opens_with_quote(text, name)
                    && !is_value(text, name)
                    && (text.get(name.clone())?.starts_with(b"-") || !is_in_array(text, name)) =>
        {
            (Operator::Comma, 1)
        }
        [b'(', ..] if glued == at && is_setter(text.get(name.clone())?) => (Operator::Call, 1),
        [b'>', ..] if byte(text, name.start.checked_sub(1)?) == Some(b'<') => {
            (Operator::Element, 1)
        }
        _ if at > glued && !quoted && text.get(name.clone()).is_some_and(is_flag_before_a_word) => {
            (Operator::FlagWord, 0)
        }
        _ => return None,
    };
    Some((operator, at + length))
}

/// What closes a name.
struct Closing {
    /// Where it ends.
    at: usize,
    /// By a quote.
    quoted: bool,
    /// By a bracket: `["name"]`.
    indexed: bool,
}

fn closing_of(text: &[u8], mut at: usize) -> Closing {
    if byte(text, at) == Some(b'\\') {
        at += 1;
    }
    // In Markdown, a name in bold.
    if text.get(at..).is_some_and(|rest| rest.starts_with(b"**")) {
        at += 2;
    }
    let quoted = matches!(byte(text, at), Some(b'"' | b'\'' | b'`'));
    at += usize::from(quoted);
    let indexed = byte(text, at) == Some(b']');
    at += usize::from(indexed);
    Closing { at, quoted, indexed }
}

/// `--password`, and with one dash what PowerShell's, Java's and Go's tools take: `-Password`, `-storepass`, `-api-key`.
fn is_flag_before_a_word(name: &[u8]) -> bool {
    let in_word = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_');
    name.starts_with(b"--") || name.strip_prefix(b"-").is_some_and(|word| word.iter().all(in_word))
}

/// Where the value begins that two names are given, `key, err := hex.DecodeString("…")`, of which the second begins at `at`.
fn behind_second_result(text: &[u8], at: usize) -> Option<usize> {
    let start = skip_blanks(text, at)?;
    let in_name = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    let length = text.get(start..)?.iter().take(MAX_GAP_BYTES).take_while(in_name).count();
    let at = skip_blanks(text, start + length)?;
    (length > 0 && text.get(at..)?.starts_with(b":=")).then_some(at + 2)
}

/// How long what takes the place of a setting that is not given is: `or`, `||`, `??`, `?:`, `||=`.
fn stands_in(text: &[u8]) -> Option<usize> {
    match text {
        [b'|', b'|', b'=', ..] | [b'?', b'?', b'=', ..] => Some(3),
        [b'o', b'r', b' ', ..] | [b'|', b'|', ..] | [b'?', b'?' | b':', ..] => Some(2),
        _ => None,
    }
}

/// Whether a name is that of a member, and not of a table of messages: `process.env.PASSWORD`, not `errors.password`. SQL joins texts
/// with `||`, and prose has an `or` behind anything.
fn is_member(name: &[u8]) -> bool {
    const TABLES: &[&[u8]] =
        &[b"errors", b"i18n", b"labels", b"messages", b"strings", b"styles", b"text", b"texts"];
    name.rsplit(|b| *b == b'.').nth(1).is_some_and(|owner| {
        let lower = owner.to_ascii_lowercase();
        !owner.is_empty() && !TABLES.iter().any(|table| lower.ends_with(table))
    })
}

/// A symbol of Ruby's that names a setting: `config_set(:auth0, :secret, '…')`. Bound parameters of SQL look the same.
fn is_symbol(text: &[u8], name: &Range<usize>) -> bool {
    let line = line_before(text, name.start);
    let opening = memchr::memrchr(b'(', line).unwrap_or_default();
    let (called, given) = line.split_at(opening);
    called.ends_with(b"set") && matches!(given, [.., b' ' | b'(' | b',', b':'])
}

/// Whether the quoted name is what another was given: `"type": "password", "name": "…"`.
fn is_value(text: &[u8], name: &Range<usize>) -> bool {
    let before = text.get(name.start.saturating_sub(MAX_GAP_BYTES)..name.start).unwrap_or_default();
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
    let before = before.strip_suffix(b"\\").unwrap_or(before);
    matches!(before.trim_ascii_end().last(), Some(b':' | b'='))
}

fn opens_with_quote(text: &[u8], name: &Range<usize>) -> bool {
    name.start
        .checked_sub(1)
        .and_then(|before| byte(text, before))
        .is_some_and(|b| matches!(b, b'"' | b'\'' | b'`'))
}

/// How far back the bracket around an element is looked for.
const MAX_ARRAY_BYTES: usize = 300;

/// `["password", "…"]`: elements of a list say nothing of each other.
fn is_in_array(text: &[u8], name: &Range<usize>) -> bool {
    let before = text.get(name.start.saturating_sub(MAX_ARRAY_BYTES)..name.start);
    let mut depth = 0_usize;
    for b in before.unwrap_or_default().iter().rev() {
        match b {
            b')' | b']' | b'}' => depth += 1,
            b'[' if depth == 0 => return true,
            b'(' | b'{' | b';' if depth == 0 => return false,
            b'(' | b'[' | b'{' => depth -= 1,
            _ => {}
        }
    }
    false
}

/// `name: Type = value`: where the value begins.
fn typed_assignment(text: &[u8], at: usize) -> Option<usize> {
    let at = skip_blanks(text, at)?;
    let kind = text
        .get(at..)?
        .iter()
        .take(30)
        .take_while(|b| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'<' | b'>' | b'&' | b'?' | b'_' | b'\'' | b'!' | b'[' | b']')
        })
        .count();
    if kind == 0 {
        return None;
    }
    let end = at + kind;
    let at = skip_blanks(text, end)?;
    if byte(text, at) != Some(b'=') || matches!(byte(text, at + 1), Some(b'=' | b'>')) {
        return None;
    }
    // `password: c2VjcmV0…=`: what fills up base64.
    let behind = byte(text, skip_blanks(text, at + 1)?);
    let fills_up = at == end && matches!(behind, None | Some(b'\n' | b'\r' | b'#'));
    (!fills_up).then_some(at + 1)
}

/// `setPassword(`, `with_token(`, `withPassword(`; also `password(` of builders.
fn is_setter(name: &[u8]) -> bool {
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or(name).to_ascii_lowercase();
    [b"set".as_slice(), b"with", b"password", b"passwd", b"secret", b"apikey", b"api_key"]
        .iter()
        .any(|start| last.starts_with(start))
}
