//! An application to talk to, and those who talk to it.

use std::{
    env,
    net::IpAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use app::{App, Clock, Config, DataKey, DataKeys, Origin, Reach};
use axum::{Router, body::Body};
use bytes::Bytes;
use checks::secrets::Ruleset;
use fetch::{Client, Policy, SystemResolver};
use http::{HeaderMap, Request, StatusCode, header, response::Parts};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};
use store::{
    Access, Completion, DomainCheck, FindingStatus, NewFinding, NewSiteFinding, Plan, ProofKind,
    ScanStatus, SiteCompletion, Store, Verification,
};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// When tests begin, in milliseconds since 1970 UTC.
pub(crate) const NOW: i64 = 1_800_000_000_000;
/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// All APIs over a database of their own.
pub(crate) struct TestApp {
    pub(crate) router: Router,
    app: App,
    pub(crate) store: Store,
    now_ms: Arc<AtomicI64>,
    _folder: TempDir,
}

/// URLs are read with it, and nothing is fetched. It is made, and would be dropped, where it may block.
static REACH: LazyLock<Reach> = LazyLock::new(|| {
    let make = || Reach {
        client: Client::new(Policy::default(), SystemResolver).unwrap(),
        visitor: Client::for_websites(Policy::default(), SystemResolver, &[]).unwrap(),
        records: None,
    };
    std::thread::spawn(make).join().unwrap()
});

static RULESET: LazyLock<Arc<Ruleset>> = LazyLock::new(|| Arc::new(Ruleset::builtin().unwrap()));

impl TestApp {
    /// One over each kind of database that is at hand, where nobody asks too often.
    pub(crate) async fn everywhere() -> Vec<Self> {
        Self::everywhere_with(|config| {
            config.request_burst = 2_000;
            config.request_limit = 2_000;
            config.submission_limit = 2_000;
        })
        .await
    }

    /// The same with another configuration.
    pub(crate) async fn everywhere_with(configure: impl Fn(&mut Config)) -> Vec<Self> {
        let folder = TempDir::new().unwrap();
        let sqlite = Store::sqlite(&folder.path().join("bartizan.db")).await.unwrap();
        let mut all = vec![Self::over(sqlite, folder, &configure)];
        match env::var("BARTIZAN_TEST_POSTGRES") {
            Ok(server) => {
                let name = format!("test_{}", uuid::Uuid::now_v7().simple());
                let url = server.replace("/?", "/postgres?");
                let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
                let create = format!("CREATE DATABASE {name}");
                admin.execute(sqlx::AssertSqlSafe(create)).await.unwrap();
                let url = server.replace("/?", &format!("/{name}?"));
                let store = Store::postgres(&url).await.unwrap();
                all.push(Self::over(store, TempDir::new().unwrap(), &configure));
            }
            Err(_) => eprintln!("skipped on PostgreSQL: BARTIZAN_TEST_POSTGRES is not set"),
        }
        all
    }

    fn over(store: Store, folder: TempDir, configure: &impl Fn(&mut Config)) -> Self {
        let mut config = Config::new(folder.path().to_owned());
        configure(&mut config);
        let now_ms = Arc::new(AtomicI64::new(NOW));
        let clock = Arc::clone(&now_ms);
        let app = App::new(
            store.clone(),
            DataKeys::one(DataKey::new([7; 32])),
            REACH.clone(),
            Arc::clone(&RULESET),
            Clock::new(move || clock.load(Ordering::Relaxed)),
            config,
        )
        .unwrap();
        let router = api::router(app.clone());
        Self { router, app, store, now_ms, _folder: folder }
    }

    /// Lets time pass.
    pub(crate) fn wait_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    /// Somebody without a credential.
    pub(crate) fn anonymous(&self) -> Caller<'_> {
        Caller { app: self, credential: None, address: None }
    }

    /// Somebody with a session's token.
    pub(crate) fn user(&self, token: &str) -> Caller<'_> {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// Somebody with a workspace key.
    pub(crate) fn key(&self, key: &str) -> Caller<'_> {
        self.with("x-api-key", key.to_owned())
    }

    fn with(&self, header: &'static str, value: String) -> Caller<'_> {
        Caller { credential: Some((header, value)), ..self.anonymous() }
    }

    /// Makes an organization through the Code API; its administrator is `admin@<slug>.example`.
    pub(crate) async fn organization(&self, slug: &str) -> Organization {
        let body = json!({
            "org_name": slug.to_uppercase(),
            "org_slug": slug,
            "email": format!("admin@{slug}.example"),
            "password": PASSWORD,
        });
        let answer = self.anonymous().post("/v1/auth/register", body).await.expect(201);
        Organization { slug: slug.to_owned(), token: text(&answer["token"]) }
    }

    /// Adds a user through the Code API and logs in.
    pub(crate) async fn member(&self, of: &Organization, name: &str, role: &str) -> String {
        let email = format!("{name}@{}.example", of.slug);
        let user = json!({ "email": email, "password": PASSWORD, "role": role });
        let path = format!("/v1/orgs/{}/users", of.slug);
        self.user(&of.token).post(&path, user).await.expect(201);
        let path = format!("/v1/orgs/{}/auth/login", of.slug);
        let login = json!({ "email": email, "password": PASSWORD });
        text(&self.anonymous().post(&path, login).await.expect(200)["token"])
    }

    /// Finds the domain that waits longest to be its organization's, as a process would that looks at it.
    pub(crate) async fn verify_next_domain(&self) {
        let now_ms = self.now_ms();
        let system = self.store.system(Access::Write).await.unwrap();
        let leased = system.lease_domain(now_ms, now_ms + 30_000, i64::MAX).await.unwrap();
        system.commit().await.unwrap();
        let (lease, _) = leased.unwrap();
        let check = DomainCheck {
            verification: Verification::Proven(ProofKind::Dns),
            problem: None,
            is_watched: false,
            next_check_at: now_ms + 86_400_000,
        };
        let tenant = self.store.tenant(lease.organization, Access::Write).await.unwrap();
        assert!(tenant.end_domain_check(lease, check, now_ms).await.unwrap());
        tenant.commit().await.unwrap();
    }

    /// Makes a web token through the Code API.
    pub(crate) async fn web_token(&self, of: &Organization, kind: &str) -> String {
        let path = format!("/v1/orgs/{}/api-tokens", of.slug);
        let body = json!({ "name": "ci", "kind": kind });
        text(&self.user(&of.token).post(&path, body).await.expect(201)["token"])
    }

    /// Puts an organization on a plan, as its operator does.
    pub(crate) async fn set_plan(&self, slug: &str, plan: Plan) {
        self.app.operator().set_plan(slug, plan).await.unwrap();
    }

    /// Runs the scan of a website that waits longest, as a worker would, with these findings.
    pub(crate) async fn run_next_site_scan(&self, findings: Vec<NewSiteFinding>) {
        let now_ms = self.now_ms();
        let system = self.store.system(Access::Write).await.unwrap();
        let leased = system.lease_site_scan(now_ms, now_ms + 30_000).await.unwrap().unwrap();
        system.commit().await.unwrap();
        let tenant = self.store.tenant(leased.lease.organization, Access::Write).await.unwrap();
        let completion =
            SiteCompletion { error: None, grade: Some("B+".to_owned()), advisories_at: None };
        let lease = leased.lease;
        assert!(tenant.complete_site_scan(lease, completion, findings, now_ms).await.unwrap());
        tenant.commit().await.unwrap();
    }

    /// Lets the scan of a website that waits longest fail, as a worker would.
    pub(crate) async fn fail_next_site_scan(&self) {
        let now_ms = self.now_ms();
        let system = self.store.system(Access::Write).await.unwrap();
        let leased = system.lease_site_scan(now_ms, now_ms + 30_000).await.unwrap().unwrap();
        system.commit().await.unwrap();
        let tenant = self.store.tenant(leased.lease.organization, Access::Write).await.unwrap();
        let why = Some("The site does not answer.".to_owned());
        assert!(tenant.end_scan(leased.lease, ScanStatus::Failed, why, now_ms).await.unwrap());
        tenant.commit().await.unwrap();
    }

    /// Runs the scan of a repository that waits longest, as a worker would, with these findings.
    pub(crate) async fn run_next_scan(&self, findings: Vec<NewFinding>) {
        let now_ms = self.now_ms();
        let system = self.store.system(Access::Write).await.unwrap();
        let leased = system.lease_scan(now_ms, now_ms + 30_000).await.unwrap().unwrap();
        system.commit().await.unwrap();
        let organization = leased.scan.organization_id;
        let tenant = self.store.tenant(organization, Access::Write).await.unwrap();
        let numbers = tenant.take_finding_numbers(findings.len()).await.unwrap();
        let completion = Completion {
            commit_sha: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
            error: None,
            coverage: store::Coverage::Of(vec!["secrets"]),
            packages: None,
        };
        assert!(
            tenant
                .complete_scan(leased.lease, completion, (numbers, findings), now_ms)
                .await
                .unwrap()
        );
        tenant.commit().await.unwrap();
    }
}

/// An organization, and the session of its administrator.
pub(crate) struct Organization {
    pub(crate) slug: String,
    pub(crate) token: String,
}

/// Somebody who calls.
#[derive(Clone)]
pub(crate) struct Caller<'a> {
    app: &'a TestApp,
    credential: Option<(&'static str, String)>,
    address: Option<IpAddr>,
}

impl Caller<'_> {
    /// From an address, as a server finds it out.
    pub(crate) fn at(self, address: &str) -> Self {
        Self { address: Some(address.parse().unwrap()), ..self }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        match body {
            Some(body) => self.send(method, path, "application/json", body.to_string()).await,
            None => self.request(method, path, HeaderMap::new(), Body::empty()).await,
        }
    }

    /// With a body as it stands.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        media_type: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, media_type.parse().unwrap())]);
        self.request(method, path, headers, body.into()).await
    }

    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
        *request.headers_mut() = headers;
        if let Some((name, value)) = &self.credential {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        if self.address.is_some() {
            request.extensions_mut().insert(Origin { address: self.address, ..Origin::default() });
        }
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let what = format!("{method} {path}");
        let has_web_token = self.credential.as_ref().is_some_and(|(_, value)| {
            value.starts_with("Bearer fxv_") || value.starts_with("Bearer fxw_")
        });
        let Parts { status, headers, .. } = parts;
        Answer { what, has_web_token, status, headers, body }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// To what.
    pub(crate) what: String,
    /// Whether somebody with a token of the Web API asked, good or not.
    has_web_token: bool,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The JSON body, of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.what, self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that it is an error as the API of `path` words them, and says its stable id.
    #[track_caller]
    pub(crate) fn fault(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        assert_eq!(self.header("content-type"), "application/json", "{}", self.what);
        let path = self.what.split([' ', '?']).nth(1).unwrap();
        let behind = path.strip_prefix("/api/v1/scans").map(|rest| rest.trim_start_matches('/'));
        let is_shared = behind.is_some_and(|id| !id.contains('/'));
        let is_unmatched = matches!(status, 404 | 405) && behind.is_none();
        match path.starts_with("/api/v1/") {
            true if path == "/api/v1/findings"
                || (self.has_web_token && (is_shared || is_unmatched)) =>
            {
                web_fault(&self.what, &self.json(), status)
            }
            true => workspace_fault(&self.what, &self.json(), status),
            false => code_fault(&self.what, &self.json(), status),
        }
    }
}

/// The ids of errors.
const CODES: &[(u16, &str)] = &[
    (400, "bad_request"),
    (401, "unauthorized"),
    (403, "forbidden"),
    (404, "not_found"),
    (405, "method_not_allowed"),
    (409, "conflict"),
    (413, "payload_too_large"),
    (415, "unsupported_media_type"),
    (429, "rate_limited"),
    (500, "internal"),
    (503, "unavailable"),
];

fn code_of(status: u16) -> &'static str {
    CODES.iter().find(|(one, _)| *one == status).expect("an id for the status").1
}

#[track_caller]
fn code_fault(what: &str, body: &Value, status: u16) -> String {
    assert_eq!(keys(body), ["error", "message"], "{what}");
    assert_eq!(body["error"], code_of(status), "{what}: {body}");
    assert!(!text(&body["message"]).is_empty(), "{what}");
    text(&body["error"])
}

#[track_caller]
fn workspace_fault(what: &str, body: &Value, status: u16) -> String {
    assert_eq!(body["status"], status, "{what}: {body}");
    assert_timestamp(&body["timestamp"]);
    assert!(!text(&body["error"]).is_empty(), "{what}");
    // The one error that is another API's as well.
    if keys(body) == ["error", "status", "timestamp"] {
        assert_eq!((status, &body["error"]), (401, &json!("invalid_token")), "{what}");
        return "unauthorized".to_owned();
    }
    let rest: Vec<_> = keys(body).into_iter().filter(|key| key != "details").collect();
    assert_eq!(rest, ["error", "status", "timestamp", "code"], "{what}");
    assert_eq!(body["code"], code_of(status), "{what}: {body}");
    text(&body["code"])
}

#[track_caller]
fn web_fault(what: &str, body: &Value, status: u16) -> String {
    let members: &[&str] = match status {
        400 => &["error", "issues"],
        401 | 404 => &["error"],
        403 if body["error"] == "forbidden" && body["reason"].is_null() => &["error"],
        403 if body["error"] == "forbidden" => &["error", "message", "reason"],
        429 if body["error"] == "quota_exceeded" => &["error", "message", "quota"],
        429 | 503 => &["error", "message", "retry_after_seconds"],
        _ => &["error", "message"],
    };
    assert_eq!(keys(body), members, "{what}: {body}");
    for issue in body["issues"].as_array().into_iter().flatten() {
        assert_eq!(keys(issue), ["path", "code", "message"], "{what}");
        assert!(!text(&issue["message"]).is_empty(), "{what}");
    }
    let expected = match status {
        400 => "invalid_input",
        401 => "invalid_token",
        403 if body["error"] == "verify_required" => "verify_required",
        403 if body["error"] == "authorization_required" => "authorization_required",
        429 if body["error"] == "quota_exceeded" => "quota_exceeded",
        422 => "target_not_allowed",
        other => code_of(other),
    };
    assert_eq!(body["error"], expected, "{what}: {body}");
    text(&body["error"])
}

/// Milliseconds, in UTC.
#[track_caller]
pub(crate) fn assert_timestamp(value: &Value) {
    let shape: String =
        text(value).chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
}

/// The members of an object, in their order.
#[track_caller]
pub(crate) fn keys(value: &Value) -> Vec<String> {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    object.keys().cloned().collect()
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[track_caller]
pub(crate) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value}"))
}

#[track_caller]
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

/// A finding with everything that can be told of one.
pub(crate) fn new_finding(fingerprint: &str, severity: i16) -> NewFinding {
    NewFinding {
        scanner: "secrets",
        check_id: "stripe-live-key".to_owned(),
        severity,
        confidence: 2,
        title: "Stripe secret key".to_owned(),
        description: "Moves money.".to_owned(),
        remediation: "Roll it.".to_owned(),
        file_path: Some("config/prod.env".to_owned()),
        lines: Some([3, 4, 1, 40]),
        snippet: Some("KEY=sk_l****".to_owned()),
        commit_sha: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        cwe_id: Some("CWE-798".to_owned()),
        package: None,
        aliases: vec!["CVE-2024-0001".to_owned()],
        references: vec!["https://stripe.example/keys".to_owned()],
        fingerprint: fingerprint.to_owned(),
        status: FindingStatus::Open,
    }
}

/// A finding on a website.
pub(crate) fn new_site_finding(check_id: &str, severity: i16) -> NewSiteFinding {
    let piece = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    NewSiteFinding {
        check_id: check_id.to_owned(),
        severity,
        confidence: 2,
        title: "No policy".to_owned(),
        description: "Whatever is injected runs.".to_owned(),
        remediation: "Send one.".to_owned(),
        url: "https://shop.example/".to_owned(),
        evidence: vec![piece("header", "a"), piece("age", "b"), piece("header", "c")],
        cwe_id: Some("CWE-693".to_owned()),
        aliases: Vec::new(),
        references: vec!["https://www.w3.org/TR/CSP3/".to_owned()],
        fingerprint: "ab".repeat(16),
    }
}
