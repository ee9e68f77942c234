use model::{CheckId, Confidence, Cwe, Severity};

use super::told;
use crate::web::{Check, Found, Report, Run, Visit, page, party};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.development-server"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://flask.palletsprojects.com/en/stable/deploying/",
    page: page!("platform/development-server"),
    run: Run::Site(run),
};

/// Servers that are made for trying things out, by what they call themselves.
const SERVERS: &[(&str, &str)] = &[
    ("werkzeug", "Werkzeug, with which Flask is tried out"),
    ("simplehttp", "Python's `http.server`"),
    ("wsgiserver", "Python's `wsgiref`, with which Django is tried out"),
    ("webrick", "WEBrick"),
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    if party::is_loopback(visit.site.home()) {
        return;
    }
    for product in told::products(visit) {
        if let Some((name, what)) = SERVERS.iter().find(|(name, _)| product.name == *name) {
            report.add(
                Found::at(&product.url)
                    .key(*name)
                    .detail(format!("It is {what}."))
                    .evidence(product.evidence.0, product.evidence.1),
            );
        }
    }
}
