//! The keywords of a text that is made of another one.
//!
//! Histories are versions: of most texts all but a few bytes stand in one that was looked at before. A keyword that lies in a stretch
//! of these, and not at its edge, stands here as it stood there.

use model::Copied;

use super::prefilter::{Hit, Prefilter};

/// Keywords of one text that are kept, at most.
const MAX_KEPT: usize = 1 << 16;

/// The keywords that stand in a text, in the order in which they are found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Keywords(Vec<Mark>);

/// A keyword, and where the bytes stand by which it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: u32,
    pub(super) keyword: u32,
}

impl Keywords {
    pub(super) const fn size_bytes(&self) -> usize {
        self.0.capacity() * size_of::<Mark>()
    }

    /// The keywords of `text`, of which `copied` stands in a text that has these; `None` where looking at all of it is as good.
    pub(super) fn of_next(
        &self,
        prefilter: &Prefilter,
        text: &[u8],
        copied: &[Copied],
    ) -> Option<Self> {
        let reach = prefilter.reach();
        let mut next = Builder { prefilter, text, marks: Vec::new(), looked_at: 0 };
        // Where keywords may begin that are not found yet.
        let mut begin = 0;
        for one in copied.iter().filter(|one| one.bytes >= 2 * reach) {
            // A keyword that begins behind this may end outside, or be followed by something else.
            let inner = one.bytes - reach + 1;
            next.look(begin, one.to)?;
            next.carry(self, one, inner)?;
            begin = one.to.checked_add(inner)?;
        }
        next.look(begin, text.len())?;
        let mut marks = next.marks;
        // As they would have come.
        marks.sort_by_key(|mark| (mark.at, mark.keyword));
        Some(Self(marks))
    }

    pub(super) fn hits<'k>(&'k self, prefilter: &'k Prefilter) -> impl Iterator<Item = Hit> + 'k {
        self.0.iter().filter_map(|mark| prefilter.hit(*mark))
    }
}

struct Builder<'k> {
    prefilter: &'k Prefilter,
    text: &'k [u8],
    marks: Vec<Mark>,
    looked_at: usize,
}

impl Builder<'_> {
    /// Looks for those that begin from `begin` on and before `end`.
    fn look(&mut self, begin: usize, end: usize) -> Option<()> {
        let Some(starts) = end.checked_sub(begin).filter(|starts| *starts > 0) else {
            return Some(());
        };
        let behind = self.text.len().min(end.checked_add(self.prefilter.reach())?);
        let window = self.text.get(begin..behind)?;
        self.looked_at += window.len();
        if self.looked_at > self.text.len() / 4 * 3 {
            return None;
        }
        let (prefilter, marks) = (self.prefilter, &mut self.marks);
        prefilter.find(window, |hit| {
            if hit.range.start < starts {
                marks.extend(prefilter.mark(&hit).and_then(|mark| mark.moved(begin)));
            }
        });
        self.is_bounded()
    }

    /// Takes over those that begin among the first `inner` bytes of a stretch.
    fn carry(&mut self, base: &Keywords, copied: &Copied, inner: usize) -> Option<()> {
        let from = u32::try_from(copied.from).ok()?;
        let first = base.0.partition_point(|mark| mark.at < from);
        let end = copied.from.checked_add(copied.bytes)?;
        for mark in base.0.get(first..).unwrap_or_default() {
            if mark.at as usize >= end {
                break;
            }
            let start = self.prefilter.hit(*mark)?.range.start;
            if start >= copied.from && start - copied.from < inner {
                let at = copied.to.checked_add(mark.at as usize - copied.from)?;
                self.marks.push(Mark { at: u32::try_from(at).ok()?, ..*mark });
            }
        }
        self.is_bounded()
    }

    fn is_bounded(&self) -> Option<()> {
        (self.marks.len() <= MAX_KEPT).then_some(())
    }
}

impl Mark {
    fn moved(self, by: usize) -> Option<Self> {
        Some(Self { at: u32::try_from(self.at as usize + by).ok()?, ..self })
    }
}

/// Collects the keywords of a text as they are found; too many are not kept.
pub(super) struct Collected(Option<Keywords>);

impl Collected {
    pub(super) fn new() -> Self {
        Self(Some(Keywords::default()))
    }

    pub(super) fn add(&mut self, prefilter: &Prefilter, hit: &Hit) {
        let Some(Keywords(marks)) = &mut self.0 else { return };
        match prefilter.mark(hit) {
            Some(mark) if marks.len() < MAX_KEPT => marks.push(mark),
            _ => self.0 = None,
        }
    }

    pub(super) fn into_keywords(self) -> Option<Keywords> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secrets::{bytes::ByteSet, known::testing::made};

    fn prefilter() -> Prefilter {
        let keywords = ["abc", "ab_c", "cab", "-ab", "aaaa", "dead", "0a1", "a-b", "e_e", "abcd-a"];
        let follow = |word: &str| (word == "cab").then(|| ByteSet::of(b"ab".iter().copied()));
        Prefilter::new(keywords.map(|word| word.to_owned().into()).into(), follow)
    }

    fn all(prefilter: &Prefilter, text: &[u8]) -> Keywords {
        let mut all = Collected::new();
        prefilter.find(text, |hit| all.add(prefilter, &hit));
        all.into_keywords().unwrap()
    }

    proptest! {
        #[test]
        fn what_is_taken_over_is_what_would_have_been_found(
            base in "[a-eA-E_\\-0-1]{0,400}",
            parts in prop::collection::vec((any::<usize>(), 0_usize..200, "[a-eA-E_\\-0-1]{0,12}"), 0..6),
        ) {
            let prefilter = prefilter();
            let before = all(&prefilter, base.as_bytes());
            let (text, copied) = made(base.as_bytes(), &parts);
            if let Some(next) = before.of_next(&prefilter, &text, &copied) {
                prop_assert_eq!(next, all(&prefilter, &text));
            }
        }
    }

    #[test]
    fn a_long_text_with_a_small_change_is_not_looked_at_again() {
        let prefilter = prefilter();
        let base = "xx dead yy -ab zz cab ".repeat(50);
        let before = all(&prefilter, base.as_bytes());
        let parts = [(0, 500, "deadbeef ca".to_owned()), (500, usize::MAX / 2, "b".to_owned())];
        let (text, copied) = made(base.as_bytes(), &parts);
        let next = before.of_next(&prefilter, &text, &copied).unwrap();
        assert_eq!(next, all(&prefilter, &text));
        assert!(next.0.len() > 100);
        // Stretches that are not there, or over each other, make nothing that is not.
        let beyond = [Copied { from: 1_000_000, to: 0, bytes: text.len() }];
        assert!(before.of_next(&prefilter, &text, &beyond).is_some_and(|next| next.0.len() < 5));
    }
}
