use model::{CheckId, Confidence, Severity};
use url::Url;

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.social-image"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://ogp.me/",
    page: page!("seo/social-image"),
    run: Run::Page(run),
};

/// Addresses that are read without the page, so that only full ones mean something.
const IMAGES: [&str; 4] = ["og:image", "og:image:url", "og:image:secure_url", "twitter:image"];
/// So many of one name are looked at.
const MAX_TAGS: usize = 10;

fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    for name in IMAGES {
        for (meta, content) in page.document.meta(name).take(MAX_TAGS) {
            let content = content.trim();
            let failed = Url::parse(content).ok().and_then(|url| {
                let answer = visit.site.at(&url)?.answer()?;
                matches!(answer.status, 404 | 410).then_some(answer.status)
            });
            let is_relative = Url::parse(content) == Err(url::ParseError::RelativeUrlWithoutBase);
            let (key, detail) = match failed {
                Some(status) => ("fails", format!("The image answers with status {status}.")),
                None if is_relative && !content.is_empty() => (
                    "relative",
                    "The address is relative; those who read it need a full one.".to_owned(),
                ),
                None => continue,
            };
            report.add(
                Found::at(page.url())
                    .line(meta.line())
                    .key(format!("{name} {key}"))
                    .detail(detail)
                    .evidence("element", crate::web::elements::tag(meta)),
            );
        }
    }
}
