use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};
use url::Url;

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.autoplay-sound"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/audio-control",
    page: page!("media/autoplay-sound"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.4.2.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let loud: Vec<_> = page.document.elements().filter(|element| is_loud(*element, page)).collect();
    if let Some(found) = about(page, "autoplay", &loud) {
        report.add(found.detail("It begins to play with sound by itself."));
    }
}

fn is_loud(element: Element<'_>, page: &Page<'_>) -> bool {
    if element.is("audio") || element.is("video") {
        return element.has("autoplay") && !element.has("muted");
    }
    let source = || element.attribute("src").and_then(|source| page.join(source));
    element.is("iframe") && source().is_some_and(|url| plays_at_once(&url))
}

/// The players of YouTube and Vimeo are told by their query.
fn plays_at_once(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_player = ["youtube.com", "youtube-nocookie.com", "vimeo.com"].iter().any(|player| {
        host == *player || host.strip_suffix(player).is_some_and(|rest| rest.ends_with('.'))
    });
    let says = |names: &[&str]| {
        url.query_pairs()
            .any(|(name, value)| names.contains(&&*name) && (value == "1" || value == "true"))
    };
    is_player && says(&["autoplay"]) && !says(&["mute", "muted", "background"])
}
