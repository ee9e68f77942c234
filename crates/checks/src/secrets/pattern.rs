//! A regular expression near a keyword: how far from it a match may stand, and which engine runs it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use regex_automata::{Anchored, Input, meta, util::syntax};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{
    anchored::{AnchoredRegex, SIZE_LIMIT_BYTES, STATES_BYTES},
    assigned,
    file::Text,
    needed::ByteSet,
    trial,
};

/// How far from a keyword an unbounded pattern is looked for, in bytes.
const REACH_OF_UNBOUNDED_BYTES: usize = 8 << 10;
/// The same for any pattern: no rule makes the scanner look further than this.
pub(crate) const MAX_REACH_BYTES: usize = 32 << 10;
/// What trials of one pattern may cost before it is compiled: about as much as compiling it.
const TRIAL_STEPS: usize = 16_000;

/// A regular expression on bytes, parsed and compiled when it is first needed: a scan meets the keywords of few rules.
pub struct Pattern {
    source: Source,
    /// Lower case. Of a pattern that is only asked whether it matches, none.
    keywords: Arc<[Text]>,
    /// Whether it is about characters; about bytes otherwise.
    unicode: bool,
    parsed: OnceLock<Result<Parsed, String>>,
    program: OnceLock<Result<Program, String>>,
    /// What trials without a program may still cost.
    trial_steps: AtomicUsize,
}

struct Parsed {
    hir: Hir,
    reach: Reach,
}

/// How far around a keyword a match is looked for.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    /// Every match begins with a keyword.
    begins_with_keyword: bool,
    /// Bytes before the end of a keyword at which a match may begin.
    before_bytes: usize,
    /// Bytes behind the beginning of a keyword at which a match may end.
    after_bytes: usize,
}

impl Reach {
    fn of(hir: &Hir, begins_with_keyword: bool) -> Self {
        let longest =
            hir.properties().maximum_len().unwrap_or(REACH_OF_UNBOUNDED_BYTES).min(MAX_REACH_BYTES);
        Self {
            begins_with_keyword,
            before_bytes: longest,
            // A look-around such as `\b` needs one byte.
            after_bytes: longest + 1,
        }
    }

    /// Where matches around `keyword` may begin and must end, in a text of `length` bytes of which nothing before `floor` counts.
    pub(crate) fn around(
        self,
        keyword: &Range<usize>,
        floor: usize,
        length: usize,
    ) -> Range<usize> {
        let end = keyword.start.saturating_add(self.after_bytes).max(keyword.end).min(length);
        if self.begins_with_keyword {
            return keyword.start..end;
        }
        keyword.end.saturating_sub(self.before_bytes).max(floor)..end
    }
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
            parsed: OnceLock::new(),
            program: OnceLock::new(),
            trial_steps: AtomicUsize::new(TRIAL_STEPS),
        }
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

    fn parse(&self) -> Result<Hir, String> {
        regex_syntax::ParserBuilder::new()
            .utf8(false)
            .unicode(self.unicode)
            .build()
            .parse(&self.expression())
            // Without the pattern, which may be a secret that is allowed.
            .map_err(|error| match error {
                regex_syntax::Error::Parse(error) => error.kind().to_string(),
                regex_syntax::Error::Translate(error) => error.kind().to_string(),
                _ => "not a regular expression".to_owned(),
            })
    }

    fn parsed(&self) -> Result<&Parsed, &String> {
        let parse = || {
            let hir = self.parse()?;
            let begins_with_keyword = Beginnings::new(&self.keywords).follow(&hir).is_some();
            let reach = Reach::of(&hir, begins_with_keyword);
            Ok(Parsed { hir, reach })
        };
        self.parsed.get_or_init(parse).as_ref()
    }

    fn compiled(&self) -> &Result<Program, String> {
        self.program.get_or_init(|| {
            let Parsed { hir, reach } = self.parsed().map_err(Clone::clone)?;
            let engine = match Beginnings::new(&self.keywords).follow(hir) {
                Some(tail) => {
                    let shortest =
                        self.keywords.iter().map(|word| word.len()).min().unwrap_or_default();
                    Engine::AtKeyword(Box::new(AnchoredRegex::new(hir, &tail, shortest)?))
                }
                None => Engine::Anywhere(anywhere(hir)?),
            };
            Ok(Program { engine, group: secret_group(hir).unwrap_or(0), reach: *reach })
        })
    }

    /// The program, if there may be a match around `keyword` that ends behind its beginning. While trials are cheaper than a
    /// program, there is none.
    pub(crate) fn program_for(
        &self,
        text: &[u8],
        keyword: &Range<usize>,
        floor: usize,
    ) -> Option<&Program> {
        if self.program.get().is_none() {
            let Parsed { hir, reach } = self.parsed().ok()?;
            let around = reach.around(keyword, floor, text.len());
            let last = if reach.begins_with_keyword { around.start } else { around.end };
            let before = self.trial_steps.load(Ordering::Relaxed);
            let mut left = before;
            let starts = around.start..=last;
            let matches =
                trial::matches(hir, text.get(..around.end)?, starts, keyword.start + 1, &mut left);
            let left = if matches.is_some() { left } else { 0 };
            // Of two workers' trials at once one may go uncounted.
            self.trial_steps.store(left, Ordering::Relaxed);
            if matches == Some(false) {
                return None;
            }
        }
        self.program()
    }

    /// The bytes that stand behind `keyword` where a match begins with it; `None` where a match may begin with something else than a
    /// keyword, or with anything behind it.
    pub(crate) fn bytes_behind(&self, keyword: &str) -> Option<ByteSet> {
        let hir = &self.parsed().ok()?.hir;
        let mut beginnings = Beginnings::new(&self.keywords);
        beginnings.follow(hir)?;
        let behind = beginnings.behind.remove(keyword.as_bytes()).unwrap_or_default();
        (!behind.holds_all()).then_some(behind)
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

fn anywhere(hir: &Hir) -> Result<meta::Regex, String> {
    meta::Builder::new()
        .configure(
            meta::Config::new()
                .utf8_empty(false)
                .nfa_size_limit(Some(SIZE_LIMIT_BYTES))
                .onepass_size_limit(Some(1 << 16))
                .hybrid_cache_capacity(STATES_BYTES),
        )
        .syntax(syntax::Config::new().utf8(false).unicode(false))
        .build_from_hir(hir)
        .map_err(|error| error.to_string())
}

/// Follows an expression from its beginning through the keywords that every match begins with.
struct Beginnings<'k> {
    /// Lower case.
    keywords: &'k [Text],
    /// By keyword: what may stand behind it.
    behind: BTreeMap<Vec<u8>, ByteSet>,
}

/// What ways into an expression have spelled: beginnings of keywords, and whole ones of which the next byte is still to be seen.
type Spelled = BTreeSet<Vec<u8>>;

impl<'k> Beginnings<'k> {
    fn new(keywords: &'k [Text]) -> Self {
        Self { keywords, behind: BTreeMap::new() }
    }

    /// What of `hir` stands behind a keyword, if every match begins with one, in any case.
    ///
    /// Each way into the expression is followed as long as what it spells may still become a keyword, and one byte further.
    fn follow<'h>(&mut self, hir: &'h Hir) -> Option<Vec<&'h Hir>> {
        let mut parts = Vec::new();
        flatten(hir, &mut parts);
        let mut spelled = Spelled::from([Vec::new()]);
        let mut rest = parts.into_iter();
        // What is left did not spell a whole keyword.
        while spelled.iter().any(|spelled| !self.is_keyword(spelled)) {
            spelled = self.spell(rest.next()?, spelled)?;
        }
        let tail: Vec<&Hir> = rest.collect();
        for part in &tail {
            spelled = self.spell(part, spelled)?;
        }
        // The expression ends behind these, and the text goes on as it likes.
        self.see(&spelled, &any_byte());
        Some(tail)
    }

    fn is_keyword(&self, spelled: &[u8]) -> bool {
        self.keywords.iter().any(|word| word.as_bytes() == spelled)
    }

    /// What is spelled if `hir` stands behind `spelled`; `None` where it may be something that no keyword begins with.
    fn spell(&mut self, hir: &Hir, spelled: Spelled) -> Option<Spelled> {
        if spelled.is_empty() {
            return Some(spelled);
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(spelled),
            HirKind::Literal(literal) => {
                literal.0.iter().try_fold(spelled, |spelled, byte| self.append(&spelled, &[*byte]))
            }
            HirKind::Class(Class::Bytes(class)) => {
                let bytes: Vec<u8> =
                    class.iter().flat_map(|range| range.start()..=range.end()).collect();
                self.append(&spelled, &bytes)
            }
            // More bytes than one.
            HirKind::Class(Class::Unicode(_)) => self.append(&spelled, &any_byte()),
            HirKind::Capture(capture) => self.spell(&capture.sub, spelled),
            HirKind::Concat(parts) => {
                parts.iter().try_fold(spelled, |spelled, part| self.spell(part, spelled))
            }
            HirKind::Alternation(parts) => {
                let mut all = Spelled::new();
                for part in parts {
                    all.extend(self.spell(part, spelled.clone())?);
                }
                Some(all)
            }
            HirKind::Repetition(repetition) => {
                let mut all = Spelled::new();
                let mut here = spelled;
                for times in 0.. {
                    if times >= repetition.min {
                        all.extend(here.iter().cloned());
                    }
                    if here.is_empty() || repetition.max == Some(times) {
                        break;
                    }
                    let next = self.spell(&repetition.sub, here.clone())?;
                    // What is repeated may be empty; more of it spells no more.
                    if next == here {
                        all.extend(here);
                        break;
                    }
                    here = next;
                }
                Some(all)
            }
        }
    }

    /// `spelled` with one of `bytes` behind each, without what is more than a keyword.
    fn append(&mut self, spelled: &Spelled, bytes: &[u8]) -> Option<Spelled> {
        let (whole, begun): (Vec<_>, Vec<_>) =
            spelled.iter().partition(|spelled| self.is_keyword(spelled));
        self.see(whole, bytes);
        let mut all = Spelled::new();
        for (beginning, byte) in begun.iter().flat_map(|s| bytes.iter().map(move |b| (s, b))) {
            let mut longer = beginning.to_vec();
            longer.push(byte.to_ascii_lowercase());
            if !self.keywords.iter().any(|word| word.as_bytes().starts_with(&longer)) {
                return None;
            }
            all.insert(longer);
        }
        Some(all)
    }

    /// Each of `bytes` may stand behind these keywords.
    fn see<'s>(&mut self, whole: impl IntoIterator<Item = &'s Vec<u8>>, bytes: &[u8]) {
        for keyword in whole {
            let behind = self.behind.entry(keyword.clone()).or_default();
            bytes.iter().for_each(|byte| behind.insert(*byte));
        }
    }
}

fn any_byte() -> Vec<u8> {
    (0..=u8::MAX).collect()
}

fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        HirKind::Concat(all) => all.iter().for_each(|part| flatten(part, parts)),
        _ => parts.push(hir),
    }
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
    use super::*;

    fn pattern(expression: &str, keywords: &[&'static str]) -> Pattern {
        let keywords = keywords.iter().map(|word| Text::Borrowed(*word)).collect();
        Pattern::new(Source::Whole(expression.to_owned().into()), keywords)
    }

    #[test]
    fn a_pattern_begins_with_a_keyword_if_every_way_into_it_spells_one() {
        let starts = |expression: &str, keywords: &[&'static str]| {
            let pattern = pattern(expression, keywords);
            Beginnings::new(&pattern.keywords).follow(&pattern.parse().unwrap()).is_some()
        };
        for pattern in [
            r"\b(?<secret>abc[0-9]{3})",
            r"(?i:abcdefghijklmnop|abc)x",
            r"(?i)ABC[^\n]{0,80}",
            r"a{1}(?:b|bb)cd?",
            r"(?:ab)?c",
        ] {
            let keywords = ["abcdefghijklmnop", "abc", "abbc", "c"];
            assert!(starts(pattern, &keywords), "{pattern}");
        }
        for pattern in ["", "ab", "x?abc", "(?:abc)?", "(?:abc|ab)", "a*bc", "(?:)*", "[^a]bc"] {
            assert!(!starts(pattern, &["abc"]), "{pattern}");
        }
    }

    #[test]
    fn what_follows_a_keyword_is_read_from_the_pattern() {
        let behind = |expression: &str, keywords: &[&'static str]| {
            let behind = pattern(expression, keywords).bytes_behind(keywords[0]);
            behind.map(|bytes| {
                String::from_utf8_lossy(&bytes.bytes().collect::<Vec<_>>()).into_owned()
            })
        };
        assert_eq!(behind(r"\b(?<secret>hf_[a-c]{34})\b", &["hf_"]).as_deref(), Some("abc"));
        assert_eq!(behind(r"(?i)(?:pk_[01]|sk_live)", &["pk_", "sk_"]).as_deref(), Some("01"));
        assert_eq!(behind(r"[a-z]{3}pk_1", &["pk_"]), None);
        assert_eq!(behind(r"pk_.*", &["pk_"]), None);
        assert_eq!(behind(r"(?:pk_1|other)", &["pk_"]), None);
    }
}
