//! RubyGems' `Gem::Version`, which CocoaPods uses too: numbers and words, a missing part is zero, a word is below zero.

use super::{
    key::{Key, Padded},
    scan::{Scan, is_zero},
};

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let mut scan = Scan::trimmed(text);
    if scan.peek_second().is_some_and(|byte| byte.is_ascii_digit()) {
        scan.eat_if(|byte| matches!(byte, b'v' | b'V'));
    }
    // Ruby reads an empty text as 0, and refuses what begins with no digit.
    if scan.peek().is_some_and(|byte| !byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = Padded::new(key);
    let mut words = false;
    while let Some(next) = scan.peek() {
        let digits = scan.digits();
        if !digits.is_empty() {
            if is_zero(digits) {
                parts.zero()
            } else {
                parts.above().number(digits)
            }
            continue;
        }
        let word = if next == b'-' {
            scan.next();
            b"pre"
        } else {
            scan.take_while(|byte| byte.is_ascii_alphabetic())
        };
        if word.is_empty() {
            scan.next();
            continue;
        }
        if !std::mem::replace(&mut words, true) {
            // `1.0.a` is `1.a`.
            parts.drop_zeros();
        }
        parts.below().text(word);
    }
    parts.end();
    Some(())
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::RubyGems;

    use crate::versions::tests::ascending;

    #[test]
    fn a_word_makes_a_pre_release() {
        ascending(
            RubyGems,
            "1.0.a=1.a=1.0.0.a.0 1.b1=1.b.1 1.rc1 1=1.0=1.0.0=v1 1.0.1.pre=1.0.1- 1.0.1 1.9 1.10",
        );
    }

    #[test]
    fn zeros_between_words_count() {
        ascending(RubyGems, "1.a.A 1.a.b 1.a.0.b 1.a.0.0.b 1.a=1.a.0 1.a.0.0.1 1.a.0.1 1.a.1");
    }

    #[test]
    fn a_hyphen_is_a_pre_release() {
        ascending(RubyGems, "1.8.2-x86_64-linux=1.8.2.pre.x86.64.pre.linux 1.8.2");
    }
}
