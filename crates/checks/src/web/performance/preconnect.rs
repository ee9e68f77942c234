use std::collections::HashSet;

use formats::web::link;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, loads::is_style_sheet, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.preconnect"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Attributes/rel/preconnect",
    page: page!("performance/preconnect"),
    run: Run::Page(run),
};

/// Google's style sheets load fonts from a second origin, which the browser learns of late. Other origins stand in the page itself,
/// where it finds them at once.
const STYLES: &str = "fonts.googleapis.com";
const FONTS: &str = "fonts.gstatic.com";

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hinted = page.document.by_name("link").filter(|link| {
        ["preconnect", "dns-prefetch"].iter().any(|relation| link.has_word("rel", relation))
    });
    let mut hosts: HashSet<String> =
        hinted.filter_map(|link| host(page, link.attribute("href")?)).collect();
    let sent = link::parse(page.answer.headers.all("link"));
    hosts.extend(
        sent.iter()
            .filter(|link| link.is("preconnect"))
            .filter_map(|link| host(page, &link.target)),
    );
    let style = page.document.by_name("link").filter(|link| is_style_sheet(*link)).find(|link| {
        link.attribute("href").and_then(|href| host(page, href)).as_deref() == Some(STYLES)
    });
    if let Some(style) = style.filter(|_| !hosts.contains(FONTS)) {
        report.add(
            Found::at(page.url())
                .line(style.line())
                .key(FONTS)
                .detail(format!("The style sheet of `{STYLES}` loads fonts from `{FONTS}`, without a hint of that."))
                .evidence("element", crate::web::elements::tag(style)),
        );
    }
}

fn host(page: &Page<'_>, href: &str) -> Option<String> {
    page.join(href)?.host_str().map(str::to_owned)
}
