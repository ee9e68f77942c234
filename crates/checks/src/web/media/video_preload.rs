use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.video-preload"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/video#preload",
    page: page!("media/video-preload"),
    run: Run::Page(run),
};

/// An empty value means `auto`.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let is_eager = |media: &Element<'_>| {
        let preload = media.attribute("preload").map(str::trim);
        preload.is_some_and(|preload| preload.is_empty() || preload.eq_ignore_ascii_case("auto"))
    };
    let eager: Vec<_> = page
        .document
        .elements()
        .filter(|element| element.is("video") || element.is("audio"))
        .filter(|media| !media.has("autoplay") && is_eager(media))
        .collect();
    if let Some(found) = about(page, "preload", &eager) {
        report.add(found.detail("It is loaded whole before anybody starts it."));
    }
}
