use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted},
    loads::{is_javascript, is_own},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.blocking-scripts"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/script#defer",
    page: page!("performance/blocking-scripts"),
    run: Run::Page(run),
};

/// Scripts in the head that are neither `async`, `defer` nor modules. One of the site's own is a hint: it may set the theme.
fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let blocking: Vec<_> = page
        .document
        .by_name("script")
        .filter(|script| is_blocking(*script) && script.is_in("head"))
        .collect();
    let is_foreign = |script: &Element<'_>| {
        let url = script.attribute("src").and_then(|source| page.join(source));
        url.is_some_and(|url| !is_own(visit, &url))
    };
    let severity = if blocking.len() == 1 && !blocking.iter().any(is_foreign) {
        Severity::Info
    } else {
        Severity::Low
    };
    if let Some(found) = about(page, "scripts", &blocking) {
        let scripts =
            counted(blocking.len(), "script in the head stops", "scripts in the head stop");
        let detail = format!("{scripts} the page until loaded and run.");
        report.add(found.severity(severity).detail(detail));
    }
}

fn is_blocking(script: Element<'_>) -> bool {
    let kind = script.attribute("type").unwrap_or_default().trim();
    script.attribute("src").is_some_and(|source| !source.trim().is_empty())
        && is_javascript(script)
        && !kind.eq_ignore_ascii_case("module")
        && !script.has("nomodule")
        && !script.has("async")
        && !script.has("defer")
        && !script.has_word("blocking", "render")
}
