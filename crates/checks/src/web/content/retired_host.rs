use model::{CheckId, Confidence, Cwe, Severity};

use super::hosts;
use crate::web::{Check, Page, Report, Run, Visit, embedded::Use, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.retired-host"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Inclusion of Functionality from Untrusted Control Sphere.
    cwe: Some(Cwe(829)),
    reference: "https://owasp.org/Top10/A08_2021-Software_and_Data_Integrity_Failures/",
    page: page!("content/retired-host"),
    run: Run::SentAndRendered(run),
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
    hosts::tell(page, &[Use::Script, Use::Style], HOSTS, report);
}
