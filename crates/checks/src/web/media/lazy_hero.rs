use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, is_undisplayed, pixels, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.lazy-hero"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://web.dev/articles/lcp-lazy-loading",
    page: page!("media/lazy-hero"),
    run: Run::Page(run),
};

/// Narrower images are logos and icons.
const LARGE_PIXELS: u32 = 300;
/// An image behind more elements than that is hardly seen at first.
const MAX_ELEMENTS_BEFORE: usize = 150;

/// The first large image of a page, if it stands near its beginning.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_undisplayed);
    let body = page.document.elements().skip_while(|element| !element.is("body"));
    let shown = body.filter(|element| !hidden.contains(&element.number()));
    let first =
        shown.take(MAX_ELEMENTS_BEFORE).find(|element| element.is("img") && is_large(*element));
    let Some(first) = first.filter(|image| image.has_word("loading", "lazy")) else { return };
    if let Some(found) = about(page, "hero", &[first]) {
        report.add(
            found.detail("The first large image of the page is loaded late (`loading=\"lazy\"`)."),
        );
    }
}

/// Large, as far as the tag says so: without a width nothing is known, and nothing is said.
fn is_large(image: Element<'_>) -> bool {
    pixels(image, "width").is_some_and(|width| width >= LARGE_PIXELS)
        || image.has_word("fetchpriority", "high")
}
