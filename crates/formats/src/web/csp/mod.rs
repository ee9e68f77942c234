//! Content Security Policy, level 3 (<https://www.w3.org/TR/CSP3/>): what a page's policies say ([`Policies::add`]), and what they
//! allow together (the queries of [`Policies`] and [`Policy`]).
//!
//! A policy is read as browsers read it (section 2.2): of a repeated directive the first counts, a directive that is not ASCII
//! is passed over, and so is a source that fits no grammar. All of that is kept as [`Issue`]s.

mod allows;
mod issue;
mod source;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use foldhash::fast::RandomState;

pub use allows::{Breadth, fallbacks};
pub use issue::{Issue, IssueKind};
pub use source::{HashAlgorithm, HostSource, Keyword, Port, Source};

use super::note;

/// How a policy reached the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// `Content-Security-Policy`.
    Header,
    /// `Content-Security-Policy-Report-Only`: it says what would be blocked, and blocks nothing.
    ReportOnlyHeader,
    /// `<meta http-equiv="Content-Security-Policy">`: some directives are ignored there (section 3.3).
    Meta,
}

/// All policies of a page. Something is allowed if each of those that are enforced allows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policies {
    /// In the order in which they came; report-only ones too.
    pub policies: Vec<Policy>,
}

/// One serialized policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// How it came.
    pub delivery: Delivery,
    /// What counts, in order: no repeated ones, none that is ignored where the policy stands.
    pub directives: Vec<Directive>,
    /// What is wrong with it, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub issues: Vec<Issue>,
}

/// One directive.
#[derive(Clone, Debug, PartialEq)]
pub struct Directive {
    /// In lower case.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// The value of a directive.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Where something may come from. Empty means from nowhere, as `'none'` does; `'none'` itself is never in it, and neither is
    /// what fits no grammar.
    Sources(Vec<Source>),
    /// Words as they stand: of a directive that has no source list, or of an unknown one.
    Words(Vec<String>),
}

impl Directive {
    /// The source list; nothing if the directive has none.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        if let Value::Sources(sources) = &self.value { sources } else { &[] }
    }

    /// The words of a directive without a source list.
    #[must_use]
    pub fn words(&self) -> &[String] {
        if let Value::Words(words) = &self.value { words } else { &[] }
    }
}

impl Policies {
    /// Adds the policies of one header field or `<meta>` element: a header holds several with commas between them, an element one.
    /// One without directives is no policy (section 2.2.2), except that it is kept if there are issues to tell.
    pub fn add(&mut self, delivery: Delivery, value: &str) {
        if delivery == Delivery::Meta {
            self.policies.push(Policy::parse(delivery, value));
            return;
        }
        for part in value.split(',') {
            let policy = Policy::parse(delivery, part);
            if !policy.directives.is_empty() || !policy.issues.is_empty() {
                self.policies.push(policy);
            }
        }
    }
}

impl Policy {
    /// Reads one policy (section 2.2.1); a comma is no separator here.
    #[must_use]
    pub fn parse(delivery: Delivery, value: &str) -> Self {
        let mut policy = Self { delivery, directives: Vec::new(), issues: Vec::new() };
        let mut seen = HashSet::with_hasher(RandomState::default());
        for part in value.split(';') {
            let part = part.trim_matches(is_white_space);
            if part.is_empty() {
                continue;
            }
            let mut words = part.split(is_white_space).filter(|word| !word.is_empty());
            let name = words.next().unwrap_or_default().to_ascii_lowercase();
            if !part.is_ascii() {
                policy.note(IssueKind::NotAscii, &name, "");
                continue;
            }
            if !seen.insert(name.clone()) {
                policy.note(IssueKind::DuplicateDirective, &name, "");
                continue;
            }
            let Some(value) = policy.read_value(&name, words) else { continue };
            policy.directives.push(Directive { name, value });
        }
        policy
    }

    /// The directive of this name (lower case), without fallbacks.
    #[must_use]
    pub fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().find(|directive| directive.name == name)
    }

    /// Whether it blocks anything at all.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.delivery != Delivery::ReportOnlyHeader
    }

    fn read_value<'a>(
        &mut self,
        name: &str,
        words: impl Iterator<Item = &'a str>,
    ) -> Option<Value> {
        let Some(known) = DIRECTIVES.iter().find(|known| known.0 == name) else {
            self.note(IssueKind::UnknownDirective, name, "");
            return Some(Value::Words(words.map(str::to_owned).collect()));
        };
        if self.delivery == Delivery::Meta && IGNORED_IN_META.contains(&name) {
            self.note(IssueKind::IgnoredInMeta, name, "");
            return None;
        }
        if self.delivery == Delivery::ReportOnlyHeader && name == "sandbox" {
            self.note(IssueKind::IgnoredInReportOnly, name, "");
            return None;
        }
        if known.2 == Standing::Deprecated {
            self.note(IssueKind::DeprecatedDirective, name, "");
        }
        match known.1 {
            Kind::Sources => Some(Value::Sources(self.read_sources(name, words))),
            kind => {
                let words: Vec<String> = words.map(str::to_owned).collect();
                for word in &words {
                    let is_known = match kind {
                        Kind::Empty => false,
                        Kind::OneOf(allowed) => {
                            allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(word))
                        }
                        Kind::Words | Kind::Sources => true,
                    };
                    if !is_known {
                        self.note(IssueKind::UnknownValue, name, word);
                    }
                }
                Some(Value::Words(words))
            }
        }
    }

    fn read_sources<'a>(
        &mut self,
        name: &str,
        words: impl Iterator<Item = &'a str>,
    ) -> Vec<Source> {
        let mut sources = Vec::new();
        let (mut has_none, mut has_others) = (false, false);
        for word in words {
            if word.eq_ignore_ascii_case("'none'") {
                has_none = true;
                continue;
            }
            has_others = true;
            match Source::parse(word) {
                Ok(source) => {
                    if let Some(kind) = source.weakness() {
                        self.note(kind, name, "");
                    }
                    sources.push(source);
                }
                Err(kind) => self.note(kind, name, word),
            }
            // What a forgotten quote or semicolon makes still fits the grammar of a host.
            if let Some(kind) = source::mistaken(word) {
                self.note(kind, name, word);
            }
        }
        if has_none && has_others {
            self.note(IssueKind::NoneAmongOthers, name, "");
        }
        sources
    }

    fn note(&mut self, kind: IssueKind, directive: &str, word: &str) {
        note(&mut self.issues, Issue::new(kind, directive, word));
    }
}

/// ASCII white space as the Infra standard has it, in which vertical tabs are not.
fn is_white_space(c: char) -> bool {
    c.is_ascii_whitespace()
}

/// Whether a directive of this name (lower case) is known to any browser.
#[must_use]
pub fn is_known_directive(name: &str) -> bool {
    DIRECTIVES.iter().any(|known| known.0 == name)
}

/// Ignored in a `<meta>` element (section 3.3).
const IGNORED_IN_META: &[&str] = &["frame-ancestors", "report-uri", "sandbox"];

#[derive(Clone, Copy, PartialEq)]
enum Standing {
    Current,
    Deprecated,
}

#[derive(Clone, Copy)]
enum Kind {
    Sources,
    /// Any words.
    Words,
    OneOf(&'static [&'static str]),
    /// A value means nothing.
    Empty,
}

/// The `sandbox` keywords of HTML, section 7.1.5.
const SANDBOX: &[&str] = &[
    "allow-downloads",
    "allow-forms",
    "allow-modals",
    "allow-orientation-lock",
    "allow-pointer-lock",
    "allow-popups",
    "allow-popups-to-escape-sandbox",
    "allow-presentation",
    "allow-same-origin",
    "allow-scripts",
    "allow-storage-access-by-user-activation",
    "allow-top-navigation",
    "allow-top-navigation-by-user-activation",
    "allow-top-navigation-to-custom-protocols",
];

/// Section 6, Mixed Content, Upgrade Insecure Requests, Trusted Types, and what browsers once knew.
const DIRECTIVES: &[(&str, Kind, Standing)] = {
    use Kind::{Empty, OneOf, Sources, Words};
    use Standing::{Current, Deprecated};
    &[
        ("base-uri", Sources, Current),
        ("block-all-mixed-content", Empty, Deprecated),
        ("child-src", Sources, Current),
        ("connect-src", Sources, Current),
        ("default-src", Sources, Current),
        ("fenced-frame-src", Sources, Current),
        ("font-src", Sources, Current),
        ("form-action", Sources, Current),
        ("frame-ancestors", Sources, Current),
        ("frame-src", Sources, Current),
        ("img-src", Sources, Current),
        ("manifest-src", Sources, Current),
        ("media-src", Sources, Current),
        ("navigate-to", Sources, Deprecated),
        ("object-src", Sources, Current),
        ("plugin-types", Words, Deprecated),
        ("prefetch-src", Sources, Deprecated),
        ("referrer", Words, Deprecated),
        ("reflected-xss", Words, Deprecated),
        ("report-to", Words, Current),
        ("report-uri", Words, Deprecated),
        ("require-sri-for", OneOf(&["script", "style"]), Deprecated),
        ("require-trusted-types-for", OneOf(&["'script'"]), Current),
        ("sandbox", OneOf(SANDBOX), Current),
        ("script-src", Sources, Current),
        ("script-src-attr", Sources, Current),
        ("script-src-elem", Sources, Current),
        ("style-src", Sources, Current),
        ("style-src-attr", Sources, Current),
        ("style-src-elem", Sources, Current),
        ("trusted-types", Words, Current),
        ("upgrade-insecure-requests", Empty, Current),
        ("webrtc", OneOf(&["'allow'", "'block'"]), Current),
        ("worker-src", Sources, Current),
    ]
};
