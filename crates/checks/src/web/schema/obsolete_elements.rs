use std::collections::BTreeSet;

use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("schema.obsolete-elements"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/obsolete.html#non-conforming-features",
    page: page!("schema/obsolete-elements"),
    run: Run::Rendered(run),
};

/// HTML, 16.2: elements that must not be used.
const OBSOLETE: [&str; 27] = [
    "acronym",
    "applet",
    "basefont",
    "bgsound",
    "big",
    "blink",
    "center",
    "dir",
    "font",
    "frame",
    "frameset",
    "isindex",
    "keygen",
    "listing",
    "marquee",
    "menuitem",
    "multicol",
    "nextid",
    "nobr",
    "noembed",
    "noframes",
    "param",
    "plaintext",
    "spacer",
    "strike",
    "tt",
    "xmp",
];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    let mut names = BTreeSet::new();
    for element in page.document.elements() {
        if element.is_html() && OBSOLETE.contains(&element.name()) {
            names.insert(element.name());
            several.add(element);
        }
    }
    if let Some(found) = several.found(page.url()) {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        report.add(found.detail(format!("Elements: {names}.")));
    }
}
