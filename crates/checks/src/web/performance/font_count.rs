use std::collections::BTreeSet;

use formats::web::css;
use model::{CheckId, Confidence, Severity};

use super::fonts::font_faces;
use crate::web::{Check, Found, Report, Run, Visit, page, styles::styles};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.font-count"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://web.dev/articles/font-best-practices",
    page: page!("performance/font-count"),
    run: Run::Site(run),
};

/// Two families in regular, bold and italic are six.
const MANY: usize = 8;

/// Files of fonts. Those of a part of the letters (`unicode-range`) are loaded only if these are used.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let styles = styles(visit);
    let mut files = BTreeSet::new();
    for style in &styles {
        for rule in font_faces(style).filter(|rule| rule.value("unicode-range").is_none()) {
            let urls = css::urls(rule.value("src").unwrap_or_default());
            files.extend(urls.first().and_then(|url| style.url.join(url).ok()));
        }
    }
    if files.len() <= MANY {
        return;
    }
    let mut found = Found::at(visit.site.home())
        .key("fonts")
        .detail(format!("Style sheets name {} files of fonts.", files.len()))
        .evidence("count", files.len().to_string());
    for file in files.iter().take(4) {
        found = found.evidence("url", file.as_str());
    }
    report.add(found);
}
