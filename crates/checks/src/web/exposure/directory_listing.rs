use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.directory-listing"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Exposure of Information Through Directory Listing.
    cwe: Some(Cwe(548)),
    reference: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    page: page!("exposure/directory-listing"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for page in &visit.pages {
        let title = page.document.first("title").map(|title| title.words()).unwrap_or_default();
        if let Some(server) = server_of(&title, &page.text) {
            report.add(
                Found::at(page.url())
                    .key(server)
                    .detail(format!("The list is made by {server}."))
                    .evidence("value", title),
            );
        }
    }
}

/// Whose list it is, by its title and a mark that no page has by chance.
fn server_of(title: &str, text: &str) -> Option<&'static str> {
    let has = |mark: &str| text.contains(mark);
    if title.starts_with("Index of /") {
        if has("?C=N;O=") || has("alt=\"[PARENTDIR]\"") || has("Parent Directory</a>") {
            return Some(if has("<div class=\"foot\">lighttpd") { "lighttpd" } else { "Apache" });
        }
        return (has("<hr><pre><a href=\"../\">../</a>") || has("<a href=\"../\">"))
            .then_some("nginx");
    }
    let rest = [
        ("Directory listing for /", "<hr>", "Python's http.server"),
        ("Directory Listing For [/", "Apache Tomcat", "Tomcat"),
        ("listing directory /", "id=\"files\"", "Express's serve-index"),
        ("Directory: /", "Jetty", "Jetty"),
    ];
    if let Some((_, _, server)) =
        rest.iter().find(|(start, mark, _)| title.starts_with(start) && has(mark))
    {
        return Some(server);
    }
    if title.contains(" - /") && has("[To Parent Directory]") {
        return Some("IIS");
    }
    (has("https://caddyserver.com") && has("class=\"listing\"")).then_some("Caddy")
}
