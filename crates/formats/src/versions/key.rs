//! Bytes that are ordered as what they stand for is.
//!
//! A scheme writes a key as a row of *marks* (one byte that says what follows; a lower mark is an earlier version), numbers and texts.
//! Each of the three ends where its own bytes say so, so that a row is compared piece by piece.

use smallvec::SmallVec;

/// The mark for "here it ends" where whatever might follow is later. Numbers begin with a higher byte.
pub(super) const END: u8 = 0;

const IRREGULAR: u8 = 0;
const REGULAR: u8 = 1;

/// The largest number that is its own byte, plus one: `0` is [`END`].
const ONE_BYTE: u8 = 0xEF;
/// From here on, the byte says how many follow: one of `F0`, eight of `F7`.
const BYTES: u8 = 0xF0;
/// The number of digits as four bytes, and the digits.
const DIGITS: u8 = 0xF8;
/// What a `u64` always holds.
const U64_DIGITS: usize = 19;

/// The key of a version.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(SmallVec<[u8; 36]>);

impl Key {
    /// An empty key of a version that its scheme has a place for.
    pub(super) fn regular() -> Self {
        Self(SmallVec::from_slice(&[REGULAR]))
    }

    /// An empty key of one that comes before all of those.
    pub(super) fn irregular() -> Self {
        Self(SmallVec::from_slice(&[IRREGULAR]))
    }

    pub(super) fn is_regular(&self) -> bool {
        self.0.first() == Some(&REGULAR)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Where it ends, to come back to with [`Self::truncate`].
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets what was written since.
    pub(super) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(super) fn mark(&mut self, mark: u8) {
        self.0.push(mark);
    }

    /// The same mark many times.
    pub(super) fn marks(&mut self, mark: u8, count: usize) {
        self.0.extend(std::iter::repeat_n(mark, count));
    }

    /// A text that nothing follows.
    pub(super) fn raw(&mut self, text: &[u8]) {
        self.0.extend_from_slice(text);
    }

    /// A text, in the order of its bytes.
    pub(super) fn text(&mut self, text: &[u8]) {
        self.text_by(text, |byte| byte);
    }

    /// A text, in the order of its bytes without regard to the case of ASCII.
    pub(super) fn lower(&mut self, text: &[u8]) {
        self.text_by(text, |byte| byte.to_ascii_lowercase());
    }

    /// The end of a text is `00`; so `00` and `01` in it become two bytes.
    fn text_by(&mut self, text: &[u8], by: impl Fn(u8) -> u8) {
        for byte in text {
            match by(*byte) {
                byte @ (0 | 1) => self.0.extend_from_slice(&[1, byte + 1]),
                byte => self.0.push(byte),
            }
        }
        self.0.push(0);
    }

    /// A number of any length, in decimal digits; none are zero.
    pub(super) fn number(&mut self, digits: &[u8]) {
        let digits = match digits.iter().position(|digit| *digit != b'0') {
            Some(first) => digits.get(first..).unwrap_or_default(),
            None => &[],
        };
        if digits.len() > U64_DIGITS {
            self.0.push(DIGITS);
            let length = u32::try_from(digits.len()).unwrap_or(u32::MAX);
            self.0.extend_from_slice(&length.to_be_bytes());
            self.0.extend_from_slice(digits);
            return;
        }
        let value = digits
            .iter()
            .fold(0_u64, |value, digit| value * 10 + u64::from(digit.wrapping_sub(b'0')));
        self.value(value);
    }

    pub(super) fn value(&mut self, value: u64) {
        match u8::try_from(value) {
            Ok(small) if small < ONE_BYTE => self.0.push(small + 1),
            _ => {
                let bytes = value.to_be_bytes();
                let zeros = (value.leading_zeros() / 8).min(7);
                let significant = bytes.get(zeros as usize..).unwrap_or_default();
                self.0.push(BYTES + 7 - u8::try_from(zeros).unwrap_or(7));
                self.0.extend_from_slice(significant);
            }
        }
    }
}

/// A row of parts that goes on with zeros for ever, as RubyGems and Conda see versions: what is below zero (words), zero, what is above.
///
/// A zero's mark tells what the next part that is no zero is. Where that is a word, the row is below one that ends here, and the later
/// the word comes the less so; where it is above zero, it is the other way round.
pub(super) struct Padded<'a> {
    key: &'a mut Key,
    zeros: usize,
}

impl<'a> Padded<'a> {
    const BELOW: u8 = 1;
    const ZERO_THEN_BELOW: u8 = 2;
    const END: u8 = 3;
    const ZERO_THEN_ABOVE: u8 = 4;
    const ABOVE: u8 = 5;

    pub(super) const fn new(key: &'a mut Key) -> Self {
        Self { key, zeros: 0 }
    }

    pub(super) const fn zero(&mut self) {
        self.zeros += 1;
    }

    /// Forgets zeros that nothing else has followed yet.
    pub(super) const fn drop_zeros(&mut self) {
        self.zeros = 0;
    }

    /// Begins a part below zero; the caller writes it.
    pub(super) fn below(&mut self) -> &mut Key {
        self.key.marks(Self::ZERO_THEN_BELOW, std::mem::take(&mut self.zeros));
        self.key.mark(Self::BELOW);
        self.key
    }

    /// Begins a part above zero; the caller writes it.
    pub(super) fn above(&mut self) -> &mut Key {
        self.key.marks(Self::ZERO_THEN_ABOVE, std::mem::take(&mut self.zeros));
        self.key.mark(Self::ABOVE);
        self.key
    }

    pub(super) fn end(self) {
        self.key.mark(Self::END);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Key;

    fn of(write: impl Fn(&mut Key)) -> Key {
        let mut key = Key::regular();
        write(&mut key);
        key
    }

    proptest! {
        #[test]
        fn numbers_are_ordered_by_value(a: u128, b: u128, down_a in 0..128, down_b in 0..128) {
            let (a, b) = (a >> down_a, b >> down_b);
            let number = |n: u128| of(|key| key.number(format!("000{n}").as_bytes()));
            prop_assert_eq!(number(a).cmp(&number(b)), a.cmp(&b));
        }

        #[test]
        fn texts_are_ordered_by_bytes_whatever_follows(
            a in prop::collection::vec(0_u8..4, 0..5), b in prop::collection::vec(0_u8..4, 0..5),
            then_a: u8, then_b: u8,
        ) {
            prop_assume!(a != b);
            let text = |text: &[u8], then| of(|key| { key.text(text); key.mark(then); });
            prop_assert_eq!(text(&a, then_a).cmp(&text(&b, then_b)), a.cmp(&b));
        }
    }
}
