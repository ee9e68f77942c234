use model::{CheckId, Confidence, Cwe, Severity};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.server-version"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Exposure of Sensitive System Information to an Unauthorized Control Sphere.
    cwe: Some(Cwe(497)),
    reference: "https://www.rfc-editor.org/rfc/rfc9110#name-server",
    page: page!("headers/server-version"),
    run: Run::Site(run),
};

/// RFC 9110, 10.2.4: products with versions, and comments in parentheses.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit) {
        let Some(field) = head.headers.get("server") else { continue };
        let products = field.split_ascii_whitespace().filter_map(|word| {
            let (product, version) = word.split_once('/')?;
            let is_version = version.starts_with(|c: char| c.is_ascii_digit());
            (is_version && !product.is_empty() && !product.starts_with('('))
                .then(|| product.to_ascii_lowercase())
        });
        let products: Vec<_> = products.take(8).collect();
        if !products.is_empty() {
            let key = model::one_line(&products.join(" "), 100);
            report.add(heads::found(&head, "server", field).key(key));
        }
    }
}
