//! What a check says.

use std::borrow::Cow;

use model::{Confidence, Severity, one_line};
use url::Url;

/// Most findings of one check on one site.
const MAX_FOUND: usize = 1_000;
/// Longest value of a piece of evidence, in characters.
const MAX_EVIDENCE: usize = 300;

/// One problem at one place of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where: the URL that was answered.
    pub url: Url,
    /// The line of the body, from 1.
    pub line: Option<u64>,
    /// Says the same problem again in a later scan, and on other pages of the site: what is wrong, without where.
    pub key: String,
    /// What was found, in a few words, if the page's title does not say it.
    pub title: Option<Cow<'static, str>>,
    /// What is special about this case, in a sentence.
    pub detail: Option<String>,
    /// If it is not the check's.
    pub severity: Option<Severity>,
    /// If it is not the check's.
    pub confidence: Option<Confidence>,
    /// How to repair this case, if the page does not say it.
    pub repair: Option<String>,
    /// What lets a reader see it: names such as `header`, `element`, `url`, and what stands there.
    pub evidence: Vec<(&'static str, String)>,
}

impl Found {
    /// Something at that URL.
    #[must_use]
    pub fn at(url: &Url) -> Self {
        Self {
            url: url.clone(),
            line: None,
            key: String::new(),
            title: None,
            detail: None,
            severity: None,
            confidence: None,
            repair: None,
            evidence: Vec::new(),
        }
    }

    /// In that line of the body.
    #[must_use]
    pub fn line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    /// Findings of one check with the same key are one finding with several places.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: key.into(), ..self }
    }

    /// What was found, in a few words.
    #[must_use]
    pub fn title(self, title: impl Into<Cow<'static, str>>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// What is special about this case, in a sentence.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// How bad.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity: Some(severity), ..self }
    }

    /// How sure.
    #[must_use]
    pub fn confidence(self, confidence: Confidence) -> Self {
        Self { confidence: Some(confidence), ..self }
    }

    /// How to repair this case.
    #[must_use]
    pub fn repair(self, repair: impl Into<String>) -> Self {
        Self { repair: Some(repair.into()), ..self }
    }

    /// What lets a reader see it. It is cut to a line; no credential's value belongs here.
    #[must_use]
    pub fn evidence(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.evidence.push((name, one_line(value.as_ref(), MAX_EVIDENCE)));
        self
    }
}

/// Where a check puts what it finds.
#[derive(Debug, Default)]
pub struct Report {
    found: Vec<Found>,
}

impl Report {
    /// Takes a finding, unless there are very many already.
    pub fn add(&mut self, found: Found) {
        if self.found.len() < MAX_FOUND {
            self.found.push(found);
        }
    }

    /// What is found meanwhile is of documents that scripts made: it has no line, for that is nowhere to be read, and is left out where
    /// the same is known of the page already.
    pub(super) fn of_rendered(&mut self, run: impl FnOnce(&mut Self)) {
        let mut rendered = Self::default();
        run(&mut rendered);
        for found in rendered.found {
            let is_known = |known: &Found| known.url == found.url && known.key == found.key;
            if !self.found.iter().any(is_known) {
                self.add(Found { line: None, ..found });
            }
        }
    }

    pub(super) fn into_found(self) -> Vec<Found> {
        self.found
    }
}
