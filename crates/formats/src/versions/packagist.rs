//! Packagist: PHP's `version_compare` over what Composer makes of a version (no `v`, no build metadata, no `stable`; `x` is as high as a
//! branch gets).

use std::cmp::Ordering;

use super::{
    Version,
    key::Key,
    scan::{Scan, split_once},
};

/// Marks of words, of the end and of numbers, in the order of `version_compare`. Words of a mark are equal.
const ANY_WORD: u8 = 1;
const DEV: u8 = 2;
const ALPHA: u8 = 3;
const BETA: u8 = 4;
const CANDIDATE: u8 = 5;
const END: u8 = 6;
const NUMBER: u8 = 7;
const PATCH: u8 = 8;

/// What Composer writes for the `x` of `1.x-dev`.
const BRANCH: u64 = 9_999_999;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let mut scan = Scan::new(split_once(text.trim().as_bytes(), b'+').0);
    scan.eat_if(|byte| matches!(byte, b'v' | b'V'));
    // Names of branches (`dev-main`) are below every number.
    if !scan.peek()?.is_ascii_digit() {
        return None;
    }
    while let Some(next) = scan.peek() {
        let digits = scan.digits();
        if !digits.is_empty() {
            key.mark(NUMBER);
            key.number(digits);
            continue;
        }
        let word = scan.take_while(|byte| byte.is_ascii_alphabetic());
        if word.is_empty() {
            scan.next();
        }
        if word.eq_ignore_ascii_case(b"x") || next == b'*' {
            key.mark(NUMBER);
            key.value(BRANCH);
        } else if !word.is_empty() && !word.eq_ignore_ascii_case(b"stable") {
            key.mark(stability(word));
        }
    }
    key.mark(END);
    Some(())
}

/// PHP looks at how a word begins.
fn stability(word: &[u8]) -> u8 {
    let mut scan = Scan::new(word);
    if scan.eat_word("dev") {
        DEV
    } else if scan.eat_word("a") {
        ALPHA
    } else if scan.eat_word("b") {
        BETA
    } else if scan.eat_word("rc") {
        CANDIDATE
    } else if scan.eat_word("p") {
        PATCH
    } else {
        ANY_WORD
    }
}

/// The order where `#` stands for a part that may be anything, as some lists of comparisons have it. It is none: `1.#` is equal to `1`
/// and to `1.1`, which are not equal.
pub(super) fn compare_with_wildcards(a: &str, b: &str) -> Ordering {
    let scheme = model::VersionScheme::Packagist;
    let whole = |a: &str, b: &str| Version::parse(scheme, a).cmp(&Version::parse(scheme, b));
    let (parts_a, parts_b): (Vec<_>, Vec<_>) = (a.split('.').collect(), b.split('.').collect());
    if parts_a.len() != parts_b.len() {
        return whole(a, b);
    }
    let (kept_a, kept_b): (Vec<_>, Vec<_>) =
        parts_a.into_iter().zip(parts_b).filter(|(a, b)| *a != "#" && *b != "#").unzip();
    whole(&kept_a.join("."), &kept_b.join("."))
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Packagist;

    use crate::versions::tests::ascending;

    #[test]
    fn stabilities_have_their_order() {
        ascending(
            Packagist,
            "=dev-main 1.0-dev=1.0.dev 1.0-alpha=1.0a=1.0-ALPHA 1.0-alpha1=1.0a1 1.0-beta=1.0-b 1.0-RC1=1.0rc1=1.0-RC.1 1.0=v1.0=V1.0=1.0-stable=1.0+meta 1.0.0 1.0.1
             1.0-p1=1.0-patch1=1.0pl1 1.x-dev 2.0",
        );
    }
}
