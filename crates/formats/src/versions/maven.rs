//! Maven's `ComparableVersion` (3.9 and 4), and what the POM reference says of the order.
//!
//! A version is a row of numbers and words, each behind a dot or a dash; where digits and letters meet, there is a dash. Maven makes nested
//! lists of them, with a dash before each list; since lists stand at the end of lists only, a row with a mark for the dash is as good.
//! Maven's own order is none in some cases: to it, `1.0.Final-redhat-1` is later than `1.0`, which is equal to `1.0.0.Final`, which is
//! later than `1.0.Final-redhat-1`. Here, a word is in its list however it is written, a word that means a release is nothing, and words
//! for a pre-release come before the release whatever the depth of the list.

use super::{
    key::Key,
    scan::{Scan, is_zero},
};

/// Marks of words, of the end and of numbers, in their order.
const ALPHA: u8 = 1;
const BETA: u8 = 2;
const MILESTONE: u8 = 3;
const CANDIDATE: u8 = 4;
const SNAPSHOT: u8 = 5;
const END: u8 = 6;
const SERVICE_PACK: u8 = 7;
const WORD: u8 = 8;
const DASH_NUMBER: u8 = 9;
const DOT_NUMBER: u8 = 10;

/// Marks behind a word: `alpha` and `alpha.1`, and `alpha-1` or `alpha1`.
const ALONE: u8 = 1;
const WITH_NUMBER: u8 = 2;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let mut tokens = Tokens { scan: Scan::trimmed(text), begun: false };
    if tokens.scan.is_empty() {
        return None;
    }
    // Zeros and words for a release say nothing at the end and before a word: what is behind here is dropped then.
    let mut kept = key.len();
    while let Some(token) = tokens.next() {
        let number_mark = if token.dash { DASH_NUMBER } else { DOT_NUMBER };
        let says_something = match token.text {
            Text::Number(digits) => {
                key.mark(number_mark);
                key.number(digits);
                !is_zero(digits)
            }
            Text::Word(word) => {
                let number = tokens.number_of_word();
                match qualifier(word, number.is_some()) {
                    Some(mark) => {
                        key.truncate(kept);
                        write_word(mark, word, number, key);
                        true
                    }
                    // A release with a number (`1-ga-1`) is the number.
                    None => {
                        key.mark(number_mark);
                        key.number(number.unwrap_or_default());
                        number.is_some_and(|digits| !is_zero(digits))
                    }
                }
            }
        };
        if says_something {
            kept = key.len();
        }
    }
    key.truncate(kept);
    key.mark(END);
    Some(())
}

fn write_word(mark: u8, word: &[u8], number: Option<&[u8]>, key: &mut Key) {
    key.mark(mark);
    if mark == WORD {
        key.lower(word);
    }
    match number {
        Some(digits) => {
            key.mark(WITH_NUMBER);
            key.number(digits);
        }
        None => key.mark(ALONE),
    }
}

/// The mark of a word; none if it means a release.
fn qualifier(word: &[u8], with_number: bool) -> Option<u8> {
    let is = |of: &str| word.eq_ignore_ascii_case(of.as_bytes());
    let mark = match word.first()?.to_ascii_lowercase() {
        b'a' if is("alpha") || (with_number && is("a")) => ALPHA,
        b'b' if is("beta") || (with_number && is("b")) => BETA,
        b'm' if is("milestone") || (with_number && is("m")) => MILESTONE,
        b'r' if is("rc") => CANDIDATE,
        b'c' if is("cr") => CANDIDATE,
        b's' if is("snapshot") => SNAPSHOT,
        b's' if is("sp") => SERVICE_PACK,
        b'g' if is("ga") => return None,
        b'f' if is("final") => return None,
        b'r' if is("release") => return None,
        _ => WORD,
    };
    Some(mark)
}

/// A number or a word, and whether a dash is before it.
#[derive(Clone, Copy)]
struct Token<'a> {
    dash: bool,
    text: Text<'a>,
}

#[derive(Clone, Copy)]
enum Text<'a> {
    /// Digits; none where two separators meet.
    Number(&'a [u8]),
    Word(&'a [u8]),
}

/// The row of a version, read as far as it is asked for.
#[derive(Clone, Copy)]
struct Tokens<'a> {
    scan: Scan<'a>,
    begun: bool,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let mut dash = false;
        if self.begun {
            // Where there is no separator, digits and letters meet.
            dash = !self.scan.eat(b'.');
            if dash {
                self.scan.eat(b'-');
            }
        }
        self.begun = true;
        if self.scan.is_empty() {
            return None;
        }
        let is_word = |byte: u8| !byte.is_ascii_digit() && !matches!(byte, b'.' | b'-');
        let word = self.scan.take_while(is_word);
        let text =
            if word.is_empty() { Text::Number(self.scan.digits()) } else { Text::Word(word) };
        Some(Token { dash, text })
    }

    /// Takes the number that belongs to the word before it: one behind a dash. An empty one is that only if a number follows.
    fn number_of_word(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        match ahead.next()? {
            Token { dash: true, text: Text::Number(digits) } => {
                let mut behind = ahead;
                let counts = !digits.is_empty()
                    || matches!(behind.next(), Some(Token { text: Text::Number(digits), .. }) if !digits.is_empty());
                counts.then(|| {
                    *self = ahead;
                    digits
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Maven;

    use crate::versions::tests::ascending;

    #[test]
    fn words_have_the_order_of_the_pom_reference() {
        ascending(
            Maven,
            "1-alpha2snapshot=1-ALPHA-2-SNAPSHOT 1-alpha2=1-alpha-2=1a2 1-alpha-123 1-beta-2 1-beta123 1-m2=1-milestone-2 1-m11 1-rc=1-cr 1-rc2=1cr2
             1-rc123 1-SNAPSHOT 1=1-ga=1.Final=1.0.RELEASE=1.0-0 1-sp 1-sp2 1-sp123 1-abc 1-def 1-pom-1 1-1-snapshot 1-1 1-2 1-123 1.1",
        );
    }

    #[test]
    fn releases_of_red_hat_come_after_those_they_are_made_of() {
        ascending(
            Maven,
            "4.1.0.CR1 4.1.0.Final=4.1.0=4.1 4.1.0.Final-redhat-1=4.1.0-redhat-1=4.1.redhat1 4.1.0.Final-redhat-00010 4.1.1.Beta1 4.1.1.Final",
        );
        ascending(Maven, "31.1 31.1-android 31.1-jre 32.0.0-android");
    }

    #[test]
    fn a_word_with_a_number_is_after_the_word_alone() {
        ascending(Maven, "1-alpha 1-alpha.1 1-alpha-0 1-alpha-1 1-foo 1-foo.5 1-foo-2 1-foo-10");
    }
}
