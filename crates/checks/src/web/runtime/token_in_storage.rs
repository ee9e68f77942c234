use model::{
    CheckId, Confidence, Cwe, Severity,
    site::{StorageArea, Stored},
};

use super::stable;
use crate::{
    secrets::{judge::Shape, jwt},
    web::{Check, Found, Report, Run, Visit, page},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.token-in-storage"),
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    // Insecure Storage of Sensitive Information.
    cwe: Some(Cwe(922)),
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/HTML5_Security_Cheat_Sheet.html#local-storage",
    page: page!("runtime/token-in-storage"),
    run: Run::Site(run),
};

/// What applications call a token, with neither case nor marks.
const NAMES: &[&str] = &[
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "sessiontoken",
    "bearertoken",
    "sessionid",
    "jwt",
];
/// Shortest token without a form of its own, in bytes: 128 bits in base64.
const MIN_OPAQUE: usize = 22;
/// Beginnings of tokens in one value that are tried.
const MAX_TRIED: usize = 10;

enum Token {
    Json,
    Opaque,
}

fn run(visit: &Visit<'_>, report: &mut Report) {
    for rendered in visit.rendered() {
        for stored in &rendered.rendering.stored {
            let Some(token) = token_in(stored) else { continue };
            let area = stored.area.as_str();
            let (what, confidence) = match token {
                Token::Json => ("a JSON Web Token", Confidence::High),
                Token::Opaque => ("what looks like a token", Confidence::Medium),
            };
            let severity = match stored.area {
                StorageArea::Local => Severity::Medium,
                // It goes with the tab.
                StorageArea::Session => Severity::Low,
            };
            report.add(
                Found::at(rendered.page.url())
                    .key(format!("{area} {}", stable(&stored.key)))
                    .severity(severity)
                    .confidence(confidence)
                    .detail(format!("`{area}` holds {what} under `{}`.", stored.key))
                    .evidence("storage", format!("{area}[\"{}\"] = (not shown)", stored.key)),
            );
        }
    }
}

fn token_in(stored: &Stored) -> Option<Token> {
    let value = stored.value.expose();
    let starts = memchr::memmem::find_iter(value, b"eyJ").take(MAX_TRIED);
    if starts.into_iter().any(|at| is_visitors_token(value, at)) {
        return Some(Token::Json);
    }
    let name: String = stored.key.to_ascii_lowercase();
    let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "");
    let value = value.trim_ascii();
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    let value = value.strip_suffix(b"\"").unwrap_or(value);
    let is_opaque = NAMES.iter().any(|known| name.ends_with(known))
        && value.len() >= MIN_OPAQUE
        && !value.contains(&b' ')
        && Shape::of(value).is_random();
    is_opaque.then_some(Token::Opaque)
}

/// Keys that a site hands to everybody are tokens too, and say so by their role.
fn is_visitors_token(value: &[u8], at: usize) -> bool {
    let Some((range, _)) = jwt::at(value, at, &[]) else { return false };
    let token = value.get(range).unwrap_or_default();
    let claims = token.split(|byte| *byte == b'.').nth(1).and_then(jwt::object);
    let role = claims.as_ref().and_then(|claims| claims.get("role")?.as_str());
    !matches!(role, Some("anon" | "anonymous" | "public"))
}
