use std::collections::BTreeSet;

use model::{CheckId, Confidence, Severity};

use super::fonts::{family, font_faces};
use crate::web::{Check, Found, Report, Run, Visit, loads::is_style_sheet, page, styles::styles};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.font-display"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/CSS/@font-face/font-display",
    page: page!("performance/font-display"),
    run: Run::Site(run),
};

/// So many are shown.
const MAX_SHOWN: usize = 5;

/// `@font-face` without `font-display` or with `block`, icon fonts apart, which are nothing without their font; and Google Fonts without
/// `display`.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let styles = styles(visit);
    let mut families = BTreeSet::new();
    let mut first = None;
    for style in &styles {
        for rule in font_faces(style) {
            let display = rule.value("font-display").unwrap_or("auto").to_ascii_lowercase();
            if matches!(display.as_str(), "auto" | "block") && !is_of_icons(&family(rule)) {
                families.insert(family(rule));
                first.get_or_insert((style.url, style.line(rule.line)));
            }
        }
    }
    if let Some((url, line)) = first {
        let mut found = Found::at(url)
            .line(line)
            .key("font-face")
            .detail(format!("Text in {} fonts is invisible until they arrive.", families.len()));
        for family in families.iter().take(MAX_SHOWN) {
            found = found.evidence("value", format!("font-family: {family}"));
        }
        report.add(found);
    }
    for page in &visit.pages {
        let links = page.document.by_name("link").filter(|link| is_style_sheet(*link));
        for link in links {
            let Some(url) = link.attribute("href").and_then(|href| page.join(href)) else {
                continue;
            };
            let is_google = url.host_str() == Some("fonts.googleapis.com");
            let is_icons =
                url.query_pairs().any(|(name, value)| name == "family" && is_of_icons(&value));
            if is_google && !is_icons && !url.query_pairs().any(|(name, _)| name == "display") {
                report.add(
                    Found::at(page.url())
                        .line(link.line())
                        .key("google")
                        .detail("The link to Google Fonts does not say `display=swap`.")
                        .evidence("element", crate::web::elements::tag(link)),
                );
            }
        }
    }
}

fn is_of_icons(family: &str) -> bool {
    let family = family.to_ascii_lowercase();
    ["icon", "awesome", "glyph", "symbol"].iter().any(|word| family.contains(word))
}
