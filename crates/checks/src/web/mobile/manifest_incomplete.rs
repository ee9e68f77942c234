use formats::web::manifest::{Display, Manifest};
use model::{CheckId, Confidence, Severity};

use super::manifests::linked;
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("mobile.manifest-incomplete"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/Progressive_web_apps/Guides/Making_PWAs_installable",
    page: page!("mobile/manifest-incomplete"),
    run: Run::Site(run),
};

/// Sizes of icons that browsers ask for before they offer to install.
const ICONS: [u32; 2] = [192, 512];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for linked in linked(visit).filter(|linked| linked.answer.is_success()) {
        let Ok(manifest) = Manifest::parse(&linked.answer.body) else { continue };
        let mut missing: Vec<String> = Vec::new();
        if manifest.name.is_none() && manifest.short_name.is_none() {
            missing.push("name".to_owned());
        }
        if manifest.start_url.is_none() {
            missing.push("start_url".to_owned());
        }
        if matches!(manifest.display, None | Some(Display::Browser)) {
            missing.push("display".to_owned());
        }
        missing.extend(
            ICONS
                .iter()
                .filter(|size| !manifest.has_icon(**size))
                .map(|size| format!("icon of {size} × {size}")),
        );
        if !missing.is_empty() {
            let missing = missing.join(", ");
            report.add(
                Found::at(&linked.url)
                    .key(&missing)
                    .detail(format!("Missing: {missing}."))
                    .evidence("value", &missing)
                    .evidence("url", address(&linked.url)),
            );
        }
    }
}
