use formats::web::html::Element;
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
    // A page may be a picture, a film, or a form. What scripts fill has no headings yet.
    let is_content = |element: Element<'_>| match element.name() {
        "img" | "video" | "iframe" | "object" | "canvas" | "svg" => true,
        "h1" | "h2" | "h3" => element.has_text(),
        "input" => {
            !element.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"))
        }
        "button" | "select" | "textarea" => true,
        _ => false,
    };
    if chars < MIN_CHARS && !body.descendants().any(is_content) {
        report.add(
            Found::at(page.url())
                .detail(format!("Its HTML has {chars} characters of text."))
                .evidence("count", chars.to_string()),
        );
    }
}
