//! Finds the keywords of all rules at once.
//!
//! Of each keyword four neighbouring bytes are chosen, the rarest. A table says of four bytes of the text whether they may
//! be some keyword's; only where they may be, the keyword itself is compared. An automaton would have to wait for each
//! byte's state before it can look at the next; here eight places are looked up side by side.

use std::{cmp::Reverse, ops::Range};

use super::{
    bytes::ByteSet,
    file::Text,
    judge::{common, folded, rarity},
    keywords::Mark,
};

/// Four bytes, in any case.
const GRAM_BYTES: usize = 4;
/// Shortest keyword. It has no four bytes, so it is looked for with each byte that may follow it.
pub(crate) const MIN_KEYWORD_BYTES: usize = GRAM_BYTES - 1;
/// Places looked up at once.
const PLACES: usize = 8;
/// Bytes loaded for them.
const BLOCK_BYTES: usize = PLACES + GRAM_BYTES;
/// Values of a hash.
const HASHES: usize = 1 << 16;

/// The keywords of a set of rules.
pub(crate) struct Prefilter {
    /// Lower case.
    keywords: Vec<Text>,
    /// By hash: the marks of all keywords' four bytes of that hash.
    marks: Box<[u8; HASHES]>,
    /// By hash: 0, or the number of its bucket, from 1.
    bucket_of: Vec<u16>,
    /// By bucket: where it ends in `grams`, and the next one begins.
    ends: Vec<usize>,
    grams: Vec<Gram>,
    /// By keyword: where its four bytes stand in it.
    offsets: Vec<u32>,
    /// How many bytes decide whether a keyword stands at a place, at most.
    reach: usize,
}

/// Four bytes of a keyword.
#[derive(Clone, Copy)]
struct Gram {
    keyword: u32,
    /// Where in the keyword they stand.
    offset: u32,
    /// The keyword's first bytes, folded, and which of the eight they are: most that is not the keyword differs in them.
    head: u64,
    mask: u64,
}

impl Gram {
    fn new(number: u32, keyword: &[u8], offset: usize) -> Self {
        let mut head = [0; size_of::<u64>()];
        let mut mask = [0; size_of::<u64>()];
        for ((head, mask), byte) in head.iter_mut().zip(&mut mask).zip(keyword) {
            (*head, *mask) = (*byte, u8::MAX);
        }
        let mask = u64::from_le_bytes(mask);
        Self {
            keyword: number,
            offset: u32::try_from(offset).unwrap_or(u32::MAX),
            head: fold(u64::from_le_bytes(head)) & mask,
            mask,
        }
    }

    /// Whether the keyword may begin at `start`.
    fn may_begin(&self, text: &[u8], start: usize) -> bool {
        match text.get(start..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => fold(u64::from_le_bytes(*bytes)) & self.mask == self.head,
            None => true,
        }
    }
}

/// A keyword in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) keyword: usize,
    pub(crate) range: Range<usize>,
}

impl Prefilter {
    /// Keywords are ASCII, in lower case, and at least three bytes long; shorter ones are never found. For one of three bytes `follow`
    /// may name the bytes that matter behind it; whether one stood behind others is then not told.
    pub(crate) fn new(keywords: Vec<Text>, follow: impl Fn(&str) -> Option<ByteSet>) -> Self {
        let mut all = Vec::with_capacity(keywords.len());
        let mut offsets = vec![0; keywords.len()];
        for ((number, keyword), chosen) in (0..).zip(&keywords).zip(choose(&keywords)) {
            if let Some((offset, gram)) = chosen {
                let of = Gram::new(number, keyword.as_bytes(), offset);
                offsets.get_mut(number as usize).into_iter().for_each(|slot| *slot = of.offset);
                all.push((gram, of));
            } else if let Some(&[a, b, c]) = keyword.as_bytes().first_chunk::<MIN_KEYWORD_BYTES>() {
                let next = follow(keyword);
                let mut followed: Vec<u32> = (0..=u8::MAX)
                    .filter(|byte| next.as_ref().is_none_or(|next| next.holds(*byte)))
                    .map(|byte| folded([a, b, c, byte]))
                    .collect();
                followed.sort_unstable();
                followed.dedup();
                let of = Gram::new(number, keyword.as_bytes(), 0);
                all.extend(followed.into_iter().map(|gram| (gram, of)));
            }
        }
        all.sort_unstable_by_key(|(gram, of)| (hash(product(*gram)), of.keyword));
        let longest = keywords.iter().map(|keyword| keyword.len()).max().unwrap_or_default();
        let mut filter = Self {
            keywords,
            offsets,
            reach: longest.max(GRAM_BYTES),
            marks: Box::new([0; HASHES]),
            bucket_of: vec![0; HASHES],
            ends: vec![0],
            grams: Vec::with_capacity(all.len()),
        };
        for bucket in all.chunk_by(|(a, _), (b, _)| hash(product(*a)) == hash(product(*b))) {
            filter.add(bucket);
        }
        filter
    }

    /// Adds all that have one hash.
    fn add(&mut self, bucket: &[(u32, Gram)]) {
        let Some((first, _)) = bucket.first() else { return };
        let hash = hash(product(*first));
        if let (Some(marks), Some(bucket_of)) =
            (self.marks.get_mut(hash), self.bucket_of.get_mut(hash))
        {
            *marks = bucket.iter().fold(0, |marks, (gram, _)| marks | mark(product(*gram)));
            *bucket_of = u16::try_from(self.ends.len()).unwrap_or_default();
            self.grams.extend(bucket.iter().map(|(_, gram)| *gram));
            self.ends.push(self.grams.len());
        }
    }

    /// Those of a keyword's four bytes that have this hash.
    fn bucket(&self, hash: usize) -> &[Gram] {
        let bucket = self.bucket_of.get(hash).copied().unwrap_or_default();
        let ends = usize::from(bucket).checked_sub(1).and_then(|before| self.ends.get(before..));
        match ends {
            Some(&[start, end, ..]) => self.grams.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// How many bytes from its beginning on decide whether a keyword stands somewhere, at most.
    pub(crate) const fn reach(&self) -> usize {
        self.reach
    }

    /// What is kept of a hit.
    pub(super) fn mark(&self, hit: &Hit) -> Option<Mark> {
        let offset = self.offsets.get(hit.keyword)?;
        let at = u32::try_from(hit.range.start).ok()?.checked_add(*offset)?;
        Some(Mark { at, keyword: u32::try_from(hit.keyword).ok()? })
    }

    /// The hit of which this was kept.
    pub(super) fn hit(&self, mark: Mark) -> Option<Hit> {
        let keyword = mark.keyword as usize;
        let start = mark.at.checked_sub(*self.offsets.get(keyword)?)? as usize;
        Some(Hit { keyword, range: start..start + self.keywords.get(keyword)?.len() })
    }

    /// Calls `each` with every keyword in `text`, in whatever case it is written, roughly in order.
    pub(crate) fn find(&self, text: &[u8], mut each: impl FnMut(Hit)) {
        let mut at = 0;
        while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk) {
            self.block(block, text, at, &mut each);
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
                self.block(block, text, at + start, &mut each);
            }
        }
    }

    #[inline(always)]
    fn block(&self, block: &[u8; BLOCK_BYTES], text: &[u8], at: usize, each: &mut impl FnMut(Hit)) {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *block;
        let front = fold(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
        let back = fold(u64::from_le_bytes([e, f, g, h, i, j, k, l]));
        let mut any = false;
        for place in 0..PLACES / 2 {
            any |= self.present(gram(front, place)) | self.present(gram(back, place));
        }
        if any {
            self.look(front, text, at, each);
            self.look(back, text, at + PLACES / 2, each);
        }
    }

    /// Whether four bytes may be a keyword's.
    fn present(&self, gram: u32) -> bool {
        let product = product(gram);
        let mark = mark(product);
        // There is an entry for each hash.
        self.marks.get(hash(product)).copied().unwrap_or_default() & mark == mark
    }

    /// Looks closer at half a block.
    #[inline(never)]
    fn look(&self, word: u64, text: &[u8], at: usize, each: &mut impl FnMut(Hit)) {
        for place in 0..PLACES / 2 {
            let gram = gram(word, place);
            if self.present(gram) {
                self.confirm(text, at + place, gram, each);
            }
        }
    }

    fn confirm(&self, text: &[u8], at: usize, gram: u32, each: &mut impl FnMut(Hit)) {
        for gram in self.bucket(hash(product(gram))) {
            let Some(start) = at.checked_sub(gram.offset as usize) else { continue };
            if !gram.may_begin(text, start) {
                continue;
            }
            let number = gram.keyword as usize;
            let Some(keyword) = self.keywords.get(number).map(|word| word.as_bytes()) else {
                continue;
            };
            let range = start..start + keyword.len();
            if text.get(range.clone()).is_some_and(|text| text.eq_ignore_ascii_case(keyword)) {
                each(Hit { keyword: number, range });
            }
        }
    }
}

/// Sets the bit that tells capitals from small letters, in every byte. Other bytes that differ in it become alike, which
/// costs a comparison and finds nothing.
fn fold(word: u64) -> u64 {
    word | 0x2020_2020_2020_2020
}

/// The four bytes of `word` at `place`.
#[expect(clippy::cast_possible_truncation, reason = "four of eight bytes")]
fn gram(word: u64, place: usize) -> u32 {
    (word >> (8 * place)) as u32
}

fn product(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1)
}

fn hash(product: u32) -> usize {
    (product >> 16) as usize
}

/// Two of eight bits, to tell apart what has the same hash. From a table, because a shift by a number that is not known
/// beforehand takes longer.
fn mark(product: u32) -> u8 {
    static MARKS: [u8; 256] = {
        let mut marks = [0; 256];
        let mut at = 0;
        while at < 256 {
            // The low bits choose one bit, the high ones how far from it the other is.
            let first = at % 8;
            let second = (first + 1 + (at >> 5) % 7) % 8;
            #[expect(clippy::indexing_slicing, reason = "at < 256")]
            {
                marks[at] = 1 << first | 1 << second;
            }
            at += 1;
        }
        marks
    };
    let [_, byte, ..] = product.to_le_bytes();
    MARKS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// How much commoner than the rarest four bytes of a keyword others may be to be chosen for their company, in the units of
/// [`rarity`].
const TOLERANCE: u32 = 24;

/// Chooses the four bytes by which each keyword is found, and where in it they stand: of those that text has seldom the ones that
/// most keywords have, because the fewer marks there are, the fewer places are taken for a keyword's.
fn choose(keywords: &[Text]) -> impl Iterator<Item = Option<(usize, u32)>> {
    let common = common_marks();
    let (mut rarities, mut candidates) = (Vec::new(), Vec::new());
    let ends: Vec<usize> = keywords
        .iter()
        .map(|keyword| {
            add_candidates(keyword.as_bytes(), &common, &mut rarities, &mut candidates);
            candidates.len()
        })
        .collect();
    // By hash, for that is what a mark stands at.
    let mut shared = vec![0_u32; HASHES];
    for (_, gram) in &candidates {
        if let Some(count) = shared.get_mut(hash(product(*gram))) {
            *count += 1;
        }
    }
    let mut start = 0;
    ends.into_iter().map(move |end| {
        let own = candidates.get(std::mem::replace(&mut start, end)..end)?;
        own.iter().copied().max_by_key(|(offset, gram)| {
            (shared.get(hash(product(*gram))).copied(), Reverse(*offset))
        })
    })
}

/// By hash: the marks of four bytes that text is full of.
fn common_marks() -> Vec<u8> {
    let mut all = vec![0; HASHES];
    for product in common().map(product) {
        if let Some(marks) = all.get_mut(hash(product)) {
            *marks |= mark(product);
        }
    }
    all
}

/// Adds the four neighbouring bytes of a keyword that other text has seldom, folded, and where they stand.
fn add_candidates(
    keyword: &[u8],
    common: &[u8],
    rarities: &mut Vec<u32>,
    candidates: &mut Vec<(usize, u32)>,
) {
    let rarity = |gram: [u8; GRAM_BYTES]| {
        let product = product(folded(gram));
        let marks = common.get(hash(product)).copied().unwrap_or_default();
        // What cannot be told from something common is looked at as often.
        if marks & mark(product) == mark(product) { 0 } else { rarity(gram) }
    };
    rarities.clear();
    rarities.extend(keyword.array_windows().map(|gram| rarity(*gram)));
    let floor = rarities.iter().max().map_or(0, |most| most.saturating_sub(TOLERANCE));
    candidates.extend(
        keyword
            .array_windows()
            .zip(rarities)
            .enumerate()
            .filter(|(_, (_, rarity))| **rarity >= floor)
            .map(|(offset, (gram, _))| (offset, folded(*gram))),
    );
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
