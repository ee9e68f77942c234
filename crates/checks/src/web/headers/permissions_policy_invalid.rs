use formats::web::permissions_policy::{Issue, PermissionsPolicy};
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.permissions-policy-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/permissions-policy/#permissions-policy-http-header-field",
    page: page!("headers/permissions-policy-invalid"),
    run: Run::Page(run),
};

const NAME: &str = "permissions-policy";

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let headers = &page.answer.headers;
    let Some(field) = headers.joined(NAME) else { return };
    let found = || Found::at(page.url()).evidence("header", format!("{NAME}: {field}"));
    let policy = match PermissionsPolicy::parse(headers.all(NAME)) {
        Ok(policy) => policy,
        Err(invalid) => {
            let place = invalid.at.map(|at| format!(" from character {} on", at + 1));
            return report.add(found().key("grammar").detail(format!(
                "Browsers ignore all of it: it leaves the grammar of structured fields{}.",
                place.unwrap_or_default()
            )));
        }
    };
    let (mut members, mut unknown) = (Vec::new(), Vec::new());
    for issue in &policy.issues {
        match issue {
            Issue::InvalidMember(feature) => members.push(format!("`{feature}`")),
            Issue::UnknownFeature(feature) => unknown.push(format!("`{feature}`")),
            Issue::RepeatedFeature(_) => {}
        }
    }
    members.dedup();
    if !members.is_empty() {
        report.add(found().key("member").detail(format!(
            "The list of {} holds something that is neither a keyword nor an origin in double quotes.",
            some(&members)
        )));
    }
    if !unknown.is_empty() {
        let title = "Permissions-Policy names features that browsers do not know";
        report.add(
            found()
                .key("feature")
                .title(title)
                .severity(Severity::Info)
                .detail(format!("Browsers ignore {}.", some(&unknown))),
        );
    }
}

fn some(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(6).map(String::as_str).collect();
    shown.join(", ")
}
