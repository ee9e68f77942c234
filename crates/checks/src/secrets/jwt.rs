//! JSON Web Tokens: the header must be one, and the claims tell what the token is worth.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Confidence;
use serde_json::{Map, Value};

use super::{file::Text, judge::is_placeholder};

/// Longest token that is looked at, in bytes.
pub(crate) const MAX_TOKEN_BYTES: usize = 8 << 10;

/// The token that begins at `at` and has these claims, and how surely it is a credential. `None` for what is no token, for unsigned ones
/// (`alg: none`), and for those whose claims or signature say that they are examples or for everybody.
pub(crate) fn at(
    text: &[u8],
    at: usize,
    wanted: &[(Text, Text)],
) -> Option<(std::ops::Range<usize>, Confidence)> {
    let window = text.get(at..text.len().min(at + MAX_TOKEN_BYTES))?;
    // Three parts are enough to judge it, and text may be full of beginnings.
    let mut dots = 0;
    let length = window
        .iter()
        .take_while(|b| {
            dots += u32::from(**b == b'.');
            dots < 3 && (b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'='))
        })
        .count();
    let token = window.get(..length)?;
    let mut parts = token.split(|b| *b == b'.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let signature_length = signature.iter().take_while(|b| **b != b'=').count();
    // HMAC-SHA-256, the shortest signature in use (RFC 7518 section 3.1), is 43 characters.
    if signature_length < 42 {
        return None;
    }
    let header = object(header)?;
    let algorithm = header.get("alg")?.as_str()?;
    if algorithm.eq_ignore_ascii_case("none") {
        return None;
    }
    let end = at + header_claims_signature_length(token)?;
    // Five parts are encrypted (RFC 7516): nothing to judge, and no use to a thief without the key's owner.
    let confidence = match object(claims) {
        Some(claims) if is_example(&claims) || is_public(&claims) => return None,
        Some(claims) if !wanted.iter().all(|(name, value)| text_of(&claims, name) == value) => {
            return None;
        }
        None if !wanted.is_empty() => return None,
        Some(claims) if claims.is_empty() => Confidence::Low,
        Some(_) => Confidence::High,
        None if header.contains_key("enc") => Confidence::Low,
        None => return None,
    };
    Some((at..end, confidence))
}

fn header_claims_signature_length(token: &[u8]) -> Option<usize> {
    let mut dots = memchr::memchr_iter(b'.', token);
    dots.next()?;
    let second = dots.next()?;
    let rest = token.get(second + 1..)?;
    let signature =
        rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    Some(second + 1 + signature)
}

/// A part of a token: an object in base64url.
pub(crate) fn object(part: &[u8]) -> Option<Map<String, Value>> {
    let end = part.iter().take_while(|b| **b != b'=').count();
    let bytes = URL_SAFE_NO_PAD.decode(part.get(..end)?).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// The claims that every issuer knows (RFC 7519 section 4.1).
const REGISTERED: &[&str] = &["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// The token of jwt.io's front page and its relatives, which every tutorial repeats; and those that claim nothing: `{"foo":"bar"}`.
fn is_example(claims: &Map<String, Value>) -> bool {
    let says_nothing = |value: &Value| value.as_str().is_some_and(|v| is_placeholder(v.as_bytes()));
    if !claims.is_empty()
        && claims
            .iter()
            .all(|(name, value)| !REGISTERED.contains(&name.as_str()) && says_nothing(value))
    {
        return true;
    }
    let text = |name: &str| text_of(claims, name);
    text("sub") == "1234567890"
        || text("name") == "John Doe"
        || text("iss").contains("example.")
        || text("iss") == "joe"
        || claims.get("iat").and_then(Value::as_i64) == Some(1_516_239_022)
}

/// Keys in the form of a token that pages are meant to ship: Supabase's for browsers, which row level security holds
/// (<https://supabase.com/docs/guides/getting-started/api-keys>).
fn is_public(claims: &Map<String, Value>) -> bool {
    matches!(text_of(claims, "iss"), "supabase" | "supabase-demo")
        && text_of(claims, "role") == "anon"
}

fn text_of<'c>(claims: &'c Map<String, Value>, name: &str) -> &'c str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims),
            "Zx9".repeat(15)
        )
    }

    #[test]
    fn claims_are_judged() {
        let real = token(
            r#"{"alg":"HS256","typ":"JWT"}"#,
            r#"{"sub":"user-4711","iss":"https://login.acme.io","exp":1900000000}"#,
        );
        let text = format!("Authorization: Bearer {real}\"");
        assert_eq!(at(text.as_bytes(), 22, &[]), Some((22..22 + real.len(), Confidence::High)));
        for (header, claims) in [
            (r#"{"alg":"none"}"#, r#"{"sub":"user-4711"}"#),
            (r#"{"alg":"HS256"}"#, r#"{"foo":"bar"}"#),
            (r#"{"alg":"HS256"}"#, r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#),
            (r#"{"typ":"JWT"}"#, r#"{"sub":"user-4711"}"#),
            (r#"{"alg":"HS256"}"#, r#"{"iss":"supabase","role":"anon"}"#),
        ] {
            assert_eq!(at(token(header, claims).as_bytes(), 0, &[]), None, "{claims}");
        }
        assert_eq!(at(b"eyJhbGciOi.short.sig", 0, &[]), None);
        let wanted = [("iss".into(), "https://login.acme.io".into())];
        assert!(at(text.as_bytes(), 22, &wanted).is_some());
        let wanted = [("iss".into(), "https://login.acme.io".into()), ("role".into(), "x".into())];
        assert!(at(text.as_bytes(), 22, &wanted).is_none());
        let encrypted = token(r#"{"alg":"dir","enc":"A128GCM"}"#, "");
        let whole = format!("{encrypted}.more.more");
        assert_eq!(at(whole.as_bytes(), 0, &[]), Some((0..encrypted.len(), Confidence::Low)));
    }
}
