//! `password = "…"`: a value that is given to a telling name, in any language or notation.
//!
//! There is no pattern here, because a pattern cannot judge. From a keyword's place the name around it, what assigns, and
//! the value are read by hand, each through a limit; then name, notation and value are judged together.

use std::ops::Range;

use model::Confidence;

use super::{
    decode,
    judge::{Shape, is_dummy, is_placeholder},
    rule::Wanted,
};

/// Longest name that is read, to each side of the keyword, in bytes.
const MAX_NAME_BYTES: usize = 60;
/// Longest value, in bytes. What is longer is a text or a certificate.
const MAX_VALUE_BYTES: usize = 400;
/// Shortest value, in bytes: of a password four characters, of a token eight.
const MIN_VALUE_BYTES: usize = 4;
/// How far back the beginning of a line is looked for.
const MAX_LINE_START_BYTES: usize = 200;
/// White space between name, operator and value.
const MAX_GAP_BYTES: usize = 40;

/// What stands between name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// `=`, `:=`, `=>`, `<-`.
    Assign,
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
    fn is_flag(self) -> bool {
        matches!(self, Self::Flag | Self::FlagWord)
    }
}

/// A value that was found, not yet judged by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assigned {
    /// Of the value, without quotes.
    pub(crate) value: Range<usize>,
    pub(crate) confidence: Confidence,
    /// Not quoted: in source code such a value is a variable's name.
    pub(crate) bare: bool,
}

/// Reads the assignment around the keyword at `keyword`, if there is one and its value convinces.
pub(crate) fn find(text: &[u8], keyword: Range<usize>, wanted: Wanted) -> Option<Assigned> {
    let name = name_around(text, &keyword)?;
    let name_text = text.get(name.clone())?;
    // Most names are given nothing, or nothing that could be judged; that is seen sooner than what a name says.
    let (operator, at) = operator_behind(text, &name)?;
    let value = value_at(text, at, operator)?;
    let value_text = text.get(value.range.clone())?;
    if value_text.len() < MIN_VALUE_BYTES
        || !is_telling(name_text, text.get(keyword.clone())?, wanted)
    {
        return None;
    }
    let confidence = judge(&Given {
        name: name_text,
        value: value_text,
        operator,
        notation: value.notation,
        wanted,
    })?;
    let confidence =
        if is_documentation(text, name.start) { confidence.lowered() } else { confidence };
    Some(Assigned { value: value.range, confidence, bare: value.notation == Notation::Bare })
}

/// Whether the line is one of a comment that documents: ` * …`, `/// …`, `//! …`, or code set off in a comment, `#    …`.
/// Code that was commented out stands behind its mark without a gap, or with a short one.
fn is_documentation(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(MAX_LINE_START_BYTES)..at).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = before.get(start..).unwrap_or_default().trim_ascii_start();
    let gap = |mark: usize| {
        line.get(mark..)
            .unwrap_or_default()
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    };
    line.starts_with(b"/// ")
        || line.starts_with(b"//! ")
        || line.starts_with(b"* ")
        || (line.starts_with(b"#") && gap(1) >= 3)
        || (line.starts_with(b"//") && gap(2) >= 3)
}

/// How the value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notation {
    Quoted,
    Bare,
    /// The text of an XML element.
    Element,
}

struct Value {
    range: Range<usize>,
    notation: Notation,
}

fn byte(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).copied()
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$')
}

fn name_around(text: &[u8], keyword: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(keyword.start.saturating_sub(MAX_NAME_BYTES)..keyword.start)?;
    let left = before.iter().rev().take_while(|b| is_name_byte(**b)).count();
    let behind = text.get(keyword.end..text.len().min(keyword.end + MAX_NAME_BYTES))?;
    let right = behind.iter().take_while(|b| is_name_byte(**b)).count();
    // A name that does not end is a blob of text.
    (left < MAX_NAME_BYTES && right < MAX_NAME_BYTES)
        .then(|| keyword.start - left..keyword.end + right)
}

/// Last parts of a name that say: not the secret itself but something about it.
const ABOUT: &[&[u8]] = &[
    b"name",
    b"names",
    b"id",
    b"ids",
    b"type",
    b"types",
    b"file",
    b"filename",
    b"files",
    b"path",
    b"paths",
    b"dir",
    b"url",
    b"uri",
    b"urls",
    b"endpoint",
    b"host",
    b"field",
    b"fields",
    b"label",
    b"input",
    b"placeholder",
    b"hint",
    b"text",
    b"title",
    b"message",
    b"msg",
    b"error",
    b"errors",
    b"length",
    b"len",
    b"size",
    b"count",
    b"min",
    b"max",
    b"limit",
    b"limits",
    b"policy",
    b"policies",
    b"rule",
    b"rules",
    b"regex",
    b"pattern",
    b"validator",
    b"validation",
    b"valid",
    b"format",
    b"prefix",
    b"suffix",
    b"header",
    b"headers",
    b"param",
    b"params",
    b"parameter",
    b"arg",
    b"args",
    b"option",
    b"options",
    b"config",
    b"expiry",
    b"expires",
    b"expiration",
    b"expire",
    b"ttl",
    b"timeout",
    b"age",
    b"lifetime",
    b"version",
    b"algorithm",
    b"alg",
    b"algo",
    b"method",
    b"mode",
    b"provider",
    b"manager",
    b"mgr",
    b"used",
    b"last",
    b"stdin",
    b"digest",
    b"store",
    b"storage",
    b"service",
    b"factory",
    b"builder",
    b"handler",
    b"generator",
    b"encoder",
    b"decoder",
    b"class",
    b"required",
    b"enabled",
    b"disabled",
    b"changed",
    b"reset",
    b"confirm",
    b"confirmation",
    b"prompt",
    b"strength",
    b"env",
    b"var",
    b"variable",
    b"ref",
    b"reference",
    b"location",
    b"source",
    b"index",
    b"offset",
    b"position",
    b"kind",
    b"scope",
    b"scopes",
    b"issuer",
    b"audience",
    b"description",
    b"desc",
    b"comment",
    b"help",
    b"info",
    b"usage",
    b"example",
    b"form",
    b"page",
    b"view",
    b"dialog",
    b"button",
    b"icon",
    b"link",
    b"visible",
    b"hidden",
    b"char",
    b"chars",
    b"set",
    b"list",
    b"map",
    b"cache",
    b"selector",
    b"column",
    b"table",
    b"attribute",
    b"attr",
    b"property",
    b"prop",
    b"schema",
    b"model",
    b"template",
    b"arn",
    b"region",
    b"bucket",
    b"cmd",
    b"command",
    b"script",
    b"function",
    b"func",
    b"callback",
    b"cb",
    b"ize",
    b"izer",
    b"ized",
    b"izers",
    b"stream",
    b"parser",
    b"lexer",
    b"iterator",
    b"bindings",
    b"mount",
    b"username",
    b"user",
    b"email",
    b"hash_algorithm",
    b"rotation",
    b"created",
    b"updated",
    b"at",
    b"date",
    b"time",
    b"timestamp",
    b"status",
    b"state",
    b"level",
    b"count",
    b"public",
    b"pub",
    b"match",
    b"mismatch",
    b"wrong",
    b"incorrect",
];

/// Whether the name promises a secret: `db_password` does, `password_field`, `tokenizer` and `keyboard` do not.
fn is_telling(name: &[u8], keyword: &[u8], wanted: Wanted) -> bool {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or(name);
    // The keyword must stand in the last part: `password.length` is about something else.
    let lower = last.to_ascii_lowercase();
    let Some(at) = memchr::memmem::rfind(&lower, &keyword.to_ascii_lowercase()) else {
        return false;
    };
    let Some(behind) = last.get(at + keyword.len()..) else { return false };
    let before = last.get(..at).unwrap_or_default();
    let keyword_lower = keyword.to_ascii_lowercase();
    if keyword_lower == b"key" && !is_key_name(before, behind) {
        let owner = name.strip_suffix(last).and_then(|rest| rest.strip_suffix(b"."));
        if !(last == b"key" && owner.is_some_and(owns_a_key)) {
            return false;
        }
    }
    if keyword_lower == b"auth" && !behind.iter().all(|b| !b.is_ascii_alphabetic()) {
        return false;
    }
    if keyword_lower == b"pass" {
        // `pass`, `db_pass`, `DB_PASS`, `dbPass`; neither `bypass` nor `passed`, nor `password` (its own keyword).
        let starts = before.last().is_none_or(|b| !b.is_ascii_lowercase())
            || keyword.first().is_some_and(u8::is_ascii_uppercase);
        let upper_before = before.last().is_some_and(u8::is_ascii_uppercase)
            && keyword.iter().all(u8::is_ascii_uppercase);
        if !starts || upper_before || behind.first().is_some_and(u8::is_ascii_alphabetic) {
            return false;
        }
    }
    if is_public(before) {
        return false;
    }
    let rest = behind
        .strip_prefix(b"s")
        .filter(|rest| rest.first().is_none_or(|b| !b.is_ascii_lowercase()))
        .unwrap_or(behind);
    let about_hash = |word: &[u8]| {
        wanted == Wanted::Token
            && matches!(
                word,
                b"hash" | b"hashes" | b"digest" | b"checksum" | b"fingerprint" | b"thumbprint"
            )
    };
    words(rest).all(|word| !ABOUT.contains(&word.as_slice()) && !about_hash(&word))
        && !rest.first().is_some_and(|b| {
            // `tokenize`, `secretary`, `passwordless`: the word goes on.
            b.is_ascii_lowercase() && !is_known_ending(rest) && behind.len() == rest.len()
        })
}

/// Small letters that may follow a keyword without making another word of it.
fn is_known_ending(rest: &[u8]) -> bool {
    let lower = rest.to_ascii_lowercase();
    [
        b"word".as_slice(),
        b"wd",
        b"phrase",
        b"code",
        b"key",
        b"token",
        b"value",
        b"val",
        b"hash",
        b"salt",
        b"data",
        b"string",
        b"str",
        b"secret",
        b"base",
        b"or",
    ]
    .iter()
    .any(|ending| lower.starts_with(ending))
}

/// `key` alone says little: it must be the end of the name, as its own word, and not the key of a map or a keyboard.
fn is_key_name(before: &[u8], behind: &[u8]) -> bool {
    const QUALIFIERS: &[&[u8]] = &[
        b"api",
        b"app",
        b"access",
        b"auth",
        b"secret",
        b"private",
        b"priv",
        b"encryption",
        b"encrypt",
        b"enc",
        b"crypt",
        b"crypto",
        b"cipher",
        b"aes",
        b"des",
        b"rsa",
        b"hmac",
        b"signing",
        b"sign",
        b"signature",
        b"master",
        b"shared",
        b"account",
        b"storage",
        b"license",
        b"session",
        b"cookie",
        b"service",
        b"admin",
        b"client",
        b"consumer",
        b"server",
        b"write",
        b"read",
        b"subscription",
        b"root",
        b"deploy",
        b"webhook",
        b"account",
        b"azure",
        b"aws",
        b"google",
        b"maps",
        b"stripe",
        b"twilio",
        b"mailgun",
        b"sendgrid",
        b"firebase",
        b"algolia",
        b"jwt",
        b"token",
        b"data",
        b"user",
        b"pass",
        b"ssh",
        b"security",
        b"bot",
        b"developer",
        b"dev",
        b"integration",
        b"internal",
        b"iv",
        b"fernet",
        b"psk",
        b"preshared",
    ];
    if !behind.is_empty()
        && !matches!(
            behind,
            b"s" | b"_base64" | b"_b64" | b"B64" | b"Base64" | b"_hex" | b"_value" | b"Value"
        )
    {
        return false;
    }
    let lower = before.to_ascii_lowercase();
    let lower = lower.strip_suffix(b"_").or_else(|| lower.strip_suffix(b"-")).unwrap_or(&lower);
    QUALIFIERS.iter().any(|qualifier| lower.ends_with(qualifier))
}

/// `app.key`, `encryption.key`: a setting of something that has one key.
fn owns_a_key(owner: &[u8]) -> bool {
    let last = owner.rsplit(|b| *b == b'.').next().unwrap_or(owner);
    [b"app".as_slice(), b"api", b"secret", b"encryption", b"license", b"jwt", b"signing"]
        .iter()
        .any(|word| last.eq_ignore_ascii_case(word))
}

/// What is published on purpose.
fn is_public(before: &[u8]) -> bool {
    let lower = before.to_ascii_lowercase();
    [
        b"public".as_slice(),
        b"publishable",
        b"csrf",
        b"xsrf",
        b"authenticity",
        b"next",
        b"page",
        b"continuation",
        b"cancellation",
        b"cancel",
        b"primary",
        b"foreign",
        b"sort",
        b"partition",
        b"no_",
        b"cache",
        b"show",
        b"hide",
        b"forgot",
        b"reset",
        b"confirm_new",
        b"re_enter",
        b"invalid",
        b"missing",
        b"has",
        b"is_",
        b"wrong",
    ]
    .iter()
    .any(|word| {
        let joint = usize::from(!word.ends_with(b"_") && lower.ends_with(b"_"))
            + usize::from(lower.ends_with(b"-"));
        let end = lower.len() - joint;
        let Some(start) = end.checked_sub(word.len()) else { return false };
        // `redis_` does not end in `is_`.
        let begins = match (start.checked_sub(1).and_then(|at| before.get(at)), before.get(start)) {
            (None, _) => true,
            (Some(left), Some(first)) => {
                !left.is_ascii_alphabetic()
                    || (left.is_ascii_lowercase() && first.is_ascii_uppercase())
            }
            (Some(_), None) => false,
        };
        begins && lower.get(start..end) == Some(word)
    })
}

/// The words of a name: split at `_`, `-`, `.`, `$`, digits and at capitals; lower case.
fn words(name: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut words = vec![Vec::new()];
    let mut previous_lower = false;
    for &b in name {
        if !b.is_ascii_alphabetic() {
            words.push(Vec::new());
            previous_lower = false;
            continue;
        }
        if b.is_ascii_uppercase() && previous_lower {
            words.push(Vec::new());
        }
        previous_lower = b.is_ascii_lowercase();
        if let Some(word) = words.last_mut() {
            word.push(b.to_ascii_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// Skips spaces and tabs; `None` where there are more than the limit.
fn skip_blanks(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let blanks =
        rest.iter().take(MAX_GAP_BYTES + 1).take_while(|b| matches!(b, b' ' | b'\t')).count();
    (blanks <= MAX_GAP_BYTES).then_some(at + blanks)
}

/// The operator behind the name, and where the value may begin.
fn operator_behind(text: &[u8], name: &Range<usize>) -> Option<(Operator, usize)> {
    let mut at = name.end;
    let mut quoted = false;
    let mut indexed = false;
    if byte(text, at) == Some(b'\\') {
        at += 1;
    }
    if matches!(byte(text, at), Some(b'"' | b'\'' | b'`')) {
        at += 1;
        quoted = true;
    }
    if byte(text, at) == Some(b']') {
        at += 1;
        indexed = true;
    }
    let glued = at;
    at = skip_blanks(text, at)?;
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
        [b'=', ..] if text.get(name.clone()).is_some_and(|n| n.starts_with(b"--")) => {
            (Operator::Flag, 1)
        }
        [b'=', ..] => (Operator::Assign, 1),
        [b':', ..] => {
            let typed = typed_assignment(text, at + 1);
            if let Some(behind) = typed {
                return Some((Operator::Assign, behind));
            }
            (Operator::Colon, 1)
        }
        // `("db_password", "…")`, but not the end of another value: `("spring.password=password", "…")`.
        [b',', ..] if (quoted && opens_with_quote(text, name)) || indexed => (Operator::Comma, 1),
        [b'(', ..] if glued == at && is_setter(text.get(name.clone())?) => (Operator::Call, 1),
        [b'>', ..] if byte(text, name.start.checked_sub(1)?) == Some(b'<') => {
            (Operator::Element, 1)
        }
        _ if at > glued
            && !quoted
            && text.get(name.clone()).is_some_and(|n| n.starts_with(b"--")) =>
        {
            (Operator::FlagWord, 0)
        }
        _ => return None,
    };
    Some((operator, at + length))
}

fn opens_with_quote(text: &[u8], name: &Range<usize>) -> bool {
    name.start
        .checked_sub(1)
        .and_then(|before| byte(text, before))
        .is_some_and(|b| matches!(b, b'"' | b'\'' | b'`'))
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
                || matches!(b, b'<' | b'>' | b'&' | b'?' | b'_' | b'\'' | b'!')
        })
        .count();
    if kind == 0 {
        return None;
    }
    let at = skip_blanks(text, at + kind)?;
    (byte(text, at) == Some(b'=') && !matches!(byte(text, at + 1), Some(b'=' | b'>')))
        .then_some(at + 1)
}

/// `setPassword(`, `with_token(`, `withPassword(`; also `password(` of builders.
fn is_setter(name: &[u8]) -> bool {
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or(name).to_ascii_lowercase();
    [b"set".as_slice(), b"with", b"password", b"passwd", b"secret", b"apikey", b"api_key"]
        .iter()
        .any(|start| last.starts_with(start))
}

fn value_at(text: &[u8], at: usize, operator: Operator) -> Option<Value> {
    let mut at = skip_blanks(text, at)?;
    // A quoted value may stand on the next line.
    if matches!(operator, Operator::Assign | Operator::Comma | Operator::Call)
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
        _ if matches!(operator, Operator::Compare | Operator::Call | Operator::Comma) => None,
        _ => bare(text, at, operator),
    }
}

fn quoted(text: &[u8], at: usize, quote: u8, escaped: bool) -> Option<Value> {
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

fn element(text: &[u8], at: usize) -> Option<Value> {
    let window = text.get(at..text.len().min(at + MAX_VALUE_BYTES))?;
    let end = memchr::memchr(b'<', window)?;
    let value = window.get(..end)?;
    if window.get(end + 1) != Some(&b'/') || memchr::memchr2(b'\n', b'\r', value).is_some() {
        return None;
    }
    Some(Value { range: at..at + end, notation: Notation::Element })
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
        || (operator == Operator::Assign && tail.contains(&b'='));
    ends.then(|| Value { range: at..at + end, notation: Notation::Bare })
}

struct Given<'a> {
    name: &'a [u8],
    value: &'a [u8],
    operator: Operator,
    notation: Notation,
    wanted: Wanted,
}

/// Values that belong to another kind of thing, whatever the name says.
fn is_something_else(value: &[u8], shape: &Shape) -> bool {
    let starts = |prefix: &[u8]| value.starts_with(prefix);
    let contains = |needle: &[u8]| memchr::memmem::find(value, needle).is_some();
    starts(b"http://")
        || starts(b"https://")
        || starts(b"--")
        || is_version(value)
        || is_setting(value)
        || starts(b"/") && value.iter().filter(|b| **b == b'/').count() > 1 && !shape.is_random()
        || starts(b"./")
        || starts(b"../")
        || starts(b"~/")
        || contains(b"://") && !contains(b"@")
        || starts(b"#") && shape.length <= 9
        || starts(b"<") && contains(b">")
        || contains(b"()")
        || contains(b"\\u")
        || contains(b"::")
        || starts(b"arn:")
        || starts(b"vault:")
        || starts(b"projects/")
        || starts(b"env.")
        || starts(b"process.env")
        || starts(b"os.")
        || starts(b"self.")
        || starts(b"this.")
        || starts(b"secrets.")
        || starts(b"var.")
        || starts(b"local.")
        || starts(b"data.")
        || starts(b"ENC[")
        || starts(b"ssm:")
        || starts(b"-----BEGIN")
        || starts(b"ssh-rsa ")
        || has_extension(value)
        || is_uuid(value) && value.iter().filter(|b| **b == b'0').count() > 12
}

/// `1.2`, `^3.370.0`, `>=2.0.1`, `7.9.3-rc1`: digits and dots, perhaps an operator before them.
fn is_version(value: &[u8]) -> bool {
    let operator = value
        .iter()
        .take_while(|b| matches!(b, b'^' | b'~' | b'=' | b'<' | b'>' | b'v' | b' '))
        .count();
    let rest = value.get(operator..).unwrap_or_default();
    let end = rest.iter().position(|b| matches!(b, b'-' | b'+')).unwrap_or(rest.len());
    let numbers = rest.get(..end).unwrap_or_default();
    numbers.first().is_some_and(u8::is_ascii_digit)
        && numbers.contains(&b'.')
        && numbers.len() <= 16
        && numbers.split(|b| *b == b'.').all(|part| {
            matches!(part.len(), 1..=4) && part.iter().all(|b| b.is_ascii_digit() || *b == b'x')
        })
}

/// A setting with its own name and value: `spring.datasource.url=x`, `redis.db=2`.
fn is_setting(value: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'=', value) else { return false };
    let name = value.get(..at).unwrap_or_default();
    name.contains(&b'.')
        && name.split(|b| *b == b'.').count() > 1
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && at + 1 < value.len()
        && Shape::of(name).surprise.is_none_or(|s| s < 5.0)
        && Shape::of(name).digits * 6 <= name.len()
}

/// Ends like a file: `secret.key`, `token.json`.
fn has_extension(value: &[u8]) -> bool {
    const EXTENSIONS: &[&[u8]] = &[
        b".json",
        b".txt",
        b".key",
        b".pem",
        b".crt",
        b".yml",
        b".yaml",
        b".xml",
        b".js",
        b".ts",
        b".py",
        b".rb",
        b".go",
        b".php",
        b".html",
        b".csv",
        b".md",
        b".conf",
        b".cfg",
        b".ini",
        b".properties",
        b".env",
        b".png",
        b".svg",
        b".css",
        b".java",
        b".sh",
        b".c",
        b".h",
        b".jks",
        b".p12",
        b".pfx",
    ];
    EXTENSIONS.iter().any(|extension| value.ends_with(extension))
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(index, b)| {
            if matches!(index, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() }
        })
}

/// Looks like a name of something in code: `userPassword`, `config.token`, `DB_PASSWORD`, `get-password`.
fn is_identifier(value: &[u8], shape: &Shape) -> bool {
    let name_bytes = value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'$' | b'/' | b':'));
    name_bytes
        && shape.digits * 6 <= shape.length
        && shape.surprise.is_none_or(|s| s < 5.0)
        && value.first().is_some_and(|b| !b.is_ascii_digit())
}

/// Whether name, notation and value together are a credential, and how surely.
fn judge(given: &Given<'_>) -> Option<Confidence> {
    let value = given.value;
    if value.iter().any(|b| b.is_ascii_control()) || is_placeholder(value) || names_itself(given) {
        return None;
    }
    let shape = Shape::of(value);
    if is_something_else(value, &shape) {
        return None;
    }
    let confidence = match given.wanted {
        Wanted::Password => judge_password(given, &shape),
        Wanted::Token => judge_token(given, &shape),
    }?;
    match encoded_text(value) {
        Some(text) => judge_encoded(&text).map(|inner| inner.min(confidence)),
        None => Some(confidence),
    }
}

/// Shortest value that is tried as base64: shorter ones decode to text by chance.
const MIN_ENCODED_BYTES: usize = 12;

/// What a value is that is text in base64, as values in Kubernetes' manifests and Basic authentication are.
fn encoded_text(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() < MIN_ENCODED_BYTES {
        return None;
    }
    let text = decode::base64_text(value)?;
    text.iter().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t')).then_some(text)
}

/// Judges `user:password`, or a password, that stood there in base64.
fn judge_encoded(text: &[u8]) -> Option<Confidence> {
    let text = text.trim_ascii();
    if text.iter().any(u8::is_ascii_whitespace) || matches!(text.first(), Some(b'{' | b'[')) {
        // A document: its own fields are looked at when the stretch is decoded.
        return Some(Confidence::Low);
    }
    if let Some(login) = Login::of(text) {
        if login.is_example() {
            return None;
        }
        return Some(Confidence::Medium);
    }
    let shape = Shape::of(text);
    if is_placeholder(text) || is_default_password(text) || is_something_else(text, &shape) {
        return None;
    }
    if is_composed_name(text) || is_identifier(text, &shape) || is_dummy(text) {
        return Some(Confidence::Low);
    }
    Some(if shape.is_random() { Confidence::High } else { Confidence::Medium })
}

/// `user:password`.
struct Login<'a> {
    user: &'a [u8],
    password: &'a [u8],
}

impl<'a> Login<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let colon = memchr::memchr(b':', text)?;
        Some(Self { user: text.get(..colon)?, password: text.get(colon + 1..)? })
    }

    /// Whether nobody logs in with it, or everybody.
    fn is_example(&self) -> bool {
        self.password.is_empty()
            || self.password.eq_ignore_ascii_case(self.user)
            || is_placeholder(self.password)
            || is_default_password(self.password)
            || is_dummy(self.password)
            || is_composed_name(self.password)
    }
}

/// Whether `value` is base64 of a login that nobody uses, or everybody: `user:password`.
pub(crate) fn is_example_login(value: &[u8]) -> bool {
    encoded_text(value)
        .is_some_and(|text| Login::of(text.trim_ascii()).is_some_and(|login| login.is_example()))
}

/// What images, tutorials and test set-ups log in with: known to everybody, and kept nowhere that matters.
const DEFAULT_PASSWORDS: &[&[u8]] = &[
    b"admin",
    b"administrator",
    b"anonymous",
    b"changeit",
    b"docker",
    b"guest",
    b"mariadb",
    b"mysql",
    b"nobody",
    b"postgres",
    b"postgresql",
    b"rabbitmq",
    b"redis",
    b"root",
    b"scott",
    b"sqlserver",
    b"tiger",
    b"toor",
    b"user",
    b"vagrant",
];

fn is_default_password(value: &[u8]) -> bool {
    DEFAULT_PASSWORDS.iter().any(|default| value.eq_ignore_ascii_case(default))
}

/// Whether a value that stands at a place for secrets, a URL's or a configuration file's, is one.
pub(crate) fn judge_alone(value: &[u8], wanted: Wanted) -> Option<Confidence> {
    if is_default_password(value) {
        return None;
    }
    let name: &[u8] = match wanted {
        Wanted::Password => b"password",
        Wanted::Token => b"secret",
    };
    judge(&Given { name, value, operator: Operator::Assign, notation: Notation::Quoted, wanted })
}

/// `password: "password"`, `token = "accessToken"`: the value repeats the name.
fn names_itself(given: &Given<'_>) -> bool {
    let strip = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    let (name, value) = (strip(given.name), strip(given.value));
    !value.is_empty() && (name.ends_with(&value) || value.ends_with(&name))
}

fn judge_password(given: &Given<'_>, shape: &Shape) -> Option<Confidence> {
    let value = given.value;
    if !(4..=128).contains(&shape.length) {
        return None;
    }
    let spaces = value.iter().filter(|b| **b == b' ').count();
    if spaces > 0 {
        // Passphrases are rare, sentences are not.
        return None;
    }
    if !value.is_ascii() && shape.others > shape.length / 2 {
        // Words of another script: a label.
        return None;
    }
    let identifier = is_identifier(value, shape);
    let mixed = shape.classes() >= 2 && (shape.digits > 0 || shape.others > 0);
    if is_dummy(value) {
        // A password all the same where it is in use, but mostly it is in a test or in somebody's instructions.
        let assigned = matches!(
            given.operator,
            Operator::Assign | Operator::Colon | Operator::Element | Operator::Flag
        );
        return (mixed && assigned && !is_composed_name(value)).then_some(Confidence::Low);
    }
    if shape.is_random() {
        return Some(Confidence::High);
    }
    if given.operator == Operator::FlagWord && !mixed {
        return None;
    }
    match given.notation {
        Notation::Quoted | Notation::Element => {
            if given.operator == Operator::Compare {
                return mixed.then_some(Confidence::Low);
            }
            if is_composed_name(value) && !mixed {
                return None;
            }
            if matches!(given.operator, Operator::Comma | Operator::Call) {
                return (mixed && !is_composed_name(value)).then_some(Confidence::Medium);
            }
            if mixed && !is_composed_name(value) {
                return Some(Confidence::Medium);
            }
            // One plain word, in quotes, assigned: a weak password, or a label.
            (shape.length <= 32 && !identifier || shape.others == 0).then_some(Confidence::Low)
        }
        Notation::Bare => {
            if given.operator == Operator::Colon && !mixed && identifier {
                return (shape.others == 0
                    && shape.length >= 5
                    && given.name.iter().all(|b| !b.is_ascii_uppercase()))
                .then_some(Confidence::Low);
            }
            if is_code(value) {
                return None;
            }
            if mixed && !identifier {
                return Some(Confidence::Medium);
            }
            (!is_composed_name(value) && shape.others == 0).then_some(Confidence::Low)
        }
    }
}

fn judge_token(given: &Given<'_>, shape: &Shape) -> Option<Confidence> {
    let value = given.value;
    if !(8..=MAX_VALUE_BYTES).contains(&shape.length)
        || memchr::memchr(b' ', value).is_some()
        || !value.is_ascii()
    {
        return None;
    }
    if given.notation == Notation::Bare && is_code(value) {
        return None;
    }
    if given.operator == Operator::Compare {
        return shape.is_random().then_some(Confidence::Medium);
    }
    if shape.is_random() {
        return Some(if is_uuid(value) { Confidence::Medium } else { Confidence::High });
    }
    if is_identifier(value, shape) || is_composed_name(value) || is_dummy(value) {
        return None;
    }
    if matches!(given.operator, Operator::Comma | Operator::FlagWord) {
        // A list of arguments: only what no word could be.
        return None;
    }
    let lower = given.name.to_ascii_lowercase();
    if lower.ends_with(b"auth") {
        // How to log in, more often than with what: `auth: "AWS_SIGV4"`.
        return None;
    }
    let mixed = shape.classes() >= 2 && shape.digits > 0;
    let tells = memchr::memmem::find(&lower, b"secret").is_some();
    match given.notation {
        Notation::Quoted | Notation::Element if mixed => {
            Some(if tells { Confidence::Medium } else { Confidence::Low })
        }
        Notation::Bare if mixed && tells => Some(Confidence::Low),
        _ => None,
    }
}

/// Two or more words with a joint: `reset_password`, `user-token`, `userPassword`, `auth.password`.
fn is_composed_name(value: &[u8]) -> bool {
    let joints =
        value.iter().filter(|b| matches!(b, b'_' | b'-' | b'.' | b':' | b'/' | b'#')).count();
    let humps = value
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    (joints > 0 || humps > 0)
        && letters + joints == value.len()
        && Shape::of(value).surprise.is_none_or(|s| s < 5.4)
}

/// A bare value that is an expression: a call, an index, a member, an operator.
fn is_code(value: &[u8]) -> bool {
    value.iter().any(|b| matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'|' | b'*'))
        || memchr::memmem::find(value, b"->").is_some()
        || value.first().is_some_and(|b| {
            matches!(b, b'$' | b'@' | b'&' | b'!' | b'=' | b'+' | b'-' | b'.' | b',')
        })
        || value.iter().filter(|b| **b == b'.').count() > 0
            && value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str, keyword: &str, wanted: Wanted) -> Option<(String, Confidence)> {
        let at = line.to_lowercase().find(keyword).unwrap();
        find(line.as_bytes(), at..at + keyword.len(), wanted)
            .map(|assigned| (line[assigned.value].to_owned(), assigned.confidence))
    }

    #[test]
    fn the_value_is_read_in_every_notation() {
        for line in [
            r#"password = "Hunter2!x""#,
            r#"  "db_password": "Hunter2!x","#,
            r#"{\"password\":\"Hunter2!x\"}"#,
            "export DB_PASSWORD=Hunter2!x",
            "password: Hunter2!x",
            "config['password'] = 'Hunter2!x'",
            r#"define('DB_PASSWORD', 'Hunter2!x');"#,
            r#"conn.setPassword("Hunter2!x");"#,
            "<password>Hunter2!x</password>",
            r#":password => "Hunter2!x""#,
            r#"password := "Hunter2!x""#,
            r#"let password: &str = "Hunter2!x";"#,
            "mysql --password Hunter2!x -u root",
            "mysql --password=Hunter2!x -u root",
            r#"String adminPassword = "Hunter2!x";"#,
            "spring.datasource.password=Hunter2!x",
        ] {
            assert_eq!(
                found(line, "password", Wanted::Password).map(|f| f.0).as_deref(),
                Some("Hunter2!x"),
                "{line}"
            );
        }
    }

    #[test]
    fn what_only_speaks_of_a_password_is_silent() {
        for line in [
            "password = os.environ['DB_PASSWORD']",
            "password: String,",
            "password_field = 'input-3'",
            "if (password == null) return;",
            r#""password": "Enter your password please""#,
            "password = user.password",
            "self.password = password",
            r#"password: "${DB_PASSWORD}""#,
            "def check(password=None):",
            r#"{"type": "password", "label": "Password"}"#,
            "const passwordInput = document.querySelector('#pw1')",
            r#"password: "password""#,
            "password.length >= 8",
            "password = getPassword()",
            "<password></password>",
        ] {
            assert_eq!(found(line, "password", Wanted::Password), None, "{line}");
        }
    }

    #[test]
    fn a_token_must_be_made_by_a_machine() {
        assert!(found(r#"api_key = "q8Zk2mW9xBv4Lr7TnY3c""#, "api_key", Wanted::Token).is_some());
        assert!(
            found("ACCESS_TOKEN=9f86d081884c7d659a2feaa0c55ad015", "token", Wanted::Token)
                .is_some()
        );
        for line in [
            r#"token = "access_token_endpoint""#,
            r#"tokenizer = "bert-base-uncased-v2""#,
            "tokenType: Bearer12345",
            r#"token_url: "https://auth.example.org/token1""#,
        ] {
            assert_eq!(found(line, "token", Wanted::Token), None, "{line}");
        }
    }
}
