use model::{CheckId, Confidence, Cwe, Severity};
use url::Url;

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-bypassable-host"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Protection Mechanism Failure.
    cwe: Some(Cwe(693)),
    reference: "https://www.w3.org/TR/CSP3/#strict-csp",
    page: page!("headers/csp-bypassable-host"),
    run: Run::Page(run),
};

/// Asks the policies about an address of each kind, so that a source with a path that leads elsewhere is not told.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let all = page.policies();
    let policies = &all.policies;
    let is_judged_elsewhere =
        policies.allows_any_host("script-src-elem") || policies.allows_inline_script();
    if !policies.restricts("script-src-elem") || is_judged_elsewhere {
        return;
    }
    let open = KNOWN.iter().filter(|(address, _)| {
        Url::parse(address).is_ok_and(|url| {
            !is_same_host(page.url(), &url)
                && policies.allows_url("script-src-elem", &url, Some(page.url()))
        })
    });
    let open: Vec<_> = open.collect();
    let Some((_, why)) = open.first() else { return };
    let hosts: Vec<_> = open.iter().filter_map(|(address, _)| host_of(address)).collect();
    let found = Found::at(page.url())
        .key(hosts.join(" "))
        .detail(format!("`{}` {}", hosts.first().copied().unwrap_or_default(), why.sentence()))
        .evidence("hosts", hosts.join(", "));
    report.add(all.show(found, "script-src-elem"));
}

#[derive(Clone, Copy)]
enum Why {
    /// Everything that anybody publishes is served.
    Packages,
    /// Old versions of a framework that runs expressions in markup.
    Framework,
    /// The caller chooses the function that the answer calls.
    Callback,
    /// Anybody can have a place there.
    Tenants,
}

impl Why {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Packages => "serves every package that anybody publishes, an attacker's too.",
            Self::Framework => {
                "serves versions of AngularJS, with which markup alone can run scripts."
            }
            Self::Callback => "answers with a script that calls whatever its caller names (JSONP).",
            Self::Tenants => "is a service on which anybody can place a script.",
        }
    }
}

/// An address as an attacker could use it, and what makes it one.
const KNOWN: &[(&str, Why)] = &[
    ("https://cdn.jsdelivr.net/npm/anything@1.0.0/index.js", Why::Packages),
    ("https://unpkg.com/anything@1.0.0/index.js", Why::Packages),
    ("https://esm.sh/anything@1.0.0", Why::Packages),
    ("https://cdn.skypack.dev/anything", Why::Packages),
    ("https://cdnjs.cloudflare.com/ajax/libs/angular.js/1.8.2/angular.min.js", Why::Framework),
    ("https://ajax.googleapis.com/ajax/libs/angularjs/1.8.2/angular.min.js", Why::Framework),
    ("https://accounts.google.com/o/oauth2/revoke", Why::Callback),
    ("https://www.google.com/complete/search", Why::Callback),
    ("https://www.googleapis.com/customsearch/v1", Why::Callback),
    ("https://storage.googleapis.com/anybody/any.js", Why::Tenants),
    ("https://firebasestorage.googleapis.com/v0/b/anybody/o/any.js", Why::Tenants),
    ("https://s3.amazonaws.com/anybody/any.js", Why::Tenants),
    ("https://anybody.s3.amazonaws.com/any.js", Why::Tenants),
    ("https://anybody.cloudfront.net/any.js", Why::Tenants),
    ("https://anybody.blob.core.windows.net/any/any.js", Why::Tenants),
    ("https://anybody.azureedge.net/any.js", Why::Tenants),
    ("https://anybody.azurewebsites.net/any.js", Why::Tenants),
    ("https://anybody.github.io/any.js", Why::Tenants),
    ("https://anybody.gitlab.io/any.js", Why::Tenants),
    ("https://anybody.netlify.app/any.js", Why::Tenants),
    ("https://anybody.vercel.app/any.js", Why::Tenants),
    ("https://anybody.pages.dev/any.js", Why::Tenants),
    ("https://anybody.workers.dev/any.js", Why::Tenants),
    ("https://anybody.web.app/any.js", Why::Tenants),
    ("https://anybody.firebaseapp.com/any.js", Why::Tenants),
    ("https://anybody.herokuapp.com/any.js", Why::Tenants),
    ("https://anybody.appspot.com/any.js", Why::Tenants),
];

fn host_of(address: &'static str) -> Option<&'static str> {
    let rest = address.strip_prefix("https://")?;
    let host = rest.split('/').next()?;
    Some(host.strip_prefix("anybody.").unwrap_or(host))
}

fn is_same_host(page: &Url, other: &Url) -> bool {
    page.host_str() == other.host_str()
}
