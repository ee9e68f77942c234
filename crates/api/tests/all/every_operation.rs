//! What holds of every operation in every document, made from the documents: an operation is covered the moment it is mounted,
//! or this fails and says what it has to be taught.

use axum::body::Body;
use http::{HeaderMap, header};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    document::{Api, Operation, all},
    support::{
        Answer, Caller, PASSWORD, TestApp, list, new_finding, new_site_finding, number, text,
    },
};

/// What can be asked for without a credential.
const PUBLIC: &[&str] = &[
    "POST /v1/auth/register",
    "POST /v1/auth/login",
    "POST /v1/orgs/{org}/auth/login",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
];

/// One organization with one of everything, and what each API calls it.
struct Tenant {
    token: String,
    slug: String,
    project: (String, i64),
    scan: (String, i64),
    finding: String,
    user: String,
    web_token: String,
    /// Its id, and what has to be signed for it.
    domain: (String, String),
    /// What the web token is.
    web_secret: String,
    site_scan: String,
}

impl Tenant {
    /// An organization with `count` projects, of which the last one counts: integer ids are an organization's own, so that only
    /// one with more of everything has numbers that another lacks.
    async fn make(app: &TestApp, slug: &str, project: &str, count: usize) -> Self {
        let organization = app.organization(slug).await;
        let admin = app.user(&organization.token);
        let base = format!("/v1/orgs/{slug}");
        for n in 1..=count {
            let slug = if n == count { project.to_owned() } else { format!("{project}-{n}") };
            let url = format!("https://git.example/{slug}");
            let body = json!({ "slug": slug, "name": slug, "repo_url": url });
            admin.post(&format!("{base}/projects"), body).await.expect(201);
            admin.post(&format!("{base}/projects/{slug}/run-scan"), json!({})).await.expect(202);
            app.run_next_scan(vec![new_finding("aa", 4)]).await;
            app.wait_ms(1);
        }
        let first = async |path: String| {
            let answer = admin.get(&path).await.expect(200);
            text(&list(&answer)[0]["id"])
        };
        let body = json!({ "hostname": format!("www.{slug}.example") });
        let domain = admin.post(&format!("{base}/domains"), body).await.expect(201);
        admin
            .post(&format!("{base}/domains/{}/verify", text(&domain["id"])), json!({}))
            .await
            .expect(202);
        app.verify_next_domain().await;
        let web_secret = app.web_token(&organization, "fxw").await;
        let body = json!({ "target": "https://shop.example" });
        let visit = app.user(&web_secret).post("/api/v1/scans", body).await.expect(200);
        app.run_next_site_scan(vec![new_site_finding("headers.csp", 3)]).await;
        let projects = admin.get("/api/v1/projects").await.expect(200);
        let scans = admin.get("/api/v1/scans").await.expect(200);
        Self {
            project: (project.to_owned(), number(&projects["data"]["projects"][0]["id"])),
            scan: (
                first(format!("{base}/projects/{project}/scans")).await,
                number(&scans["data"]["scans"][0]["id"]),
            ),
            finding: first(format!("{base}/findings")).await,
            user: first(format!("{base}/users")).await,
            web_token: first(format!("{base}/api-tokens")).await,
            domain: (text(&domain["id"]), text(&domain["authorization_statement"])),
            web_secret,
            site_scan: text(&visit["id"]),
            token: organization.token,
            slug: organization.slug,
        }
    }

    /// A tenant that nobody is.
    fn absent() -> Self {
        let id = || Uuid::now_v7().to_string();
        Self {
            token: String::new(),
            slug: "absent".to_owned(),
            project: ("absent".to_owned(), 987_654),
            scan: (id(), 987_654),
            finding: id(),
            user: id(),
            web_token: id(),
            domain: (id(), String::new()),
            web_secret: String::new(),
            site_scan: id(),
        }
    }

    /// Somebody whom the API takes for the administrator of this one.
    fn caller<'a>(&self, app: &'a TestApp, api: &Api) -> Caller<'a> {
        match api.name {
            "Web API" => app.user(&self.web_secret),
            _ => app.user(&self.token),
        }
    }

    /// What the parameter behind `segment` is in a path of the API.
    fn id(&self, api: &Api, segment: &str) -> String {
        match (api.name, segment) {
            ("Code API", "orgs") => self.slug.clone(),
            ("Code API", "projects") => self.project.0.clone(),
            ("Code API", "scans") => self.scan.0.clone(),
            ("Code API", "findings") => self.finding.clone(),
            ("Code API", "users") => self.user.clone(),
            ("Code API", "api-tokens") => self.web_token.clone(),
            ("Code API", "domains") => self.domain.0.clone(),
            ("Workspace API", "projects") => self.project.1.to_string(),
            ("Workspace API", "scans") => self.scan.1.to_string(),
            ("Web API", "scans") => self.site_scan.clone(),
            (api, segment) => panic!("teach this test what stands behind /{segment}/ of the {api}"),
        }
    }

    /// What a member of a body or query refers to, if it is a reference.
    fn reference(&self, api: &Api, member: &str) -> Option<Value> {
        match (api.name, member) {
            ("Workspace API", "project_id") => Some(self.project.1.into()),
            ("Code API", "project") => Some(self.project.0.clone().into()),
            ("Web API", "scan_id") => Some(self.site_scan.clone().into()),
            _ => None,
        }
    }
}

/// The parameters of a path: the segment before each, and its name.
fn parameters(path: &str) -> Vec<(&str, &str)> {
    let segments: Vec<_> = path.split('/').collect();
    let pairs = segments.windows(2).filter(|pair| pair[1].starts_with('{'));
    pairs.map(|pair| (pair[0], pair[1])).collect()
}

/// The path with `of` for each parameter, in their order.
fn filled(path: &str, of: impl Fn(usize, &str) -> String) -> String {
    let mut path = path.to_owned();
    let known: Vec<_> =
        parameters(&path).iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    for (at, (segment, name)) in known.into_iter().enumerate() {
        path = path.replacen(
            &format!("/{segment}/{name}"),
            &format!("/{segment}/{}", of(at, &segment)),
            1,
        );
    }
    path
}

/// A value that a member of a body can have.
fn sample(api: &Api, name: &str, schema: &Value, own: &Tenant) -> Value {
    if let Some(reference) = own.reference(api, name) {
        return reference;
    }
    let schema = api.resolve(schema);
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    match name {
        "email" => format!("admin@{}.example", own.slug).into(),
        "password" => PASSWORD.into(),
        "org_slug" | "slug" => format!("new-{}", &Uuid::now_v7().simple().to_string()[20..]).into(),
        "name" | "org_name" => "Somebody".into(),
        "hostname" => format!("{}.example", Uuid::now_v7().simple()).into(),
        "statement" => own.domain.1.clone().into(),
        "repo_url" | "repository_url" => "https://git.example/new".into(),
        "target" => "https://shop.example".into(),
        _ => panic!("teach this test a good `{name}` of the {}", api.name),
    }
}

/// What an operation takes.
struct Input<'a> {
    schema: &'a Value,
    is_required: bool,
}

fn input<'a>(api: &'a Api, operation: &'a Operation<'_>) -> Option<Input<'a>> {
    let body = &operation.told["requestBody"];
    let schema = body.pointer("/content/application~1json/schema")?;
    let is_required = body["required"].as_bool().unwrap_or(false);
    Some(Input { schema: api.resolve(schema), is_required })
}

/// The smallest good body.
fn body(api: &Api, operation: &Operation<'_>, own: &Tenant) -> Option<Value> {
    let schema = input(api, operation)?.schema;
    let required = schema["required"].as_array().into_iter().flatten();
    let member = |name: &Value| {
        let name = text(name);
        let value = sample(api, &name, &schema["properties"][&name], own);
        (name, value)
    };
    Some(Value::Object(required.map(member).collect()))
}

/// The parameters behind a path, and their schemas.
fn query<'a>(api: &'a Api, operation: &'a Operation<'_>) -> Vec<(String, &'a Value)> {
    let parameters = operation.told["parameters"].as_array().into_iter().flatten();
    let in_query = parameters.filter(|one| one["in"] == "query");
    in_query.map(|one| (text(&one["name"]), api.resolve(&one["schema"]))).collect()
}

fn is_public(operation: &Operation<'_>) -> bool {
    PUBLIC.contains(&format!("{} {}", operation.method, operation.path).as_str())
}

/// Whether what is sent has to be signed instead of sent by somebody.
fn is_signed(operation: &Operation<'_>) -> bool {
    operation.path.starts_with("/v1/hooks/")
}

/// Whatever is sent: without a proof it is refused, and nothing is told of what else is wrong with it.
async fn send_unsigned(app: &TestApp, operation: &Operation<'_>) {
    let told = &operation.told["responses"]["401"];
    assert!(told.is_object(), "{}: 401 is not in the document", operation.path);
    for caller in [app.anonymous(), app.user("garbage")] {
        for content_type in ["application/json", "text/plain"] {
            for body in ["", "garbage", "{}", "[]", r#"{"ref":"refs/heads/main"}"#] {
                let method = &operation.method;
                caller.send(method, operation.path, content_type, body).await.fault(401);
            }
        }
    }
}

/// An answer without what differs each time.
fn without_time(answer: &Answer) -> Value {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("timestamp");
    body
}

/// A session for what may end it.
async fn log_in(app: &TestApp, tenant: &Tenant) -> String {
    let email = format!("admin@{}.example", tenant.slug);
    let body = json!({ "email": email, "password": PASSWORD, "org_slug": tenant.slug });
    text(&app.anonymous().post("/v1/auth/login", body).await.expect(200)["token"])
}

#[tokio::test]
async fn nobody_gets_in_without_a_credential() {
    for app in TestApp::everywhere().await {
        let own = Tenant::make(&app, "own", "web", 1).await;
        for api in all(&app).await {
            for operation in api.operations() {
                let what = format!("{} {}", operation.method, operation.path);
                let security = operation.told["security"].as_array().map_or(0, Vec::len);
                let is_open = is_public(&operation) || is_signed(&operation);
                assert_eq!(security == 0, is_open, "{what}: security in the document");
                if is_signed(&operation) {
                    send_unsigned(&app, &operation).await;
                    continue;
                }
                if is_public(&operation) {
                    continue;
                }
                let told = &operation.told["responses"]["401"];
                assert!(told.is_object(), "{what}: 401 is not in the document");
                // What is asked for is not even looked at.
                let good = filled(operation.path, |_, segment| own.id(&api, segment));
                let garbage = filled(operation.path, |_, _| "%ff".to_owned());
                for path in [&good, &garbage, &format!("{good}?limit=garbage")] {
                    for caller in [
                        app.anonymous(),
                        app.user("garbage"),
                        app.user("bzk_garbage"),
                        app.user("fxv_garbage"),
                        app.key("garbage"),
                        app.key("fxv_garbage"),
                    ] {
                        let method = &operation.method;
                        let answer = caller.send(method, path, "text/plain", "garbage").await;
                        answer.fault(401);
                        assert!(answer.header("www-authenticate").starts_with("Bearer"));
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_anothers_is_as_if_it_were_not_there() {
    for app in TestApp::everywhere().await {
        let own = Tenant::make(&app, "own", "web", 1).await;
        let other = Tenant::make(&app, "other", "shop", 5).await;
        let absent = Tenant::absent();
        for api in all(&app).await {
            let caller = own.caller(&app, &api);
            for operation in api.operations() {
                if is_public(&operation) {
                    continue;
                }
                let ask = async |path: &str, query: &str, body: Option<Value>| {
                    let path = format!("{path}{query}");
                    caller.call(&operation.method, &path, body).await
                };
                let good_body = || body(&api, &operation, &own);
                let good_path = filled(operation.path, |_, segment| own.id(&api, segment));
                for (which, (segment, _)) in parameters(operation.path).into_iter().enumerate() {
                    let path_of = |tenant: &Tenant| {
                        filled(operation.path, |at, segment| {
                            let of = if at == which { tenant } else { &own };
                            of.id(&api, segment)
                        })
                    };
                    let foreign = ask(&path_of(&other), "", good_body()).await;
                    let nowhere = ask(&path_of(&absent), "", good_body()).await;
                    let status = if segment == "orgs" { 403 } else { 404 };
                    foreign.fault(status);
                    nowhere.fault(status);
                    assert_eq!(without_time(&foreign), without_time(&nowhere), "{}", foreign.what);
                    if segment == "orgs" {
                        let message = &foreign.json()["message"];
                        assert_eq!(message, "token is for a different organization");
                    }
                }
                // References elsewhere.
                let members = input(&api, &operation).map(|input| &input.schema["properties"]);
                for name in members.and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                    let of = |tenant: &Tenant| {
                        let mut body = good_body()?;
                        body[name] = tenant.reference(&api, name)?;
                        Some(body)
                    };
                    if let (Some(foreign), Some(nowhere)) = (of(&other), of(&absent)) {
                        let foreign = ask(&good_path, "", Some(foreign)).await;
                        let nowhere = ask(&good_path, "", Some(nowhere)).await;
                        foreign.fault(404);
                        nowhere.fault(404);
                        assert_eq!(without_time(&foreign), without_time(&nowhere));
                    }
                }
                for (name, _) in query(&api, &operation) {
                    let of = |tenant: &Tenant| {
                        let id = tenant.reference(&api, &name)?;
                        let id = id.as_str().map_or(id.to_string(), str::to_owned);
                        Some(format!("?{name}={id}"))
                    };
                    if let (Some(foreign), Some(nowhere)) = (of(&other), of(&absent)) {
                        let foreign = ask(&good_path, &foreign, good_body()).await;
                        let nowhere = ask(&good_path, &nowhere, good_body()).await;
                        foreign.fault(404);
                        nowhere.fault(404);
                        assert_eq!(without_time(&foreign), without_time(&nowhere));
                    }
                }
            }
        }
        // Nothing of the other one was touched.
        let again = app.user(&other.token);
        let path = format!("/v1/orgs/other/projects/shop/scans/{}/findings", other.scan.0);
        assert_eq!(list(&again.get(&path).await.expect(200)).len(), 1);
    }
}

/// Texts that are no body of anything.
fn garbage() -> Vec<Vec<u8>> {
    let deep = 10_000;
    vec![
        b"{".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"[{}]".to_vec(),
        b"\"text\"".to_vec(),
        b"1e999".to_vec(),
        b"{} {}".to_vec(),
        b"{\"\xff\": 1}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"{\"__proto__\": {}}".to_vec(),
        b"<xml/>".to_vec(),
        "[".repeat(deep).into_bytes(),
        "{\"a\":".repeat(deep).into_bytes(),
        format!("{}{}", "[".repeat(deep), "]".repeat(deep)).into_bytes(),
    ]
}

/// JSON that the schema does not allow.
fn wrong_values(schema: &Value) -> Vec<Value> {
    let mut wrong = vec![json!([1]), json!({ "a": 1 }), json!(true), json!(1.5)];
    let has_format = schema["format"].is_string() && schema["format"] != "password";
    if schema["enum"].is_array() || has_format {
        wrong.push(json!("no-such-word"));
    }
    match is_text(schema) {
        true => wrong.extend([json!(7), json!(-7)]),
        false => wrong.extend([json!("7"), json!("")]),
    }
    wrong
}

fn is_text(schema: &Value) -> bool {
    let of = &schema["type"];
    of == "string" || of.as_array().is_some_and(|types| types.contains(&json!("string")))
}

/// Sends what cannot be a body of the operation.
async fn send_bad_bodies(caller: &Caller<'_>, api: &Api, operation: &Operation<'_>, own: &Tenant) {
    let Some(Input { schema, is_required }) = input(api, operation) else { return };
    let good = body(api, operation, own).unwrap();
    let path = filled(operation.path, |_, segment| own.id(api, segment));
    let method = operation.method.as_str();
    let what = format!("{method} {path}");
    let send = async |bytes: Vec<u8>| caller.send(method, &path, "application/json", bytes).await;
    for bytes in garbage() {
        send(bytes).await.fault(400);
    }
    if is_required {
        send(Vec::new()).await.fault(400);
    }
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        caller.send(method, &path, media_type, good.to_string()).await.fault(415);
    }
    let body = Body::from(format!("{good}{}", " ".repeat(2 << 20)));
    let headers =
        HeaderMap::from_iter([(header::CONTENT_TYPE, "application/json".parse().unwrap())]);
    caller.request(method, &path, headers, body).await.fault(413);
    let mut unknown = good.clone();
    unknown["unknown"] = json!(1);
    send(unknown.to_string().into_bytes()).await.fault(400);
    for name in schema["required"].as_array().into_iter().flatten() {
        let mut lacking = good.clone();
        lacking.as_object_mut().unwrap().remove(name.as_str().unwrap());
        send(lacking.to_string().into_bytes()).await.fault(400);
    }
    for (name, of) in schema["properties"].as_object().expect("members") {
        let of = api.resolve(of);
        for wrong in wrong_values(of) {
            let mut bad = good.clone();
            bad[name] = wrong.clone();
            let answer = send(bad.to_string().into_bytes()).await;
            assert_eq!(answer.status, 400, "{what}: {bad}: {}", answer.text());
            answer.fault(400);
        }
        // As text, for what JSON values cannot hold.
        let rest = good.as_object().unwrap().iter().filter(|(other, _)| *other != name);
        let rest: String = rest.map(|(name, value)| format!(", \"{name}\": {value}")).collect();
        let with = |value: &str| format!("{{ \"{name}\": {value}{rest} }}").into_bytes();
        for value in [
            r#""\ud800""#,
            r#""\udc00\ud800""#,
            "\"\u{1}\"",
            "99999999999999999999999999",
            "-99999999999999999999999999",
            "1e400",
            "NaN",
        ] {
            send(with(value)).await.fault(400);
        }
        if let Some(value) = good.get(name) {
            let twice = format!("{value}, \"{name}\": {value}");
            send(with(&twice)).await.fault(400);
        }
        if is_text(of) && !name.contains("password") {
            let answer = send(with(r#""a\u0000b""#)).await;
            // Of a login, it is nobody's.
            let is_login = is_public(operation) && answer.status == 401;
            answer.fault(if is_login { 401 } else { 400 });
        }
    }
}

/// Asks with what cannot be a query of the operation.
async fn send_bad_queries(caller: &Caller<'_>, api: &Api, operation: &Operation<'_>, own: &Tenant) {
    let path = filled(operation.path, |_, segment| own.id(api, segment));
    let good = body(api, operation, own);
    let ask = async |query: &str| {
        caller.call(&operation.method, &format!("{path}?{query}"), good.clone()).await
    };
    let parameters = query(api, operation);
    if parameters.is_empty() {
        return;
    }
    ask("unknown=1").await.fault(400);
    for (name, schema) in parameters {
        ask(&format!("{name}=1&{name}=1")).await.fault(400);
        let is_free = is_text(schema)
            && ["enum", "format", "pattern"].iter().all(|key| schema[*key].is_null())
            && name != "cursor";
        if is_free {
            let answer = ask(&format!("{name}=a%00b")).await;
            answer.fault(if answer.status == 404 { 404 } else { 400 });
            for odd in ["", "%ff", "%25", "%27%20or%201%3D1", "%5C%5F%25", "%F0%9F%A6%80"] {
                let answer = ask(&format!("{name}={odd}")).await;
                assert!(answer.status.as_u16() < 500, "{}: {}", answer.what, answer.text());
            }
            continue;
        }
        for garbage in [
            "garbage",
            "",
            "%00",
            "-1",
            "1.5",
            "0x10",
            "99999999999999999999999999",
            "%F0%9F%A6%80",
        ] {
            // Of an integer that is a reference, this is one that is absent.
            let answer = ask(&format!("{name}={garbage}")).await;
            let is_number = own.reference(api, &name).is_some_and(|one| one.is_number());
            let is_reference = garbage == "-1" && is_number;
            answer.fault(if is_reference { 404 } else { 400 });
        }
    }
}

#[tokio::test]
async fn garbage_is_refused() {
    for app in TestApp::everywhere().await {
        let own = Tenant::make(&app, "own", "web", 1).await;
        for api in all(&app).await {
            let caller = own.caller(&app, &api);
            for operation in api.operations().into_iter().filter(|one| !is_signed(one)) {
                let told = operation.told["parameters"].as_array().into_iter().flatten();
                let of_path: Vec<_> = told.filter(|one| one["in"] == "path").collect();
                let names = parameters(operation.path);
                assert_eq!(of_path.len(), names.len(), "{}", operation.path);
                for (which, (segment, name)) in names.into_iter().enumerate() {
                    let schema = of_path
                        .iter()
                        .find(|one| format!("{{{}}}", text(&one["name"])) == name)
                        .map(|one| api.resolve(&one["schema"]))
                        .expect("the parameter in the document");
                    let is_id = schema["format"].is_string();
                    for garbage in [
                        "garbage",
                        "%00",
                        "%ff",
                        "1.5",
                        "1e3",
                        "%2e%2e%2f",
                        "99999999999999999999999999",
                        "00000000-0000-0000-0000-00000000000g",
                        "%F0%9F%A6%80",
                    ] {
                        let path = filled(operation.path, |at, segment| {
                            if at == which { garbage.to_owned() } else { own.id(&api, segment) }
                        });
                        let body = body(&api, &operation, &own);
                        let answer = caller.call(&operation.method, &path, body).await;
                        // Any text may be a slug.
                        let status = match (is_id, segment, garbage) {
                            (true, ..) | (_, _, "%ff") => 400,
                            (_, "orgs", _) if is_public(&operation) => 401,
                            (_, "orgs", _) => 403,
                            _ => 404,
                        };
                        answer.fault(status);
                    }
                }
                send_bad_bodies(&caller, &api, &operation, &own).await;
                send_bad_queries(&caller, &api, &operation, &own).await;
            }
        }
        // Nothing has become of it.
        let caller = app.user(&own.token);
        assert_eq!(list(&caller.get("/v1/orgs/own/projects").await.expect(200)).len(), 1);
        assert_eq!(list(&caller.get("/v1/orgs/own/users").await.expect(200)).len(), 1);
    }
}

#[tokio::test]
async fn what_is_ones_own_works_and_looks_as_its_document_says() {
    for app in TestApp::everywhere().await {
        for (api, slug) in all(&app).await.into_iter().zip(["own-1", "own-2", "own-3"]) {
            let own = Tenant::make(&app, slug, "web", 1).await;
            let mut operations = api.operations();
            // What takes something away comes last, what lies deepest first.
            operations.sort_by_key(|operation| match operation.method.as_str() {
                "DELETE" => (1, usize::MAX - operation.path.len()),
                _ => (0, 0),
            });
            // What is signed is tried where it is read.
            for operation in operations.into_iter().filter(|one| !is_signed(one)) {
                let token = log_in(&app, &own).await;
                let path = filled(operation.path, |_, segment| own.id(&api, segment));
                let mut good = body(&api, &operation, &own);
                let makes_user =
                    operation.path.ends_with("/register") || operation.path.ends_with("/users");
                if let Some(email) = good.as_mut().and_then(|body| body.get_mut("email"))
                    && makes_user
                {
                    *email = "somebody@else.example".into();
                }
                let caller = match api.name {
                    "Web API" => own.caller(&app, &api),
                    _ => app.user(&token),
                };
                let answer = caller.call(&operation.method, &path, good).await;
                let status = answer.status.as_u16();
                // A scan that is over cannot be stopped; the last administrator stays.
                let is_conflict = status == 409
                    && (path.ends_with("/cancel") || operation.told["operationId"] == "deleteUser");
                assert!(
                    answer.status.is_success() || is_conflict,
                    "{}: {}",
                    answer.what,
                    answer.text()
                );
                if answer.status.is_success() {
                    assert_documented(&api, &operation, &answer);
                }
            }
        }
    }
}

/// Checks an answer against the schema that the document has for it.
fn assert_documented(api: &Api, operation: &Operation<'_>, answer: &Answer) {
    let told = &operation.told["responses"][answer.status.as_str()];
    assert!(told.is_object(), "{}: {} is not in the document", answer.what, answer.status);
    if answer.status == 204 {
        assert!(answer.body.is_empty());
        return;
    }
    assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.what);
    let media_type = answer.header("content-type").split(';').next().unwrap();
    let told = &told["content"][media_type];
    assert!(told.is_object(), "{}: {media_type} is not in the document", answer.what);
    if told["schema"].is_null() {
        return;
    }
    let mut schema = json!({ "allOf": [told["schema"]], "components": api.document["components"] });
    in_2020_12(&mut schema);
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let body = answer.json();
    let errors: Vec<_> = validator
        .iter_errors(&body)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}: {errors:#?} in {body:#}", answer.what);
}

/// Says in JSON Schema 2020-12 what OpenAPI 3.0 says in words of its own.
fn in_2020_12(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(in_2020_12),
        Value::Object(object) => {
            object.values_mut().for_each(in_2020_12);
            if object.remove("nullable") == Some(json!(true)) {
                let rest = Value::Object(std::mem::take(object));
                object.insert("anyOf".to_owned(), json!([rest, { "type": "null" }]));
            }
        }
        _ => {}
    }
}
