use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.viewport-zoom"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/resize-text",
    page: page!("accessibility/viewport-zoom"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.4.4: text can be enlarged to twice its size.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    for (meta, content) in page.document.meta("viewport") {
        let properties = content.split([',', ';']).filter_map(|property| property.split_once('='));
        for (name, value) in properties {
            let (name, value) =
                (name.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
            let number = value.parse::<f64>().ok();
            let forbids = match name.as_str() {
                "user-scalable" => value == "no" || number == Some(0.0),
                "maximum-scale" => number.is_some_and(|scale| (0.0..2.0).contains(&scale)),
                _ => false,
            };
            if forbids {
                report.add(
                    Found::at(page.url())
                        .line(meta.line())
                        .key("zoom")
                        .detail(format!("`{name}={value}` keeps people from enlarging the page."))
                        .evidence("element", crate::web::elements::tag(meta)),
                );
                break;
            }
        }
    }
}
