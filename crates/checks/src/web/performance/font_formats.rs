use formats::web::css;
use model::{CheckId, Confidence, Severity};

use super::fonts::{family, font_faces};
use crate::web::{Check, Found, Report, Run, Visit, page, styles::styles};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.font-formats"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/WOFF2/",
    page: page!("performance/font-formats"),
    run: Run::Site(run),
};

/// Fonts that are offered in older formats only.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for style in &styles(visit) {
        for rule in font_faces(style) {
            let source = rule.value("src").unwrap_or_default();
            let urls = css::urls(source);
            let is_old = |url: &&str| {
                let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
                [".ttf", ".otf", ".woff", ".eot", ".svg"]
                    .iter()
                    .any(|extension| path.ends_with(extension))
            };
            // Rules of one face may stand apart: one for each format is how it was once done.
            if source.contains("woff2") || urls.is_empty() || !urls.iter().all(is_old) {
                continue;
            }
            let family = family(rule);
            report.add(
                Found::at(style.url)
                    .line(style.line(rule.line))
                    .key(family.as_str())
                    .detail(format!("`{family}` is not offered as WOFF2."))
                    .evidence("value", format!("src: {source}")),
            );
        }
    }
}
