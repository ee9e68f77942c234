use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::about,
    loads::{Fetched, loads, size, wire_bytes},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.responsive-images"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Guides/Responsive_images",
    page: page!("media/responsive-images"),
    run: Run::Page(run),
};

/// Smaller images are as good for small screens.
const LARGE_BYTES: u64 = 200_000;

fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let fetched = Fetched::of(visit);
    let mut bytes = 0;
    let mut single = Vec::new();
    for load in loads(page).into_iter().filter(|load| load.role == Role::Image) {
        let Some((_, answer)) = fetched.get(&load.url) else { continue };
        let is_vector = answer.media_type().as_deref() == Some("image/svg+xml");
        let in_picture = load.element.parent().is_some_and(|parent| parent.is("picture"));
        if wire_bytes(answer) >= LARGE_BYTES
            && !is_vector
            && !in_picture
            && !load.element.has("srcset")
        {
            bytes += wire_bytes(answer);
            single.push(load.element);
        }
    }
    if let Some(found) = about(page, "srcset", &single) {
        let detail = format!(
            "A phone loads the same {} for {} large images as a large screen.",
            size(bytes),
            single.len()
        );
        report.add(found.detail(detail));
    }
}
