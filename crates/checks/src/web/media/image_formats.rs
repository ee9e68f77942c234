use std::collections::HashSet;

use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Found, Report, Run, Visit,
    loads::{loads, size, wire_bytes},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.image-formats"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://web.dev/learn/images/performance-issues",
    page: page!("media/image-formats"),
    run: Run::Site(run),
};

/// Smaller images save little.
const LARGE_BYTES: u64 = 100_000;
/// So many are shown.
const MAX_SHOWN: usize = 5;

/// Large PNG, JPEG, BMP and TIFF images, but for those that a `<picture>` falls back on.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut offered = HashSet::new();
    for page in &visit.pages {
        for load in loads(page) {
            let Some(picture) = load.element.parent().filter(|parent| parent.is("picture")) else {
                continue;
            };
            let is_modern =
                |source: &str| matches!(source.trim(), "image/webp" | "image/avif" | "image/jxl");
            if picture.children().any(|source| source.attribute("type").is_some_and(is_modern)) {
                offered.insert(load.url);
            }
        }
    }
    let mut old: Vec<_> = visit
        .answered(Role::Image)
        .filter(|(resource, answer)| answer.is_success() && !offered.contains(&resource.url))
        .filter(|(_, answer)| {
            matches!(
                answer.media_type().as_deref(),
                Some("image/png" | "image/jpeg" | "image/jpg" | "image/bmp" | "image/tiff")
            )
        })
        .map(|(_, answer)| (wire_bytes(answer), &answer.url))
        .filter(|(bytes, _)| *bytes >= LARGE_BYTES)
        .collect();
    old.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let Some((_, largest)) = old.first() else { return };
    let all: u64 = old.iter().map(|(bytes, _)| bytes).sum();
    let mut found = Found::at(largest)
        .key("formats")
        .detail(format!("{} images in old formats weigh {} together.", old.len(), size(all)))
        .evidence("count", old.len().to_string());
    for (bytes, url) in old.iter().take(MAX_SHOWN) {
        found = found.evidence("url", format!("{url} ({})", size(*bytes)));
    }
    report.add(found);
}
