//! PEP 440, as `packaging` reads and orders it, and before all of those the versions that came before it, in the order that `packaging`
//! gave them until its release 22.

use super::{
    key::{END, Key},
    scan::{Scan, is_number, is_zero},
};

/// Marks of what comes before the release, and of the release.
const DEV_ONLY: u8 = 1;
const ALPHA: u8 = 2;
const BETA: u8 = 3;
const CANDIDATE: u8 = 4;
const RELEASE: u8 = 5;

const POST_NONE: u8 = 1;
const POST: u8 = 2;
const DEV: u8 = 1;
const DEV_NONE: u8 = 2;
const LOCAL_WORD: u8 = 1;
const LOCAL_NUMBER: u8 = 2;

/// The parts of a version in the spelling of the text; a part without a number has that of zero, `b""`.
struct Parts<'a> {
    epoch: &'a [u8],
    release: &'a [u8],
    pre: Option<(u8, &'a [u8])>,
    post: Option<&'a [u8]>,
    dev: Option<&'a [u8]>,
    local: Option<&'a [u8]>,
}

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let parts = read(Scan::trimmed(text))?;
    key.number(parts.epoch);
    // `1.0` is `1`: zeros count only before another number.
    let mut kept = key.len();
    for number in parts.release.split(|byte| *byte == b'.') {
        key.number(number);
        if !is_zero(number) {
            kept = key.len();
        }
    }
    key.truncate(kept);
    key.mark(END);
    match (parts.pre, parts.post, parts.dev) {
        (Some((kind, number)), ..) => {
            key.mark(kind);
            key.number(number);
        }
        (None, None, Some(_)) => key.mark(DEV_ONLY),
        _ => key.mark(RELEASE),
    }
    write_part(parts.post, (POST, POST_NONE), key);
    write_part(parts.dev, (DEV, DEV_NONE), key);
    if let Some(local) = parts.local {
        for part in local.split(|byte| matches!(byte, b'.' | b'-' | b'_')) {
            if is_number(part) {
                key.mark(LOCAL_NUMBER);
                key.number(part);
            } else {
                key.mark(LOCAL_WORD);
                key.lower(part);
            }
        }
    }
    key.mark(END);
    Some(())
}

fn write_part(number: Option<&[u8]>, (some, none): (u8, u8), key: &mut Key) {
    match number {
        Some(number) => {
            key.mark(some);
            key.number(number);
        }
        None => key.mark(none),
    }
}

/// The grammar of PEP 440, appendix B.
fn read(mut scan: Scan<'_>) -> Option<Parts<'_>> {
    scan.eat_if(|byte| matches!(byte, b'v' | b'V'));
    let mut epoch = &b""[..];
    let mut ahead = scan;
    let digits = ahead.digits();
    if !digits.is_empty() && ahead.eat(b'!') {
        (epoch, scan) = (digits, ahead);
    }
    let release = read_release(&mut scan)?;
    let pre = read_word(
        &mut scan,
        &[
            ("alpha", ALPHA),
            ("a", ALPHA),
            ("beta", BETA),
            ("b", BETA),
            ("preview", CANDIDATE),
            ("pre", CANDIDATE),
            ("c", CANDIDATE),
            ("rc", CANDIDATE),
        ],
    );
    let post = read_implicit_post(&mut scan).or_else(|| {
        read_word(&mut scan, &[("post", ()), ("rev", ()), ("r", ())]).map(|((), number)| number)
    });
    let dev = read_word(&mut scan, &[("dev", ())]).map(|((), number)| number);
    let local = if scan.eat(b'+') { Some(read_local(&mut scan)?) } else { None };
    scan.is_empty().then_some(Parts { epoch, release, pre, post, dev, local })
}

/// `1.2.3`: the whole of it.
fn read_release<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let all = scan.rest();
    if scan.digits().is_empty() {
        return None;
    }
    while scan.peek() == Some(b'.') && scan.peek_second().is_some_and(|byte| byte.is_ascii_digit())
    {
        scan.next();
        scan.digits();
    }
    all.get(..all.len() - scan.rest().len())
}

/// `-1`
fn read_implicit_post<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let mut ahead = *scan;
    let digits = if ahead.eat(b'-') { ahead.digits() } else { b"" };
    if digits.is_empty() {
        return None;
    }
    *scan = ahead;
    Some(digits)
}

/// One of some words with its number, and a separator before each of the two that may be missing.
fn read_word<'a, T: Copy>(scan: &mut Scan<'a>, words: &[(&str, T)]) -> Option<(T, &'a [u8])> {
    const fn separates(byte: u8) -> bool {
        matches!(byte, b'-' | b'_' | b'.')
    }
    let mut ahead = *scan;
    ahead.eat_if(separates);
    let (_, meaning) = words.iter().find(|(word, _)| ahead.eat_word(word))?;
    ahead.eat_if(separates);
    *scan = ahead;
    Some((*meaning, scan.digits()))
}

/// Letters and digits, separated by one byte each.
fn read_local<'a>(scan: &mut Scan<'a>) -> Option<&'a [u8]> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric();
    let local = scan.take_while(|byte| is_part(byte) || matches!(byte, b'-' | b'_' | b'.'));
    local.split(|byte| !is_part(*byte)).all(|part| !part.is_empty()).then_some(local)
}

/// A part of a version of before PEP 440.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Legacy<'a> {
    Word(&'a [u8]),
    Number(&'a [u8]),
    Dash,
}

/// The word that stands for a release; those that are less are pre-releases.
const FINAL: &[u8] = b"final";

/// A version of before PEP 440: words before numbers, both compared as texts, numbers filled up with zeros to eight digits.
pub(super) fn write_legacy(text: &str, key: &mut Key) {
    let lower = text.trim().to_lowercase();
    let mut scan = Scan::new(lower.as_bytes());
    let mut parts: Vec<Legacy<'_>> = Vec::new();
    while !scan.is_empty() {
        if let Some(part) = read_legacy(&mut scan) {
            push_legacy(part, &mut parts);
        }
    }
    push_legacy(Legacy::Word(FINAL), &mut parts);
    for part in parts {
        key.mark(LEGACY_PART);
        match part {
            Legacy::Word(word) => {
                key.mark(b'*');
                key.text(word);
            }
            Legacy::Dash => key.text(b"*final-"),
            Legacy::Number(digits) => {
                key.marks(b'0', 8_usize.saturating_sub(digits.len()));
                key.text(digits);
            }
        }
    }
    key.mark(END);
}

const LEGACY_PART: u8 = 1;

/// Before a word, zeros say nothing; before one of a pre-release, neither do dashes.
fn push_legacy<'a>(part: Legacy<'a>, parts: &mut Vec<Legacy<'a>>) {
    if !matches!(part, Legacy::Number(_)) {
        if matches!(part, Legacy::Word(word) if word < FINAL) {
            while parts.last() == Some(&Legacy::Dash) {
                parts.pop();
            }
        }
        while matches!(parts.last(), Some(Legacy::Number(digits)) if is_zero(digits) && digits.len() <= 8)
        {
            parts.pop();
        }
    }
    parts.push(part);
}

fn read_legacy<'a>(scan: &mut Scan<'a>) -> Option<Legacy<'a>> {
    if scan.eat(b'.') {
        return None;
    }
    if scan.eat(b'-') {
        return Some(Legacy::Dash);
    }
    let digits = scan.digits();
    if !digits.is_empty() {
        return Some(Legacy::Number(digits));
    }
    let mut word = scan.take_while(|byte| byte.is_ascii_lowercase());
    if word.is_empty() {
        word = scan.take_while(|byte| {
            !byte.is_ascii_digit() && !byte.is_ascii_lowercase() && !matches!(byte, b'.' | b'-')
        });
    }
    Some(Legacy::Word(match word {
        b"pre" | b"preview" | b"rc" => b"c",
        b"dev" => b"@",
        word => word,
    }))
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Pep440;

    use crate::versions::tests::ascending;

    #[test]
    fn the_order_of_the_specification_holds() {
        ascending(
            Pep440,
            "1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456
             1.0rc1 1.0 1.0+abc.5 1.0+abc.7 1.0+5 1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 1!0.1",
        );
    }

    #[test]
    fn spellings_of_one_version_are_one() {
        ascending(
            Pep440,
            "1.1.dev0=1.1dev=1.1_DEV-0 1.1a1=1.1alpha1=1.1-A.1=v1.1.0_alpha_1 1.1b0=1.1beta 1.1rc2=1.1c2=1.1-preview2=1.1.pre.2
             1.1=01.1=1.1.0=V1.1.0.0=0!1.1 1.1+ubuntu.1=1.1+Ubuntu-01=1.1+ubuntu_1 1.1.post0=1.1-post=1.1r=1.1rev0 1.1.post1=1.1-1=1.1r1 1.1.0.1",
        );
    }

    #[test]
    fn a_separator_may_hang_and_words_may_follow_at_once() {
        ascending(
            Pep440,
            "1.0a.dev1=1.0adev1=1.0a-.dev1 1.0a=1.0a-=1.0a0 1.0a--1=1.0a0.post1 1.0 1.0.post=1.0.post.",
        );
    }

    #[test]
    fn what_came_before_comes_before() {
        ascending(Pep440, "=latest 2.0.0-final-x 2004d 2010k 2011k 0.dev 1.0");
        ascending(Pep440, "1.0+ 0.1");
        ascending(Pep440, "1.0+a..b 0.1");
    }
}
