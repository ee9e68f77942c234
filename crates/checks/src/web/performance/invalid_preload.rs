use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.invalid-preload"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/links.html#link-type-preload",
    page: page!("performance/invalid-preload"),
    run: Run::Page(run),
};

/// Where the specification or every browser fetches twice or not at all.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    for link in page.document.links("preload") {
        let Some((key, detail)) = problem(link) else { continue };
        report.add(
            Found::at(page.url())
                .line(link.line())
                .key(key)
                .detail(detail)
                .evidence("element", crate::web::elements::tag(link)),
        );
    }
}

fn problem(link: Element<'_>) -> Option<(&'static str, &'static str)> {
    let kind = link.attribute("as").unwrap_or_default().trim().to_ascii_lowercase();
    let destinations = [
        "audio", "document", "embed", "fetch", "font", "image", "json", "object", "script",
        "style", "track", "video", "worker",
    ];
    if kind.is_empty() {
        return Some((
            "no as",
            "Without `as` the preload is ignored, or the file is fetched twice.",
        ));
    }
    if !destinations.contains(&kind.as_str()) {
        return Some((
            "unknown as",
            "The value of `as` is none that browsers know: nothing is preloaded.",
        ));
    }
    if kind == "font" && !link.has("crossorigin") {
        return Some((
            "font",
            "Fonts are fetched with CORS: without `crossorigin` this one is fetched twice.",
        ));
    }
    None
}
