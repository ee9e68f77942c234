use formats::web::set_cookie::SetCookie;
use model::{CheckId, Confidence, Cwe, Severity, site::ScriptCookie};
use url::Url;

use super::stable;
use crate::web::{Check, Found, Report, Run, Visit, page, party};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.cookie-attributes"),
    severity: Severity::Info,
    confidence: Confidence::High,
    // Sensitive Cookie in HTTPS Session Without 'Secure' Attribute.
    cwe: Some(Cwe(614)),
    reference: "https://developer.mozilla.org/en-US/docs/Web/API/Document/cookie",
    page: page!("runtime/cookie-attributes"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for rendered in visit.rendered() {
        let page = rendered.page.url();
        let own = rendered.rendering.cookies.iter().filter(|cookie| is_of(cookie, page));
        for cookie in own {
            // The name decides; the value was not kept.
            let is_session = SetCookie::parse(&format!("{}=x", cookie.name))
                .is_ok_and(|named| named.is_named_like_session());
            let mut gaps = Vec::new();
            if is_session {
                gaps.push("can be read by every script, since only a server can set `HttpOnly`");
            }
            if !cookie.is_secure && page.scheme() == "https" {
                gaps.push("also goes over plain http, for want of `Secure`");
            }
            if cookie.same_site.is_none() {
                gaps.push("goes along with other sites' requests as the browser likes, for want of `SameSite`");
            }
            if gaps.is_empty() {
                continue;
            }
            let name = &cookie.name;
            report.add(
                Found::at(page)
                    .key(stable(name))
                    .severity(if is_session { Severity::Medium } else { Severity::Info })
                    .detail(format!("`{name}` {}.", gaps.join("; it ")))
                    .evidence("cookie", name)
                    .evidence("domain", &cookie.domain),
            );
        }
    }
}

/// Whether a cookie is the site's own, rather than of a frame of somebody else's.
fn is_of(cookie: &ScriptCookie, page: &Url) -> bool {
    let domain = cookie.domain.trim_start_matches('.');
    Url::parse(&format!("https://{domain}/")).is_ok_and(|url| party::is_same_site(&url, page))
}
