//! The report a person reads: findings worst first, then what was scanned and what was not.

mod finding;
mod paint;
mod snippet;
mod summary;

use std::{
    cmp::Reverse,
    io::{self, Write},
};

use model::Finding;

use crate::{ScanReport, TableStyle};
use paint::Paint;

const MIN_WIDTH: usize = 40;

pub(crate) fn write(
    report: &ScanReport<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let page = Page { paint: Paint { on: style.color }, width: style.width.max(MIN_WIDTH) };
    for finding in reading_order(report.findings, style.show_suppressed) {
        page.finding(finding, out)?;
        writeln!(out)?;
    }
    page.summary(report, out)
}

/// What all parts of a table share.
struct Page {
    paint: Paint,
    width: usize,
}

/// By severity, then by place: a person starts with the worst, and goes through a file once for each severity. Of packages
/// those come first that attackers are known to use, then those that they are likely to use. Suppressed findings come last.
fn reading_order(findings: &[Finding], show_suppressed: bool) -> Vec<&Finding> {
    let mut order: Vec<&Finding> =
        findings.iter().filter(|finding| show_suppressed || finding.counts()).collect();
    order.sort_by(|a, b| {
        let key = |finding: &Finding| {
            let detail = finding.package.as_deref();
            let is_exploited = detail.is_some_and(|detail| detail.is_exploited);
            let likely = detail.and_then(|detail| detail.epss_millionths);
            let worst = (Reverse(finding.severity), Reverse(is_exploited));
            (!finding.counts(), worst, finding.scanner, Reverse(likely))
        };
        let place = |finding: &Finding| finding.place.span.map(|span| span.start);
        key(a)
            .cmp(&key(b))
            .then_with(|| a.place.path.cmp(&b.place.path))
            .then_with(|| place(a).cmp(&place(b)))
    });
    order
}
