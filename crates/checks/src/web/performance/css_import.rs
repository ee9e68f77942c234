use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Report, Run, Visit, loads::is_own, page, styles::styles};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.css-import"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/CSS/@import",
    page: page!("performance/css-import"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for style in styles(visit).iter().filter(|style| is_own(visit, style.url)) {
        let Some((target, line)) = style.sheet.imports.first() else { continue };
        report.add(
            Found::at(style.url)
                .line(style.line(*line))
                .key(target.as_str())
                .detail(format!(
                    "{} further style sheets are fetched only when this one has arrived.",
                    style.sheet.imports.len()
                ))
                .evidence("value", format!("@import {target}")),
        );
    }
}
