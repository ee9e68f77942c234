//! What the documents say of themselves.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{TestApp, text};

/// A document, and the paths it is about.
pub(crate) struct Api {
    pub(crate) name: &'static str,
    pub(crate) document: Value,
}

/// Where the documents are.
const DOCUMENTS: &[(&str, &str, &str)] = &[
    ("Code API", "/openapi.json", "3.0."),
    ("Workspace API", "/api/v1/openapi.json", "3.1."),
    ("Web API", "/docs/api/openapi", "3.1."),
];

pub(crate) async fn all(app: &TestApp) -> Vec<Api> {
    let mut all = Vec::new();
    for (name, path, version) in DOCUMENTS {
        let answer = app.anonymous().get(path).await;
        let document: Value = match answer.header("content-type") {
            "text/yaml" => yaml_serde::from_slice(&answer.body).unwrap(),
            _ => answer.expect(200),
        };
        assert!(text(&document["openapi"]).starts_with(version), "{}", document["openapi"]);
        all.push(Api { name, document });
    }
    all
}

/// One thing that can be asked for.
pub(crate) struct Operation<'a> {
    pub(crate) method: String,
    pub(crate) path: &'a str,
    pub(crate) told: &'a Value,
}

impl Api {
    pub(crate) fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.document["paths"].as_object().unwrap();
        let of_path = |(path, item): (&'_ String, &'_ Value)| -> Vec<(String, String)> {
            item.as_object().unwrap().keys().map(|key| (path.clone(), key.clone())).collect()
        };
        let mut all = Vec::new();
        for (path, method) in paths.iter().flat_map(of_path) {
            if !["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let (path, item) = paths.get_key_value(&path).unwrap();
            all.push(Operation { method: method.to_uppercase(), path, told: &item[&method] });
        }
        all
    }

    /// What a reference means.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let is_value = |one: &&Value| one["type"] != "null";
        let choices = schema["allOf"].as_array().or(schema["anyOf"].as_array());
        let one = choices.and_then(|all| all.iter().find(is_value));
        match schema["$ref"].as_str() {
            Some(reference) => {
                let found = self.document.pointer(reference.trim_start_matches('#'));
                self.resolve(found.unwrap_or_else(|| panic!("{reference} is not there")))
            }
            None => one.map_or(schema, |one| self.resolve(one)),
        }
    }
}

/// What the contracts promise.
const CODE: &[&str] = &[
    "POST /v1/auth/register",
    "POST /v1/auth/login",
    "POST /v1/auth/logout",
    "POST /v1/orgs/{org}/auth/login",
    "GET /v1/orgs/{org}/projects",
    "POST /v1/orgs/{org}/projects",
    "GET /v1/orgs/{org}/projects/{project}",
    "PATCH /v1/orgs/{org}/projects/{project}",
    "DELETE /v1/orgs/{org}/projects/{project}",
    "POST /v1/orgs/{org}/projects/{project}/run-scan",
    "GET /v1/orgs/{org}/projects/{project}/scans",
    "GET /v1/orgs/{org}/projects/{project}/scans/{scan}",
    "POST /v1/orgs/{org}/projects/{project}/scans/{scan}/cancel",
    "GET /v1/orgs/{org}/projects/{project}/scans/{scan}/findings",
    "GET /v1/orgs/{org}/projects/{project}/scans/{scan}/export",
    "GET /v1/orgs/{org}/findings",
    "PATCH /v1/orgs/{org}/findings/{finding}",
    "GET /v1/orgs/{org}/users",
    "POST /v1/orgs/{org}/users",
    "PATCH /v1/orgs/{org}/users/{user}",
    "DELETE /v1/orgs/{org}/users/{user}",
    "GET /v1/orgs/{org}/api-tokens",
    "POST /v1/orgs/{org}/api-tokens",
    "DELETE /v1/orgs/{org}/api-tokens/{id}",
    "GET /v1/orgs/{org}/audit-log",
    "GET /v1/orgs/{org}/domains",
    "POST /v1/orgs/{org}/domains",
    "GET /v1/orgs/{org}/domains/{domain}",
    "DELETE /v1/orgs/{org}/domains/{domain}",
    "POST /v1/orgs/{org}/domains/{domain}/verify",
    "POST /v1/orgs/{org}/domains/{domain}/authorization",
    "DELETE /v1/orgs/{org}/domains/{domain}/authorization",
];

const WORKSPACE: &[&str] = &[
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "GET /api/v1/auth/me",
    "GET /api/v1/projects",
    "POST /api/v1/projects",
    "GET /api/v1/projects/{id}",
    "PUT /api/v1/projects/{id}",
    "DELETE /api/v1/projects/{id}",
    "POST /api/v1/scans",
    "GET /api/v1/scans",
    "GET /api/v1/scans/{id}",
    "GET /api/v1/scans/{id}/findings",
    "GET /api/v1/scans/{id}/export",
    "GET /api/v1/users/profile",
    "PUT /api/v1/users/profile",
    "POST /api/v1/users/api-key",
    "DELETE /api/v1/users/api-key",
];

const WEB: &[&str] =
    &["POST /api/v1/scans", "GET /api/v1/scans", "GET /api/v1/scans/{id}", "GET /api/v1/findings"];

#[tokio::test]
async fn every_path_of_the_contracts_is_in_its_document() {
    let app = TestApp::everywhere().await.remove(0);
    let apis = all(&app).await;
    for (api, promised) in apis.iter().zip([CODE, WORKSPACE, WEB]) {
        let operations = api.operations();
        let told: BTreeSet<_> =
            operations.iter().map(|one| format!("{} {}", one.method, one.path)).collect();
        let missing: Vec<_> = promised.iter().filter(|one| !told.contains(**one)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}; it has {told:#?}", api.name);
    }
}

#[tokio::test]
async fn operations_have_names_of_their_own_and_say_what_they_answer() {
    let app = TestApp::everywhere().await.remove(0);
    for api in all(&app).await {
        let mut names = BTreeSet::new();
        let mut bodies = BTreeSet::new();
        for operation in api.operations() {
            let what = format!("{} {}", operation.method, operation.path);
            assert!(names.insert(text(&operation.told["operationId"])), "{what}");
            assert!(!text(&operation.told["summary"]).is_empty(), "{what}");
            let answers = operation.told["responses"].as_object().unwrap();
            let (status, good) = answers.iter().find(|(key, _)| key.starts_with('2')).unwrap();
            let has_body = good["content"].as_object().is_some_and(|content| !content.is_empty());
            assert_eq!(has_body, status != "204", "{what}");
            bodies.insert(good["content"]["application/json"]["schema"].to_string());
            let error = &answers["default"]["content"]["application/json"]["schema"];
            assert_eq!(error["$ref"], "#/components/schemas/Error", "{what}");
        }
        let enough = names.len().min(9);
        assert!(bodies.len() >= enough, "{}: answers look all the same: {bodies:?}", api.name);
        let known = &api.document["components"]["schemas"];
        let numbered: Vec<_> = known
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| name.ends_with(|c: char| c.is_ascii_digit()))
            .collect();
        assert!(numbered.is_empty(), "{}: two types of one name: {numbered:?}", api.name);
    }
}

/// A route that aide does not know of would be missing from its document.
#[test]
fn routes_are_added_where_they_are_documented() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source.clone()];
    let mut bad = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path != source.join("lib.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let has_route = [".route(", ".route_service(", ".nest_service("]
                    .iter()
                    .any(|call| text.contains(call));
                bad.extend(has_route.then_some(path));
            }
        }
    }
    assert!(bad.is_empty(), "use api_route: {bad:?}");
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere() {
    let app = TestApp::everywhere().await.remove(0);
    for (page, document) in [
        ("/docs", "/openapi.json"),
        ("/docs/workspace", "/api/v1/openapi.json"),
        ("/docs/api", "/docs/api/openapi"),
    ] {
        let answer = app.anonymous().get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(answer.header("content-type").starts_with("text/html"), "{page}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(answer.text().contains(&format!("spec-url=\"{document}\"")), "{page}");
        assert!(!answer.text().contains("http://") && !answer.text().contains("https://"));
        assert!(answer.text().contains("src=\"/docs/redoc.js\""));
    }
    assert_eq!(app.anonymous().get("/docs/redoc.js").await.status, 200);
    let health = app.anonymous().get("/healthz").await.expect(200);
    assert_eq!(health["status"], "ok");
}

#[tokio::test]
async fn documents_say_only_what_their_version_knows() {
    fn walk(value: &Value, found: &mut impl FnMut(&str, &Value)) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
            Value::Object(object) => object.iter().for_each(|(key, value)| {
                found(key, value);
                walk(value, found);
            }),
            _ => {}
        }
    }
    let app = TestApp::everywhere().await.remove(0);
    for api in all(&app).await {
        let is_3_0 = text(&api.document["openapi"]).starts_with("3.0.");
        walk(&api.document, &mut |key, value| {
            assert!(key != "default" || !value.is_null(), "{}: a default of null", api.name);
            match key {
                "$ref" => assert!(
                    api.document.pointer(text(value).trim_start_matches('#')).is_some(),
                    "{}: {value} is not there",
                    api.name
                ),
                "nullable" => assert!(is_3_0, "{}: 3.1 has no `nullable`", api.name),
                "const" | "examples" | "$schema" => assert!(!is_3_0, "{}: {key}", api.name),
                "type" => assert!(!is_3_0 || value.is_string() || value.is_object(), "{value}"),
                _ => {}
            }
        });
    }
}
