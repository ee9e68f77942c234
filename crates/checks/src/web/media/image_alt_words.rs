use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, is_hidden, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.image-alt-words"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/tutorials/images/",
    page: page!("media/image-alt-words"),
    run: Run::Rendered(run),
};

/// An `alt` that says nothing: a file's name, or the word for what it is.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_hidden);
    let empty: Vec<_> = page
        .document
        .by_name("img")
        .filter(|image| !hidden.contains(&image.number()) && says_nothing(*image))
        .collect();
    if let Some(found) = about(page, "words", &empty) {
        let count = counted(empty.len(), "image has", "images have");
        report.add(found.detail(format!("{count} an `alt` that is a file name or a placeholder.")));
    }
}

fn says_nothing(image: Element<'_>) -> bool {
    let alt = image.attribute("alt").unwrap_or_default().trim().to_ascii_lowercase();
    let extensions = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"];
    let placeholders = [
        "image",
        "img",
        "photo",
        "picture",
        "graphic",
        "alt",
        "alt text",
        "placeholder",
        "untitled",
    ];
    let is_file = !alt.contains(' ') && extensions.iter().any(|extension| alt.ends_with(extension));
    is_file || placeholders.contains(&alt.as_str())
}
