use formats::web::referrer_policy::{self, ReferrerPolicy};
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.referrer-policy-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/referrer-policy/#parse-referrer-policy-from-header",
    page: page!("headers/referrer-policy-invalid"),
    run: Run::Page(run),
};

/// Unknown words before a known one are how a new policy is written for old browsers too.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let headers = &page.answer.headers;
    let header = referrer_policy::parse(headers.all("referrer-policy"));
    if let (None, Some(word)) = (header.policy, header.unknown.first()) {
        let field = headers.joined("referrer-policy").unwrap_or_default();
        report.add(
            Found::at(page.url())
                .key(word)
                .detail(format!("`{word}` is no policy."))
                .evidence("header", format!("referrer-policy: {field}")),
        );
    }
    for (meta, content) in page.document.meta("referrer") {
        let word = content.trim();
        if !word.is_empty() && ReferrerPolicy::of_word(word, true).is_none() {
            report.add(
                Found::at(page.url())
                    .line(meta.line())
                    .key(model::one_line(word, 80))
                    .detail("The element's content is no policy.")
                    .evidence("element", crate::web::elements::tag(meta)),
            );
        }
    }
}
