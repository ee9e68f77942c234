//! A visit as checks see it: what was fetched, and the documents made of it, once for all checks.

use std::{borrow::Cow, sync::OnceLock};

use encoding_rs::Encoding;
use formats::web::html::{self, Decoded, Document};
use model::site::{Answer, Rendering, Resource, Role, Site};
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
    /// Those among them that a browser rendered, as their scripts made them.
    rendered: Vec<RenderedPage<'s>>,
    backends: OnceLock<Named>,
}

/// A page that a browser rendered.
#[derive(Debug)]
pub(super) struct RenderedPage<'s> {
    /// What the browser saw.
    pub(super) rendering: &'s Rendering,
    /// The page with the document that scripts made of it. Its lines are not those of what the server sent.
    pub(super) page: Page<'s>,
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
    /// What a browser makes of it: before scripts run, or, where a check asks for that and one was at hand, after it.
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
        let pages: Vec<Page<'s>> = site
            .answered(Role::Page)
            .filter(|(_, answer)| answer.is_success() && answer.is_page())
            .map(|(resource, answer)| Page::of(resource, answer))
            .collect();
        let rendered = pages
            .iter()
            .filter_map(|page| {
                let rendering = site.rendering(page.url())?;
                Some(RenderedPage { rendering, page: page.rendered(rendering) })
            })
            .collect();
        Self { site, pages, rendered, backends: OnceLock::new() }
    }

    /// The pages that a browser rendered, in the order of the crawl.
    pub(super) fn rendered(&self) -> &[RenderedPage<'s>] {
        &self.rendered
    }

    /// The page as its scripts made it, if a browser rendered it.
    pub(super) fn rendering_of(&self, page: &Page<'s>) -> Option<&Page<'s>> {
        let of_it =
            |rendered: &&RenderedPage<'s>| std::ptr::eq(rendered.page.resource, page.resource);
        self.rendered.iter().find(of_it).map(|rendered| &rendered.page)
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

    /// The same page, as its scripts made it.
    fn rendered(&self, rendering: &'s Rendering) -> Self {
        let document = Document::parse(&rendering.document);
        let base = document.base(&self.answer.url);
        let text = Cow::Borrowed(&*rendering.document);
        Self { text, document, base, policies: OnceLock::new(), ..*self }
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
