use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.plugin-content"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/embed",
    page: page!("media/plugin-content"),
    run: Run::Rendered(run),
};

/// Flash, Silverlight, Java applets: no browser has run them since 2021.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let dead: Vec<_> = page.document.elements().filter(|element| is_plugin(*element)).collect();
    if let Some(found) = about(page, "plugin", &dead) {
        report.add(found);
    }
}

fn is_plugin(element: Element<'_>) -> bool {
    let kind = element.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    let source = element.attribute("data").or_else(|| element.attribute("src")).unwrap_or_default();
    let path = source.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_dead = matches!(
        kind.as_str(),
        "application/x-shockwave-flash"
            | "application/x-silverlight-2"
            | "application/x-silverlight"
    ) || kind.starts_with("application/x-java")
        || [".swf", ".class", ".xap"].iter().any(|extension| path.ends_with(extension));
    element.is("applet") || ((element.is("object") || element.is("embed")) && is_dead)
}
