//! Allow-lists: which secrets, at which paths, in which commits, are known and accepted.

use globset::GlobSet;

use super::rule::{Pattern, globs};

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
    /// Secrets.
    pub secrets: Vec<Pattern>,
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
    /// The entry that is no glob or no expression; a list without entries.
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
            path_globs: globs(paths)?,
            secrets: secrets
                .iter()
                .map(|source| Pattern::loose(source))
                .collect::<Result<_, _>>()?,
            commits: commits.iter().map(|id| id.to_ascii_lowercase()).collect(),
            ..Self::default()
        })
    }

    /// Whether a finding of `check` is allowed.
    #[must_use]
    pub fn allows(&self, check: &str, secret: &[u8], path: &str, commit: Option<&str>) -> bool {
        if !self.checks.is_empty() && !self.checks.iter().any(|id| id == check) {
            return false;
        }
        let has_paths = self.path_globs.is_some() || !self.path_patterns.is_empty();
        let path_holds = || {
            self.path_globs.as_ref().is_some_and(|globs| globs.is_match(path))
                || self.path_patterns.iter().any(|pattern| pattern.is_match(path.as_bytes()))
        };
        let secret_holds = || self.secrets.iter().any(|pattern| pattern.is_match(secret));
        let word_holds = || {
            let lower = secret.to_ascii_lowercase();
            self.stopwords
                .iter()
                .any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
        };
        let commit_holds =
            || commit.is_some_and(|commit| self.commits.iter().any(|id| id == commit));
        let kinds: [(bool, &dyn Fn() -> bool); 4] = [
            (has_paths, &path_holds),
            (!self.secrets.is_empty(), &secret_holds),
            (!self.stopwords.is_empty(), &word_holds),
            (!self.commits.is_empty(), &commit_holds),
        ];
        let mut present = kinds.iter().filter(|(present, _)| *present).peekable();
        match self.condition {
            Condition::All => present.all(|(_, holds)| holds()),
            Condition::Any => present.peek().is_none() || present.any(|(_, holds)| holds()),
        }
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
