use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Report, Run, Visit, bodies, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.stack-trace"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Generation of Error Message Containing Sensitive Information.
    cwe: Some(Cwe(209)),
    reference: "https://owasp.org/www-community/Improper_Error_Handling",
    page: page!("content/stack-trace"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in bodies::texts(visit) {
        // A page that came with success may be about such things; PHP's markup is in no text about it.
        let trace = if answer.status >= 400 { trace(&text) } else { None };
        if let Some((language, at)) = trace.or_else(|| php(&text)) {
            let line = text.get(at..).unwrap_or_default().lines().next().unwrap_or_default();
            // What a message of PHP says may be anything; where it comes from is enough.
            let line = if language == "PHP" {
                line.split_once(" in ").map_or("", |(_, at)| at)
            } else {
                line
            };
            report.add(
                Found::at(&answer.url)
                    .key(language)
                    .detail(format!("It is of {language}."))
                    .evidence("status", answer.status.to_string())
                    .evidence("value", without_tags(line)),
            );
        }
    }
}

/// The language of a trace, and where it begins.
fn trace(text: &str) -> Option<(&'static str, usize)> {
    if let Some(at) = text.find("Traceback (most recent call last)") {
        return Some(("Python", at));
    }
    for line in text.lines() {
        let at = || line.as_ptr() as usize - text.as_ptr() as usize;
        let code = line.trim_start().trim_start_matches("<br>").trim_start_matches("&nbsp;");
        let code = code.trim_start();
        if let Some(frame) = code.strip_prefix("at ")
            && let Some(language) = frame_of(frame)
        {
            return Some((language, at()));
        }
        if line.contains(".rb:") && line.contains(":in ") {
            return Some(("Ruby", at()));
        }
        if line.starts_with("goroutine ") && line.contains(" [running]:") {
            return Some(("Go", at()));
        }
        if line.contains("PHP Fatal error:  Uncaught ") {
            return Some(("PHP", at()));
        }
    }
    None
}

/// What stands behind `at ` in a frame: `com.shop.Order.total(Order.java:12)`, `total (/srv/shop/order.js:12:5)`,
/// `Shop.Order.Total() in C:\\shop\\Order.cs:line 12`.
fn frame_of(frame: &str) -> Option<&'static str> {
    let place = frame.split_once('(').map_or(frame, |(_, place)| place);
    if [".java:", ".kt:", ".scala:"].iter().any(|ending| place.contains(ending))
        || place.starts_with("Native Method)")
    {
        return Some("Java");
    }
    if frame.contains(".cs:line ") {
        return Some(".NET");
    }
    let is_file = [".js:", ".ts:", ".mjs:", ".cjs:"].iter().any(|ending| place.contains(ending));
    (is_file || place.starts_with("node:internal")).then_some("Node.js")
}

/// `<b>Warning</b>:  … in <b>/srv/shop/order.php</b> on line <b>12</b>`, as PHP writes it into the page.
fn php(text: &str) -> Option<(&'static str, usize)> {
    [
        "<b>Warning</b>:",
        "<b>Notice</b>:",
        "<b>Fatal error</b>:",
        "<b>Deprecated</b>:",
        "<b>Parse error</b>:",
    ]
    .iter()
    .filter_map(|mark| text.find(mark))
    .find(|at| {
        let rest = text.get(*at..).unwrap_or_default().lines().next().unwrap_or_default();
        rest.contains(" in <b>") && rest.contains("</b> on line <b>")
    })
    .map(|at| ("PHP", at))
}

fn without_tags(line: &str) -> String {
    line.replace("<b>", "").replace("</b>", "").replace("<br />", "").replace("<br>", "")
}
