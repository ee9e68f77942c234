use std::collections::BTreeSet;

use formats::web::structured;
use model::{CheckId, Confidence, Severity, site::Headers};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-report-endpoint"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/CSP3/#directive-report-to",
    page: page!("headers/csp-report-endpoint"),
    run: Run::Page(run),
};

/// `report-to` names an endpoint of `Reporting-Endpoints`, or a group of its predecessor `Report-To`.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    let known = endpoints(&page.answer.headers);
    for (policy, text) in all.all() {
        let named = policy.directive("report-to").and_then(|directive| directive.words().first());
        let Some(name) = named.filter(|name| !known.contains(*name)) else { continue };
        let found = Found::at(page.url())
            .key(name)
            .detail(format!("No header says where the endpoint `{name}` is."));
        report.add(text.show(found, "report-to"));
    }
}

fn endpoints(headers: &Headers) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let fields = structured::joined(headers.all("reporting-endpoints"));
    if let Ok(endpoints) = structured::dictionary(&fields) {
        names.extend(endpoints.keys().map(|key| key.as_str().to_owned()));
    }
    // Objects with commas between them.
    let groups = headers.joined("report-to").map(|fields| format!("[{fields}]"));
    let groups = groups.and_then(|text| serde_json::from_str::<Vec<serde_json::Value>>(&text).ok());
    for group in groups.iter().flatten() {
        let name = group.get("group").and_then(|name| name.as_str()).unwrap_or("default");
        names.insert(name.to_owned());
    }
    names
}
