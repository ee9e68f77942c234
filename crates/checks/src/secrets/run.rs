//! Running one rule's pattern, with what a worker keeps for it.

use std::ops::Range;

use regex_automata::{Input, meta, util::captures::Captures};

use super::{
    anchored::{Scratch, Warmth},
    pattern::{Engine, Program},
};

/// What a worker keeps of the engines it has run, by rule.
pub(crate) struct Engines(Vec<Option<State>>);

impl Engines {
    pub(crate) fn new(rules: usize) -> Self {
        Self(std::iter::repeat_with(|| None).take(rules).collect())
    }

    /// What is kept of the engine of the rule `slot`.
    pub(crate) fn state(&mut self, slot: usize, engine: &Engine) -> Option<&mut State> {
        Some(self.0.get_mut(slot)?.get_or_insert_with(|| State::of(engine)))
    }

    /// The same where there is no keyword that the engine could be bound to.
    pub(crate) fn anywhere<'e>(
        &mut self,
        slot: usize,
        engine: &'e Engine,
    ) -> Option<(&'e meta::Regex, &mut (meta::Cache, Captures))> {
        match (engine, self.state(slot, engine)?) {
            (Engine::Anywhere(regex), State::Anywhere(state)) => Some((regex, state)),
            _ => None,
        }
    }

    pub(crate) fn memory_usage(&self) -> usize {
        self.0.iter().flatten().map(State::memory_usage).sum()
    }

    /// They fill again as they are needed.
    pub(crate) fn clear(&mut self) {
        self.0.fill_with(|| None);
    }
}

/// Of one of them.
pub(crate) enum State {
    AtKeyword(Warmth),
    Anywhere(Box<(meta::Cache, Captures)>),
}

impl State {
    fn of(engine: &Engine) -> Self {
        match engine {
            Engine::AtKeyword(_) => Self::AtKeyword(Warmth::default()),
            Engine::Anywhere(regex) => {
                Self::Anywhere(Box::new((regex.create_cache(), regex.create_captures())))
            }
        }
    }

    fn memory_usage(&self) -> usize {
        match self {
            Self::AtKeyword(warmth) => warmth.memory_usage(),
            Self::Anywhere(state) => state.0.memory_usage(),
        }
    }
}

/// The match of `program` that holds the keyword: all of it, and the secret in it.
pub(crate) fn search(
    program: &Program,
    state: &mut State,
    scratch: &mut Scratch,
    text: &[u8],
    keyword: &Range<usize>,
    floor: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let Range { mut start, end } = program.reach.around(keyword, floor, text.len());
    match (&program.engine, state) {
        (Engine::AtKeyword(regex), State::AtKeyword(warmth)) => {
            regex.search(warmth, scratch, text, start..end, program.group)
        }
        (Engine::Anywhere(regex), State::Anywhere(state)) => {
            while start <= end {
                let input = Input::new(text.get(..end)?).span(start..end);
                let (matched, secret) = find_in(regex, state, &input, program.group)?;
                if matched.end > keyword.start {
                    return Some((matched, secret));
                }
                start = matched.end;
            }
            None
        }
        // A rule's state is of its engine's kind.
        _ => None,
    }
}

/// The next match, and of it what `group` holds, or all of it.
pub(crate) fn find_in(
    regex: &meta::Regex,
    state: &mut (meta::Cache, Captures),
    input: &Input<'_>,
    group: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let (cache, captures) = state;
    regex.search_captures_with(cache, input, captures);
    let matched = captures.get_match()?.range();
    let secret = captures.get_group(group).map_or(matched.clone(), |group| group.range());
    Some((matched, secret))
}
