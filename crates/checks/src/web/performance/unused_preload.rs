use std::collections::HashSet;

use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::about,
    loads::{Fetched, loads},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.unused-preload"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Attributes/rel/preload",
    page: page!("performance/unused-preload"),
    run: Run::Page(run),
};

/// More are not looked at: each is searched for in the page's scripts.
const MAX_PRELOADS: usize = 50;
/// So much of scripts and styles is searched.
const MAX_SEARCHED_BYTES: usize = 2_000_000;

/// A preload that neither markup nor a script or a style sheet of the page names. Of what was not fetched nothing is known, so the page's
/// scripts and styles all have to be there.
fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let preloads: Vec<_> = page
        .document
        .links("preload")
        .filter(|link| !link.has("imagesrcset"))
        .filter(|link| ["script", "style", "image"].iter().any(|kind| link.has_word("as", kind)))
        .take(MAX_PRELOADS)
        .collect();
    if preloads.is_empty() {
        return;
    }
    let fetched = Fetched::of(visit);
    let loads = loads(page);
    let used: HashSet<_> = loads.iter().map(|load| &load.url).collect();
    let mut code: Vec<String> = Vec::new();
    for load in loads.iter().filter(|load| load.role != Role::Image) {
        let Some((_, answer)) = fetched.get(&load.url).filter(|(_, answer)| !answer.is_cut) else {
            return;
        };
        code.push(String::from_utf8_lossy(&answer.body).into_owned());
    }
    let inline =
        page.document.elements().filter(|element| element.is("script") || element.is("style"));
    code.extend(inline.map(formats::web::html::Element::text));
    let attributes = page.document.elements().filter(|element| !element.is("link"));
    code.extend(
        attributes.flat_map(|element| element.attributes()).map(|(_, value)| value.to_owned()),
    );
    if code.iter().map(String::len).sum::<usize>() > MAX_SEARCHED_BYTES {
        return;
    }
    let is_unused = |href: &str| {
        let Some(url) = page.join(href) else { return false };
        let file = url.path().rsplit('/').next().unwrap_or_default().to_owned();
        file.len() > 3 && !used.contains(&url) && !code.iter().any(|text| text.contains(&file))
    };
    let unused: Vec<_> =
        preloads.into_iter().filter(|link| link.attribute("href").is_some_and(is_unused)).collect();
    if let Some(found) = about(page, "unused", &unused) {
        report.add(found.detail("Nothing on the page names what is preloaded."));
    }
}
