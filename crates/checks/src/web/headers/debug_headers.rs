use model::{CheckId, Confidence, Cwe, Severity};

use super::heads;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.debug-headers"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://owasp.org/Top10/A05_2021-Security_Misconfiguration/",
    page: page!("headers/debug-headers"),
    run: Run::Site(run),
};

const KNOWN: &[(&str, &str)] = &[
    ("x-debug-token-link", "Symfony's profiler is on, and this is where it shows the request."),
    ("x-debug-token", "Symfony's profiler is on."),
    ("x-chromelogger-data", "The application writes its log into the answer."),
    ("x-chromephp-data", "The application writes its log into the answer."),
    ("x-wf-protocol-1", "The application writes its log into the answer (FirePHP)."),
    ("x-clockwork-id", "Clockwork records requests and shows them under `/__clockwork`."),
    ("phpdebugbar-id", "PHP Debug Bar is on."),
    ("djdt-store-id", "Django Debug Toolbar is on."),
    ("x-sourcefiles", "ASP.NET tells the path of the source files on the developer's machine."),
];

/// What such a field says may be a log, so that its value is not repeated.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit) {
        let first = KNOWN.iter().find(|(name, _)| head.headers.has(name));
        if let Some((name, detail)) = first {
            report.add(
                Found::at(head.url)
                    .key(*name)
                    .detail(*detail)
                    .evidence("header", format!("{name}: …"))
                    .evidence("url", head.url.as_str()),
            );
        }
    }
}
