use formats::web::csp::Source;
use model::{CheckId, Confidence, Cwe, Severity};

use super::cookies::is_https;
use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-insecure-scheme"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.w3.org/TR/CSP3/#match-schemes",
    page: page!("headers/csp-insecure-scheme"),
    run: Run::Page(run),
};

/// What `upgrade-insecure-requests` makes https of is no matter. Directives about content that browsers only show are worth a word.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    if !is_https(page.url()) || all.policies.has("upgrade-insecure-requests") {
        return;
    }
    for (policy, text) in all.enforced() {
        for directive in &policy.directives {
            if directive.name == "frame-ancestors" || !directive.sources().iter().any(is_insecure) {
                continue;
            }
            let is_passive = matches!(directive.name.as_str(), "img-src" | "media-src");
            let found = Found::at(page.url())
                .key(&directive.name)
                .severity(if is_passive { Severity::Info } else { Severity::Low })
                .detail(format!("`{}` names sources on plain http.", directive.name));
            report.add(text.show(found, &directive.name));
        }
    }
}

fn is_insecure(source: &Source) -> bool {
    let scheme = match source {
        Source::Scheme(scheme) => Some(scheme),
        Source::Host(host) => host.scheme.as_ref(),
        _ => None,
    };
    scheme.is_some_and(|scheme| matches!(scheme.as_str(), "http" | "ws" | "ftp"))
}
