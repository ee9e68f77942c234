use model::{CheckId, Confidence, Cwe, Severity};
use url::Url;

use crate::web::{Check, Found, Report, Run, Visit, page, party, scripts};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.insecure-websocket"),
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.w3.org/TR/mixed-content/",
    page: page!("content/insecure-websocket"),
    run: Run::Site(run),
};

const CALL: &str = "new WebSocket(";

fn run(visit: &Visit<'_>, report: &mut Report) {
    if visit.site.home().scheme() != "https" {
        return;
    }
    for source in scripts::own(visit) {
        let mut told = 0;
        for (at, _) in source.text.match_indices(CALL) {
            let argument =
                scripts::expression(source.text.get(at + CALL.len()..).unwrap_or_default());
            let Some(argument) = argument.trim_start().strip_prefix(['"', '\'', '`']) else {
                continue;
            };
            let address = argument.split(['"', '\'', '`']).next().unwrap_or_default();
            let Ok(url) = Url::parse(address) else { continue };
            // A template's host is known when it runs.
            if url.scheme() == "ws" && !address.contains("${") && !party::is_loopback(&url) {
                told += 1;
                if told > scripts::MAX_TOLD {
                    break;
                }
                let host = url.host_str().unwrap_or_default();
                report.add(
                    Found::at(source.url)
                        .line(source.line(at))
                        .key(host)
                        .evidence("value", format!("new WebSocket(\"ws://{host}…\")")),
                );
            }
        }
    }
}
