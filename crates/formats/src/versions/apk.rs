//! apk-tools (version 3): numbers, a letter, suffixes, a hash, a revision.
//!
//! What apk calls invalid is put where apk has it, before the end of a version; where apk finds two of them equal, there is an order still:
//! a dot without a number, and texts that begin with no number, which are below every version.

use super::{key::Key, scan::Scan};

/// Marks, in their order at any place of a version.
const ALPHA: u8 = 1;
const BETA: u8 = 2;
const PRE: u8 = 3;
const CANDIDATE: u8 = 4;
const INVALID: u8 = 5;
const NO_NUMBER: u8 = 6;
const END: u8 = 7;
const REVISION: u8 = 8;
const HASH: u8 = 9;
const SUFFIX_NUMBER: u8 = 10;
const CVS: u8 = 11;
const SVN: u8 = 12;
const GIT: u8 = 13;
const HG: u8 = 14;
const P: u8 = 15;
const LETTER: u8 = 16;
/// Behind a dot: a number with a zero before it is compared as a text, as Gentoo does.
const ZERO_NUMBER: u8 = 17;
const NUMBER: u8 = 18;

/// How far a version has come; each part may only be followed by later ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Numbers,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
}

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let mut scan = Scan::trimmed(text);
    let first = scan.digits();
    if first.is_empty() {
        return None;
    }
    key.number(first);
    let mut at = At::Numbers;
    while !scan.is_empty() {
        match write_part(&mut scan, at, key) {
            Some(next) => at = next,
            // apk looks no further.
            None => {
                key.mark(INVALID);
                return Some(());
            }
        }
    }
    key.mark(END);
    Some(())
}

fn write_part(scan: &mut Scan<'_>, at: At, key: &mut Key) -> Option<At> {
    let next = scan.peek()?;
    if next.is_ascii_digit() {
        return match at {
            At::Letter => {
                write_number(scan.digits(), key);
                Some(At::Numbers)
            }
            At::Suffix => {
                key.mark(SUFFIX_NUMBER);
                key.number(scan.digits());
                Some(At::SuffixNumber)
            }
            _ => None,
        };
    }
    scan.next();
    match next {
        b'.' if at <= At::Letter => {
            let digits = scan.digits();
            if digits.is_empty() {
                key.mark(NO_NUMBER);
            } else {
                write_number(digits, key);
            }
            Some(At::Numbers)
        }
        b'a'..=b'z' if at == At::Numbers => {
            key.mark(LETTER);
            key.mark(next);
            Some(At::Letter)
        }
        b'_' if at <= At::SuffixNumber => {
            key.mark(suffix(scan.take_while(|byte| byte.is_ascii_lowercase()))?);
            Some(At::Suffix)
        }
        b'~' if at < At::Hash => {
            let hash = scan.take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
            if hash.is_empty() {
                return None;
            }
            key.mark(HASH);
            key.text(hash);
            Some(At::Hash)
        }
        b'-' if at < At::Revision && scan.eat(b'r') => {
            let digits = scan.digits();
            if digits.is_empty() && scan.peek().is_some_and(|byte| byte != b'-') {
                return None;
            }
            key.mark(REVISION);
            key.number(digits);
            Some(At::Revision)
        }
        _ => None,
    }
}

fn write_number(digits: &[u8], key: &mut Key) {
    match digits.split_first() {
        Some((b'0', rest)) => {
            key.mark(ZERO_NUMBER);
            key.text(rest);
        }
        _ => {
            key.mark(NUMBER);
            key.number(digits);
        }
    }
}

fn suffix(word: &[u8]) -> Option<u8> {
    Some(match word {
        b"alpha" => ALPHA,
        b"beta" => BETA,
        b"pre" => PRE,
        b"rc" => CANDIDATE,
        b"cvs" => CVS,
        b"svn" => SVN,
        b"git" => GIT,
        b"hg" => HG,
        b"p" => P,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Apk;

    use crate::versions::tests::ascending;

    #[test]
    fn suffixes_hashes_and_revisions_have_their_order() {
        ascending(
            Apk,
            "1.2_alpha 1.2_alpha-r1 1.2_alpha2 1.2_beta 1.2_pre 1.2_pre1_beta 1.2_rc 1.2_rc1 1.2_what 1.2 1.2-r0 1.2-r1=1.2-r01 1.2-r10 1.2~0abc 1.2~0abc-r1
             1.2_cvs 1.2_svn 1.2_git 1.2_git20240101 1.2_hg 1.2_p 1.2_p-r1 1.2_p1 1.2a 1.2b 1.2.0 1.2.00 1.2.01 1.2.1 1.2.9 1.2.10 1.10",
        );
    }

    #[test]
    fn what_is_invalid_comes_before_the_end() {
        ascending(Apk, ".1 a 1-foo=1-ruff=1--1 1. 1 1-r0-1=1-r0-2=1-r- 1-r0=1-r");
    }
}
