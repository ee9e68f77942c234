//! A visit as checks see it: what was fetched, and the documents made of it, once for all checks.

use std::{borrow::Cow, sync::OnceLock};

use encoding_rs::Encoding;
use formats::web::html::{self, Decoded, Document};
use model::site::{Answer, Resource, Role, Site};
use url::Url;

use super::{
    backends::{Named, recognise},
    headers::policies::PagePolicies,
};

/// A visit to a website.
#[derive(Debug)]
pub struct Visit<'s> {
    /// What was fetched.
    pub site: &'s Site,
    /// The HTML pages that were answered with success, in the order of the crawl.
    pub pages: Vec<Page<'s>>,
    backends: OnceLock<Named>,
}

/// An HTML page.
#[derive(Debug)]
pub struct Page<'s> {
    /// What was asked for.
    pub resource: &'s Resource,
    /// What came.
    pub answer: &'s Answer,
    /// Its text.
    pub text: Cow<'s, str>,
    /// What a browser makes of it before scripts run.
    pub document: Document,
    /// What relative URLs on it are relative to (`<base>`).
    pub base: Url,
    encoding: &'static Encoding,
    policies: OnceLock<PagePolicies>,
}

impl<'s> Visit<'s> {
    /// Parses what was fetched.
    #[must_use]
    pub fn of(site: &'s Site) -> Self {
        let pages = site
            .answered(Role::Page)
            .filter(|(_, answer)| answer.is_success() && answer.is_page())
            .map(|(resource, answer)| Page::of(resource, answer))
            .collect();
        Self { site, pages, backends: OnceLock::new() }
    }

    /// The back ends that the site names, looked for once.
    pub(super) fn backends(&self) -> &Named {
        self.backends.get_or_init(|| recognise(self.site))
    }

    /// Every resource of that role that was answered, whatever the status.
    pub fn answered(&self, role: Role) -> impl Iterator<Item = (&'s Resource, &'s Answer)> {
        self.site.answered(role)
    }

    /// The page that the start led to, if it is one.
    #[must_use]
    pub fn landing(&self) -> Option<&Page<'s>> {
        let (first, _) = self.site.landing()?;
        self.pages.iter().find(|page| std::ptr::eq(page.resource, first))
    }

    /// Where the site's host is at its top: the place of what is said of the host as a whole.
    #[must_use]
    pub fn root(&self) -> Url {
        let mut root = self.site.home().clone();
        root.set_path("/");
        root.set_query(None);
        root.set_fragment(None);
        root
    }

    /// Whether two URLs are of one origin (RFC 6454).
    #[must_use]
    pub fn is_same_origin(&self, url: &Url) -> bool {
        url.origin() == self.site.home().origin()
    }
}

impl<'s> Page<'s> {
    fn of(resource: &'s Resource, answer: &'s Answer) -> Self {
        let Decoded { text, document, encoding } = Decoded::of(answer);
        let base = document.base(&answer.url);
        Self { resource, answer, text, document, base, encoding, policies: OnceLock::new() }
    }

    /// Its content security policies, read once.
    pub(super) fn policies(&self) -> &PagePolicies {
        self.policies.get_or_init(|| PagePolicies::read(&self.answer.headers, Some(&self.document)))
    }

    /// Where it came from.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.answer.url
    }

    /// Whether all of it is here, so that what is not here is missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.answer.is_cut && !self.document.is_cut()
    }

    /// A URL as it is written on the page, in full.
    #[must_use]
    pub fn join(&self, href: &str) -> Option<Url> {
        html::join(&self.base, href, self.encoding)
    }
}
