use base64::{Engine, engine::general_purpose::STANDARD};
use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, elements, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.subresource-integrity-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Missing Support for Integrity Check.
    cwe: Some(Cwe(353)),
    reference: "https://www.w3.org/TR/sri-2/#parse-metadata",
    page: page!("content/subresource-integrity-invalid"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    for element in page.document.elements().filter(|e| e.is("script") || e.is("link")) {
        let Some(metadata) = element.attribute("integrity").map(str::trim) else { continue };
        if metadata.is_empty() {
            continue;
        }
        let attribute = if element.is("script") { "src" } else { "href" };
        let Some(url) = element.attribute(attribute).and_then(|url| page.join(url)) else {
            continue;
        };
        let is_elsewhere = url.origin() != page.url().origin();
        let (key, detail) = if !metadata.split_ascii_whitespace().any(is_hash) {
            ("hash", "No hash in it is one that browsers know, so the file is not checked.")
        } else if is_elsewhere && !element.has("crossorigin") {
            (
                "crossorigin",
                "Without `crossorigin` a browser may not read a file of another origin, so it refuses to use it.",
            )
        } else {
            continue;
        };
        report.add(
            Found::at(page.url())
                .line(element.line())
                .key(format!("{key} {}{}", url.host_str().unwrap_or_default(), url.path()))
                .detail(detail)
                .evidence("element", elements::tag(element)),
        );
    }
}

/// SRI, 3.2 and 3.3.2: `sha256-`, `sha384-` or `sha512-` and base64 of as many bytes; options stand behind `?`.
fn is_hash(word: &str) -> bool {
    let Some((algorithm, rest)) = word.split_once('-') else { return false };
    let bytes = match algorithm.to_ascii_lowercase().as_str() {
        "sha256" => 32,
        "sha384" => 48,
        "sha512" => 64,
        _ => return false,
    };
    let value = rest.split('?').next().unwrap_or_default().replace('-', "+").replace('_', "/");
    STANDARD.decode(value).is_ok_and(|hash| hash.len() == bytes)
}
