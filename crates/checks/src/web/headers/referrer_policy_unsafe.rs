use formats::web::referrer_policy::{self, ReferrerPolicy};
use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.referrer-policy-unsafe"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Exposure of Sensitive Information to an Unauthorized Actor.
    cwe: Some(Cwe(200)),
    reference: "https://www.w3.org/TR/referrer-policy/#referrer-policies",
    page: page!("headers/referrer-policy-unsafe"),
    run: Run::Page(run),
};

/// A `<meta>` element counts more than the header (HTML, 4.2.5.1), the last one most.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let metas = page
        .document
        .meta("referrer")
        .filter_map(|(meta, content)| Some((ReferrerPolicy::of_word(content.trim(), true)?, meta)));
    let found = Found::at(page.url());
    let (policy, found) = match metas.last() {
        Some((policy, meta)) => {
            (policy, found.line(meta.line()).evidence("element", crate::web::elements::tag(meta)))
        }
        None => {
            let header = referrer_policy::parse(page.answer.headers.all("referrer-policy"));
            let Some(policy) = header.policy else { return };
            (policy, found.evidence("header", format!("referrer-policy: {}", policy.as_str())))
        }
    };
    let (severity, detail) = match (policy.tells_path_to_others(), policy.tells_over_http()) {
        (true, true) => (
            Severity::Low,
            "Every other site learns the page's whole address, over plain http too.",
        ),
        (true, false) => {
            (Severity::Info, "Every other site on https learns the page's whole address.")
        }
        (false, true) => {
            (Severity::Info, "The site's name goes over plain http, from pages on https.")
        }
        (false, false) => return,
    };
    report.add(found.key(policy.as_str()).severity(severity).detail(detail));
}
