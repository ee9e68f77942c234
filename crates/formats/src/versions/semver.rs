//! Semantic Versioning 2.0.0, read leniently, as npm, crates.io, Hex, Swift and GitHub Actions use it.
//!
//! `v`, `=` and blanks may stand before a version; missing numbers are zero (`1.2` is `1.2.0`), more than three are compared as numbers;
//! numbers have any length; the `-` before labels may be missing (`1.2.3beta`). Build metadata has no order.

use super::{
    key::{END, Key},
    scan::{Scan, is_number, is_zero, split_once},
};

/// Marks behind the numbers.
const LABELS: u8 = 1;
const RELEASE: u8 = 2;
const ONE_MORE_NUMBER: u8 = 3;

/// Marks of labels (§11.4).
const NUMBER: u8 = 1;
const WORD: u8 = 2;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let mut scan = start(text);
    numbers(&mut scan, 3, key)?;
    let (labels, _) = split_once(scan.rest(), b'+');
    write_labels(labels, Case::Kept, key);
    Some(())
}

/// Behind what may stand before the first number.
pub(super) fn start(text: &str) -> Scan<'_> {
    let mut scan = Scan::trimmed(text);
    scan.take_while(|byte| matches!(byte, b'v' | b'V' | b'=') || byte.is_ascii_whitespace());
    scan
}

/// Writes the numbers, at least `least` of them; none of it where the text does not begin with one.
pub(super) fn numbers(scan: &mut Scan<'_>, least: usize, key: &mut Key) -> Option<()> {
    let first = scan.digits();
    if first.is_empty() {
        return None;
    }
    key.number(first);
    let mut count = 1;
    // Zeros behind the numbers that a version has to have count only if another number comes.
    let mut kept = key.len();
    while scan.peek() == Some(b'.') && scan.peek_second().is_some_and(|byte| byte.is_ascii_digit())
    {
        scan.next();
        let digits = scan.digits();
        if count >= least {
            key.mark(ONE_MORE_NUMBER);
        }
        key.number(digits);
        count += 1;
        if count <= least || !is_zero(digits) {
            kept = key.len();
        }
    }
    key.truncate(kept);
    for _ in count..least {
        key.number(b"");
    }
    Some(())
}

/// Whether labels that differ only in case are one.
#[derive(Clone, Copy)]
pub(super) enum Case {
    Kept,
    Ignored,
}

/// Writes what a version is before its release, or that it is one.
pub(super) fn write_labels(labels: &[u8], case: Case, key: &mut Key) {
    let labels = match labels.split_first() {
        Some((b'-' | b'.' | b'_', rest)) => rest,
        _ => labels,
    };
    if labels.is_empty() {
        key.mark(RELEASE);
    } else {
        key.mark(LABELS);
        write_list(labels, case, key);
    }
}

/// Labels between dots: numbers before words, and a shorter list before one that begins with it.
pub(super) fn write_list(labels: &[u8], case: Case, key: &mut Key) {
    for label in labels.split(|byte| *byte == b'.') {
        write_label(label, case, key);
    }
    key.mark(END);
}

/// One label.
pub(super) fn write_label(label: &[u8], case: Case, key: &mut Key) {
    if is_number(label) {
        key.mark(NUMBER);
        key.number(label);
    } else {
        key.mark(WORD);
        match case {
            Case::Kept => key.text(label),
            Case::Ignored => key.lower(label),
        }
    }
}

/// Begins a list of labels that [`end_list`] ends.
pub(super) fn begin_labels(key: &mut Key) {
    key.mark(LABELS);
}

/// Ends a list of labels.
pub(super) fn end_list(key: &mut Key) {
    key.mark(END);
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::SemVer;

    use crate::versions::tests::ascending;

    #[test]
    fn the_order_of_the_specification_holds() {
        ascending(
            SemVer,
            "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1
             1.0.0=1.0=1=v1=V1.0=1.0.0+build=1.0.0+7 2.0.0 2.1.0 2.1.1",
        );
    }

    #[test]
    fn what_is_not_quite_semver_has_its_place() {
        ascending(
            SemVer,
            "=latest main 0-0 0 1.2.3-rc1=1.2.3rc1=1.2.3.rc1 1.2.3=1.2.3.0=1.2.3- 1.2.3.0.1-pre 1.2.3.0.1 1.2.3.4 1.2.4
             18446744073709551615 18446744073709551616 18446744073709551617 99999999999999999999999",
        );
    }

    #[test]
    fn numeric_labels_are_numbers_of_any_length() {
        ascending(
            SemVer,
            "1.0.0-9 1.0.0-10 1.0.0-99999999999999999998 1.0.0-99999999999999999999 1.0.0--1 1.0.0-1a",
        );
    }
}
