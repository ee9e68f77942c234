//! What is looked for on websites. A check is one file here and one page under `docs/checks/`: its title, what it means, how to repair it,
//! and examples that are run. Categories are folders and the first word of an id.
//!
//! Checks judge a [`Visit`]: what was fetched, parsed once. They fetch nothing.

mod accessible_name;
mod bodies;
mod cdn;
mod elements;
mod embedded;
mod found;
mod grade;
mod guide;
mod loads;
mod party;
mod scripts;
mod shown;
mod styles;
mod visit;

mod accessibility;
mod backends;
mod content;
mod dns;
mod exposure;
mod forms;
mod headers;
mod i18n;
mod libraries;
mod media;
mod mobile;
mod performance;
mod platform;
mod runtime;
mod schema;
mod secrets;
mod seo;
mod tls;

use std::sync::LazyLock;

use model::{CheckId, Confidence, Cwe, Severity};

pub use backends::{
    AppwriteList, Backend, Named, Service, questions as backend_questions,
    recognise as named_backends,
};
pub use exposure::{EXPOSED_PATHS, ExposedPath};
pub use found::{Found, Report};
pub use grade::{Grade, Letter, Test, grade};
pub use guide::Guide;
pub use libraries::{KNOWN_VULNERABILITY, Library, libraries};
pub use secrets::{JS_BUNDLE_SWEEP, PATTERNS};
pub use visit::{Page, Visit};

/// A check of websites.
#[derive(Debug)]
pub struct Check {
    /// `<category>.<check>`, permanent.
    pub id: CheckId,
    /// How bad, where a finding does not say otherwise.
    pub severity: Severity,
    /// How sure, where a finding does not say otherwise.
    pub confidence: Confidence,
    /// The weakness that it is an instance of; matters of quality are none.
    pub cwe: Option<Cwe>,
    /// A page to read on: a specification, or what the field goes by.
    pub reference: &'static str,
    /// The text of its page, in Markdown.
    pub page: &'static str,
    /// What it looks at.
    pub run: Run,
}

/// What a check looks at, and how.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Each HTML page that was answered with success.
    Page(fn(&Page<'_>, &Visit<'_>, &mut Report)),
    /// The same with the document that scripts make, where a browser rendered the page: what people meet, rather than what was sent.
    Rendered(fn(&Page<'_>, &Visit<'_>, &mut Report)),
    /// Both: what a server sent matters, and what scripts add to it as well.
    SentAndRendered(fn(&Page<'_>, &Visit<'_>, &mut Report)),
    /// The visit as a whole.
    Site(fn(&Visit<'_>, &mut Report)),
    /// More than the visit: the engine judges it, with rules and an index that it has.
    Engine,
}

/// The text of a check's page under `docs/checks/`.
macro_rules! page {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/checks/", $path, ".md"))
    };
}
pub(crate) use page;

/// Every check of websites, by category.
pub fn catalogue() -> impl Iterator<Item = &'static Check> {
    let categories: [&'static [&'static Check]; 18] = [
        accessibility::CHECKS,
        backends::CHECKS,
        content::CHECKS,
        dns::CHECKS,
        exposure::CHECKS,
        forms::CHECKS,
        headers::CHECKS,
        i18n::CHECKS,
        libraries::CHECKS,
        media::CHECKS,
        mobile::CHECKS,
        performance::CHECKS,
        platform::CHECKS,
        runtime::CHECKS,
        schema::CHECKS,
        secrets::CHECKS,
        seo::CHECKS,
        tls::CHECKS,
    ];
    categories.into_iter().flatten().copied()
}

/// Every check of websites, and what its page says.
pub fn pages() -> &'static [(&'static Check, Guide<'static>)] {
    static PAGES: LazyLock<Vec<(&'static Check, Guide<'static>)>> =
        LazyLock::new(|| catalogue().map(|check| (check, check.guide())).collect());
    &PAGES
}

impl Check {
    /// The first word of its id.
    #[must_use]
    pub fn category(&self) -> &str {
        self.id.as_str().split('.').next().unwrap_or_default()
    }

    /// What its page says.
    #[must_use]
    pub fn guide(&self) -> Guide<'static> {
        Guide::parse(self.page)
    }

    /// Judges a visit.
    pub fn judge(&self, visit: &Visit<'_>) -> Vec<Found> {
        let mut report = Report::default();
        match self.run {
            Run::Page(run) => visit.pages.iter().for_each(|page| run(page, visit, &mut report)),
            Run::Rendered(run) => {
                for page in &visit.pages {
                    match visit.rendering_of(page) {
                        Some(rendered) => report.of_rendered(|report| run(rendered, visit, report)),
                        None => run(page, visit, &mut report),
                    }
                }
            }
            Run::SentAndRendered(run) => {
                for page in &visit.pages {
                    run(page, visit, &mut report);
                    if let Some(rendered) = visit.rendering_of(page) {
                        report.of_rendered(|report| run(rendered, visit, report));
                    }
                }
            }
            Run::Site(run) => run(visit, &mut report),
            Run::Engine => {}
        }
        report.into_found()
    }
}

#[cfg(test)]
mod clean;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hostile_answers;
#[cfg(test)]
mod literal;
#[cfg(test)]
mod quality;
#[cfg(test)]
mod rendered;
