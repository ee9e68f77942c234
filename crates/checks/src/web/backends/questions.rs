//! What back ends are asked: what any visitor's browser could ask with what the site itself ships, and nothing that writes. At most
//! one row of each table comes back.

use model::{
    SecretValue,
    site::{Question, Site},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::{
    named::{AppwriteList, Service},
    recognise,
};

/// The questions to the back ends that a site names. Convex answers those that are posted, and no others.
#[must_use]
pub fn questions(site: &Site) -> Vec<Question> {
    recognise(site).backends.iter().flat_map(|backend| of(&backend.service)).collect()
}

fn of(service: &Service) -> Vec<Question> {
    match service {
        Service::Supabase { url, key: Some(key), tables } => supabase(url, key, tables),
        Service::Firebase { project, database, bucket, collections } => {
            firebase(project, database.as_ref(), bucket.as_deref(), collections)
        }
        Service::Clerk { host, .. } => {
            Vec::from_iter(plain(&format!("https://{host}/v1/environment")))
        }
        // What Auth0's own login form loads before anybody has signed in: <https://github.com/auth0/lock>.
        Service::Auth0 { host, client } => {
            Vec::from_iter(plain(&format!("https://{host}/client/{client}.js")))
        }
        Service::Appwrite { endpoint, project, lists } => {
            lists.iter().filter_map(|list| appwrite(endpoint, project, list)).collect()
        }
        Service::Supabase { key: None, .. } | Service::Convex(_) => Vec::new(),
    }
}

/// Settings of Auth, the buckets of Storage, one row of each table. The list of tables (`/rest/v1/`) is not for strangers:
/// <https://supabase.com/docs/guides/api>.
fn supabase(url: &Url, key: &SecretValue, tables: &[String]) -> Vec<Question> {
    let mut headers = vec![("apikey", key.clone())];
    // The newer keys are no tokens, and are not taken for one.
    if key.expose().starts_with(b"eyJ") {
        let bearer = [b"Bearer ", key.expose()].concat();
        headers.push(("authorization", SecretValue::new(&bearer)));
    }
    let paths = ["auth/v1/settings".to_owned(), "storage/v1/bucket".to_owned()]
        .into_iter()
        .chain(tables.iter().map(|table| format!("rest/v1/{table}?select=*&limit=1")));
    paths
        .filter_map(|path| Some(Question { url: url.join(&path).ok()?, headers: headers.clone() }))
        .collect()
}

/// None of them needs the API key. `shallow` cuts what lies below the first level and goes with no other parameter:
/// <https://firebase.google.com/docs/reference/rest/database>.
fn firebase(
    project: &str,
    database: Option<&Url>,
    bucket: Option<&str>,
    collections: &[String],
) -> Vec<Question> {
    let database = database.and_then(|url| url.join(".json?shallow=true").ok()).map(String::from);
    let bucket = bucket.map(|bucket| {
        format!("https://firebasestorage.googleapis.com/v0/b/{bucket}/o?maxResults=1")
    });
    let documents = format!(
        "https://firestore.googleapis.com/v1/projects/{project}/databases/(default)/documents"
    );
    let collections = collections.iter().map(|name| format!("{documents}/{name}?pageSize=1"));
    let urls = database.into_iter().chain(bucket).chain(collections);
    urls.filter_map(|url| plain(&url)).collect()
}

/// <https://appwrite.io/docs/apis/rest>: queries are JSON. What does not know them refuses, and tells nothing.
fn appwrite(endpoint: &Url, project: &str, list: &AppwriteList) -> Option<Question> {
    let AppwriteList { database, collection, is_table } = list;
    let path = if *is_table {
        format!("tablesdb/{database}/tables/{collection}/rows")
    } else {
        format!("databases/{database}/collections/{collection}/documents")
    };
    let limit = utf8_percent_encode(r#"{"method":"limit","values":[1]}"#, NON_ALPHANUMERIC);
    let url = Url::parse(&format!("{endpoint}/{path}?queries[0]={limit}")).ok()?;
    let headers = vec![("x-appwrite-project", SecretValue::new(project.as_bytes()))];
    Some(Question { url, headers })
}

fn plain(url: &str) -> Option<Question> {
    Some(Question { url: Url::parse(url).ok()?, headers: Vec::new() })
}
