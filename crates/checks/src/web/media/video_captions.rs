use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, is_hidden, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.video-captions"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/captions-prerecorded",
    page: page!("media/video-captions"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.2.2. A video that plays without sound has nothing to caption.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_hidden);
    let without: Vec<_> = page
        .document
        .by_name("video")
        .filter(|video| !hidden.contains(&video.number()) && !video.has("muted"))
        .filter(|video| has_source(*video) && !video.children().any(is_captions))
        .collect();
    if let Some(found) = about(page, "captions", &without) {
        let count = counted(without.len(), "video has", "videos have");
        report.add(found.detail(format!("{count} no track with captions.")));
    }
}

fn has_source(video: Element<'_>) -> bool {
    video.has("src") || video.children().any(|child| child.is("source"))
}

/// Without a `kind` a track is subtitles.
fn is_captions(child: Element<'_>) -> bool {
    child.is("track")
        && child.attribute("kind").is_none_or(|kind| {
            ["captions", "subtitles"].iter().any(|known| kind.trim().eq_ignore_ascii_case(known))
        })
}
