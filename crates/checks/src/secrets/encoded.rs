//! The encoded stretches of a text that is made of another one.
//!
//! Few stretches that look encoded hold anything that is found; those that do are kept. In a text that has most of its bytes from another
//! one, a word that lies whole in what was copied means what it meant there. The other words are looked at.

use std::ops::Range;

use model::Copied;

use super::decode::{Place, in_word};

/// Stretches of one text that are kept, at most.
const MAX_KEPT: usize = 1 << 12;
/// Shortest stretch of copied bytes that is worth it.
const MIN_COPIED_BYTES: usize = 256;

/// The encoded stretches of a text in which something is found, in the order in which they are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Encoded(Vec<Place>);

/// What there is to look at in a text.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Stretches in which something is found.
    pub(super) known: Vec<Place>,
    /// Where there may be others, in order: no word reaches out of one.
    pub(super) windows: Vec<Range<usize>>,
}

impl Wanted {
    /// All of a text of which nothing is known.
    pub(super) fn all(text: &[u8]) -> Self {
        Self { known: Vec::new(), windows: std::iter::once(0..text.len()).collect() }
    }
}

impl Encoded {
    /// `None` where there are too many. They are few of those that were looked at, and no more room is kept than for them.
    pub(super) fn of(mut places: Vec<Place>) -> Option<Self> {
        places.shrink_to_fit();
        (places.len() <= MAX_KEPT).then_some(Self(places))
    }

    pub(super) const fn size_bytes(&self) -> usize {
        self.0.capacity() * size_of::<Place>()
    }

    /// Those that begin in a stretch of the text.
    fn beginning_in(&self, stretch: Range<usize>) -> impl Iterator<Item = Place> {
        let of_kind = |first: fn(usize) -> Place| {
            let [from, end] = [stretch.start, stretch.end]
                .map(|start| self.0.partition_point(|place| *place < first(start)));
            self.0.get(from..end).unwrap_or_default().iter().copied()
        };
        of_kind(Place::first_run).chain(of_kind(Place::first_word))
    }

    /// What to look at in `text`, of which `copied` stands in a text that has these.
    pub(super) fn of_next(&self, text: &[u8], copied: &[Copied]) -> Wanted {
        let mut wanted = Wanted { known: Vec::new(), windows: Vec::new() };
        let mut copied_to = 0;
        let long = || copied.iter().filter(|one| one.bytes >= MIN_COPIED_BYTES);
        for one in long() {
            look(text, copied_to..one.to, &mut wanted.windows);
            copied_to = one.to.saturating_add(one.bytes);
        }
        look(text, copied_to..text.len(), &mut wanted.windows);
        if self.0.is_empty() {
            return wanted;
        }
        for one in long() {
            let own = self.beginning_in(one.from..one.from.saturating_add(one.bytes));
            let moved = own.filter_map(|place| place.moved(one.from, one.to));
            wanted.known.extend(moved.filter(|place| {
                let before = wanted.windows.partition_point(|window| window.end <= place.start());
                wanted.windows.get(before).is_none_or(|window| place.start() < window.start)
            }));
        }
        wanted
    }
}

/// Adds what is new, with the words at its edges: these may have other neighbours than in the text that they are from.
fn look(text: &[u8], new: Range<usize>, windows: &mut Vec<Range<usize>>) {
    let word = |byte: &&u8| in_word(**byte);
    // No word reaches over the end of a window.
    let looked_at = windows.last().map_or(0, |last| last.end);
    let before = text.get(looked_at..new.start).unwrap_or_default();
    let start = new.start - before.iter().rev().take_while(word).count();
    let behind = text.get(new.end.max(looked_at)..).unwrap_or_default();
    let end = match new.end < looked_at {
        true => looked_at,
        false => new.end + behind.iter().take_while(word).count(),
    };
    match windows.last_mut() {
        Some(last) if start <= last.end => last.end = end,
        _ if start < end => windows.push(start..end),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secrets::{decode, known::testing::made};

    /// Those of which half are kept, as if something was found in them.
    fn kept(text: &[u8], places: Vec<Place>) -> Encoded {
        let is_kept = |place: &Place| {
            let mut bytes = 0_usize;
            decode::decoded(text, *place, &mut |one| {
                bytes += one.text.iter().map(|byte| usize::from(*byte)).sum::<usize>();
            });
            bytes % 2 == 1
        };
        Encoded::of(places.into_iter().filter(is_kept).collect()).unwrap()
    }

    fn all(text: &[u8]) -> Encoded {
        kept(text, decode::places(text, &Wanted::all(text).windows))
    }

    fn next(base: &Encoded, text: &[u8], copied: &[Copied]) -> (Encoded, usize) {
        let Wanted { known, windows } = base.of_next(text, copied);
        let mut places = known;
        places.extend(decode::places(text, &windows));
        places.sort_unstable();
        (kept(text, places), windows.iter().map(Range::len).sum())
    }

    const RUN: &str = "dGhlIHBhc3N3b3JkIG9mIHRoZSBkYXRhYmFzZSBpcyBub3QgdG9sZCBoZXJl";
    const WORD: &str = "{text a%3Db \\x41b%20c z/Y\\u003d}";

    fn base() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            3 => "[a-z ]{0,12}",
            2 => (0_usize..20, 0_usize..21).prop_map(|(from, less)| RUN[from..RUN.len() - less].to_owned()),
            2 => (0_usize..WORD.len()).prop_map(|from| WORD[from..].to_owned()),
            1 => Just(hex()),
            1 => "[a-zA-Z%x]{0,40}".prop_map(|word| word.repeat(120)),
            1 => Just(" ".to_owned()),
        ];
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    fn hex() -> String {
        RUN.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    proptest! {
        #[test]
        fn what_is_taken_over_is_what_would_have_been_found(
            base in base(),
            parts in prop::collection::vec((any::<usize>(), 0_usize..3_000, "[a-z=% ]{0,3}"), 0..6),
        ) {
            let (text, copied) = made(base.as_bytes(), &parts);
            prop_assert_eq!(next(&all(base.as_bytes()), &text, &copied).0, all(&text));
        }
    }

    #[test]
    fn a_long_text_with_a_small_change_is_not_looked_at_again() {
        let base = format!("some words {RUN} and {WORD}\n").repeat(50);
        let (text, copied) = made(
            base.as_bytes(),
            &[(0, 1_000, "new ".to_owned()), (1_000, usize::MAX / 2, String::new())],
        );
        let before = all(base.as_bytes());
        assert!(before.0.len() > 50);
        let (after, looked_at) = next(&before, &text, &copied);
        assert_eq!(after, all(&text));
        assert!(looked_at < 500, "{looked_at}");
        // Stretches that are not there, or over each other, do no harm.
        let beyond = Copied { from: 1 << 40, to: 10, bytes: text.len() };
        let over = Copied { from: 0, to: 5, bytes: usize::MAX };
        let behind = Copied { from: 0, to: 1 << 40, bytes: 1 << 20 };
        assert!(before.of_next(&text, &[beyond, over, behind]).known.len() <= 2 * before.0.len());
    }

    #[test]
    fn the_first_run_of_a_long_text_may_be_the_rest_of_one() {
        // One that is decoded in parts, and one that is not.
        for repeated in [2_500, 8_000] {
            let run = RUN.repeat(repeated);
            let base =
                format!("{run} {WORD} {}\n{run} {RUN}\n{run}", "a b ".repeat(200)).into_bytes();
            let before = all(&base);
            let [behind, middle] = [run.len() + 1, run.len() + 900];
            for from in [0, 1, behind, middle + 3] {
                for new in ["", "x"] {
                    // What is new comes first, and behind all of it.
                    let stretches = [
                        (0, 0, new.to_owned()),
                        (from, 2 * run.len(), new.to_owned()),
                        (0, 300, String::new()),
                    ];
                    let (text, copied) = made(&base, &stretches);
                    assert_eq!(
                        next(&before, &text, &copied).0,
                        all(&text),
                        "{repeated} {from} {new}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_kept_takes_no_more_room_than_it_needs() {
        let text = format!("{} {WORD}", "%41 ".repeat(100_000));
        let places = decode::places(text.as_bytes(), &Wanted::all(text.as_bytes()).windows);
        assert!(places.len() > 100_000);
        let mut few = places;
        few.truncate(3);
        assert!(Encoded::of(few).unwrap().size_bytes() < 1_000);
    }
}
