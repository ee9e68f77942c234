use model::{CheckId, Confidence, Cwe, Severity};

use super::recognise::libraries;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("libraries.unmaintained"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://owasp.org/Top10/A06_2021-Vulnerable_and_Outdated_Components/",
    page: page!("libraries/unmaintained"),
    run: Run::Site(run),
};

/// `(npm's name, the first major version that this is not about, what its makers said)`.
const ENDED: &[(&str, Option<u64>, &str)] = &[
    (
        "angular",
        None,
        "AngularJS has had no repairs since 2021-12-31; Angular is another framework.",
    ),
    ("bootstrap", Some(4), "Bootstrap 3 and older have had no repairs since 2019-07-24."),
    ("bootstrap", Some(5), "Bootstrap 4 has had no repairs since 2023-01-01."),
    ("jquery-mobile", None, "jQuery Mobile was given up in October 2021."),
    ("prototypejs", None, "The last version of Prototype is of 2015."),
    ("swfobject", None, "Flash, which it shows, has been in no browser since 2021."),
    ("vue", Some(3), "Vue 2 and older have had no repairs since 2023-12-31."),
    ("yui", None, "YUI was given up in August 2014."),
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for library in libraries(visit) {
        let major = library.version.split('.').next().and_then(|major| major.parse::<u64>().ok());
        let ended = ENDED.iter().find(|(package, before, _)| {
            *package == library.package
                && before.is_none_or(|before| major.is_some_and(|major| major < before))
        });
        if let Some((package, _, what)) = ended {
            let mut found = Found::at(&library.url)
                .key(format!("{package} {}", library.version))
                .confidence(library.confidence)
                .detail(format!("{package} {}: {what}", library.version))
                .evidence("url", library.url.as_str());
            // Of a script that was only named, the line is one of the page.
            found.line = library.line.filter(|_| library.page.as_ref() == Some(&library.url));
            report.add(found);
        }
    }
}
