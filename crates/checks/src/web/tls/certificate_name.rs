use model::{CheckId, Confidence, Severity, site::tls::Distrust};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.certificate-name"),
    severity: Severity::High,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9525",
    page: page!("tls/certificate-name"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let Some(leaf) = tls.chain.first() else { return };
    if endpoint::refusals(tls).contains(&Distrust::WrongName) {
        let root = visit.root();
        let host = root.host_str().unwrap_or_default();
        let names = endpoint::few(&leaf.names);
        let found = endpoint::found(visit, "name")
            .detail(format!("The site is `{host}`; the certificate holds {names}."));
        report.add(endpoint::with_certificate(found, leaf));
    }
}
