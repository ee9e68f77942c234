use formats::web::html::{Document, Element};
use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.cross-domain-policy"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Permissive Cross-domain Security Policy with Untrusted Domains.
    cwe: Some(Cwe(942)),
    reference: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/08-Test_RIA_Cross_Domain_Policy",
    page: page!("exposure/cross-domain-policy"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/crossdomain.xml", "/clientaccesspolicy.xml"];

/// XML reads as HTML does where it is as plain as here; names are in lower case then.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let document = Document::parse(&text);
        let is_wide = |element: &Element<'_>, attribute| {
            element
                .attribute(attribute)
                .is_some_and(|value| matches!(value.trim(), "*" | "http://*" | "https://*"))
        };
        let flash =
            document.by_name("allow-access-from").filter(|e| e.is_in("cross-domain-policy"));
        let silverlight = document.by_name("domain").filter(|e| e.is_in("allow-from"));
        let wide = flash
            .filter(|element| is_wide(element, "domain"))
            .chain(silverlight.filter(|element| is_wide(element, "uri")))
            .next();
        if let Some(element) = wide {
            report.add(
                answers::found(answer, answer.url.path())
                    .evidence("element", crate::web::elements::tag(element)),
            );
        }
    }
}
