//! What a value is made of, measured once.

use super::{bigrams::BIGRAMS, entropy};

/// Measurements of one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// In bytes.
    pub length: usize,
    /// `a` to `z`.
    pub lower: usize,
    /// `A` to `Z`.
    pub upper: usize,
    /// `0` to `9`.
    pub digits: usize,
    /// Anything else.
    pub others: usize,
    /// How often the kind of character changes (lower, upper, digit, other); a capital before small letters is one change.
    pub switches: usize,
    /// Mean surprise of a letter behind a letter, in bits: words have about 3.5, random letters about 6.8. `None` with
    /// fewer than three pairs.
    pub surprise: Option<f32>,
    /// Shannon, bits per byte.
    pub entropy: f32,
    /// Nothing but hexadecimal digits.
    pub hexadecimal: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Other,
}

fn kind(byte: u8) -> Kind {
    match byte {
        b'a'..=b'z' => Kind::Lower,
        b'A'..=b'Z' => Kind::Upper,
        b'0'..=b'9' => Kind::Digit,
        _ => Kind::Other,
    }
}

impl Shape {
    /// Measures.
    #[must_use]
    pub fn of(value: &[u8]) -> Self {
        let count = |wanted| value.iter().filter(|byte| kind(**byte) == wanted).count();
        let switches = value
            .windows(2)
            .filter(|pair| match pair {
                [a, b] => {
                    let (a, b) = (kind(*a), kind(*b));
                    a != b && !(a == Kind::Upper && b == Kind::Lower)
                }
                _ => false,
            })
            .count();
        Self {
            length: value.len(),
            lower: count(Kind::Lower),
            upper: count(Kind::Upper),
            digits: count(Kind::Digit),
            others: count(Kind::Other),
            switches,
            surprise: surprise(value),
            entropy: entropy(value),
            hexadecimal: value.iter().all(u8::is_ascii_hexdigit),
        }
    }

    /// How many of lower case, upper case, digits and others occur.
    #[must_use]
    pub fn classes(&self) -> usize {
        [self.lower, self.upper, self.digits, self.others]
            .iter()
            .filter(|count| **count > 0)
            .count()
    }

    /// Whether its letters follow each other as they seldom do in words. Few letters must be the stranger: of the words in two projects'
    /// manuals one in fifteen is called so where it has four letters, and one in forty of all longer ones; of letters drawn at random
    /// three of four, and nineteen of twenty.
    #[must_use]
    pub fn has_strange_letters(&self) -> bool {
        let floor = match self.lower + self.upper {
            ..=4 => 5.6,
            5 => 5.4,
            _ => 5.0,
        };
        self.surprise.is_some_and(|surprise| surprise > floor)
    }

    /// Whether a machine made it: no words, characters well mixed.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "lengths are short")]
    pub fn is_random(&self) -> bool {
        if self.length < 12 {
            return false;
        }
        let per_switch = self.length as f32 / (self.switches.max(1)) as f32;
        let letters = self.lower + self.upper;
        if self.hexadecimal && self.length >= 16 {
            // The letters `a` to `f` make words by chance; their share of the digits does not.
            return letters > 0
                && self.digits * 4 >= self.length
                && self.entropy > 2.8
                && per_switch < 4.0;
        }
        match self.classes() {
            // Letters only: the letters themselves must be improbable.
            1 if self.digits == 0 => self.length >= 16 && self.surprise.is_some_and(|s| s > 5.4),
            1 => false,
            _ if letters == self.upper || letters == self.lower => {
                // One case and digits (base32, lower-case identifiers).
                per_switch < 5.0
                    && self.digits > 1
                    && self.surprise.is_none_or(|s| s > 4.2)
                    && self.entropy > 2.9
            }
            _ => per_switch < 4.5 && self.surprise.is_none_or(|s| s > 4.6) && self.entropy > 3.0,
        }
    }
}

/// Mean surprise of the letter pairs of `value`, in bits.
fn surprise(value: &[u8]) -> Option<f32> {
    let mut total = 0_u32;
    let mut pairs = 0_u32;
    for pair in value.windows(2) {
        let [a, b] = pair else { continue };
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        if a.is_ascii_lowercase() && b.is_ascii_lowercase() {
            let bits =
                BIGRAMS.get(usize::from(a - b'a')).and_then(|row| row.get(usize::from(b - b'a')));
            total += u32::from(bits.copied().unwrap_or_default());
            pairs += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "sums of a short value")]
    (pairs >= 3).then(|| total as f32 / pairs as f32 / 16.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_identifiers_are_not_random() {
        for value in [
            "getUserAccessToken",
            "client_secret_basic",
            "password-reset-form",
            "com.example.auth.TokenProvider",
            "MyVeryLongClassName2Factory",
            "application/x-www-form-urlencoded",
            "kubernetes.io/service-account-token",
        ] {
            assert!(
                !Shape::of(value.as_bytes()).is_random(),
                "{value} {:?}",
                Shape::of(value.as_bytes())
            );
        }
    }

    #[test]
    fn what_a_machine_made_is_random() {
        for value in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "dGhpcyBpcyBhIHRlc3Q5x2kQ",
            "hV7kQ2mZp9XwR4tB",
            "k3j9x8q2w7z5m1v4",
            "5FZ2K7QXJ4TBN6WM3HYA",
            "zqxjkvbwpfmghdtyczqx",
        ] {
            assert!(
                Shape::of(value.as_bytes()).is_random(),
                "{value} {:?}",
                Shape::of(value.as_bytes())
            );
        }
    }
}
