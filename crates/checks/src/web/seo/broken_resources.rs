use std::collections::HashSet;

use model::{
    CheckId, Confidence, Severity,
    site::{FailureKind, Outcome, Resource, Role},
};
use url::Url;

use crate::web::{
    Check, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.broken-resources"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Status/404",
    page: page!("seo/broken-resources"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    // Images for those who share a link are no part of the page: they are judged by `seo.social-image`.
    let metas = visit.pages.iter().flat_map(|page| {
        let images = ["og:image", "og:image:url", "og:image:secure_url", "twitter:image"];
        images
            .into_iter()
            .flat_map(|name| page.document.meta(name))
            .filter_map(|meta| page.join(meta.1))
    });
    let shared: HashSet<Url> = metas.collect();
    for (role, key, what) in [
        (
            Role::Script,
            "scripts",
            "Scripts that pages load are missing: what they do does not work.",
        ),
        (Role::Style, "styles", "Style sheets that pages load are missing."),
        (Role::Image, "images", "Images on pages are missing."),
        (Role::Font, "fonts", "Fonts that style sheets name are missing."),
        (Role::Icon, "icons", "Icons that the web app manifest names are missing."),
    ] {
        let mut several = Several::default();
        let mut first = None;
        let wanted = visit.site.resources.iter().filter(|resource| resource.role == role);
        for resource in wanted.filter(|resource| !shared.contains(&resource.url)) {
            let Some(fault) = fault(visit, resource) else { continue };
            let (page, line) = match &resource.referrer {
                Some((page, line)) => (page, Some(*line)),
                None => (visit.site.home(), None),
            };
            first.get_or_insert(page);
            several.add_as(line, "url", || format!("{fault} {}", address(&resource.url)));
        }
        if let Some(found) = first.and_then(|page| several.found(page)) {
            report.add(found.key(key).detail(what));
        }
    }
}

/// Why it is not there, in a word: the status, or that nobody is where it should be.
fn fault(visit: &Visit<'_>, resource: &Resource) -> Option<String> {
    // What pages name as their icon, and the usual one, are judged by `seo.favicon`.
    let manifest = |at: &Url| {
        let named = visit.site.at(at).map(|resource| resource.role);
        named == Some(Role::Manifest)
    };
    let is_of_manifest = resource.referrer.as_ref().is_some_and(|(from, _)| manifest(from));
    if resource.role == Role::Icon && !is_of_manifest {
        return None;
    }
    match &resource.outcome {
        Outcome::Answered(answer) => {
            let is_broken = match answer.status {
                404 | 410 => true,
                429 | 503 => false,
                // Others' servers may turn robots away.
                status => visit.is_same_origin(&answer.url) && matches!(status, 400..=599),
            };
            is_broken.then(|| answer.status.to_string())
        }
        Outcome::Failed(failure) => match failure.kind {
            FailureKind::Name => Some("(no such host)".to_owned()),
            FailureKind::Refused => Some("(nobody answers)".to_owned()),
            FailureKind::Tls => Some("(no secure connection)".to_owned()),
            FailureKind::Redirect => Some("(redirects without end)".to_owned()),
            // It may be back in a moment.
            _ => None,
        },
        Outcome::Skipped(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use model::site::Failure;

    use super::*;
    use crate::web::literal::visit;

    #[test]
    fn what_has_no_host_any_more_is_missing_and_what_is_slow_is_not() {
        for (kind, is_found) in [
            (FailureKind::Name, true),
            (FailureKind::Refused, true),
            (FailureKind::Tls, true),
            (FailureKind::Redirect, true),
            (FailureKind::TimedOut, false),
            (FailureKind::Lost, false),
        ] {
            let mut site = visit(
                "HTTP/1.1 200 OK\ncontent-type: text/html\n\n\nGET https://gone.example/app.js on https://example.com/\nHTTP/1.1 200 OK\n\n",
            );
            let failure = Failure { kind, reason: "it does not answer".to_owned() };
            site.resources.last_mut().unwrap().outcome = Outcome::Failed(failure);
            assert_eq!(CHECK.judge(&Visit::of(&site)).len(), usize::from(is_found), "{kind:?}");
        }
    }
}
