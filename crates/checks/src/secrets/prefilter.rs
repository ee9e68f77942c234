//! Finds the keywords of all rules at once.
//!
//! Of each keyword four neighbouring bytes are chosen, the rarest. A table says of four bytes of the text whether they may
//! be some keyword's; only where they may be, the keyword itself is compared. An automaton would have to wait for each
//! byte's state before it can look at the next; here eight places are looked up side by side.

use std::ops::Range;

#[cfg(test)]
use super::{bytes::ByteSet, file::Text};
use super::{
    keywords::Mark,
    table::{GRAM_BYTES, HASHES, Table, fold, hash, mark, product},
};

/// Places looked up at once.
const PLACES: usize = 8;
/// Bytes loaded for them.
const BLOCK_BYTES: usize = PLACES + GRAM_BYTES;

/// The keywords of a set of rules.
pub(crate) struct Prefilter(Table);

/// Of [`Table::marks`].
type Marks = [u8; HASHES];

/// A keyword in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) keyword: usize,
    pub(crate) range: Range<usize>,
}

impl Prefilter {
    pub(crate) const fn of(table: Table) -> Self {
        Self(table)
    }

    /// See [`Table::new`].
    #[cfg(test)]
    pub(crate) fn new(keywords: Vec<Text>, follow: impl Fn(&str) -> Option<ByteSet>) -> Self {
        Self(Table::new(keywords, |_, keyword| follow(keyword)))
    }

    /// How many bytes from its beginning on decide whether a keyword stands somewhere, at most.
    pub(crate) const fn reach(&self) -> usize {
        self.0.reach
    }

    /// What is kept of a hit.
    pub(super) fn mark(&self, hit: &Hit) -> Option<Mark> {
        let offset = self.0.offsets.get(hit.keyword)?;
        let at = u32::try_from(hit.range.start).ok()?.checked_add(*offset)?;
        Some(Mark { at, keyword: u32::try_from(hit.keyword).ok()? })
    }

    /// The hit of which this was kept.
    pub(super) fn hit(&self, mark: Mark) -> Option<Hit> {
        let keyword = mark.keyword as usize;
        let start = mark.at.checked_sub(*self.0.offsets.get(keyword)?)? as usize;
        Some(Hit { keyword, range: start..start + self.0.keywords.get(keyword)?.len() })
    }

    /// Calls `each` with every keyword in `text`, in whatever case it is written, roughly in order.
    pub(crate) fn find(&self, text: &[u8], mut each: impl FnMut(Hit)) {
        // There is an entry for each hash.
        let Some(marks) = self.0.marks.first_chunk() else { return };
        let mut at = 0;
        while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk) {
            self.block(marks, block, text, at, &mut each);
            at += PLACES;
        }
        // What is left is shorter than a block; nothing behind the end is part of a keyword.
        let rest = text.get(at..).unwrap_or_default();
        let mut padded = [0; PLACES + BLOCK_BYTES];
        for (slot, byte) in padded.iter_mut().zip(rest) {
            *slot = *byte;
        }
        for start in [0, PLACES] {
            if let Some(block) = padded.get(start..).and_then(<[u8]>::first_chunk) {
                self.block(marks, block, text, at + start, &mut each);
            }
        }
    }

    #[inline(always)]
    fn block(
        &self,
        marks: &Marks,
        block: &[u8; BLOCK_BYTES],
        text: &[u8],
        at: usize,
        each: &mut impl FnMut(Hit),
    ) {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *block;
        let front = fold(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
        let back = fold(u64::from_le_bytes([e, f, g, h, i, j, k, l]));
        let mut any = false;
        for place in 0..PLACES / 2 {
            any |= is_present(marks, gram(front, place)) | is_present(marks, gram(back, place));
        }
        if any {
            self.look(marks, front, text, at, each);
            self.look(marks, back, text, at + PLACES / 2, each);
        }
    }

    /// Looks closer at half a block.
    #[inline(never)]
    fn look(&self, marks: &Marks, word: u64, text: &[u8], at: usize, each: &mut impl FnMut(Hit)) {
        for place in 0..PLACES / 2 {
            let gram = gram(word, place);
            if is_present(marks, gram) {
                self.confirm(text, at + place, gram, each);
            }
        }
    }

    fn confirm(&self, text: &[u8], at: usize, gram: u32, each: &mut impl FnMut(Hit)) {
        for gram in self.0.bucket(hash(product(gram))) {
            let Some(start) = at.checked_sub(gram.offset as usize) else { continue };
            if !gram.may_begin(text, start) {
                continue;
            }
            let number = gram.keyword as usize;
            let Some(keyword) = self.0.keywords.get(number).map(|word| word.as_bytes()) else {
                continue;
            };
            let range = start..start + keyword.len();
            if text.get(range.clone()).is_some_and(|text| text.eq_ignore_ascii_case(keyword)) {
                each(Hit { keyword: number, range });
            }
        }
    }
}

/// Whether four bytes may be a keyword's.
fn is_present(marks: &Marks, gram: u32) -> bool {
    let product = product(gram);
    let mark = mark(product);
    marks.get(hash(product)).copied().unwrap_or_default() & mark == mark
}

/// The four bytes of `word` at `place`.
#[expect(clippy::cast_possible_truncation, reason = "four of eight bytes")]
fn gram(word: u64, place: usize) -> u32 {
    (word >> (8 * place)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(keywords: &[&str], text: &[u8]) -> Vec<(usize, usize)> {
        let lower = text.to_ascii_lowercase();
        let mut found: Vec<_> = keywords
            .iter()
            .enumerate()
            .flat_map(|(number, keyword)| {
                let starts = lower
                    .windows(keyword.len())
                    .enumerate()
                    .filter(|(_, window)| *window == keyword.as_bytes());
                starts.map(move |(start, _)| (start, number)).collect::<Vec<_>>()
            })
            .collect();
        found.sort_unstable();
        found
    }

    fn found(keywords: &[&str], text: &[u8]) -> Vec<(usize, usize)> {
        let keywords = keywords.iter().map(|word| (*word).to_owned().into()).collect();
        let filter = Prefilter::new(keywords, |_| None);
        let mut found = Vec::new();
        filter.find(text, |hit| found.push((hit.range.start, hit.keyword)));
        found.sort_unstable();
        found
    }

    proptest::proptest! {
        #[test]
        fn it_finds_what_a_plain_search_finds(text in "[a-eA-E_\\-0-1\\n@`]{0,200}") {
            let keywords = ["abc", "ab_c", "cab", "-ab", "aaaa", "dead", "0a1", "a-b", "e_e", "abcd-a"];
            proptest::prop_assert_eq!(found(&keywords, text.as_bytes()), naive(&keywords, text.as_bytes()));
        }
    }

    #[test]
    fn a_short_keyword_is_found_before_what_may_follow_it() {
        let follow = |_: &str| Some(ByteSet::of(b"ab".iter().copied()));
        let filter = Prefilter::new(vec!["hf_".into()], follow);
        let found = |text: &str| {
            let mut found = 0;
            filter.find(text.as_bytes(), |_| found += 1);
            found
        };
        assert_eq!(found("hf_a HF_B"), 2);
        assert_eq!(found("hf_- hf_"), 0);
    }

    #[test]
    fn every_place_of_a_text_is_looked_at() {
        for before in 0..20 {
            for behind in 0..10 {
                let text = format!("{}PassWord{}", ".".repeat(before), ".".repeat(behind));
                assert_eq!(
                    found(&["password", "ssw"], text.as_bytes()),
                    [(before, 0), (before + 2, 1)]
                );
            }
        }
    }
}
