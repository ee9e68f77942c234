//! Trying an expression on its syntax tree, without a program.
//!
//! Most keywords stand in a text without what their rule looks for, which a few bytes show. To compile a pattern takes as
//! long as many such trials, and most patterns of a scan are tried a few times only.

use std::ops::RangeInclusive;

use regex_syntax::hir::Look;
use smallvec::SmallVec;

use super::{
    bytes::ByteSet,
    tree::{Node, Tree},
};

/// Whether the expression matches in `text` from one of `starts` to behind `behind`. `None` where that would take more than
/// `steps`, or where it is not known; what is left of them is left in `steps`.
pub(crate) fn matches(
    tree: &Tree,
    text: &[u8],
    starts: RangeInclusive<usize>,
    behind: usize,
    steps: &mut usize,
) -> Option<bool> {
    let mut places = Places::default();
    let last = text.len().min(*starts.end());
    if *starts.start() <= last {
        places.add(*starts.start(), last);
    }
    let ends = Trial { tree, text, steps }.ends(tree.root, places)?;
    Some(ends.0.last().is_some_and(|stretch| stretch.last >= behind))
}

/// Places in a text: stretches of them, in order, with something between each two.
#[derive(Clone, Default, PartialEq, Eq)]
struct Places(SmallVec<[Stretch; 4]>);

#[derive(Clone, Copy, PartialEq, Eq)]
struct Stretch {
    first: usize,
    last: usize,
}

impl Places {
    /// Adds places of which none is before those that were added first.
    fn add(&mut self, first: usize, last: usize) {
        match self.0.last_mut() {
            Some(before) if first <= before.last.saturating_add(1) => {
                before.last = before.last.max(last);
            }
            _ => self.0.push(Stretch { first, last }),
        }
    }

    fn and(&mut self, others: Self) {
        if others.0.is_empty() {
            return;
        }
        if self.0.is_empty() {
            *self = others;
            return;
        }
        let mut all = std::mem::take(&mut self.0);
        all.extend(others.0);
        all.sort_unstable_by_key(|stretch| stretch.first);
        all.into_iter().for_each(|stretch| self.add(stretch.first, stretch.last));
    }
}

struct Trial<'t> {
    tree: &'t Tree,
    text: &'t [u8],
    steps: &'t mut usize,
}

impl<'t> Trial<'t> {
    /// Where what begins at `places` may end.
    fn ends(&mut self, node: u32, places: Places) -> Option<Places> {
        if places.0.is_empty() {
            return Some(places);
        }
        let (tree, text) = (self.tree, self.text);
        match tree.node(node) {
            Node::Unknown => None,
            Node::Empty => Some(places),
            Node::Look(look) => self.seen(&places, look),
            Node::Literal(from, end) => {
                let Some((first, rest)) = tree.literal(from, end).split_first() else {
                    return Some(places);
                };
                let goes_on =
                    |at: &usize| text.get(at + 1..).is_some_and(|text| text.starts_with(rest));
                let mut ends = Places::default();
                for stretch in &places.0 {
                    let (start, bytes) = self.bytes_at(*stretch)?;
                    let found = memchr::memchr_iter(*first, bytes).map(|at| start + at);
                    for at in found.filter(goes_on) {
                        ends.add(at + 1 + rest.len(), at + 1 + rest.len());
                    }
                }
                Some(ends)
            }
            Node::Class(set) => {
                let set = tree.set(set);
                let mut ends = Places::default();
                for stretch in &places.0 {
                    let (start, bytes) = self.bytes_at(*stretch)?;
                    let found = bytes.iter().zip(start..).filter(|(byte, _)| set.holds(**byte));
                    found.for_each(|(_, at)| ends.add(at + 1, at + 1));
                }
                Some(ends)
            }
            Node::Concat(from, end) => {
                (from..end).try_fold(places, |places, part| self.ends(part, places))
            }
            Node::Alternation(from, end) => {
                let mut all = Places::default();
                for way in from..end {
                    self.spend(all.0.len())?;
                    all.and(self.ends(way, places.clone())?);
                }
                Some(all)
            }
            Node::Repetition(sub, min, max) => match tree.node(sub) {
                Node::Class(set) => self.run(tree.set(set), (min, max), &places),
                _ => self.repeated(sub, (min, max), places),
            },
        }
    }

    fn spend(&mut self, steps: usize) -> Option<()> {
        *self.steps = self.steps.checked_sub(steps)?;
        Some(())
    }

    /// Where a stretch begins, and a byte for each place of it that has one.
    fn bytes_at(&mut self, Stretch { first, last }: Stretch) -> Option<(usize, &'t [u8])> {
        self.spend(last - first + 1)?;
        let end = self.text.len().min(last + 1);
        Some((first, self.text.get(first..end).unwrap_or_default()))
    }

    /// Those places at which a look-around holds.
    fn seen(&mut self, places: &Places, look: Look) -> Option<Places> {
        let mut seen = Places::default();
        for stretch in &places.0 {
            self.spend(stretch.last - stretch.first + 1)?;
            let each = stretch.first..=stretch.last;
            each.filter(|at| is_seen(look, self.text, *at)).for_each(|at| seen.add(at, at));
        }
        Some(seen)
    }

    /// Behind `min` to `max` bytes of a set.
    fn run(&mut self, set: ByteSet, (min, max): (u32, u32), places: &Places) -> Option<Places> {
        let (min, max) = (min as usize, if max == u32::MAX { usize::MAX } else { max as usize });
        let mut ends = Places::default();
        for stretch in &places.0 {
            let mut at = stretch.first;
            // From all starts in one run of such bytes the ends are side by side.
            while at <= stretch.last {
                let furthest = self.text.len().min(stretch.last.saturating_add(max));
                let run = self.text.get(at..furthest).unwrap_or_default();
                let length = run.iter().take_while(|byte| set.holds(**byte)).count();
                self.spend(length + 1)?;
                let end = at + length;
                let last_start = end.checked_sub(min).map(|start| start.min(stretch.last));
                if let Some(last_start) = last_start.filter(|start| *start >= at) {
                    ends.add(at + min, end.min(last_start.saturating_add(max)));
                }
                at = end + 1;
            }
        }
        Some(ends)
    }

    fn repeated(&mut self, sub: u32, (min, max): (u32, u32), mut places: Places) -> Option<Places> {
        let mut all = Places::default();
        for times in 0.. {
            if times >= min {
                all.and(places.clone());
            }
            if places.0.is_empty() || max != u32::MAX && times == max {
                break;
            }
            self.spend(1 + all.0.len())?;
            let next = self.ends(sub, places.clone())?;
            // What is repeated may be empty; more of it ends nowhere else.
            if next == places {
                all.and(next);
                break;
            }
            places = next;
        }
        Some(all)
    }
}

/// Whether a look-around holds at a place.
pub(crate) fn is_seen(look: Look, text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before)).copied();
    let behind = text.get(at).copied();
    let is_word = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    match look {
        Look::Start => before.is_none(),
        Look::End => behind.is_none(),
        Look::StartLF => before.is_none_or(|byte| byte == b'\n'),
        Look::EndLF => behind.is_none_or(|byte| byte == b'\n'),
        Look::WordAscii => is_word(before) != is_word(behind),
        Look::WordAsciiNegate => is_word(before) == is_word(behind),
        // Of the others nothing is known, so that they may hold; a tree has none of them.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::{Anchored, Input, meta, util::syntax};

    use super::*;
    use crate::secrets::opening::parse;

    fn expression() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "a",
            "b",
            "ab",
            "[ab]",
            "[^a]",
            r"\b",
            r"\B",
            "(?m:^)",
            "(?m:$)",
            r"\A",
            r"\z",
            "",
            "[ab]{0,3}",
            "[^b]{2,4}?",
            "[bc]*",
            "a{2}",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}{b}")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(?:{a}|{b})")),
                (inner.clone(), 0..3_u32, 0..3_u32)
                    .prop_map(|(a, min, more)| format!("(?:{a}){{{min},{}}}", min + more)),
                inner.prop_map(|a| format!("({a})*?")),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_knows_what_a_compiled_expression_finds(
            expression in expression(),
            text in "[abc\n]{0,12}",
            start in 0..12_usize,
            behind in 0..12_usize,
        ) {
            let text = text.as_bytes();
            let start = start.min(text.len());
            let tree = Tree::of(&parse(&expression, false).unwrap());
            let regex = |expression: &str| {
                meta::Regex::builder()
                    .syntax(syntax::Config::new().utf8(false).unicode(false))
                    .build(expression)
                    .unwrap()
            };
            let plain = regex(&expression);
            let mut steps = 100_000;
            let here = Input::new(text).range(start..).anchored(Anchored::Yes);
            prop_assert_eq!(
                matches(&tree, text, start..=start, 0, &mut steps),
                Some(plain.is_match(here))
            );
            let later = Input::new(text).range(start..);
            prop_assert_eq!(
                matches(&tree, text, start..=text.len(), 0, &mut steps),
                Some(plain.is_match(later))
            );
            // Some way to match from there leads behind that place.
            let to = regex(&format!("(?:{expression})(?s:.*)"));
            let far = (behind..=text.len()).any(|end| {
                let input = Input::new(text).range(start..).anchored(Anchored::Yes);
                let exactly = regex(&format!(r"(?:{expression})(?s:.{{{}}})\z", text.len() - end));
                to.is_match(input.clone()) && exactly.is_match(input)
            });
            prop_assert_eq!(matches(&tree, text, start..=start, behind, &mut steps), Some(far));
        }
    }

    #[test]
    fn what_takes_too_long_is_not_known() {
        let tree = Tree::of(&parse("(?:a|aa){50,}", false).unwrap());
        let mut steps = 1_000;
        assert_eq!(matches(&tree, &[b'a'; 1_000], 0..=0, 0, &mut steps), None);
    }

    #[test]
    fn what_no_rule_has_is_not_known() {
        let tree = Tree::of(&parse("(?u:é)x|[à-ü]", true).unwrap());
        assert_eq!(matches(&tree, "éx".as_bytes(), 0..=0, 0, &mut 1_000), None);
    }
}
