//! Allow-lists: which secrets, at which paths, in which commits, are known and accepted.

use globset::GlobSet;

use super::{pattern::Pattern, rule::globs};

/// What the expressions of a list are held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The secret.
    #[default]
    Secret,
    /// All that the rule's pattern matched.
    Match,
    /// The lines on which the match stands.
    Line,
}

/// What stands in a text, for a list to judge.
#[derive(Clone, Copy)]
pub struct Found<'t> {
    /// The credential.
    pub secret: &'t [u8],
    /// All that the rule's pattern matched.
    pub matched: &'t [u8],
    /// The lines on which the match stands.
    pub line: &'t [u8],
}

/// What the text alone says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Allowed wherever it stands.
    Allowed,
    /// Allowed at the places for which [`Allowlist::holds_at`].
    ByPlace,
    /// Not allowed by this list.
    Refused,
}

/// What must hold of a finding for it to be allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Every kind of entry that the list has.
    #[default]
    All,
    /// One of them.
    Any,
}

/// One allow-list.
#[derive(Default)]
pub struct Allowlist {
    /// Checks it is for; all if empty.
    pub checks: Vec<String>,
    /// Paths as globs.
    pub path_globs: Option<GlobSet>,
    /// Paths as expressions.
    pub path_patterns: Vec<Pattern>,
    /// Secrets, or what `target` names instead.
    pub secrets: Vec<Pattern>,
    /// What `secrets` are held against.
    pub target: Target,
    /// Words in secrets, lower case.
    pub stopwords: Vec<String>,
    /// Commits, by their whole id, lower case.
    pub commits: Vec<String>,
    /// How the kinds of entries go together.
    pub condition: Condition,
}

impl Allowlist {
    /// A list of which every kind of entry must hold.
    ///
    /// # Errors
    /// Which entry is no glob or no expression, without quoting it; a list without entries.
    pub fn new(
        checks: Vec<String>,
        paths: &[String],
        secrets: &[String],
        commits: Vec<String>,
    ) -> Result<Self, String> {
        if checks.is_empty() && paths.is_empty() && secrets.is_empty() && commits.is_empty() {
            return Err("allows everything; name checks, paths, secrets or commits".to_owned());
        }
        Ok(Self {
            checks,
            path_globs: globs(paths).map_err(|problem| format!("`paths`: {problem}"))?,
            secrets: (1..)
                .zip(secrets)
                .map(|(number, source)| {
                    let fail =
                        |problem| format!("`secrets`: expression number {number}: {problem}");
                    Pattern::loose(source).map_err(fail)
                })
                .collect::<Result<_, String>>()?,
            commits: commits.iter().map(|id| id.to_ascii_lowercase()).collect(),
            ..Self::default()
        })
    }

    /// Whether a finding of `check` is allowed; for a list whose expressions are about secrets.
    #[must_use]
    pub fn allows(&self, check: &str, secret: &[u8], path: &str, commit: Option<&str>) -> bool {
        let found = Found { secret, matched: secret, line: secret };
        self.is_for(check)
            && match self.judge(found) {
                Verdict::Allowed => true,
                Verdict::ByPlace => self.holds_at(path, commit),
                Verdict::Refused => false,
            }
    }

    /// Whether findings of `check` are its business.
    #[must_use]
    pub fn is_for(&self, check: &str) -> bool {
        self.checks.is_empty() || self.checks.iter().any(|id| id == check)
    }

    /// Judges by what stands in the text.
    #[must_use]
    pub fn judge(&self, found: Found<'_>) -> Verdict {
        let text = match self.target {
            Target::Secret => found.secret,
            Target::Match => found.matched,
            Target::Line => found.line,
        };
        let secret_holds = || self.secrets.iter().any(|pattern| pattern.is_match(text));
        let word_holds = || {
            let lower = found.secret.to_ascii_lowercase();
            self.stopwords
                .iter()
                .any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
        };
        let (secrets, words) = (!self.secrets.is_empty(), !self.stopwords.is_empty());
        match self.condition {
            Condition::Any if secrets && secret_holds() || words && word_holds() => {
                Verdict::Allowed
            }
            Condition::Any if self.has_places() => Verdict::ByPlace,
            Condition::Any if secrets || words => Verdict::Refused,
            Condition::All if secrets && !secret_holds() || words && !word_holds() => {
                Verdict::Refused
            }
            Condition::All if self.has_places() => Verdict::ByPlace,
            // A list that names checks only allows all their findings.
            Condition::Any | Condition::All => Verdict::Allowed,
        }
    }

    /// Judges by the place, where [`Self::judge`] says so.
    #[must_use]
    pub fn holds_at(&self, path: &str, commit: Option<&str>) -> bool {
        let path_holds = || {
            self.path_globs.as_ref().is_some_and(|globs| globs.is_match(path))
                || self.path_patterns.iter().any(|pattern| pattern.is_match_of_path(path))
        };
        let commit_holds =
            || commit.is_some_and(|commit| self.commits.iter().any(|id| id == commit));
        match (self.condition, self.has_paths(), !self.commits.is_empty()) {
            (Condition::All, paths, commits) => {
                (!paths || path_holds()) && (!commits || commit_holds())
            }
            (Condition::Any, paths, commits) => paths && path_holds() || commits && commit_holds(),
        }
    }

    fn has_paths(&self) -> bool {
        self.path_globs.is_some() || !self.path_patterns.is_empty()
    }

    fn has_places(&self) -> bool {
        self.has_paths() || !self.commits.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_of_a_list_must_hold_or_any() {
        let mut list =
            Allowlist::new(vec![], &["tests/**".into()], &["^test-".into()], vec![]).unwrap();
        assert!(list.allows("x", b"test-1", "tests/a.py", None));
        assert!(!list.allows("x", b"test-1", "src/a.py", None));
        list.condition = Condition::Any;
        assert!(list.allows("x", b"test-1", "src/a.py", None));
        assert!(!list.allows("x", b"real", "src/a.py", None));
    }

    #[test]
    fn a_list_for_one_check_is_silent_about_others_and_an_empty_one_is_refused() {
        let list = Allowlist::new(vec!["jwt".into()], &[], &[], vec!["ABC".into()]).unwrap();
        assert!(list.allows("jwt", b"s", "p", Some("abc")));
        assert!(!list.allows("jwt", b"s", "p", None));
        assert!(!list.allows("other", b"s", "p", Some("abc")));
        assert!(Allowlist::new(vec![], &[], &[], vec![]).is_err());
    }
}
