use std::collections::BTreeMap;

use formats::web::csp::{Issue, IssueKind};
use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-syntax"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Protection Mechanism Failure.
    cwe: Some(Cwe(693)),
    reference: "https://www.w3.org/TR/CSP3/#framework-policy",
    page: page!("headers/csp-syntax"),
    run: Run::Page(run),
};

const SHOWN: usize = 5;

/// One finding per kind of mistake.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    for (policy, text) in all.enforced() {
        let mut kinds: BTreeMap<&str, Vec<&Issue>> = BTreeMap::new();
        for issue in &policy.issues {
            if let Some(kind) = kind(issue) {
                kinds.entry(kind).or_default().push(issue);
            }
        }
        for (kind, issues) in kinds {
            let Some(first) = issues.first() else { continue };
            let severity = if kind == DEPRECATED { Severity::Info } else { Severity::Low };
            let mut found =
                Found::at(page.url()).key(kind).severity(severity).detail(format!("{first}."));
            for issue in issues.iter().skip(1).take(SHOWN) {
                found = found.evidence("also", issue.to_string());
            }
            report.add(text.show(found, &first.directive));
        }
    }
}

const DEPRECATED: &str = "deprecated-directive";

/// What is told here, by its key.
fn kind(issue: &Issue) -> Option<&'static str> {
    match issue.kind {
        IssueKind::NotAscii => Some("not-ascii"),
        IssueKind::DuplicateDirective => Some("duplicate-directive"),
        IssueKind::UnknownDirective => Some("unknown-directive"),
        // Browsers that do not know `report-to` still need it.
        IssueKind::DeprecatedDirective if issue.directive == "report-uri" => None,
        IssueKind::DeprecatedDirective => Some(DEPRECATED),
        IssueKind::UnknownValue => Some("unknown-value"),
        IssueKind::UnquotedKeyword => Some("unquoted-keyword"),
        IssueKind::UnknownKeyword => Some("unknown-keyword"),
        IssueKind::InvalidSource => Some("invalid-source"),
        IssueKind::MissingSemicolon => Some("missing-semicolon"),
        IssueKind::NoneAmongOthers => Some("none-among-others"),
        IssueKind::ShortNonce => Some("short-nonce"),
        IssueKind::InvalidHash => Some("invalid-hash"),
        // `headers.csp-meta-only`; and what is ignored in a policy that blocks nothing is no loss.
        IssueKind::IgnoredInMeta | IssueKind::IgnoredInReportOnly => None,
    }
}
