//! Bytes without which a pattern does not match, and where the next of them stand.
//!
//! A text may be full of a keyword. Where what must follow it is nowhere near, that is found out once and remembered, not by every
//! keyword's own try.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::{bytes::ByteSet, file::List};

/// How many sets of one pattern are looked for.
const MAX_SETS: usize = 2;
/// How common a set may be, in places of a thousand; a commoner one is met at once.
const MAX_COMMONNESS: u32 = 300;
/// Shortest stretch that is looked for, in bytes. Words are nearly as long, so that shorter ones are met at once.
const MIN_STRETCH_BYTES: u32 = 12;
/// How common the bytes of a stretch may be, in places of a thousand; lines are made of commoner ones.
const MAX_STRETCH_COMMONNESS: u32 = 900;
/// The most bytes of which [`Need::few`] tells.
const FEW: usize = 3;

/// A stretch that each match holds: so many neighbouring bytes of a set, or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) set: ByteSet,
    /// Where one byte is looked for: all of the set, if they are few. Those are found many at a time.
    pub(crate) few: List<u8>,
    /// At least one.
    pub(crate) bytes: u32,
}

impl Need {
    fn stretch(set: ByteSet, bytes: u32) -> Self {
        Self { set, few: List::default(), bytes }
    }

    pub(crate) fn byte_of(set: ByteSet) -> Self {
        let few = if set.bytes().count() <= FEW { set.bytes().collect() } else { Vec::new() };
        Self { set, few: few.into(), bytes: 1 }
    }

    /// Where the first such stretch begins.
    fn first_in(&self, text: &[u8]) -> Option<usize> {
        match *self.few {
            _ if self.bytes > 1 => self.first_stretch_in(text),
            [a] => memchr::memchr(a, text),
            [a, b] => memchr::memchr2(a, b, text),
            [a, b, c] => memchr::memchr3(a, b, c, text),
            _ => text.iter().position(|byte| self.set.holds(*byte)),
        }
    }

    fn first_stretch_in(&self, text: &[u8]) -> Option<usize> {
        let mut start = 0;
        loop {
            let window = text.get(start..)?.get(..self.bytes as usize)?;
            // From its end on: nothing that begins before the last byte that is no part of it reaches far enough.
            match window.iter().rposition(|byte| !self.set.holds(*byte)) {
                Some(other) => start += other + 1,
                None => return Some(start),
            }
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

/// What a match of all `parts`, one behind the other, must hold: the rarest sets of which a byte stands in it, behind the stretch that is
/// seldom met by chance.
pub(crate) fn needed(parts: &[&Hir]) -> Vec<Need> {
    let mut sets = Vec::new();
    for part in parts {
        collect(part, &mut sets);
    }
    sets.sort_by_key(|set| commonness_of(*set));
    sets.dedup();
    sets.retain(|set| commonness_of(*set) <= MAX_COMMONNESS);
    sets.truncate(MAX_SETS);
    let bytes = sets.into_iter().map(Need::byte_of);
    rarest_stretch(parts).into_iter().chain(bytes).collect()
}

/// Of all stretches of neighbouring parts, and of the bytes that those may be made of, the rarest one.
fn rarest_stretch(parts: &[&Hir]) -> Option<Need> {
    let all = commonness_of(ByteSet::ALL);
    let parts: Vec<(ByteSet, u32)> = parts
        .iter()
        .map(|part| {
            let shortest = part.properties().minimum_len().unwrap_or_default();
            (bytes_of(part), u32::try_from(shortest).unwrap_or(u32::MAX))
        })
        .collect();
    let mut rarest: Option<(u32, Need)> = None;
    for from in 0..parts.len() {
        let (mut set, mut bytes) = (ByteSet::default(), 0_u32);
        for (more, further) in parts.iter().skip(from) {
            set.insert_all(*more);
            bytes = bytes.saturating_add(*further);
            let commonness = commonness_of(set) * 1_000 / all;
            let rarity = bytes.saturating_mul(1_000 - commonness);
            if bytes >= MIN_STRETCH_BYTES
                && commonness <= MAX_STRETCH_COMMONNESS
                && rarest.as_ref().is_none_or(|(most, _)| rarity > *most)
            {
                rarest = Some((rarity, Need::stretch(set, bytes)));
            }
        }
    }
    rarest.map(|(_, need)| need)
}

/// All bytes that what an expression matches may be made of.
fn bytes_of(hir: &Hir) -> ByteSet {
    let mut all = ByteSet::default();
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => all = ByteSet::of(literal.0.iter().copied()),
        HirKind::Class(Class::Bytes(class)) => all = class.into(),
        HirKind::Class(Class::Unicode(class)) => {
            all = class.to_byte_class().map_or(ByteSet::ALL, |class| (&class).into());
        }
        HirKind::Repetition(repetition) => all = bytes_of(&repetition.sub),
        HirKind::Capture(capture) => all = bytes_of(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| all.insert_all(bytes_of(part)));
        }
    }
    all
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

/// Where the next stretch of one kind begins in one text, as far as that is known.
#[derive(Clone, Default)]
pub(crate) struct Next {
    text: u64,
    /// None begins from here
    from: usize,
    /// to here.
    to: usize,
    /// One begins at `to`.
    is_there: bool,
}

impl Next {
    /// Whether what is `needed` stands in `text` (whose number is `number`) from `start` on before `end`.
    pub(crate) fn is_within(
        &mut self,
        needed: &Need,
        text: &[u8],
        number: u64,
        start: usize,
        end: usize,
    ) -> bool {
        if self.text != number || !(self.from..=self.to).contains(&start) {
            *self = Self { text: number, from: start, to: start, is_there: false };
        }
        // Where none begins any more.
        let last = (end + 1).saturating_sub(needed.bytes as usize);
        if !self.is_there && self.to < last {
            let found = text.get(self.to..end).and_then(|rest| needed.first_in(rest));
            self.is_there = found.is_some();
            self.to = found.map_or(last, |found| self.to + found);
        }
        self.is_there && self.to < last
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::{prelude::*, sample::Index};

    use super::*;
    use crate::secrets::opening::{parse, parts};

    fn needed_by(pattern: &str) -> Vec<Need> {
        needed(&parts(&parse(pattern, false).unwrap()))
    }

    fn shown(pattern: &str) -> Vec<String> {
        let shown = |need: &Need| {
            let bytes = String::from_utf8(need.set.bytes().collect()).unwrap();
            if need.bytes == 1 { bytes } else { format!("{}*{bytes}", need.bytes) }
        };
        needed_by(pattern).iter().map(shown).collect()
    }

    #[test]
    fn what_every_match_holds_is_needed() {
        assert_eq!(shown(r"[ab]{0,3}(?<secret>[XYZ]+)="), ["=", "XYZ"]);
        assert_eq!(shown(r"(?:A|B.|[CD]{2})"), ["ABCD"]);
        assert!(shown(r"(?:A|)(?:B|\z)C?D*[a-z]{5}[^A]").is_empty());
        // Of neighbouring parts, within groups too, unless what lies between may be anything.
        assert_eq!(
            shown(r"k[ ,]{1,9}(?<s>[0-3]{8}-?(?:[2-4]{2}|[56]+){4})[^0]"),
            ["12*-0123456", "k", "0123"]
        );
        assert_eq!(shown(r"[0-9]{11}.?[0-9]{11}[^a]"), ["0123456789"]);
    }

    /// Runs of bytes, some of them in groups, as an expression and as a text that it matches.
    pub(in crate::secrets) fn runs() -> impl Strategy<Value = (String, String)> {
        let sets = [
            ("[ab]", "ab"),
            ("[0-9]", "0123456789"),
            ("X", "X"),
            ("[^a]", "bX0 "),
            (r"[\w-]", "aX_-"),
        ];
        let bytes = prop::collection::vec(any::<Index>(), 0..4);
        let run = (prop::sample::select(sets.to_vec()), 0..9_usize, bytes).prop_map(
            |((set, all), least, bytes)| {
                let all: Vec<char> = all.chars().collect();
                let text: String = bytes
                    .iter()
                    .cycle()
                    .take(least.max(1) + bytes.len())
                    .map(|at| *at.get(&all))
                    .collect();
                (format!("{set}{{{},{}}}", least.min(text.len()), least + 4), text)
            },
        );
        let either = prop::sample::select(vec![
            ("(?:ab|0X)", "0X"),
            ("(?:ab|0X)", "ab"),
            ("(?:[01]{4}|b)?", ""),
            ("-", "-"),
        ])
        .prop_map(|(pattern, text)| (pattern.to_owned(), text.to_owned()));
        let row = |rows: Vec<(String, String)>| -> (String, String) { rows.into_iter().unzip() };
        let group =
            (any::<bool>(), prop::collection::vec(prop_oneof![3 => run, 1 => either], 1..4))
                .prop_map(move |(is_group, parts)| {
                    let (pattern, text) = row(parts);
                    (if is_group { format!("({pattern})") } else { pattern }, text)
                });
        prop::collection::vec(group, 1..4).prop_map(row)
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_true(
            texts in prop::collection::vec("[ab.]{0,40}", 3),
            bytes in 1_u32..4,
            places in prop::collection::vec((0_usize..3, 0_usize..45, 0_usize..20), 0..30),
        ) {
            let set = ByteSet::of([b'.']);
            let needed = if bytes == 1 { Need::byte_of(set) } else { Need::stretch(set, bytes) };
            let mut next = Next::default();
            for (number, start, length) in places {
                let text = &texts[number];
                let end = (start + length).min(text.len());
                let plain = text.get(start..end).is_some_and(|part| part.contains(&".".repeat(bytes as usize)));
                // The number of no text is 0.
                let told = next.is_within(&needed, text.as_bytes(), number as u64 + 1, start, end);
                prop_assert_eq!(told, plain);
            }
        }

        #[test]
        fn runs_hold_what_is_needed((pattern, text) in runs()) {
            let whole = regex_automata::meta::Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap();
            prop_assert!(whole.is_match(&text), "{} {}", pattern, text);
            let held = |need: &Need| need.first_in(text.as_bytes()).is_some();
            prop_assert!(needed_by(&pattern).iter().all(held), "{} {}", pattern, text);
        }

        /// Of expressions with all kinds of parts.
        #[test]
        fn what_matches_holds_what_is_needed(
            pattern in r"(?:(?:[ab]|\[a-c\]|\[\^a\]|\(a\|bc\)|\(\?:b[cd]\|\))(?:\?|\*|\{2,3\}|\{7\}|)){1,6}",
            text in "[a-d]{0,60}",
        ) {
            let needed = needed_by(&pattern);
            let regex = regex_automata::meta::Regex::new(&pattern).unwrap();
            for found in regex.find_iter(&text) {
                let matched = text.as_bytes().get(found.range()).unwrap();
                prop_assert!(needed.iter().all(|need| need.first_in(matched).is_some()), "{} {}", pattern, text);
            }
        }
    }
}
