use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{
    Check, Found, Page, Report, Run, Visit, elements,
    embedded::{self, Use},
    page, party,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.retired-host"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Inclusion of Functionality from Untrusted Control Sphere.
    cwe: Some(Cwe(829)),
    reference: "https://owasp.org/Top10/A08_2021-Software_and_Data_Integrity_Failures/",
    page: page!("content/retired-host"),
    run: Run::Page(run),
};

/// Delivery networks that closed, and when.
const HOSTS: &[(&str, &str)] = &[
    ("rawgit.com", "RawGit closed in October 2019."),
    ("cdn.mathjax.org", "MathJax closed this network in April 2017."),
    ("googlecode.com", "Google Code closed in January 2016."),
    ("oss.maxcdn.com", "MaxCDN closed at the end of 2022."),
    ("yui.yahooapis.com", "Yahoo gave YUI up in August 2014."),
    ("coinhive.com", "Coinhive closed in March 2019; the name has another owner."),
];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    for written in embedded::of(page) {
        if !matches!(written.used, Use::Script | Use::Style) {
            continue;
        }
        let url = written.url(page);
        let Some(host) = url.as_ref().and_then(|url| url.host_str()) else { continue };
        if let Some((name, what)) = HOSTS.iter().find(|(name, _)| party::is_below(host, &[*name])) {
            report.add(
                Found::at(page.url())
                    .line(written.element.line())
                    .key(*name)
                    .detail(*what)
                    .evidence("element", elements::tag(written.element)),
            );
        }
    }
}
