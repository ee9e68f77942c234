//! What is wrong with a policy.

use std::fmt;

use model::one_line;

/// One mistake in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What it is.
    pub kind: IssueKind,
    /// The directive it stands in, cut to a line.
    pub directive: String,
    /// The word it is about, cut to a line; empty where the directive as a whole is meant, and for nonces and hashes.
    pub word: String,
}

/// What can be wrong with a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueKind {
    /// A directive holds a character that is not ASCII, so that browsers pass it over.
    NotAscii,
    /// The directive stood there before, so that this one is ignored.
    DuplicateDirective,
    /// No browser knows it.
    UnknownDirective,
    /// Browsers ignore it, or will.
    DeprecatedDirective,
    /// It works in a header only.
    IgnoredInMeta,
    /// It works in an enforced policy only.
    IgnoredInReportOnly,
    /// A word that this directive does not know.
    UnknownValue,
    /// `self` instead of `'self'`: it means a host of that name.
    UnquotedKeyword,
    /// `'unsafe-inlin'`: quotes around something that is no keyword.
    UnknownKeyword,
    /// It fits no grammar of a source.
    InvalidSource,
    /// The name of a directive among the sources: a semicolon is missing.
    MissingSemicolon,
    /// `'none'` beside other sources, where it is ignored.
    NoneAmongOthers,
    /// A nonce of fewer than 128 bits (section 7.1).
    ShortNonce,
    /// A hash whose length is not its algorithm's, or that is no base64: it matches nothing.
    InvalidHash,
}

impl Issue {
    pub(super) fn new(kind: IssueKind, directive: &str, word: &str) -> Self {
        // A nonce is only worth something while nobody repeats it.
        let word = match word.to_ascii_lowercase().find("nonce-") {
            Some(at) => format!("{}nonce-…", word.get(..at).unwrap_or_default()),
            None => one_line(word, 80),
        };
        Self { kind, directive: one_line(directive, 80), word: one_line(&word, 80) }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, directive, word } = self;
        match kind {
            IssueKind::NotAscii => {
                write!(f, "`{directive}` holds characters that are not ASCII, and is ignored")
            }
            IssueKind::DuplicateDirective => {
                write!(f, "`{directive}` is repeated; only the first one counts")
            }
            IssueKind::UnknownDirective => write!(f, "`{directive}` is no known directive"),
            IssueKind::DeprecatedDirective => write!(f, "`{directive}` is deprecated"),
            IssueKind::IgnoredInMeta => write!(f, "`{directive}` is ignored in a <meta> element"),
            IssueKind::IgnoredInReportOnly => {
                write!(f, "`{directive}` is ignored in a report-only policy")
            }
            IssueKind::UnknownValue => write!(f, "`{directive}` does not know `{word}`"),
            IssueKind::UnquotedKeyword => write!(
                f,
                "`{word}` in `{directive}` needs single quotes around it; as it stands it is the name of a host"
            ),
            IssueKind::UnknownKeyword => write!(f, "`{word}` in `{directive}` is no known keyword"),
            IssueKind::InvalidSource => write!(f, "`{word}` in `{directive}` is no valid source"),
            IssueKind::MissingSemicolon => write!(
                f,
                "the directive `{word}` stands among the sources of `{directive}`; a semicolon is missing before it"
            ),
            IssueKind::NoneAmongOthers => {
                write!(f, "'none' in `{directive}` is ignored because there are other sources")
            }
            IssueKind::ShortNonce => write!(f, "a nonce in `{directive}` has fewer than 128 bits"),
            IssueKind::InvalidHash => {
                write!(f, "a hash in `{directive}` does not have its algorithm's length")
            }
        }
    }
}
