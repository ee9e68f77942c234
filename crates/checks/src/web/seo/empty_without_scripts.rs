use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.empty-without-scripts"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/javascript/javascript-seo-basics",
    page: page!("seo/empty-without-scripts"),
    run: Run::Page(run),
};

/// So few characters are no content.
const MIN_CHARS: usize = 80;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let Some(body) = page.document.first("body") else { return };
    let has_script =
        page.document.by_name("script").any(|script| script.has("src") || script.has_text());
    if !page.is_whole() || !has_script {
        return;
    }
    let of_code = body
        .descendants()
        .filter(|element| ["script", "style", "noscript"].iter().any(|name| element.is(name)));
    let count = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let code: usize = of_code.map(|element| count(&element.text())).sum();
    let chars = count(&body.text()).saturating_sub(code);
    // A page may be a picture or a film.
    let has_media = ["img", "video", "iframe", "object", "canvas", "svg"]
        .iter()
        .any(|name| body.descendants().any(|element| element.name() == *name));
    if chars < MIN_CHARS && !has_media {
        report.add(
            Found::at(page.url())
                .detail(format!("Its HTML has {chars} characters of text."))
                .evidence("count", chars.to_string()),
        );
    }
}
