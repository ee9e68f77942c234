//! Supabase in the texts of a site: project, the key for everybody, tables. Keys for servers are what `secrets` tells of.
//!
//! Kinds of keys: <https://supabase.com/docs/guides/getting-started/api-keys>.

use memchr::memmem;
use model::SecretValue;
use url::Url;

use super::{
    named::{Named, Service},
    near,
    recognise::{Text, add_name},
};
use crate::secrets::jwt;

const HOST: &str = ".supabase.co";
const PUBLISHABLE: &str = "sb_publishable_";
/// Longest key, in bytes.
const MAX_KEY_BYTES: usize = 2 << 10;
/// How far before a key the URL stands that the client is made with.
const NEAR_BYTES: usize = 300;
/// Most keys of one text.
const MAX_KEYS: usize = 16;
/// What a table's query goes on with. `Array.from` does not.
const VERBS: [&str; 5] = [".select(", ".insert(", ".update(", ".upsert(", ".delete("];

/// A key for everybody.
struct Key<'t> {
    at: usize,
    value: &'t str,
    /// A token names its project.
    project: Option<String>,
}

struct Project {
    at: (Url, u64),
    url: Url,
    key: Option<SecretValue>,
}

/// What the texts say of Supabase.
pub(super) fn read(texts: &[Text<'_>], named: &mut Named) {
    let mut projects: Vec<Project> = Vec::new();
    for text in texts {
        for at in memmem::find_iter(text.bytes, HOST).take(MAX_KEYS) {
            let reference = near::before(text.bytes, at, 21, |byte| byte.is_ascii_alphanumeric());
            if let Some(url) = project_url(reference) {
                project(&mut projects, url, || text.place(at));
            }
        }
    }
    for text in texts {
        for key in keys(text.bytes) {
            let own = key.project.as_deref().and_then(project_url);
            let url = own.or_else(|| url_before(text.bytes, key.at));
            let project = match url {
                Some(url) => project(&mut projects, url, || text.place(key.at)),
                // In a bundle both are values of variables, far from each other.
                None => projects.iter_mut().find(|project| project.key.is_none()),
            };
            if let Some(project) = project {
                project.key.get_or_insert_with(|| SecretValue::new(key.value.as_bytes()));
            }
        }
    }
    if projects.is_empty() {
        return;
    }
    let tables = tables(texts);
    for Project { at, url, key } in projects {
        named.add(at, Service::Supabase { url, key, tables: tables.clone() });
    }
}

fn project(
    projects: &mut Vec<Project>,
    url: Url,
    place: impl Fn() -> (Url, u64),
) -> Option<&mut Project> {
    let known = projects.iter().position(|project| project.url == url);
    let at = known.or_else(|| {
        (projects.len() < MAX_KEYS).then(|| {
            projects.push(Project { at: place(), url, key: None });
            projects.len() - 1
        })
    })?;
    projects.get_mut(at)
}

/// A project's reference is 20 lower-case letters.
fn project_url(reference: &str) -> Option<Url> {
    let is_one = reference.len() == 20 && reference.bytes().all(|byte| byte.is_ascii_lowercase());
    is_one.then(|| Url::parse(&format!("https://{reference}{HOST}/")).ok())?
}

/// The first argument of a call whose second one is the key: `createClient("https://api.example.com", "sb_publishable_…")`.
fn url_before(text: &[u8], at: usize) -> Option<Url> {
    let literal = near::last_literal(near::window(text, at, NEAR_BYTES, 0), "https://")?;
    let url = Url::parse(literal).ok()?;
    let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    (is_origin && url.domain().is_some() && url.username().is_empty()).then_some(url)
}

fn keys(text: &[u8]) -> Vec<Key<'_>> {
    let mut keys = tokens(text);
    for at in memmem::find_iter(text, PUBLISHABLE).take(MAX_KEYS) {
        let value = near::run(text.get(at..).unwrap_or_default(), MAX_KEY_BYTES, is_token_byte);
        if value.get(PUBLISHABLE.len()..).is_some_and(is_random) {
            keys.push(Key { at, value, project: None });
        }
    }
    keys
}

/// The tokens of the older kind. Each byte is looked at once: what was read as a token is not searched again.
fn tokens(text: &[u8]) -> Vec<Key<'_>> {
    let finder = memmem::Finder::new("eyJ");
    let mut keys = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| Some(from + finder.find(rest)?)) {
        let value = near::run(text.get(at..).unwrap_or_default(), MAX_KEY_BYTES, is_token_byte);
        from = at + value.len().max(1);
        if let Some(project) = project_of(value)
            && keys.len() < MAX_KEYS
        {
            keys.push(Key { at, value, project });
        }
    }
    keys
}

/// The project that a token for everybody names; `None` for other tokens.
fn project_of(token: &str) -> Option<Option<String>> {
    let mut parts = token.split('.');
    let (_, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    // HMAC-SHA-256 is 43 characters.
    if signature.len() < 43 {
        return None;
    }
    let claims = jwt::object(claims.as_bytes())?;
    let text = |name: &str| claims.get(name).and_then(serde_json::Value::as_str);
    // `supabase-demo` are the well-known keys of a project on one's own machine.
    let is_public = text("iss") == Some("supabase") && text("role") == Some("anon");
    is_public.then(|| text("ref").map(str::to_owned))
}

/// Not `sb_publishable_xxxxxxxxxxxxxxxxxxxx` nor `sb_publishable_your_key_goes_here`.
fn is_random(value: &str) -> bool {
    let kinds = [char::is_numeric, char::is_lowercase, char::is_uppercase];
    value.len() >= 20 && kinds.iter().filter(|is| value.chars().any(is)).count() == 3
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// The tables that scripts read or write: `.from("profiles").select(…`, `/rest/v1/profiles`.
fn tables(texts: &[Text<'_>]) -> Vec<String> {
    let mut tables = Vec::new();
    for Text { bytes, .. } in texts {
        for at in memmem::find_iter(bytes, ".from(") {
            let is_storage = near::window(bytes, at, 7, 0) == b"storage";
            let rest = near::window(bytes, at + ".from(".len(), 0, 400);
            let Some((name, rest)) = near::literal(rest).filter(|_| !is_storage) else { continue };
            let Some(rest) = rest.trim_ascii_start().strip_prefix(b")") else { continue };
            let rest = rest.trim_ascii_start();
            if is_name(name) && VERBS.iter().any(|verb| rest.starts_with(verb.as_bytes())) {
                add_name(&mut tables, name.to_owned());
            }
        }
        for at in memmem::find_iter(bytes, "/rest/v1/") {
            let rest = near::window(bytes, at + "/rest/v1/".len(), 0, 64);
            let name = near::run(rest, 64, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
            // `rpc` calls functions, which may do anything.
            if is_name(name) && name != "rpc" {
                add_name(&mut tables, name.to_owned());
            }
        }
    }
    tables
}

/// An identifier of PostgreSQL, at most 63 bytes long.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 63
        && bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
