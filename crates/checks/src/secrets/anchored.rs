//! A pattern of which every match begins with a keyword: it is tried at that place and nowhere else.
//!
//! Such a search needs neither a prefilter nor a search backwards, so only the expression's own automaton is compiled. Most
//! tries fail within a few dozen bytes. A pattern that a worker tries seldom is run by the backtracker, which keeps nothing; one that is
//! tried often is worth the states of a lazy automaton.

use std::ops::Range;

use regex_automata::{
    Anchored, Input,
    hybrid::dfa::{self, DFA},
    nfa::thompson::{
        self, NFA,
        backtrack::{self, BoundedBacktracker},
        pikevm::PikeVM,
    },
    util::primitives::NonMaxUsize,
};
use regex_syntax::hir::Hir;

/// Compiled size of one pattern, in bytes. Our own need a tenth of it; a user's rule may be anything.
pub(crate) const SIZE_LIMIT_BYTES: usize = 16 << 20;
/// What the states of one lazy automaton may take, in bytes.
pub(crate) const STATES_BYTES: usize = 1 << 20;
/// What the backtracker may note down about one search, in bytes.
const VISITED_BYTES: usize = 128 << 10;
/// After so many tries a worker builds an automaton's states: they cost as much as about a hundred tries by the backtracker.
const TRIES_BEFORE_STATES: u32 = 32;

/// The compiled pattern; shared by all workers.
pub(crate) struct AnchoredRegex {
    backtracker: BoundedBacktracker,
    /// `None` where its states have no room.
    dfa: Option<DFA>,
    /// For what is too long for the backtracker.
    pike: PikeVM,
}

/// What one worker knows of one pattern.
#[derive(Default)]
pub(crate) struct Warmth {
    tries: u32,
    states: Option<Box<dfa::Cache>>,
}

impl Warmth {
    pub(crate) fn memory_usage(&self) -> usize {
        self.states.as_ref().map_or(0, |states| states.memory_usage())
    }
}

/// What one worker needs for a search, whatever the pattern.
#[derive(Default)]
pub(crate) struct Scratch {
    backtrack: Option<backtrack::Cache>,
    slots: Vec<Option<NonMaxUsize>>,
}

impl AnchoredRegex {
    pub(crate) fn new(hir: &Hir) -> Result<Self, String> {
        let nfa: NFA = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(SIZE_LIMIT_BYTES))
                    .shrink(false),
            )
            .build_from_hir(hir)
            .map_err(|error| error.to_string())?;
        let dfa = dfa::Builder::new()
            .configure(
                dfa::Config::new()
                    .unicode_word_boundary(true)
                    .cache_capacity(STATES_BYTES)
                    // Where states are thrown away as fast as they are made, the backtracker takes over.
                    .minimum_cache_clear_count(Some(3))
                    .minimum_bytes_per_state(Some(10)),
            )
            .build_from_nfa(nfa.clone())
            .ok();
        let backtracker = BoundedBacktracker::builder()
            .configure(backtrack::Config::new().visited_capacity(VISITED_BYTES))
            .build_from_nfa(nfa.clone())
            .map_err(|error| error.to_string())?;
        let pike = PikeVM::new_from_nfa(nfa).map_err(|error| error.to_string())?;
        Ok(Self { backtracker, dfa, pike })
    }

    pub(crate) fn is_match(&self, input: &Input<'_>) -> bool {
        self.pike.is_match(&mut self.pike.create_cache(), input.clone())
    }

    pub(crate) fn memory_usage(&self) -> usize {
        self.pike.get_nfa().memory_usage()
    }

    /// The match that begins at `span.start` and ends within `span`, and the group `group` of it, or all of it if the group took no
    /// part. What stands before `span` is seen by look-around, what stands behind it is not.
    pub(crate) fn search(
        &self,
        warmth: &mut Warmth,
        scratch: &mut Scratch,
        text: &[u8],
        span: Range<usize>,
        group: usize,
    ) -> Option<(Range<usize>, Range<usize>)> {
        let mut input =
            Input::new(text.get(..span.end)?).span(span.clone()).anchored(Anchored::Yes);
        if let Some(dfa) = &self.dfa
            && (warmth.tries >= TRIES_BEFORE_STATES
                || span.len() > self.backtracker.max_haystack_len())
        {
            let states = warmth.states.get_or_insert_with(|| Box::new(dfa.create_cache()));
            match dfa.try_search_fwd(states, &input) {
                Ok(None) => return None,
                Ok(Some(end)) if group == 0 => {
                    let matched = span.start..end.offset();
                    return Some((matched.clone(), matched));
                }
                Ok(Some(end)) => input.set_end(end.offset()),
                // It gave up.
                Err(_) => {}
            }
        } else {
            warmth.tries += 1;
        }
        let slots = &mut scratch.slots;
        slots.clear();
        slots.resize(2 * (group + 1), None);
        let cache = scratch.backtrack.get_or_insert_with(|| self.backtracker.create_cache());
        self.backtracker.reset_cache(cache);
        if let Ok(found) = self.backtracker.try_search_slots(cache, &input, slots) {
            found?;
        } else {
            self.pike.search_slots(&mut self.pike.create_cache(), &input, slots)?;
        }
        let matched = group_range(slots, 0)?;
        Some((matched.clone(), group_range(slots, group).unwrap_or(matched)))
    }
}

fn group_range(slots: &[Option<NonMaxUsize>], group: usize) -> Option<Range<usize>> {
    let start = (*slots.get(2 * group)?)?.get();
    let end = (*slots.get(2 * group + 1)?)?.get();
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pattern as both engines run it, the backtracker at first and the automaton then, and as the whole regex crate does.
    #[test]
    fn both_engines_find_what_a_plain_search_finds() {
        for (pattern, group) in [
            (r"abc[0-9]{2,4}", 0),
            (r"(?i:abc)(?<secret>[a-z]{0,9}?[0-9]+)(?:[^0-9a-z]|\z)", 1),
            (r"\babc(?:x|(?<secret>[0-9]{2}))\b", 1),
            (r"abc[\s\S]{0,3000}?(?<secret>end)", 1),
        ] {
            let hir = regex_syntax::ParserBuilder::new()
                .utf8(false)
                .unicode(false)
                .build()
                .parse(pattern)
                .unwrap();
            let regex = AnchoredRegex::new(&hir).unwrap();
            let plain = regex_automata::meta::Regex::builder()
                .syntax(regex_automata::util::syntax::Config::new().utf8(false).unicode(false))
                .build(pattern)
                .unwrap();
            let (mut warmth, mut scratch) = (Warmth::default(), Scratch::default());
            for _ in 0..=2 * TRIES_BEFORE_STATES {
                for text in [
                    "abc",
                    "abc12",
                    "abc12 ",
                    "xabc12345",
                    "ABCde77.",
                    "abcx abc34 ",
                    &format!("abc{}end.", "é".repeat(1_400)),
                ] {
                    let text = text.as_bytes();
                    for span in [0..text.len(), 1..text.len(), 0..text.len().min(5)] {
                        let mut captures = plain.create_captures();
                        plain.captures(
                            Input::new(&text[..span.end])
                                .span(span.clone())
                                .anchored(Anchored::Yes),
                            &mut captures,
                        );
                        let expected = captures.get_match().map(|whole| {
                            let part = captures.get_group(group);
                            (whole.range(), part.map_or(whole.range(), |part| part.range()))
                        });
                        let found =
                            regex.search(&mut warmth, &mut scratch, text, span.clone(), group);
                        assert_eq!(found, expected, "{pattern} {span:?}");
                    }
                }
            }
            assert!(warmth.states.is_some());
        }
    }
}
