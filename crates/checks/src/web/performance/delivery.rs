use model::{CheckId, Confidence, Severity, site::HttpVersion};

use super::transfer::is_uncompressed_text;
use crate::web::{Check, Found, Report, Run, Visit, loads::size, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.delivery"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://web.dev/articles/optimizing-content-efficiency-optimize-encoding-and-transfer",
    page: page!("performance/delivery"),
    run: Run::Site(run),
};

/// How the HTML pages themselves come: compressed or not, and by which version of HTTP. Scripts, styles and images have their own
/// checks. Without TLS browsers speak HTTP/1.1 only, which is a matter of `tls`.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let plain: Vec<_> =
        visit.pages.iter().filter(|page| is_uncompressed_text(page.answer)).collect();
    let old: Vec<_> = visit
        .pages
        .iter()
        .filter(|page| page.url().scheme() == "https" && page.answer.version < HttpVersion::Http2)
        .collect();
    let Some(first) = plain.first().or(old.first()) else { return };
    let mut details = Vec::new();
    let mut found = Found::at(first.url()).key("delivery");
    if let Some(page) = plain.first() {
        let bytes = page.answer.wire_bytes;
        details.push(format!(
            "{} of {} pages come without compression, the first with {}.",
            plain.len(),
            visit.pages.len(),
            size(bytes)
        ));
        found = found
            .evidence("url", page.url().as_str())
            .evidence("header", "content-encoding: (none)");
    }
    if let Some(page) = old.first() {
        let version =
            if page.answer.version == HttpVersion::Http10 { "HTTP/1.0" } else { "HTTP/1.1" };
        details.push(format!("The server speaks {version}, one answer at a time on a connection."));
        found = found.evidence("value", version);
    }
    report.add(found.detail(details.join(" ")));
}
