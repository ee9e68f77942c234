//! Firebase in the texts of a site: the configuration object, and Firestore's collections.
//!
//! The object: <https://firebase.google.com/docs/web/learn-more#config-object>.

use memchr::memmem;
use url::Url;

use super::{
    named::{Named, Service},
    near,
    recognise::{Text, add_name},
};

/// What every API key of Google begins with.
const KEY: &str = "AIzaSy";
/// How far from its key the object reaches.
const NEAR_BYTES: usize = 800;
/// Most keys of one text that are looked around.
const MAX_KEYS: usize = 32;

/// What the texts say of Firebase.
pub(super) fn read(texts: &[Text<'_>], named: &mut Named) {
    let mut found = Vec::new();
    for text in texts {
        for at in memmem::find_iter(text.bytes, KEY).take(MAX_KEYS) {
            if let Some(service) = around(near::window(text.bytes, at, NEAR_BYTES, NEAR_BYTES)) {
                found.push((text.place(at), service));
            }
        }
    }
    if found.is_empty() {
        return;
    }
    let all = collections(texts);
    for (at, mut service) in found {
        if let Service::Firebase { collections, .. } = &mut service {
            collections.clone_from(&all);
        }
        named.add(at, service);
    }
}

/// The configuration object, also as the values of environment variables.
fn around(text: &[u8]) -> Option<Service> {
    let project = near::property(text, &["projectId", "PROJECT_ID"]).filter(|id| is_project(id))?;
    let database = near::property(text, &["databaseURL", "DATABASE_URL"]).and_then(database);
    let bucket = near::property(text, &["storageBucket", "STORAGE_BUCKET"]);
    let bucket = bucket.filter(|name| is_bucket(name)).map(str::to_owned);
    // A key of Google Maps beside some other `projectId` is not Firebase.
    let has_domain = near::property(text, &["authDomain", "AUTH_DOMAIN"]).is_some();
    (has_domain || database.is_some() || bucket.is_some()).then(|| Service::Firebase {
        project: project.to_owned(),
        database,
        bucket,
        collections: Vec::new(),
    })
}

/// Hosts of the Realtime Database: <https://firebase.google.com/docs/projects/locations#rtdb-locations>.
fn database(url: &str) -> Option<Url> {
    let mut url = Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
    let host = url.domain()?;
    if !is_database_host(host) || url.port().is_some() || !url.username().is_empty() {
        return None;
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

/// Whether a host is one of a Realtime Database.
pub(super) fn is_database_host(host: &str) -> bool {
    host.ends_with(".firebaseio.com") || host.ends_with(".firebasedatabase.app")
}

/// 6 to 30 lower-case letters, digits and hyphens; older ones are shorter.
fn is_project(id: &str) -> bool {
    (4..=30).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_bucket(name: &str) -> bool {
    (3..=222).contains(&name.len())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.')
        })
}

/// `db.collection("users")` and `collection(db, "users")`; a minifier leaves of the latter what no one can recognise.
fn collections(texts: &[Text<'_>]) -> Vec<String> {
    let mut collections = Vec::new();
    for Text { bytes, .. } in texts {
        for at in memmem::find_iter(bytes, "collection(") {
            let rest = near::window(bytes, at + "collection(".len(), 0, 400);
            let is_method = near::window(bytes, at, 1, 0) == b".";
            let name = if is_method { near::literal(rest) } else { second(rest) };
            if let Some((name, _)) = name.filter(|(name, _)| is_collection(name)) {
                add_name(&mut collections, name.to_owned());
            }
        }
    }
    collections
}

/// The string behind a first argument that is a variable.
fn second(text: &[u8]) -> Option<(&str, &[u8])> {
    let variable = near::run(text, 40, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.')
    });
    let rest = text.get(variable.len()..).filter(|_| !variable.is_empty())?;
    near::literal(rest.trim_ascii_start().strip_prefix(b",")?)
}

/// Ids that need no escaping; with a slash they are paths below a document.
fn is_collection(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.starts_with("__")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
