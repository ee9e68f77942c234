use formats::web::security_txt::SecurityTxt;
use model::{CheckId, Confidence, Severity, site::Answer, site::Role};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.security-txt-missing"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9116",
    page: page!("exposure/security-txt-missing"),
    run: Run::Site(run),
};

/// RFC 9116, section 3.
const PATH: &str = "/.well-known/security.txt";

/// Where the file was not asked for, nothing is known.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let asked = visit.answered(Role::WellKnown).filter(|(resource, _)| resource.url.path() == PATH);
    let asked: Vec<_> = asked.collect();
    let is_there =
        |answer: &Answer| answer.is_success() && SecurityTxt::parse(&answer.body).is_ok();
    if let Some((resource, answer)) = asked.first()
        && !asked.iter().any(|(_, answer)| is_there(answer))
    {
        report.add(
            Found::at(&resource.url).key("missing").evidence("status", answer.status.to_string()),
        );
    }
}
