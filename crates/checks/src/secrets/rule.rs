//! One rule: what its file says, checked and made ready to run. The format is described in `rules/README.md`.

use std::sync::{Arc, OnceLock};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use model::{CheckId, Confidence, Cwe, Severity};

use super::{
    bytes::ByteSet,
    checksum::Checksum,
    file::{Examples, List, RuleFile, Text, VerifyRecipe},
    outline::Outline,
    pattern::{Pattern, Source},
    place,
};
use crate::toml_problem;

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
    /// A JSON Web Token, whose claims are judged, and which has these.
    Jwt(List<(Text, Text)>),
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
    pub provider: Option<Text>,
    /// What was found.
    pub title: Text,
    /// What the credential opens.
    pub what: Text,
    /// How to make it worthless.
    pub revoke: Text,
    /// The provider's page.
    pub reference: Option<Text>,
    /// How bad.
    pub severity: Severity,
    /// How bad where a site sends it to browsers, if that is meant to be.
    pub in_browsers: Option<Severity>,
    /// How sure, at best.
    pub confidence: Confidence,
    /// The weakness.
    pub cwe: Cwe,
    /// How to ask the provider.
    pub verify: Option<VerifyRecipe>,
    /// Lower case.
    pub(crate) keywords: Arc<[Text]>,
    pub(crate) finder: Finder,
    pub(crate) entropy: Option<f32>,
    pub(crate) checksum: Option<Checksum>,
    /// How the secret that a pattern found is judged.
    pub(crate) judged: Option<Wanted>,
    pub(crate) allow: Vec<Pattern>,
    pub(crate) path: Option<Globs>,
    /// Whether it holds in samples only, or never in them.
    pub(crate) samples: Option<bool>,
    /// The only paths in which a user wants the rule to hold.
    pub(crate) path_pattern: Option<Pattern>,
    /// Rules of the same rank that claim the same secret go before.
    pub(crate) gives_way: bool,
    /// A user's rule that gives way to their other ones.
    pub(crate) is_generic: bool,
    pub(crate) rank: Rank,
    pub(crate) texts: OnceLock<Texts>,
}

/// What findings tell of their rule, shared by all of them. Most rules find nothing in a scan.
pub struct Texts {
    /// [`Rule::provider`]
    pub provider: Option<Arc<str>>,
    /// [`Rule::title`]
    pub title: Arc<str>,
    /// [`Rule::what`]
    pub what: Arc<str>,
    /// [`Rule::revoke`]
    pub revoke: Arc<str>,
    /// [`Rule::reference`]
    pub reference: Option<Arc<str>>,
}

impl Rule {
    /// Reads a rule's file.
    ///
    /// # Errors
    /// Names the rule and what is wrong with it.
    pub fn parse(id: &str, text: &str) -> Result<(Self, Examples), RuleError> {
        let file: RuleFile =
            toml::from_str(text).map_err(|error| RuleError::new(id, toml_problem(text, &error)))?;
        let rule = Self::from_file(CheckId::new(id), &file)?;
        Ok((rule, file.examples))
    }

    /// Makes a rule of what its file says.
    pub(crate) fn from_file(id: CheckId, file: &RuleFile) -> Result<Self, RuleError> {
        let fail = |problem: String| RuleError::new(id.as_str(), problem);
        let keywords: Arc<[Text]> = file.lower_keywords().collect();
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
        let pattern = |source| Finder::Pattern(Pattern::new(source, Arc::clone(&keywords)));
        let judged = match file.judge.as_deref() {
            Some("password") => Some(Wanted::Password),
            Some("token") => Some(Wanted::Token),
            Some("login") => Some(Wanted::Login),
            None | Some("jwt") => None,
            Some(other) => return Err(fail(format!("no judge `{other}`"))),
        };
        let (finder, rank) = match (&file.pattern, &file.assigned, file.judge.as_deref(), judged) {
            (None, None, None, _) if by_path => (Finder::Path, Rank::Format),
            (Some(whole), None, None, _) if by_path => {
                (Finder::Content(Pattern::alone(whole.clone())), Rank::Format)
            }
            (Some(whole), None, None, _) => (pattern(Source::Whole(whole.clone())), Rank::Format),
            (Some(whole), None, _, Some(_)) => (pattern(Source::Whole(whole.clone())), Rank::Shape),
            (None, Some(value), None, _) | (None, Some(value), _, Some(_)) => {
                (pattern(Source::Assigned(value.clone())), Rank::Assigned)
            }
            (None, None, Some("jwt"), _) => {
                // Whose claims are known, its issuer is.
                let rank = if file.claims.is_empty() { Rank::Shape } else { Rank::Format };
                (Finder::Jwt(file.claims.clone()), rank)
            }
            (None, None, _, Some(wanted @ (Wanted::Password | Wanted::Token))) => {
                (Finder::Assignment(wanted), Rank::Generic)
            }
            _ => {
                return Err(fail(
                    "needs `pattern` or `assigned`, or a `judge` that finds by itself".into(),
                ));
            }
        };
        if !file.claims.is_empty() && !matches!(finder, Finder::Jwt(_)) {
            return Err(fail("`claims` go with the judge `jwt`".into()));
        }
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
            provider: Some(file.provider.clone()),
            title: file.title.clone(),
            what: file.what.clone(),
            revoke: file.revoke.clone(),
            reference: file.reference.clone(),
            texts: OnceLock::new(),
            severity: file.severity.parse().map_err(|e| fail(format!("severity: {e}")))?,
            in_browsers: match &file.in_browsers {
                Some(text) => Some(text.parse().map_err(|e| fail(format!("in_browsers: {e}")))?),
                None => None,
            },
            confidence: file.confidence.parse().map_err(|e| fail(format!("confidence: {e}")))?,
            cwe: match &file.cwe {
                Some(text) => {
                    Cwe::parse(text).ok_or_else(|| fail(format!("`{text}` is no CWE number")))?
                }
                None => Cwe(798),
            },
            verify: file.verify.clone(),
            entropy: file.entropy,
            allow: file.allow.iter().cloned().map(Pattern::alone).collect(),
            path: (!file.path.is_empty()).then(|| Globs::new(file.path.clone())),
            samples: match file.samples.as_deref() {
                None => None,
                Some("only") => Some(true),
                Some("never") => Some(false),
                Some(other) => return Err(fail(format!("samples: `{other}`"))),
            },
            path_pattern: None,
            gives_way: file.gives_way,
            is_generic: false,
            rank: if checksum.is_some() { Rank::Proven } else { rank },
            judged,
            keywords,
            checksum,
            id,
        })
    }

    /// The same rule, of whose patterns the outlines were read before.
    pub(crate) fn outlined_by(
        mut self,
        pattern: Option<&'static Outline>,
        allow: &'static [Outline],
    ) -> Self {
        self.finder = match (self.finder, pattern) {
            (Finder::Pattern(pattern), Some(outline)) => {
                Finder::Pattern(pattern.outlined_by(outline))
            }
            (Finder::Content(pattern), Some(outline)) => {
                Finder::Content(pattern.outlined_by(outline))
            }
            (finder, _) => finder,
        };
        let allow_lists = self.allow.into_iter().zip(allow);
        self.allow = allow_lists.map(|(pattern, outline)| pattern.outlined_by(outline)).collect();
        self
    }

    /// Parses and compiles its patterns and globs now, not when they are first needed.
    ///
    /// # Errors
    /// Names the rule and what is wrong with a pattern.
    pub fn compile(&self) -> Result<(), RuleError> {
        let fail = |problem: String| RuleError::new(self.id.as_str(), problem);
        self.allow.iter().try_for_each(Pattern::compile).map_err(fail)?;
        self.path.iter().try_for_each(Globs::compile).map_err(fail)?;
        if let Finder::Pattern(pattern) | Finder::Content(pattern) = &self.finder {
            pattern.compile().map_err(fail)?;
            if pattern.matches_empty() {
                return Err(fail("the pattern matches the empty text".to_owned()));
            }
        }
        Ok(())
    }

    /// The bytes that stand behind a keyword of `length` bytes in every match; `None` where it may be any.
    pub(crate) fn bytes_behind(&self, length: usize) -> Option<ByteSet> {
        match &self.finder {
            Finder::Pattern(pattern) => pattern.bytes_behind(length),
            Finder::Assignment(_)
            | Finder::Jwt(_)
            | Finder::Content(_)
            | Finder::Whole(_)
            | Finder::Path => None,
        }
    }

    /// For findings. Made when they are first asked for: what is changed in a rule later is not in them.
    pub fn texts(&self) -> &Texts {
        let shared = |text: &Text| text.as_ref().into();
        self.texts.get_or_init(|| Texts {
            provider: self.provider.as_ref().map(shared),
            title: shared(&self.title),
            what: shared(&self.what),
            revoke: shared(&self.revoke),
            reference: self.reference.as_ref().map(shared),
        })
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
    pub fn keywords(&self) -> &[Text] {
        &self.keywords
    }
}

/// The globs of one rule, compiled when they are first needed.
pub(crate) struct Globs {
    patterns: List<Text>,
    set: OnceLock<Result<GlobSet, String>>,
}

impl Globs {
    fn new(patterns: List<Text>) -> Self {
        Self { patterns, set: OnceLock::new() }
    }

    fn compiled(&self) -> Result<&GlobSet, &String> {
        self.set.get_or_init(|| glob_set(&self.patterns)).as_ref()
    }

    fn compile(&self) -> Result<(), String> {
        self.compiled().map(|_| ()).map_err(Clone::clone)
    }

    fn is_match(&self, path: &str) -> bool {
        self.compiled().is_ok_and(|globs| globs.is_match(path))
    }
}

fn glob_set(patterns: &[impl AsRef<str>]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for (number, pattern) in (1..).zip(patterns) {
        let glob = GlobBuilder::new(pattern.as_ref())
            .case_insensitive(true)
            .literal_separator(true)
            .build();
        // Without the pattern, which is nobody's business but its writer's.
        set.add(glob.map_err(|error| format!("pattern number {number}: {}", error.kind()))?);
    }
    set.build().map_err(|error| error.kind().to_string())
}

pub(crate) fn globs(patterns: &[String]) -> Result<Option<GlobSet>, String> {
    if patterns.is_empty() { Ok(None) } else { glob_set(patterns).map(Some) }
}
