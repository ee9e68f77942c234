//! One rule: what its file says, checked and made ready to run. The format is described in `rules/README.md`.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use model::{CheckId, Confidence, Cwe, Severity};
use regex_automata::{Anchored, Input, meta, util::syntax};
use regex_syntax::hir::{Class, Hir, HirKind, literal};
use serde::Deserialize;

use super::{
    anchored::{AnchoredRegex, SIZE_LIMIT_BYTES, STATES_BYTES},
    assigned,
    checksum::Checksum,
    place,
    verify::VerifyRecipe,
};
use crate::toml_problem;

/// How far from a keyword an unbounded pattern is looked for, in bytes.
const REACH_OF_UNBOUNDED_BYTES: usize = 8 << 10;
/// The same for any pattern: no rule makes the scanner look further than this.
pub(crate) const MAX_REACH_BYTES: usize = 32 << 10;
/// A rule's file as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Whose credential it is.
    pub provider: String,
    /// What was found.
    pub title: String,
    /// `critical` to `info`.
    pub severity: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    /// Default `CWE-798`.
    pub cwe: Option<String>,
    /// Text without which the rule cannot match. A rule about whole contents or about paths has none.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The whole expression, or
    pub pattern: Option<String>,
    /// the expression of a value that is assigned to a name with a keyword in it, or
    pub assigned: Option<String>,
    /// the name of code that judges what was found (`password`, `token`), or that finds as well (`jwt`, and those two alone).
    pub judge: Option<String>,
    /// Floor in bits per character.
    pub entropy: Option<f32>,
    /// Name of the checksum that must hold.
    pub checksum: Option<String>,
    /// Secrets that are not reported.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Globs of the only paths in which the rule holds.
    #[serde(default)]
    pub path: Vec<String>,
    /// `only` or `never`: what the rule says of tests, examples and other people's code.
    pub samples: Option<String>,
    /// The provider's page.
    pub reference: Option<String>,
    /// What the credential opens.
    pub what: String,
    /// How to make it worthless.
    pub revoke: String,
    /// How to ask the provider.
    pub verify: Option<VerifyRecipe>,
    /// Texts the rule is tested with.
    pub examples: Examples,
}

/// Texts a rule must find and must not find; see `rules/README.md` for the templates in them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Must be found, with the secret between `«` and `»`.
    pub positive: Vec<String>,
    /// Must stay silent.
    pub negative: Vec<String>,
}

/// What is wrong with a rule, and with which.
#[derive(Debug, thiserror::Error)]
#[error("rule `{rule}`: {problem}")]
pub struct RuleError {
    /// The rule's id, or the place of its file.
    pub rule: String,
    /// What is wrong, without the rule's name.
    pub problem: String,
}

impl RuleError {
    pub(crate) fn new(rule: &str, problem: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), problem: problem.into() }
    }
}

/// Which of two rules that claim the same text wins: the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Some name, some value.
    Generic,
    /// A provider's name, and a value of its shape.
    Assigned,
    /// A format that many providers use, or a place where something secret stands.
    Shape,
    /// A format that announces itself.
    Format,
    /// The same, and its checksum holds.
    Proven,
    /// The user wrote it.
    User,
}

/// How a rule finds what it looks for.
pub(crate) enum Finder {
    /// A pattern near a keyword.
    Pattern(Pattern),
    /// An assignment to a name with the keyword in it; the value is judged.
    Assignment(Wanted),
    /// A JSON Web Token, whose claims are judged.
    Jwt,
    /// A short content that is the secret and nothing else, known by its path.
    Content(Pattern),
    /// Everything a user's pattern matches anywhere in the text.
    Whole(Whole),
    /// Nothing in a text: the path alone is the finding.
    Path,
}

/// A user's pattern, which is unbounded as a rule and therefore run over the whole text, once.
pub(crate) struct Whole {
    pub(crate) pattern: Pattern,
    /// The group that is the secret; without one the first that is not empty.
    pub(crate) group: Option<usize>,
    /// Bits per character that a secret must exceed.
    pub(crate) entropy: Option<f64>,
    /// Where the prefilter cannot look for one of them: all keywords, of which one must be there.
    pub(crate) keywords: Vec<String>,
}

/// What kind of value an assignment's name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Chosen by a person, perhaps: short, with words in it.
    Password,
    /// Made by a machine.
    Token,
    /// `user:password` in base64.
    Login,
}

/// A rule that can run.
pub struct Rule {
    /// Name of the check.
    pub id: CheckId,
    /// Whose credential, if it is anyone's.
    pub provider: Option<Arc<str>>,
    /// What was found.
    pub title: Arc<str>,
    /// What the credential opens.
    pub what: Arc<str>,
    /// How to make it worthless.
    pub revoke: Arc<str>,
    /// The provider's page.
    pub reference: Option<Arc<str>>,
    /// How bad.
    pub severity: Severity,
    /// How sure, at best.
    pub confidence: Confidence,
    /// The weakness.
    pub cwe: Cwe,
    /// How to ask the provider.
    pub verify: Option<VerifyRecipe>,
    /// Lower case.
    pub(crate) keywords: Vec<String>,
    pub(crate) finder: Finder,
    pub(crate) entropy: Option<f32>,
    pub(crate) checksum: Option<Checksum>,
    /// How the secret that a pattern found is judged.
    pub(crate) judged: Option<Wanted>,
    pub(crate) allow: Vec<Pattern>,
    pub(crate) path: Option<GlobSet>,
    /// Whether it holds in samples only, or never in them.
    pub(crate) samples: Option<bool>,
    /// The only paths in which a user wants the rule to hold.
    pub(crate) path_pattern: Option<Pattern>,
    /// A user's rule that gives way to their other ones.
    pub(crate) is_generic: bool,
    pub(crate) rank: Rank,
}

impl Rule {
    /// Reads a rule's file.
    ///
    /// # Errors
    /// Names the rule and what is wrong with it.
    pub fn parse(id: &str, text: &str) -> Result<(Self, Examples), RuleError> {
        let file: RuleFile =
            toml::from_str(text).map_err(|error| RuleError::new(id, toml_problem(text, &error)))?;
        let examples = file.examples.clone();
        Ok((Self::from_file(id, file)?, examples))
    }

    fn from_file(id: &str, file: RuleFile) -> Result<Self, RuleError> {
        let fail = |problem: String| RuleError::new(id, problem);
        let keywords: Vec<String> =
            file.keywords.iter().map(|word| word.to_ascii_lowercase()).collect();
        let is_whole =
            file.pattern.as_ref().is_some_and(|p| p.starts_with(r"\A") && p.ends_with(r"\z"));
        let by_path = !file.path.is_empty()
            && (is_whole
                || file.pattern.is_none() && file.assigned.is_none() && file.judge.is_none());
        if keywords.is_empty() != by_path {
            return Err(fail(
                "needs a keyword, or a `path` alone or with a pattern from `\\A` to `\\z`".into(),
            ));
        }
        if let Some(word) =
            keywords.iter().find(|word| word.len() < 3 || !word.is_ascii() || word.contains('\n'))
        {
            return Err(fail(format!(
                "keyword `{word}` must be at least three ASCII characters on one line"
            )));
        }
        let pattern = |source: &str| Finder::Pattern(Pattern::new(source, &keywords));
        let judged = match file.judge.as_deref() {
            Some("password") => Some(Wanted::Password),
            Some("token") => Some(Wanted::Token),
            Some("login") => Some(Wanted::Login),
            None | Some("jwt") => None,
            Some(other) => return Err(fail(format!("no judge `{other}`"))),
        };
        let (finder, rank) = match (file.pattern, file.assigned, file.judge.as_deref(), judged) {
            (None, None, None, _) if by_path => (Finder::Path, Rank::Format),
            (Some(source), None, None, _) if by_path => {
                (Finder::Content(Pattern::new(&source, &[])), Rank::Format)
            }
            (Some(source), None, None, _) => (pattern(&source), Rank::Format),
            (Some(source), None, _, Some(_)) => (pattern(&source), Rank::Shape),
            (None, Some(value), None, _) | (None, Some(value), _, Some(_)) => {
                (pattern(&assigned::pattern(&keywords, &value)), Rank::Assigned)
            }
            (None, None, Some("jwt"), _) => (Finder::Jwt, Rank::Shape),
            (None, None, _, Some(wanted @ (Wanted::Password | Wanted::Token))) => {
                (Finder::Assignment(wanted), Rank::Generic)
            }
            _ => {
                return Err(fail(
                    "needs `pattern` or `assigned`, or a `judge` that finds by itself".into(),
                ));
            }
        };
        if let Some(recipe) = &file.verify {
            recipe.check().map_err(|problem| fail(format!("`verify`: {problem}")))?;
        }
        let checksum = match &file.checksum {
            Some(name) => {
                Some(Checksum::named(name).ok_or_else(|| fail(format!("no checksum `{name}`")))?)
            }
            None => None,
        };
        Ok(Self {
            finder,
            id: CheckId::new(id),
            provider: Some(file.provider.into()),
            title: file.title.into(),
            what: file.what.into(),
            revoke: file.revoke.into(),
            reference: file.reference.map(Into::into),
            severity: file.severity.parse().map_err(|e| fail(format!("severity: {e}")))?,
            confidence: file.confidence.parse().map_err(|e| fail(format!("confidence: {e}")))?,
            cwe: match &file.cwe {
                Some(text) => {
                    Cwe::parse(text).ok_or_else(|| fail(format!("`{text}` is no CWE number")))?
                }
                None => Cwe(798),
            },
            verify: file.verify,
            entropy: file.entropy,
            allow: file.allow.iter().map(|source| Pattern::new(source, &[])).collect(),
            path: globs(&file.path).map_err(&fail)?,
            samples: match file.samples.as_deref() {
                None => None,
                Some("only") => Some(true),
                Some("never") => Some(false),
                Some(other) => return Err(fail(format!("samples: `{other}`"))),
            },
            path_pattern: None,
            is_generic: false,
            rank: if checksum.is_some() { Rank::Proven } else { rank },
            judged,
            keywords,
            checksum,
        })
    }

    /// Parses and compiles its patterns now, not when they are first needed.
    ///
    /// # Errors
    /// Names the rule and what is wrong with a pattern.
    pub fn compile(&self) -> Result<(), RuleError> {
        let fail = |problem: String| RuleError::new(self.id.as_str(), problem);
        self.allow.iter().try_for_each(Pattern::compile).map_err(fail)?;
        if let Finder::Pattern(pattern) | Finder::Content(pattern) = &self.finder {
            pattern.compile().map_err(fail)?;
            if pattern.matches_empty() {
                return Err(fail("the pattern matches the empty text".to_owned()));
            }
        }
        Ok(())
    }

    /// The bytes that stand behind `keyword` in every match; `None` where it may be any.
    pub(crate) fn bytes_behind(&self, keyword: &str) -> Option<Vec<u8>> {
        match &self.finder {
            Finder::Pattern(pattern) => pattern.bytes_behind(keyword),
            Finder::Assignment(_)
            | Finder::Jwt
            | Finder::Content(_)
            | Finder::Whole(_)
            | Finder::Path => None,
        }
    }

    /// Whether the rule holds at `path`.
    #[must_use]
    pub fn holds_at(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|globs| globs.is_match(path))
            && self.path_pattern.as_ref().is_none_or(|pattern| pattern.is_match_of_path(path))
            && self.samples.is_none_or(|only| only == place::is_sample(path))
    }

    /// What the rule looks near.
    #[must_use]
    pub fn keywords(&self) -> &[String] {
        &self.keywords
    }
}

pub(crate) fn globs(patterns: &[String]) -> Result<Option<GlobSet>, String> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for (number, pattern) in (1..).zip(patterns) {
        let glob = GlobBuilder::new(pattern).case_insensitive(true).literal_separator(true).build();
        // Without the pattern, which is nobody's business but its writer's.
        set.add(glob.map_err(|error| format!("pattern number {number}: {}", error.kind()))?);
    }
    set.build().map(Some).map_err(|error| error.kind().to_string())
}

/// A regular expression on bytes, parsed and compiled when it is first needed: a scan meets the keywords of few rules.
pub struct Pattern {
    source: String,
    /// Lower case. Of a pattern that is only asked whether it matches, none.
    keywords: Vec<String>,
    /// Whether it is about characters; about bytes otherwise.
    unicode: bool,
    program: OnceLock<Result<Program, String>>,
}

/// A compiled pattern.
pub(crate) struct Program {
    pub(crate) engine: Engine,
    /// The group that is the secret; 0 is the whole match.
    pub(crate) group: usize,
    /// Bytes before the end of a keyword at which a match may begin.
    pub(crate) before_bytes: usize,
    /// Bytes behind the beginning of a keyword at which a match may end.
    pub(crate) after_bytes: usize,
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
    /// Takes an expression. `keywords` (lower case) tell how near to a hit a match must be.
    #[must_use]
    pub fn new(source: &str, keywords: &[String]) -> Self {
        Self {
            source: source.to_owned(),
            keywords: keywords.to_vec(),
            unicode: false,
            program: OnceLock::new(),
        }
    }

    /// Takes an expression that was translated from another engine's notation.
    pub(crate) fn translated(source: &str, unicode: bool) -> Result<Self, String> {
        let pattern = Self { unicode, ..Self::new(source, &[]) };
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

    fn parse(&self) -> Result<Hir, String> {
        regex_syntax::ParserBuilder::new()
            .utf8(false)
            .unicode(self.unicode)
            .build()
            .parse(&self.source)
            // Without the pattern, which may be a secret that is allowed.
            .map_err(|error| match error {
                regex_syntax::Error::Parse(error) => error.kind().to_string(),
                regex_syntax::Error::Translate(error) => error.kind().to_string(),
                _ => "not a regular expression".to_owned(),
            })
    }

    fn compiled(&self) -> &Result<Program, String> {
        self.program.get_or_init(|| {
            let hir = self.parse()?;
            let reach = hir
                .properties()
                .maximum_len()
                .unwrap_or(REACH_OF_UNBOUNDED_BYTES)
                .min(MAX_REACH_BYTES);
            let (engine, before_bytes) = match behind_keyword(&hir, &self.keywords) {
                Some(tail) => {
                    let shortest = self.keywords.iter().map(String::len).min().unwrap_or_default();
                    let regex = AnchoredRegex::new(&hir, &tail, shortest)?;
                    (Engine::AtKeyword(Box::new(regex)), 0)
                }
                None => (Engine::Anywhere(anywhere(&hir)?), reach),
            };
            Ok(Program {
                engine,
                group: secret_group(&hir).unwrap_or(0),
                before_bytes,
                // A look-around such as `\b` needs one byte.
                after_bytes: reach + 1,
            })
        })
    }

    /// The bytes that stand behind `keyword` where a match begins with it; `None` where a match may begin with something else than a
    /// keyword, or with anything behind it.
    fn bytes_behind(&self, keyword: &str) -> Option<Vec<u8>> {
        let hir = self.parse().ok()?;
        let mut extractor = literal::Extractor::new();
        extractor.limit_literal_len(keyword.len() + 1).limit_total(1_000).limit_class(128);
        let prefixes = extractor.kind(literal::ExtractKind::Prefix).extract(&hir);
        let mut behind = Vec::new();
        for prefix in prefixes.literals()? {
            let lower = prefix.as_bytes().to_ascii_lowercase();
            if let Some(rest) = lower.strip_prefix(keyword.as_bytes()) {
                behind.push(*rest.first()?);
            } else if !self.keywords.iter().any(|other| lower.starts_with(other.as_bytes())) {
                return None;
            }
        }
        Some(behind)
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

/// What of `hir` stands behind a keyword, if every match begins with one of `keywords` (lower case), in any case.
///
/// Each way into the expression is followed as long as what it spells may still become a keyword.
fn behind_keyword<'h>(hir: &'h Hir, keywords: &[String]) -> Option<Vec<&'h Hir>> {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let mut spelled = Spelled::from([Vec::new()]);
    let mut rest = parts.into_iter();
    // What is left did not spell a whole keyword.
    while !spelled.is_empty() {
        spelled = spell(rest.next()?, spelled, keywords)?;
    }
    Some(rest.collect())
}

fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        HirKind::Concat(all) => all.iter().for_each(|part| flatten(part, parts)),
        _ => parts.push(hir),
    }
}

/// Beginnings of keywords that are not a whole one yet.
type Spelled = BTreeSet<Vec<u8>>;

/// What stands behind `hir` if `spelled` stood before it, without what became a whole keyword; `None` where it may be something that
/// no keyword begins with.
fn spell(hir: &Hir, spelled: Spelled, keywords: &[String]) -> Option<Spelled> {
    if spelled.is_empty() {
        return Some(spelled);
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(spelled),
        HirKind::Literal(literal) => {
            literal.0.iter().try_fold(spelled, |spelled, byte| append(&spelled, &[*byte], keywords))
        }
        HirKind::Class(Class::Bytes(class)) => {
            let bytes: Vec<u8> =
                class.iter().flat_map(|range| range.start()..=range.end()).collect();
            append(&spelled, &bytes, keywords)
        }
        HirKind::Class(Class::Unicode(_)) => None,
        HirKind::Capture(capture) => spell(&capture.sub, spelled, keywords),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(spelled, |spelled, part| spell(part, spelled, keywords))
        }
        HirKind::Alternation(parts) => {
            let mut all = Spelled::new();
            for part in parts {
                all.extend(spell(part, spelled.clone(), keywords)?);
            }
            Some(all)
        }
        HirKind::Repetition(repetition) => {
            let mut all = Spelled::new();
            let mut here = spelled;
            // A keyword is spelled by then, or something else, unless what is repeated is empty.
            for times in 0..=longest_bytes(keywords) {
                if times >= repetition.min {
                    all.extend(here.iter().cloned());
                }
                if here.is_empty() || repetition.max == Some(times) {
                    return Some(all);
                }
                here = spell(&repetition.sub, here, keywords)?;
            }
            None
        }
    }
}

fn longest_bytes(keywords: &[String]) -> u32 {
    let longest = keywords.iter().map(String::len).max().unwrap_or_default();
    u32::try_from(longest).unwrap_or(u32::MAX)
}

/// `spelled` with one of `bytes` behind each.
fn append(spelled: &Spelled, bytes: &[u8], keywords: &[String]) -> Option<Spelled> {
    let mut all = Spelled::new();
    for (beginning, byte) in spelled.iter().flat_map(|s| bytes.iter().map(move |b| (s, b))) {
        let mut longer = beginning.clone();
        longer.push(byte.to_ascii_lowercase());
        if keywords.iter().any(|word| word.as_bytes() == longer) {
            continue;
        }
        if !keywords.iter().any(|word| word.as_bytes().starts_with(&longer)) {
            return None;
        }
        all.insert(longer);
    }
    Some(all)
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

    #[test]
    fn a_pattern_begins_with_a_keyword_if_every_way_into_it_spells_one() {
        let starts = |pattern: &str, keywords: &[&str]| {
            let keywords: Vec<String> = keywords.iter().map(|word| (*word).to_owned()).collect();
            let hir = Pattern::new(pattern, &keywords).parse().unwrap();
            behind_keyword(&hir, &keywords).is_some()
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
        let behind = |pattern: &str, keywords: &[&str]| {
            let keywords: Vec<String> = keywords.iter().map(|word| (*word).to_owned()).collect();
            Pattern::new(pattern, &keywords).bytes_behind(&keywords[0]).map(|mut bytes| {
                bytes.sort_unstable();
                bytes.dedup();
                String::from_utf8(bytes).unwrap()
            })
        };
        assert_eq!(behind(r"\b(?<secret>hf_[a-c]{34})\b", &["hf_"]).as_deref(), Some("abc"));
        assert_eq!(behind(r"(?i)(?:pk_[01]|sk_live)", &["pk_", "sk_"]).as_deref(), Some("01"));
        assert_eq!(behind(r"[a-z]{3}pk_1", &["pk_"]), None);
        assert_eq!(behind(r"pk_.*", &["pk_"]), None);
        assert_eq!(behind(r"(?:pk_1|other)", &["pk_"]), None);
    }
}
