use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, is_hidden, is_presentational, pixels, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.image-alt"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/non-text-content",
    page: page!("media/image-alt"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.1.1. An empty `alt` says that the image is decoration.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_hidden);
    let without: Vec<_> = page
        .document
        .by_name("img")
        .filter(|image| !image.has("alt") && !hidden.contains(&image.number()))
        .filter(|image| !is_named_otherwise(*image) && !is_pixel(*image))
        .collect();
    if let Some(found) = about(page, "alt", &without) {
        let count = counted(without.len(), "image has", "images have");
        report.add(found.detail(format!("{count} no `alt`.")));
    }
}

fn is_named_otherwise(image: Element<'_>) -> bool {
    let names = ["aria-label", "aria-labelledby", "title"];
    is_presentational(image)
        || names
            .iter()
            .any(|name| image.attribute(name).is_some_and(|name| !name.trim().is_empty()))
}

/// What counts visitors is seen by nobody.
fn is_pixel(image: Element<'_>) -> bool {
    [pixels(image, "width"), pixels(image, "height")]
        .iter()
        .any(|size| size.is_some_and(|size| size <= 1))
}
