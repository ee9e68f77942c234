use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, loads::is_javascript, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.unload-handler"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://web.dev/articles/bfcache",
    page: page!("performance/unload-handler"),
    run: Run::Page(run),
};

/// An `unload` handler keeps pages out of the back/forward cache on desktops and does not run on phones.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let attribute = page.document.by_name("body").find(|body| body.has("onunload"));
    let script =
        page.document.by_name("script").filter(|script| is_javascript(*script)).find(|script| {
            let text = script.text();
            [
                "addEventListener('unload'",
                "addEventListener(\"unload\"",
                "window.onunload=",
                "window.onunload =",
            ]
            .iter()
            .any(|call| text.contains(call))
        });
    let Some(element) = attribute.or(script) else { return };
    report.add(
        Found::at(page.url())
            .line(element.line())
            .key("unload")
            .detail("The page waits for the event `unload`.")
            .evidence("element", crate::web::elements::tag(element)),
    );
}
