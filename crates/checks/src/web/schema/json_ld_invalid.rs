use formats::web::json_ld::{Issue, JsonLd};
use model::{CheckId, Confidence, Severity};

use super::structured::scripts;
use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("schema.json-ld-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/appearance/structured-data/intro-structured-data",
    page: page!("schema/json-ld-invalid"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    for script in scripts(page) {
        let text = script.text();
        let (key, detail, line) = match JsonLd::parse(&text) {
            Err(problem) => {
                // Its lines count from the first one that is not empty.
                let blank = text.len() - text.trim_start().len();
                let above = text.bytes().take(blank).filter(|byte| *byte == b'\n').count() as u64;
                let line =
                    script.line() + above + problem.line.map_or(0, |line| line.saturating_sub(1));
                ("json", format!("{}.", problem.message), line)
            }
            Ok(read) => match read.issues.iter().find_map(told) {
                Some((key, detail)) => (key, detail.to_owned(), script.line()),
                None => continue,
            },
        };
        report.add(
            Found::at(page.url())
                .line(line)
                .key(key)
                .detail(detail)
                .evidence("element", crate::web::elements::tag(script)),
        );
    }
}

/// What search engines stumble over; other vocabularies than schema.org's are no mistake.
const fn told(issue: &Issue) -> Option<(&'static str, &'static str)> {
    match issue {
        Issue::NoContext => Some(("context", "There is no `@context`.")),
        Issue::NoType => Some(("type", "There is no `@type`.")),
        Issue::NotAnObject => Some(("object", "It is neither an object nor a list of objects.")),
        Issue::OtherContext | Issue::TooManyItems => None,
    }
}
