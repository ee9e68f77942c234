use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("mobile.viewport-fixed"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Elements/meta/name/viewport",
    page: page!("mobile/viewport-fixed"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    // Of several the last one counts (CSS Viewport, 4).
    let Some((meta, content)) = page.document.meta("viewport").last() else { return };
    let pairs = content.split([',', ';']).filter_map(|pair| pair.split_once('='));
    let value_of = |wanted: &str| {
        let mut pairs = pairs.clone().filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        pairs.next_back().map(|(_, value)| value.trim())
    };
    let width = value_of("width");
    let (key, detail) = match width {
        Some(width) if width.parse::<f64>().is_ok_and(f64::is_finite) => {
            ("fixed", format!("It is {width} pixels wide on every screen."))
        }
        None if value_of("initial-scale").is_none() => {
            ("without", "It says nothing about the width.".to_owned())
        }
        _ => return,
    };
    report.add(
        Found::at(page.url())
            .line(meta.line())
            .key(key)
            .detail(detail)
            .evidence("element", crate::web::elements::tag(meta)),
    );
}
