//! Which four neighbouring bytes text is full of, and how seldom it has others.

use super::{
    bigrams::BIGRAMS,
    common::{COMMON, LOCK_FILES},
};

/// Four bytes as text has them in any case: bit 5 of each is set.
pub(crate) fn folded(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

/// Four bytes that text is full of, folded.
pub(crate) fn common() -> impl Iterator<Item = u32> {
    let (grams, _) = COMMON.as_bytes().as_chunks();
    let locked = LOCK_FILES.iter().flat_map(|text| text.as_bytes().array_windows());
    grams.iter().chain(locked).map(|gram| folded(*gram))
}

/// How seldom text has these four bytes side by side, for comparison with others, if it is not full of them.
pub(crate) fn rarity(gram: [u8; 4]) -> u32 {
    /// Between letters that hardly ever meet and letters that often do.
    const OTHER: u32 = 16 * 6;
    let pair = |pair: &[u8]| match pair {
        [a @ b'a'..=b'z', b @ b'a'..=b'z'] => {
            let row = BIGRAMS.get(usize::from(a - b'a'));
            row.and_then(|row| row.get(usize::from(b - b'a')))
                .map_or(OTHER, |bits| u32::from(*bits))
        }
        _ => OTHER,
    };
    gram.windows(2).map(pair).sum()
}
