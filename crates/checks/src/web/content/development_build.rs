use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{
    Check, Found, Page, Report, Run, Visit, elements,
    embedded::{self, Use},
    page, party,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.development-build"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://vite.dev/guide/build",
    page: page!("content/development-build"),
    run: Run::Page(run),
};

/// Parts of addresses that only development servers have, and whose they are.
const MARKS: &[(&str, &str)] = &[
    ("/@vite/client", "Vite's development server"),
    ("/@react-refresh", "Vite's development server"),
    ("/_next/static/development/", "Next.js's development server"),
    ("/_next/static/chunks/react-refresh", "Next.js's development server"),
    ("/webpack-dev-server", "webpack's development server"),
    ("/livereload.js", "LiveReload"),
    ("/browser-sync/browser-sync-client", "Browsersync"),
];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if party::is_loopback(page.url()) {
        return;
    }
    for written in embedded::of(page).filter(|written| written.used == Use::Script) {
        let Some(url) = written.url(page) else { continue };
        let mark = MARKS.iter().find(|(mark, _)| url.path().starts_with(mark));
        if let Some((_, whose)) = mark.filter(|_| party::is_same_site(&url, page.url())) {
            report.add(
                Found::at(page.url())
                    .line(written.element.line())
                    .key(*whose)
                    .detail(format!("The page is made by {whose}."))
                    .evidence("element", elements::tag(written.element)),
            );
        }
    }
}
