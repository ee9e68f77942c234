use formats::web::{css, html::Element};
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, is_undisplayed, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.image-dimensions"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://web.dev/articles/optimize-cls",
    page: page!("media/image-dimensions"),
    run: Run::Page(run),
};

/// Without both attributes the browser knows an image's shape only when it has come. Style sheets may say it as well: where a class
/// or an id could be what they hang on, the finding is a hint.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_undisplayed);
    let (styled, bare): (Vec<_>, Vec<_>) = page
        .document
        .by_name("img")
        .filter(|image| image.has("src") && !hidden.contains(&image.number()) && !has_shape(*image))
        .partition(|image| image.has("class") || image.has("id") || in_picture_with_sizes(*image));
    for (key, images, severity) in
        [("bare", bare, Severity::Low), ("styled", styled, Severity::Info)]
    {
        if let Some(found) = about(page, key, &images) {
            let count = counted(images.len(), "image", "images");
            let style =
                if key == "styled" { ", unless a style sheet says how large they are" } else { "" };
            let detail = format!(
                "{count} without `width` and `height` move what is below when they arrive{style}."
            );
            report.add(found.detail(detail).severity(severity));
        }
    }
}

fn has_shape(image: Element<'_>) -> bool {
    let style = css::declarations(image.attribute("style").unwrap_or_default());
    let has = |name: &str| css::value(&style, name).is_some();
    let is_fixed = |name: &str| image.has(name) || has(name);
    (is_fixed("width") && is_fixed("height"))
        || has("aspect-ratio")
        || has("height")
        || css::value(&style, "position")
            .is_some_and(|position| position == "absolute" || position == "fixed")
}

fn in_picture_with_sizes(image: Element<'_>) -> bool {
    image.parent().filter(|parent| parent.is("picture")).is_some_and(|picture| {
        picture.children().any(|source| source.is("source") && source.has("width"))
    })
}
