//! A user's `.gitleaks.toml`: their rules, allow-lists and what they extend, in the form of our own.
//!
//! The format is described at <https://github.com/gitleaks/gitleaks#configuration>. Nothing here opens a file: the caller
//! reads what a configuration extends. Everything is bounded, because a configuration may come with the scanned folder.

mod apply;
mod extend;
mod file;
pub mod ids;
mod regex;

pub use apply::Applied;

use extend::Resolved;
use file::{ListSource, RuleSource};

/// Rules of one configuration, with all that it extends.
pub const MAX_RULES: usize = 1_000;
/// Expressions of all rules and lists together.
const MAX_PATTERNS: usize = 5_000;
/// Keywords, words, commits and tags together.
const MAX_WORDS: usize = 100_000;
/// Compiled patterns together, in bytes.
const MAX_COMPILED_BYTES: usize = 256 << 20;
/// Files that extend each other.
pub const MAX_DEPTH: usize = 5;
/// As deep as gitleaks itself reads; what is named further down may be missing.
const THEIR_DEPTH: usize = 2;

/// What is wrong, and where.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}: {}{problem}", place(rule.as_deref(), field.as_deref()))]
pub struct Error {
    /// As the caller names it.
    pub file: String,
    /// The rule's id, or its number.
    pub rule: Option<String>,
    /// The field, as the format spells it.
    pub field: Option<String>,
    /// What is wrong with it.
    pub problem: String,
}

fn place(rule: Option<&str>, field: Option<&str>) -> String {
    match (rule, field) {
        (Some(rule), Some(field)) => format!("rule `{rule}`, `{field}`: "),
        (Some(rule), None) => format!("rule `{rule}`: "),
        (None, Some(field)) => format!("`{field}`: "),
        (None, None) => String::new(),
    }
}

/// A file that a configuration extends.
pub struct Extended {
    /// Its name in messages; the same file has the same name.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// Reads the file that `extend.path` in another names: the path, and the name of the other. The error is a sentence.
pub type Open<'o> = dyn FnMut(&str, &str) -> Result<Extended, String> + 'o;

/// A configuration that was read, with all that it extends.
pub struct Configuration {
    name: String,
    resolved: Resolved,
    notes: Vec<String>,
}

impl Configuration {
    /// Reads the file called `name`.
    ///
    /// # Errors
    /// The first thing that is wrong, by file, rule and field. Expressions are looked at when it is [applied](Self::apply).
    pub fn read(name: &str, text: &str, open: &mut Open<'_>) -> Result<Self, Error> {
        let mut notes = Vec::new();
        let resolved = extend::resolve(name, text, open, &mut notes)?;
        Ok(Self { name: name.to_owned(), resolved, notes })
    }
}

/// Whether `text` is written in this format rather than ours: it has one of the format's own tables or keys.
#[must_use]
pub fn is_one(text: &str) -> bool {
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return false };
    table.keys().any(|key| {
        matches!(
            key.to_lowercase().as_str(),
            "title"
                | "description"
                | "extend"
                | "rules"
                | "allowlist"
                | "allowlists"
                | "minversion"
        )
    })
}

#[cfg(test)]
mod tests;
