//! Bytes without which a pattern does not match, and where the next of them stands.
//!
//! A text may be full of a keyword. Where what must follow it is nowhere near, that is found out once and remembered, not by every
//! keyword's own try.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::bytes::ByteSet;

/// How many sets of one pattern are looked for.
const MAX_SETS: usize = 2;
/// How common a set may be, in places of a thousand; a commoner one is met at once.
const MAX_COMMONNESS: u32 = 300;

/// A set that is looked for.
pub(crate) struct Needed {
    set: ByteSet,
    /// All bytes of it, if they are at most three: those are found many at a time.
    few: Option<Vec<u8>>,
}

impl Needed {
    pub(crate) fn new(set: ByteSet) -> Self {
        let few = Some(set.bytes().collect()).filter(|bytes: &Vec<u8>| bytes.len() <= 3);
        Self { set, few }
    }

    /// Where the first of its bytes stands.
    fn first_in(&self, text: &[u8]) -> Option<usize> {
        match self.few.as_deref() {
            Some(&[a]) => memchr::memchr(a, text),
            Some(&[a, b]) => memchr::memchr2(a, b, text),
            Some(&[a, b, c]) => memchr::memchr3(a, b, c, text),
            _ => text.iter().position(|byte| self.set.holds(*byte)),
        }
    }
}

/// In how many places of a thousand `byte` stands in source code, roughly.
fn commonness(byte: u8) -> u32 {
    match byte {
        b' ' => 150,
        b'e' | b't' => 60,
        b'a'..=b'z' | b'\n' => 30,
        b'.' | b'"' | b'(' | b')' | b',' | b'_' | b'/' | b'-' => 12,
        b'\t' | b'0'..=b'9' | b':' | b'=' | b';' | b'\'' => 8,
        b'A'..=b'Z' => 4,
        b'!'..=b'~' => 2,
        _ => 0,
    }
}

fn commonness_of(set: ByteSet) -> u32 {
    set.bytes().map(commonness).sum()
}

/// The rarest sets of which a match of all `parts`, one behind the other, holds a byte each.
pub(crate) fn needed(parts: &[&Hir]) -> Vec<ByteSet> {
    let mut sets = Vec::new();
    for part in parts {
        collect(part, &mut sets);
    }
    sets.sort_by_key(|set| commonness_of(*set));
    sets.dedup();
    sets.retain(|set| commonness_of(*set) <= MAX_COMMONNESS);
    sets.truncate(MAX_SETS);
    sets
}

fn collect(hir: &Hir, sets: &mut Vec<ByteSet>) {
    match hir.kind() {
        HirKind::Literal(literal) => {
            sets.extend(literal.0.iter().map(|byte| ByteSet::of([*byte])));
        }
        HirKind::Class(Class::Bytes(class)) => sets.push(class.into()),
        HirKind::Repetition(repetition) if repetition.min > 0 => collect(&repetition.sub, sets),
        HirKind::Capture(capture) => collect(&capture.sub, sets),
        HirKind::Concat(parts) => parts.iter().for_each(|part| collect(part, sets)),
        HirKind::Alternation(parts) => {
            // One of each way.
            let rarest = |part: &Hir| {
                let mut sets = Vec::new();
                collect(part, &mut sets);
                sets.into_iter().min_by_key(|set| commonness_of(*set))
            };
            if let Some(ways) = parts.iter().map(rarest).collect::<Option<Vec<_>>>() {
                sets.push(ByteSet::of(ways.into_iter().flat_map(ByteSet::bytes)));
            }
        }
        HirKind::Empty
        | HirKind::Look(_)
        | HirKind::Repetition(_)
        | HirKind::Class(Class::Unicode(_)) => {}
    }
}

/// Where the next byte of one set stands in one text, as far as that is known.
#[derive(Clone, Default)]
pub(crate) struct Next {
    text: u64,
    /// None stands from here
    from: usize,
    /// to here.
    to: usize,
    /// One stands at `to`.
    is_there: bool,
}

impl Next {
    /// Whether a byte of `needed` stands in `text` (whose number is `number`) from `start` on before `end`.
    pub(crate) fn is_within(
        &mut self,
        needed: &Needed,
        text: &[u8],
        number: u64,
        start: usize,
        end: usize,
    ) -> bool {
        if self.text != number || !(self.from..=self.to).contains(&start) {
            *self = Self { text: number, from: start, to: start, is_there: false };
        }
        if !self.is_there && self.to < end {
            let rest = text.get(self.to..end).unwrap_or_default();
            let found = needed.first_in(rest);
            self.is_there = found.is_some();
            self.to += found.unwrap_or(rest.len());
        }
        self.is_there && self.to < end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(pattern: &str) -> Vec<String> {
        let hir = regex_syntax::ParserBuilder::new()
            .utf8(false)
            .unicode(false)
            .build()
            .parse(pattern)
            .unwrap();
        needed(&[&hir])
            .iter()
            .map(|set| String::from_utf8(set.bytes().collect()).unwrap())
            .collect()
    }

    #[test]
    fn what_every_match_holds_is_needed() {
        assert_eq!(sets(r"[ab]{0,3}(?<secret>[XYZ]+)="), ["=", "XYZ"]);
        assert_eq!(sets(r"(?:A|B.|[CD]{2})"), ["ABCD"]);
        assert!(sets(r"(?:A|)(?:B|\z)C?D*[a-z]{20}[^A]").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn what_is_remembered_is_true(text in "[ab.]{0,40}", places in proptest::collection::vec((0_usize..45, 0_usize..20), 0..20)) {
            let needed = Needed::new(ByteSet::of([b'.']));
            let mut next = Next::default();
            for (start, length) in places {
                let end = (start + length).min(text.len());
                let plain = text.as_bytes().get(start..end).is_some_and(|part| part.contains(&b'.'));
                proptest::prop_assert_eq!(next.is_within(&needed, text.as_bytes(), 1, start, end), plain);
            }
        }
    }
}
