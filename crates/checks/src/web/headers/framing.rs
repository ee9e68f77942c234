use std::collections::BTreeSet;

use formats::web::csp::{Delivery, Directive};
use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.framing"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Improper Restriction of Rendered UI Layers or Frames.
    cwe: Some(Cwe(1021)),
    reference: "https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header",
    page: page!("headers/framing"),
    run: Run::Page(run),
};

/// HTML, "check a navigation response's adherence to `X-Frame-Options`": where a policy has `frame-ancestors`, nothing else counts;
/// of several different values, those that are known together mean `DENY`, and a single unknown one means nothing.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    let ancestors = all.enforced().find_map(|(policy, text)| {
        let directive = policy.directive("frame-ancestors")?;
        (policy.delivery == Delivery::Header).then_some((directive, text))
    });
    let joined = page.answer.headers.joined("x-frame-options");
    let field = joined.as_deref().unwrap_or_default();
    let values: BTreeSet<String> =
        field.split(',').map(|value| value.trim().to_ascii_lowercase()).collect();
    let values: BTreeSet<_> = values.iter().map(String::as_str).filter(|v| !v.is_empty()).collect();
    let found = |key: &str, detail: &str| {
        Found::at(page.url())
            .key(key)
            .detail(detail)
            .evidence("header", format!("x-frame-options: {field}"))
    };
    if let Some((directive, text)) = ancestors {
        if all.policies.allows_any_host("frame-ancestors") {
            let open = Found::at(page.url())
                .key("any-host")
                .detail("`frame-ancestors` lets any site frame the page, and takes away what `X-Frame-Options` says.");
            report.add(text.show(open, "frame-ancestors"));
        } else if values.len() == 1 && values.contains("deny") && allows_some(directive) {
            let detail = "`X-Frame-Options` forbids what `frame-ancestors` allows; browsers go by the latter.";
            let found = found("contradiction", detail).severity(Severity::Info);
            report.add(text.show(found, "frame-ancestors"));
        }
        return;
    }
    let mut known = values.iter().filter(|value| {
        matches!(**value, "deny" | "sameorigin") || (**value == "allowall" && values.len() > 1)
    });
    match (values.len(), known.next()) {
        (0, _) | (1, Some(_)) => {}
        (1, None) if field.to_ascii_lowercase().starts_with("allow-from") => {
            report.add(found(
                "allow-from",
                "No browser of today knows `ALLOW-FROM`; any site can frame the page.",
            ));
        }
        (_, None) => {
            report.add(found(
                "unknown",
                "Browsers do not know this value; any site can frame the page.",
            ));
        }
        (_, Some(_)) => {
            let detail = "Values contradict each other; browsers of today take that for `DENY`, older ones for nothing.";
            report.add(found("several", detail));
        }
    }
}

fn allows_some(directive: &Directive) -> bool {
    !directive.sources().is_empty()
}
