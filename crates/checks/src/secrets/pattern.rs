//! A regular expression near a keyword: how far from it a match may stand, and which engine runs it.

use std::{
    borrow::Cow,
    ops::{Range, RangeInclusive},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use regex_automata::{Anchored, Input, meta, util::syntax};
use regex_syntax::hir::{Hir, HirKind};

use super::{
    anchored::{AnchoredRegex, SIZE_LIMIT_BYTES, STATES_BYTES},
    assigned,
    bytes::ByteSet,
    file::Text,
    needed::Next,
    opening,
    outline::{Outline, Reach},
    tree::Tree,
    trial,
};

/// What trials of one pattern may cost before it is compiled: about as much as compiling it.
const TRIAL_STEPS: usize = 64_000;

/// A regular expression on bytes, parsed and compiled when it is first needed: a scan meets the keywords of few rules.
pub struct Pattern {
    source: Source,
    /// Lower case. Of a pattern that is only asked whether it matches, none.
    keywords: Arc<[Text]>,
    /// Whether it is about characters; about bytes otherwise.
    unicode: bool,
    outline: OnceLock<Result<Cow<'static, Outline>, String>>,
    program: OnceLock<Result<Program, String>>,
    /// What trials without a program may still cost.
    trial_steps: AtomicUsize,
}

/// What a pattern is made of.
pub(crate) enum Source {
    /// The expression.
    Whole(Text),
    /// The expression of a value that is assigned to a name with a keyword in it.
    Assigned(Text),
}

/// A compiled pattern.
pub(crate) struct Program {
    pub(crate) engine: Engine,
    /// The group that is the secret; 0 is the whole match.
    pub(crate) group: usize,
    pub(crate) reach: Reach,
}

/// What runs a pattern.
pub(crate) enum Engine {
    /// Every match begins with a keyword.
    AtKeyword(Box<AnchoredRegex>),
    /// A match may begin anywhere.
    Anywhere(meta::Regex),
}

impl Engine {
    fn is_match(&self, input: &Input<'_>) -> bool {
        match self {
            Self::AtKeyword(regex) => regex.is_match(input),
            Self::Anywhere(regex) => regex.is_match(input.clone()),
        }
    }
}

impl Pattern {
    /// `keywords` (lower case) tell how near to a hit a match must be.
    pub(crate) fn new(source: Source, keywords: Arc<[Text]>) -> Self {
        Self {
            source,
            keywords,
            unicode: false,
            outline: OnceLock::new(),
            program: OnceLock::new(),
            trial_steps: AtomicUsize::new(TRIAL_STEPS),
        }
    }

    /// The same of which the outline was read before.
    pub(crate) fn outlined_by(self, outline: &'static Outline) -> Self {
        Self { outline: Ok(Cow::Borrowed(outline)).into(), ..self }
    }

    /// An expression that is only asked whether it matches.
    pub(crate) fn alone(expression: Text) -> Self {
        Self::new(Source::Whole(expression), Arc::default())
    }

    /// Takes an expression that was translated from another engine's notation.
    pub(crate) fn translated(source: &str, unicode: bool) -> Result<Self, String> {
        let pattern = Self { unicode, ..Self::alone(source.to_owned().into()) };
        pattern.compile().map(|()| pattern)
    }

    /// Reads an expression that is only asked whether it matches.
    ///
    /// # Errors
    /// The parser's message, without the expression, or that it is too large.
    pub fn loose(source: &str) -> Result<Self, String> {
        Self::translated(source, false)
    }

    /// `None` where the expression is wrong or its program larger than the limit; [`Self::compile`] says so.
    pub(crate) fn program(&self) -> Option<&Program> {
        self.compiled().as_ref().ok()
    }

    fn expression(&self) -> Cow<'_, str> {
        match &self.source {
            Source::Whole(expression) => Cow::Borrowed(expression),
            Source::Assigned(value) => Cow::Owned(assigned::pattern(&self.keywords, value)),
        }
    }

    fn parsed(&self) -> Result<Hir, String> {
        opening::parse(&self.expression(), self.unicode)
    }

    pub(crate) fn outline(&self) -> Result<&Outline, &String> {
        let read = || {
            let hir = self.parsed()?;
            Ok(Cow::Owned(Outline::of(&hir, &self.keywords, Tree::of(&hir))))
        };
        self.outline.get_or_init(read).as_deref()
    }

    fn compiled(&self) -> &Result<Program, String> {
        self.program.get_or_init(|| {
            let outline = self.outline().map_err(Clone::clone)?;
            let hir = self.parsed()?;
            let engine = if outline.reach.begins_with_keyword {
                Engine::AtKeyword(Box::new(AnchoredRegex::new(&hir)?))
            } else {
                Engine::Anywhere(anywhere(&hir, &self.keywords)?)
            };
            Ok(Program { engine, group: secret_group(&hir).unwrap_or(0), reach: outline.reach })
        })
    }

    /// The program, if there may be a match around `keyword` that ends behind its beginning. While trials are cheaper than a
    /// program, there is none. `number` tells texts apart, and `next` is what a worker knows of one.
    pub(crate) fn program_for(
        &self,
        (text, number): (&[u8], u64),
        keyword: &Range<usize>,
        floor: usize,
        next: &mut Vec<Next>,
    ) -> Option<&Program> {
        let outline = self.outline().ok()?;
        let around = outline.reach.around(keyword, floor, text.len());
        if !may_match(outline, (text, number), keyword, &around, next) {
            return None;
        }
        if self.program.get().is_none() {
            let last = if outline.reach.begins_with_keyword { around.start } else { around.end };
            let starts = around.start..=last;
            if self.tried(outline, text.get(..around.end)?, starts, keyword.start + 1)
                == Some(false)
            {
                return None;
            }
        }
        self.program()
    }

    /// Whether it matches in `text` from one of `starts` to behind `behind`; `None` where trials have cost as much as compiling it.
    fn tried(
        &self,
        outline: &Outline,
        text: &[u8],
        starts: RangeInclusive<usize>,
        behind: usize,
    ) -> Option<bool> {
        let mut left = self.trial_steps.load(Ordering::Relaxed);
        let matches = trial::matches(&outline.tree, text, starts, behind, &mut left);
        // Of two workers' trials at once one may go uncounted.
        self.trial_steps.store(if matches.is_some() { left } else { 0 }, Ordering::Relaxed);
        matches
    }

    /// The bytes of which one stands behind a keyword of `length` bytes where a match begins with it; `None` where it may be any.
    pub(crate) fn bytes_behind(&self, length: usize) -> Option<ByteSet> {
        self.outline().ok()?.opening.get(length).copied()
    }

    /// Parses and compiles now, for rules whose author should hear of it.
    ///
    /// # Errors
    /// The parser's message, without the expression, or that it is too large.
    pub fn compile(&self) -> Result<(), String> {
        self.compiled().as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Whether it may match the empty text, which makes a rule of no use.
    #[must_use]
    pub fn matches_empty(&self) -> bool {
        self.is_match(b"")
    }

    /// Whether it matches anywhere in `text`.
    #[must_use]
    pub fn is_match(&self, text: &[u8]) -> bool {
        if self.program.get().is_none()
            && text.len() < TRIAL_STEPS
            && let Ok(outline) = self.outline()
            && let Some(matches) = self.tried(outline, text, 0..=text.len(), 0)
        {
            return matches;
        }
        self.program().is_some_and(|program| program.engine.is_match(&Input::new(text)))
    }

    /// The same for a path, in which a member of an archive may follow it after `!/` or, as others write it, after `!`.
    #[must_use]
    pub fn is_match_of_path(&self, path: &str) -> bool {
        self.is_match(path.as_bytes())
            || path.contains("!/") && self.is_match(path.replace("!/", "!").as_bytes())
    }

    /// Bytes that the compiled program takes.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.program().map_or(0, |program| match &program.engine {
            Engine::AtKeyword(regex) => regex.memory_usage(),
            Engine::Anywhere(regex) => regex.memory_usage(),
        })
    }

    /// Whether it matches at the very beginning of `text`.
    #[must_use]
    pub fn is_match_at_start(&self, text: &[u8]) -> bool {
        self.program().is_some_and(|program| {
            program.engine.is_match(&Input::new(text).anchored(Anchored::Yes))
        })
    }
}

/// Whether the bytes at a keyword, and those `around` it that a match may reach, leave room for one.
fn may_match(
    outline: &Outline,
    (text, number): (&[u8], u64),
    keyword: &Range<usize>,
    around: &Range<usize>,
    next: &mut Vec<Next>,
) -> bool {
    if !opening::is_open_at(&outline.opening, text, keyword.start)
        || outline.look.is_some_and(|look| !trial::is_seen(look, text, keyword.start))
    {
        return false;
    }
    next.resize(outline.needed.len(), Next::default());
    let from = around.start.saturating_add(outline.needed_from);
    let mut needed = outline.needed.iter().zip(next);
    needed.all(|(needed, next)| next.is_within(needed, text, number, from, around.end))
}

/// The program of an expression that is looked for near one of `keywords`, or in a whole text if there are none.
fn anywhere(hir: &Hir, keywords: &[Text]) -> Result<meta::Regex, String> {
    meta::Builder::new()
        .configure(
            meta::Config::new()
                .utf8_empty(false)
                .nfa_size_limit(Some(SIZE_LIMIT_BYTES))
                .onepass_size_limit(Some(1 << 16))
                // Near a keyword it runs over little, which is not worth an automaton that is made in advance.
                .dfa(keywords.is_empty())
                .hybrid_cache_capacity(STATES_BYTES),
        )
        .syntax(syntax::Config::new().utf8(false).unicode(false))
        .build_from_hir(hir)
        .map_err(|error| error.to_string())
}

/// The index of the group named `secret`.
fn secret_group(hir: &Hir) -> Option<usize> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some("secret") => {
            usize::try_from(capture.index).ok()
        }
        HirKind::Capture(capture) => secret_group(&capture.sub),
        HirKind::Repetition(repetition) => secret_group(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(secret_group),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secrets::needed::tests::runs;

    fn keywords_in(text: &str) -> impl Iterator<Item = Range<usize>> {
        let words = ["ab_", "key"]
            .map(|word| text.match_indices(word).map(|(at, word)| at..at + word.len()));
        words.into_iter().flatten()
    }

    proptest! {
        /// Whatever an expression matches in one of several texts, one of the keywords in it is none that may be passed over.
        #[test]
        fn no_keyword_of_a_match_is_passed_over(
            (before, text_before) in prop_oneof![2 => Just(Default::default()), 1 => runs()],
            look in prop::sample::select(vec!["", r"\b", r"\B", "(?m:^)", r"\A"]),
            (is_group, looks_first) in any::<(bool, bool)>(),
            (behind, text_behind) in runs(),
            end in prop::sample::select(vec!["", r"\b", "(?m:$)", "[^b]"]),
            noise in prop::collection::vec("([ab_\n ]|ab_|key|[0-9]{9}){0,12}", 2..6),
        ) {
            let open = if is_group { "(" } else { "(?:" };
            let before = if looks_first { format!("{look}{before}") } else { format!("{before}{look}") };
            let expression = format!("{before}{open}(?:ab_|key){behind}){end}");
            let keywords: Arc<[Text]> = ["ab_", "key"].map(Text::from).into();
            let pattern = Pattern::new(Source::Whole(expression.clone().into()), keywords);
            let outline = pattern.outline().unwrap();
            prop_assert!(before != look || outline.reach.begins_with_keyword, "{}", expression);
            let plain = Pattern::alone(expression.clone().into());
            let plain = plain.program().unwrap();
            let Engine::Anywhere(plain) = &plain.engine else { panic!("{expression}") };
            let mut next = Vec::new();
            for (number, noise) in (1..).zip(noise.windows(2)) {
                let text = format!("{}{text_before}key{text_behind}{}", noise[0], noise[1]);
                let mut passed = |keyword: &Range<usize>| {
                    let around = outline.reach.around(keyword, 0, text.len());
                    !may_match(outline, (text.as_bytes(), number), keyword, &around, &mut next)
                };
                let mut met: Vec<_> = keywords_in(&text).collect();
                met.sort_by_key(|keyword| keyword.start);
                met.retain(|keyword| !passed(keyword));
                for found in plain.find_iter(text.as_bytes()) {
                    let is_in = |keyword: &Range<usize>| found.start() <= keyword.start && keyword.end <= found.end();
                    prop_assert!(met.iter().any(is_in), "{:?} {:?} {:?}", expression, text, found.range());
                }
            }
        }
    }
}
