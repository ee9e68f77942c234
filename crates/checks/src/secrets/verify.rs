//! What to ask a provider about a credential, and what its answer means. Asking is somebody else's: nothing here opens a connection.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{SecretValue, Verification};
use zeroize::Zeroizing;

use super::file::VerifyRecipe;

/// A recipe with a credential in it. There is no `Debug`.
pub struct VerifyRequest {
    /// `GET`, `HEAD` or `POST`.
    pub method: String,
    /// May hold the credential.
    pub url: Zeroizing<String>,
    /// Name and value; values may hold the credential.
    pub headers: Vec<(String, Zeroizing<Vec<u8>>)>,
    /// May hold the credential.
    pub body: Zeroizing<Vec<u8>>,
}

/// Where a credential is put, which decides how it is written there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Url,
    Header,
    Body,
}

const PLAIN: &str = "{secret}";
const BASIC: &str = "{secret:basic}";
const PERCENT: &str = "{secret:url}";

impl VerifyRecipe {
    /// Says what is wrong with a recipe.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let rest = self.url.strip_prefix("https://").ok_or("the URL has to begin with https://")?;
        let (host, _) = rest.split_once('/').ok_or("the URL has no path")?;
        if host.is_empty() || host.contains(['{', '@', '?', '#']) {
            return Err("the URL's host has to be fixed");
        }
        if !matches!(self.method.as_ref(), "GET" | "HEAD" | "POST") {
            return Err("the method has to be GET, HEAD or POST");
        }
        if self.active.is_empty() {
            return Err("no status means that the credential works");
        }
        let told_apart = self.active_text.is_some() || self.inactive_text.is_some();
        if !told_apart && self.active.iter().any(|status| self.inactive.contains(status)) {
            return Err("one status means both, and no text tells them apart");
        }
        let holds = |text: &str| [PLAIN, BASIC, PERCENT].iter().any(|slot| text.contains(slot));
        let anywhere = holds(&self.url)
            || self.headers.iter().any(|(_, value)| holds(value))
            || self.body.as_deref().is_some_and(holds);
        if anywhere { Ok(()) } else { Err("the credential is in no part of the request") }
    }

    /// The request for one credential; `None` where it cannot be written into it unharmed.
    #[must_use]
    pub fn request(&self, secret: &SecretValue) -> Option<VerifyRequest> {
        let secret = secret.expose();
        let url = String::from_utf8(fill(&self.url, secret, Slot::Url)?.to_vec()).ok()?;
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, value) in self.headers.iter() {
            headers.push((name.to_string(), fill(value, secret, Slot::Header)?));
        }
        let body = match &self.body {
            Some(body) => fill(body, secret, Slot::Body)?,
            None => Zeroizing::default(),
        };
        Some(VerifyRequest { method: self.method.to_string(), url: url.into(), headers, body })
    }

    /// What an answer says.
    #[must_use]
    pub fn understand(&self, status: u16, body: &[u8]) -> Verification {
        let says = |statuses: &[u16], text: Option<&str>| {
            statuses.contains(&status)
                && text.is_none_or(|text| memchr::memmem::find(body, text.as_bytes()).is_some())
        };
        // A text against it is the stronger word where a status alone would speak for it.
        if self.inactive_text.is_some() && says(&self.inactive, self.inactive_text.as_deref()) {
            Verification::Inactive
        } else if says(&self.active, self.active_text.as_deref()) {
            Verification::Active
        } else if says(&self.inactive, self.inactive_text.as_deref()) {
            Verification::Inactive
        } else {
            Verification::Unknown
        }
    }
}

/// Puts the credential into a template.
fn fill(template: &str, secret: &[u8], slot: Slot) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::with_capacity(template.len() + 2 * secret.len()));
    let mut rest = template;
    loop {
        let next = [PLAIN, BASIC, PERCENT]
            .into_iter()
            .filter_map(|mark| rest.find(mark).map(|at| (at, mark)))
            .min();
        let Some((at, mark)) = next else {
            out.extend_from_slice(rest.as_bytes());
            return Some(out);
        };
        out.extend_from_slice(rest.get(..at)?.as_bytes());
        rest = rest.get(at + mark.len()..)?;
        match mark {
            BASIC => {
                let pair = Zeroizing::new([secret, b":"].concat());
                out.extend_from_slice(Zeroizing::new(STANDARD.encode(&*pair)).as_bytes());
            }
            PERCENT => {
                for byte in secret {
                    if is_unreserved(*byte) {
                        out.push(*byte);
                    } else {
                        out.extend_from_slice(format!("%{byte:02X}").as_bytes());
                    }
                }
            }
            _ if may_stand(secret, slot) => out.extend_from_slice(secret),
            _ => return None,
        }
    }
}

/// RFC 3986, section 2.3.
fn is_unreserved(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~')
}

/// Whether a credential can be written as it is without changing what is around it.
fn may_stand(secret: &[u8], slot: Slot) -> bool {
    match slot {
        // It must neither end the path nor climb out of it (RFC 3986, section 5.2.4).
        Slot::Url => {
            secret
                .iter()
                .all(|b| is_unreserved(*b) || matches!(b, b':' | b'/' | b'=' | b'+' | b','))
                && !secret.starts_with(b"/")
                && secret.split(|b| *b == b'/').all(|part| !matches!(part, b"." | b".."))
        }
        Slot::Header => secret.iter().all(|b| matches!(b, b' '..=b'~')),
        // Inside of a JSON string or a form's value.
        Slot::Body => {
            secret.iter().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b'&' | b'%'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(text: &str) -> VerifyRecipe {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_credential_is_written_as_its_place_demands() {
        let recipe = recipe(
            r#"
            url = "https://api.example.org/v1/{secret:url}/me?x={secret}"
            method = "POST"
            headers = { Authorization = "Basic {secret:basic}", "X-Key" = "{secret}" }
            body = '{"key":"{secret}","query":"{ me { id } }"}'
            active = [200]
            "#,
        );
        recipe.check().unwrap();
        let request = recipe.request(&SecretValue::new(b"a+b/c=")).unwrap();
        assert_eq!(request.url.as_str(), "https://api.example.org/v1/a%2Bb%2Fc%3D/me?x=a+b/c=");
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), std::str::from_utf8(value).unwrap()))
            .collect();
        assert_eq!(headers, [("Authorization", "Basic YStiL2M9Og=="), ("X-Key", "a+b/c=")]);
        assert_eq!(request.body.as_slice(), br#"{"key":"a+b/c=","query":"{ me { id } }"}"#);
    }

    #[test]
    fn a_credential_cannot_change_the_request_around_it() {
        let in_url = recipe("url = 'https://a.example/{secret}/x'\nactive = [200]");
        for secret in ["../admin", "a/../b", "a?b", "a#b", "/x", "a%2e", "a b", "a\\b"] {
            assert!(in_url.request(&SecretValue::new(secret.as_bytes())).is_none(), "{secret}");
        }
        assert!(in_url.request(&SecretValue::new(b"123:AB-c_d")).is_some());
        let in_header =
            recipe("url = 'https://a.example/'\nheaders = { A = '{secret}' }\nactive = [200]");
        assert!(in_header.request(&SecretValue::new(b"a\r\nHost: x")).is_none());
        let in_body = recipe("url = 'https://a.example/'\nbody = 'k={secret}'\nactive = [200]");
        for secret in ["a&b=c", "a\"b", "a\\", "a\nb"] {
            assert!(in_body.request(&SecretValue::new(secret.as_bytes())).is_none(), "{secret}");
        }
    }

    #[test]
    fn an_answer_is_active_inactive_or_unknown() {
        use Verification::{Active, Inactive, Unknown};
        let by_status = recipe("url = 'https://a.example/'\nactive = [200]\ninactive = [401]");
        for (status, expected) in [(200, Active), (401, Inactive), (403, Unknown), (500, Unknown)] {
            assert_eq!(by_status.understand(status, b""), expected, "{status}");
        }
        let by_text = recipe(
            "url = 'https://a.example/'\nactive = [200]\nactive_text = 'ok:1'\ninactive = [200]\ninactive_text = 'ok:0'",
        );
        for (body, expected) in [("ok:1", Active), ("ok:0", Inactive), ("maintenance", Unknown)] {
            assert_eq!(by_text.understand(200, body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn a_recipe_that_makes_no_sense_is_refused() {
        for (text, problem) in [
            ("url = 'http://a.example/{secret}'\nactive = [200]", "https://"),
            ("url = 'https://{secret}.a.example/'\nactive = [200]", "host"),
            ("url = 'https://a.example/'\nactive = [200]", "no part"),
            ("url = 'https://a.example/{secret}'\nmethod = 'DELETE'\nactive = [200]", "method"),
            ("url = 'https://a.example/{secret}'\nactive = [200]\ninactive = [200]", "both"),
            ("url = 'https://a.example/{secret}'\nactive = []", "works"),
        ] {
            assert!(recipe(text).check().unwrap_err().contains(problem), "{text}");
        }
    }
}
