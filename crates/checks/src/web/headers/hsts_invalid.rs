use formats::web::hsts::Issue;
use model::{CheckId, Confidence, Cwe, Severity};

use super::{heads, transport};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.hsts-invalid"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.rfc-editor.org/rfc/rfc6797#section-6.1",
    page: page!("headers/hsts-invalid"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for stated in transport::of(visit) {
        let found = heads::found(&stated.head, transport::NAME, stated.field);
        match &stated.policy {
            Err(error) => report.add(
                found.key(format!("{error:?}")).detail(format!("Browsers ignore it: {error}.")),
            ),
            Ok(policy) => {
                let is_odd = |issue: &Issue| *issue != Issue::SeveralFields;
                if policy.issues.iter().any(is_odd) {
                    let detail = "A directive in it is unknown or has a value that does not belong there; the rest counts.";
                    let title = "Strict-Transport-Security holds something unknown";
                    report.add(
                        found.key("directive").title(title).severity(Severity::Info).detail(detail),
                    );
                }
            }
        }
    }
}
