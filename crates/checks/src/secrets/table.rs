//! The keywords of a set of rules, in the form in which they are looked for. Of the product's own rules the build script makes it, so that a
//! start need not.

use std::cmp::Reverse;

use super::{
    bytes::ByteSet,
    file::{List, Text},
    judge::{common, folded, rarity},
};

/// Four bytes, in any case.
pub(crate) const GRAM_BYTES: usize = 4;
/// Shortest keyword. It has no four bytes, so it is looked for with each byte that may follow it.
pub(crate) const MIN_KEYWORD_BYTES: usize = GRAM_BYTES - 1;
/// Values of a hash.
pub(crate) const HASHES: usize = 1 << 16;

/// The keywords, and the table that they are found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// Lower case.
    pub(crate) keywords: List<Text>,
    /// By hash: the marks of all keywords' four bytes of that hash.
    pub(crate) marks: List<u8>,
    /// By hash: 0, or the number of its bucket, from 1.
    pub(crate) bucket_of: List<u16>,
    /// By bucket: where it ends in `grams`, and the next one begins.
    pub(crate) ends: List<u32>,
    pub(crate) grams: List<Gram>,
    /// By keyword: where its four bytes stand in it.
    pub(crate) offsets: List<u32>,
    /// How many bytes decide whether a keyword stands at a place, at most.
    pub(crate) reach: usize,
}

/// Which rules a keyword leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leads {
    /// One keyword's behind the other's.
    pub(crate) rules: List<u32>,
    /// By keyword: where its own end, and the next one's begin.
    pub(crate) ends: List<u32>,
}

impl Leads {
    /// The rules that a keyword leads to, by index.
    pub(crate) fn at(&self, keyword: usize) -> &[u32] {
        part(&self.rules, &self.ends, keyword)
    }
}

/// Of a row of parts the one of this number, by where each ends and the next one begins.
fn part<'r, T>(row: &'r [T], ends: &[u32], number: usize) -> &'r [T] {
    match ends.get(number..) {
        Some(&[start, end, ..]) => row.get(start as usize..end as usize).unwrap_or_default(),
        _ => &[],
    }
}

/// The keywords of rules, each once, and where they lead. `behind` tells the bytes that stand behind a keyword of some length in every
/// match of a rule; `None` where it may be any.
pub(crate) fn index<'r>(
    rules: impl Iterator<Item = &'r [Text]>,
    behind: impl Fn(u32, usize) -> Option<ByteSet>,
) -> (Table, Leads) {
    let mut leads: Vec<(&Text, u32)> = Vec::new();
    for (rule, keywords) in (0..).zip(rules) {
        leads.extend(keywords.iter().map(|keyword| (keyword, rule)));
    }
    leads.sort_unstable();
    let (mut keywords, mut ends) = (Vec::new(), vec![0]);
    for same in leads.chunk_by(|(a, _), (b, _)| a == b) {
        keywords.extend(same.first().map(|(keyword, _)| Text::clone(keyword)));
        let start: u32 = ends.last().copied().unwrap_or_default();
        ends.push(start.saturating_add(u32::try_from(same.len()).unwrap_or(u32::MAX)));
    }
    let leads = Leads {
        rules: leads.into_iter().map(|(_, rule)| rule).collect::<Vec<_>>().into(),
        ends: ends.into(),
    };
    let follow = |number: usize, keyword: &str| {
        let mut all = ByteSet::default();
        for rule in leads.at(number) {
            all.insert_all(behind(*rule, keyword.len())?);
        }
        Some(all)
    };
    (Table::new(keywords, follow), leads)
}

/// Four bytes of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gram {
    pub(crate) keyword: u32,
    /// Where in the keyword they stand.
    pub(crate) offset: u32,
    /// The keyword's first bytes, folded, and which of the eight they are: most that is not the keyword differs in them.
    pub(crate) head: u64,
    pub(crate) mask: u64,
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
    pub(crate) fn may_begin(&self, text: &[u8], start: usize) -> bool {
        match text.get(start..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => fold(u64::from_le_bytes(*bytes)) & self.mask == self.head,
            None => true,
        }
    }
}

impl Table {
    /// Keywords are ASCII, in lower case, and at least three bytes long; shorter ones are never found. For one of three bytes `follow`
    /// may name the bytes that matter behind it; whether one stood behind others is then not told.
    pub(crate) fn new(
        keywords: Vec<Text>,
        follow: impl Fn(usize, &str) -> Option<ByteSet>,
    ) -> Self {
        let mut all = Vec::with_capacity(keywords.len());
        let mut offsets = vec![0; keywords.len()];
        for ((number, keyword), chosen) in (0_u32..).zip(&keywords).zip(choose(&keywords)) {
            if let Some((offset, gram)) = chosen {
                let of = Gram::new(number, keyword.as_bytes(), offset);
                offsets.get_mut(number as usize).into_iter().for_each(|slot| *slot = of.offset);
                all.push((gram, of));
            } else if let Some(&[a, b, c]) = keyword.as_bytes().first_chunk::<MIN_KEYWORD_BYTES>() {
                let next = follow(number as usize, keyword);
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
        let (mut marks, mut bucket_of) = (vec![0; HASHES], vec![0; HASHES]);
        let mut ends = vec![0];
        for bucket in all.chunk_by(|(a, _), (b, _)| hash(product(*a)) == hash(product(*b))) {
            let Some((first, _)) = bucket.first() else { continue };
            let hash = hash(product(*first));
            if let (Some(marks), Some(bucket_of)) = (marks.get_mut(hash), bucket_of.get_mut(hash)) {
                *marks = bucket.iter().fold(0, |marks, (gram, _)| marks | mark(product(*gram)));
                *bucket_of = u16::try_from(ends.len()).unwrap_or_default();
                let before = ends.last().copied().unwrap_or_default();
                ends.push(before + u32::try_from(bucket.len()).unwrap_or_default());
            }
        }
        Self {
            reach: longest.max(GRAM_BYTES),
            keywords: keywords.into(),
            marks: marks.into(),
            bucket_of: bucket_of.into(),
            ends: ends.into(),
            grams: all.into_iter().map(|(_, gram)| gram).collect::<Vec<_>>().into(),
            offsets: offsets.into(),
        }
    }

    /// Those of a keyword's four bytes that have this hash.
    pub(crate) fn bucket(&self, hash: usize) -> &[Gram] {
        let bucket = self.bucket_of.get(hash).copied().unwrap_or_default();
        match usize::from(bucket).checked_sub(1) {
            Some(number) => part(&self.grams, &self.ends, number),
            None => &[],
        }
    }
}

/// Sets the bit that tells capitals from small letters, in every byte. Other bytes that differ in it become alike, which
/// costs a comparison and finds nothing.
pub(crate) fn fold(word: u64) -> u64 {
    word | 0x2020_2020_2020_2020
}

pub(crate) fn product(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1)
}

pub(crate) fn hash(product: u32) -> usize {
    (product >> 16) as usize
}

/// Two of eight bits, to tell apart what has the same hash. From a table, because a shift by a number that is not known
/// beforehand takes longer.
pub(crate) fn mark(product: u32) -> u8 {
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
