use model::{CheckId, Confidence, Severity};

use super::languages::{Fault, fault_of};
use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.hreflang-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/specialty/international/localized-versions",
    page: page!("seo/hreflang-invalid"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let (mut language, mut region, mut relative) =
        (Several::default(), Several::default(), Several::default());
    for link in page.document.links("alternate") {
        let Some(tag) = link.attribute("hreflang") else { continue };
        match fault_of(tag) {
            Some(Fault::Language) => language.add(link),
            Some(Fault::Region) => region.add(link),
            None => {}
        }
        let href = link.attribute("href").unwrap_or_default().trim();
        if url::Url::parse(href) == Err(url::ParseError::RelativeUrlWithoutBase) {
            relative.add(link);
        }
    }
    for (key, several, detail) in [
        ("language", language, "The value does not begin with a language of ISO 639-1."),
        ("region", region, "The value has a region that ISO 3166-1 does not know."),
        ("relative", relative, "The address is relative; search engines want a full one."),
    ] {
        if let Some(found) = several.found(page.url()) {
            report.add(found.key(key).detail(detail));
        }
    }
}
