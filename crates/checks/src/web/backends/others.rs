//! Clerk, Auth0, Appwrite and Convex in the texts of a site.

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use memchr::memmem;
use url::Url;

use super::{
    named::{AppwriteList, Named, Service},
    near,
    recognise::{Text, add_name},
};

/// Most places of one word in one text that are looked at.
const MAX_PLACES: usize = 64;
const NEAR_BYTES: usize = 400;
/// With padding or without it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the texts say of these services.
pub(super) fn read(texts: &[Text<'_>], named: &mut Named) {
    for text in texts {
        clerk(text, named);
        auth0(text, named);
        convex(text, named);
    }
    appwrite(texts, named);
}

/// A publishable key is the host of the frontend API and a `$` in base64:
/// <https://clerk.com/docs/guides/how-clerk-works/overview>.
fn clerk(text: &Text<'_>, named: &mut Named) {
    for (prefix, is_development) in [("pk_live_", false), ("pk_test_", true)] {
        for at in memmem::find_iter(text.bytes, prefix).take(MAX_PLACES) {
            let rest = near::window(text.bytes, at + prefix.len(), 0, 200);
            let value = near::run(rest, 200, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
            });
            let decoded = BASE64.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let Some(host) = decoded.as_deref().and_then(|text| text.strip_suffix('$')) else {
                continue;
            };
            if is_host(host) {
                let service = Service::Clerk { host: host.to_owned(), is_development };
                named.add(text.place(at), service);
            }
        }
    }
}

/// The tenant's host beside the application's id.
fn auth0(text: &Text<'_>, named: &mut Named) {
    for at in memmem::find_iter(text.bytes, ".auth0.com").take(MAX_PLACES) {
        let tenant = near::before(text.bytes, at, 100, is_host_byte);
        let host = format!("{tenant}.auth0.com");
        let window = near::window(text.bytes, at, NEAR_BYTES, NEAR_BYTES);
        let id = near::property(window, &["clientId", "clientID", "client_id", "CLIENT_ID"]);
        let is_id =
            |id: &str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let Some(client) = id.filter(|id| is_id(id)).map(str::to_owned) else { continue };
        if is_host(&host) && !matches!(tenant, "cdn" | "www") {
            named.add(text.place(at), Service::Auth0 { host, client });
        }
    }
}

fn convex(text: &Text<'_>, named: &mut Named) {
    for at in memmem::find_iter(text.bytes, ".convex.cloud").take(MAX_PLACES) {
        let name = near::before(text.bytes, at, 100, is_host_byte);
        // `happy-animal-123`, as deployments are called.
        let is_deployment = name.rsplit('-').next().is_some_and(|end| {
            end.len() < name.len() && !end.is_empty() && end.bytes().all(|b| b.is_ascii_digit())
        });
        if is_deployment {
            named.add(text.place(at), Service::Convex(format!("{name}.convex.cloud")));
        }
    }
}

/// `new Client().setEndpoint("https://…/v1").setProject("id")`: <https://appwrite.io/docs/sdks>.
fn appwrite(texts: &[Text<'_>], named: &mut Named) {
    let mut found = Vec::new();
    for text in texts {
        for at in memmem::find_iter(text.bytes, ".setEndpoint(").take(MAX_PLACES) {
            let rest = near::window(text.bytes, at + ".setEndpoint(".len(), 0, NEAR_BYTES);
            let Some((endpoint, rest)) = near::literal(rest) else { continue };
            let Some(endpoint) = appwrite_endpoint(endpoint) else { continue };
            let Some(at_project) = memmem::find(rest, b".setProject(") else { continue };
            let behind = rest.get(at_project + ".setProject(".len()..).unwrap_or_default();
            if let Some((project, _)) = near::literal(behind).filter(|(id, _)| is_id(id)) {
                found.push((text.place(at), endpoint, project.to_owned()));
            }
        }
    }
    if found.is_empty() {
        return;
    }
    let lists = appwrite_lists(texts);
    for (at, endpoint, project) in found {
        named.add(at, Service::Appwrite { endpoint, project, lists: lists.clone() });
    }
}

fn appwrite_endpoint(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok().filter(|url| url.scheme() == "https")?;
    url.domain()?;
    let path = url.path().trim_end_matches('/').to_owned();
    let is_plain = url.username().is_empty() && url.query().is_none() && url.fragment().is_none();
    url.set_path(&path);
    (is_plain && path.ends_with("/v1")).then_some(url)
}

fn appwrite_lists(texts: &[Text<'_>]) -> Vec<AppwriteList> {
    let mut lists = Vec::new();
    for Text { bytes, .. } in texts {
        for (call, is_table) in [("listDocuments(", false), ("listRows(", true)] {
            for at in memmem::find_iter(bytes, call) {
                let rest = near::window(bytes, at + call.len(), 0, NEAR_BYTES);
                let Some((database, collection)) = appwrite_ids(rest) else { continue };
                let ids = [database, collection].map(str::to_owned);
                let [database, collection] = ids;
                add_name(&mut lists, AppwriteList { database, collection, is_table });
            }
        }
    }
    lists
}

/// `("db", "things")`, or `({ databaseId: "db", tableId: "things" })`.
fn appwrite_ids(arguments: &[u8]) -> Option<(&str, &str)> {
    let (database, collection) = if let Some((database, rest)) = near::literal(arguments) {
        let rest = rest.trim_ascii_start().strip_prefix(b",")?;
        (database, near::literal(rest)?.0)
    } else {
        let end = memchr::memchr(b'}', arguments)?;
        let object = arguments.get(..end)?.trim_ascii_start().strip_prefix(b"{")?;
        let collection = near::property(object, &["collectionId", "tableId"])?;
        (near::property(object, &["databaseId"])?, collection)
    };
    (is_id(database) && is_id(collection)).then_some((database, collection))
}

/// Ids of Appwrite: up to 36 letters, digits, and `.`, `-`, `_` behind the first.
fn is_id(id: &str) -> bool {
    (1..=36).contains(&id.len())
        && id.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn is_host(host: &str) -> bool {
    host.len() <= 253
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty() && !label.starts_with('-'))
        && host.bytes().all(is_host_byte)
        && host.bytes().any(|byte| byte.is_ascii_alphabetic())
}

const fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
}
