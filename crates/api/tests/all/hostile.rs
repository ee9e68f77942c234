//! Requests that no client of good will sends, beside what `every_operation` sends to each path.

use axum::body::Body;
use http::HeaderMap;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn each_path_errs_in_the_words_of_its_api() {
    let app = TestApp::everywhere().await.remove(0);
    for path in ["/", "/nothing", "/v1", "/v1/", "/v1/orgs", "/v1/orgs/own/nothing", "/%ff", "/api"]
    {
        assert_eq!(app.anonymous().get(path).await.fault(404), "not_found");
    }
    for path in ["/api/v1/", "/api/v1/nothing", "/api/v1/scans/1/nothing", "/api/v1/%ff"] {
        assert_eq!(app.anonymous().get(path).await.fault(404), "not_found");
    }
    for (method, path) in [
        ("GET", "/v1/auth/login"),
        ("PUT", "/v1/orgs/own/projects"),
        ("POST", "/openapi.json"),
        ("DELETE", "/healthz"),
        ("GET", "/api/v1/auth/login"),
        ("DELETE", "/api/v1/projects"),
        ("PATCH", "/api/v1/projects/1"),
        ("PUT", "/api/v1/scans"),
        ("DELETE", "/api/v1/scans/1"),
        ("GET", "/api/v1/users/api-key"),
        ("POST", "/api/v1/openapi.json"),
        ("TRACE", "/api/v1/projects"),
        ("BREW", "/api/v1/projects"),
    ] {
        let answer = app.anonymous().call(method, path, None).await;
        assert_eq!(answer.fault(405), "method_not_allowed");
        assert!(!answer.header("allow").is_empty(), "{}", answer.what);
    }
}

#[tokio::test]
async fn trouble_is_told_in_the_words_of_the_path_and_of_the_credential() {
    use api::Dialect;
    let told = async |path: &str, dialect: Dialect, trouble: api::Trouble| {
        let response = api::trouble(&path.parse().unwrap(), dialect, trouble);
        let status = response.status().as_u16();
        let retry = response.headers().contains_key("retry-after");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        (status, retry, body["error"].clone(), body["code"].clone())
    };
    let (panicked, overloaded) = (api::Trouble::Panicked, api::Trouble::Overloaded);
    let code = told("/v1/orgs/own/projects", Dialect::Workspace, panicked.clone()).await;
    assert_eq!(code, (500, false, json!("internal"), json!(null)));
    let workspace = told("/api/v1/projects", Dialect::Workspace, panicked.clone()).await;
    assert_eq!(workspace, (500, false, json!("internal error"), json!("internal")));
    let (status, retry, _, code) =
        told("/api/v1/projects?page=1", Dialect::Unknown, overloaded).await;
    assert_eq!((status, retry, code), (503, true, json!("unavailable")));
    let web = told("/api/v1/scans", Dialect::Web, panicked).await;
    assert_eq!(web, (500, false, json!("internal"), json!(null)));
}

#[tokio::test]
async fn paths_that_two_apis_claim_refuse_strangers_in_words_of_both() {
    let app = TestApp::everywhere().await.remove(0);
    let own = app.organization("own").await;
    for path in ["/api/v1/scans", "/api/v1/scans/1", "/api/v1/scans/garbage"] {
        let body = app.anonymous().get(path).await.expect(401);
        assert_eq!(body["error"], "invalid_token");
        assert_eq!(body["status"], 401);
        assert_eq!(body.as_object().unwrap().len(), 3);
        // Whose token says which of them is meant hears that one.
        for caller in [app.user("fxv_token"), app.user("fxw_token")] {
            let body = caller.get(path).await.expect(401);
            assert_eq!(body, json!({ "error": "invalid_token" }));
        }
    }
    // Elsewhere nothing but a session or a key opens.
    assert_eq!(app.anonymous().get("/api/v1/scans/1/findings").await.fault(401), "unauthorized");
    let token = app.user(&own.token);
    let body = json!({ "name": "ci", "kind": "fxv" });
    let made = token.post("/v1/orgs/own/api-tokens", body).await.expect(201);
    let web = made["token"].as_str().unwrap();
    for caller in [app.user(web), app.key(web)] {
        caller.get("/api/v1/projects").await.fault(401);
        caller.get("/v1/orgs/own/projects").await.fault(401);
    }
    // As a bearer it is for these; as a key it is one of the other API's, which it is not.
    app.user(web).get("/api/v1/scans").await.expect(200);
    app.key(web).get("/api/v1/scans").await.fault(401);
}

#[tokio::test]
async fn odd_credentials_are_none() {
    let app = TestApp::everywhere().await.remove(0);
    let own = app.organization("own").await;
    for value in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        own.token.clone(),
        format!("Basic {}", own.token),
        format!("Bearer {0} {0}", own.token),
        format!("Bearer {}", "a.".repeat(100_000)),
        format!("Bearer {}\u{e4}", own.token),
    ] {
        for path in ["/v1/orgs/own/projects", "/api/v1/projects"] {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", value.parse().unwrap());
            let caller = app.anonymous();
            caller.request("GET", path, headers, Body::empty()).await.fault(401);
        }
    }
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("bEARER  {}", own.token).parse().unwrap());
    let caller = app.anonymous();
    caller.request("GET", "/api/v1/projects", headers, Body::empty()).await.expect(200);
}

#[tokio::test]
async fn what_is_wrong_is_not_told_back_at_length() {
    let app = TestApp::everywhere().await.remove(0);
    let own = app.organization("own").await;
    let caller = app.user(&own.token);
    let long = "x".repeat(500_000);
    for body in [
        json!({ (long.clone()): 1 }),
        json!({ "project_id": long, "scan_type": "full" }),
        json!({ "project_id": 1, "scan_type": long }),
    ] {
        let answer = caller.post("/api/v1/scans", body).await;
        answer.fault(400);
        assert!(answer.body.len() < 2_000, "{} bytes", answer.body.len());
    }
    for path in ["/api/v1/scans?status=", "/api/v1/scans?", "/api/v1/projects/"] {
        let answer = caller.get(&format!("{path}{}", "x".repeat(50_000))).await;
        answer.fault(400);
        assert!(answer.body.len() < 2_000, "{} bytes", answer.body.len());
    }
}

#[tokio::test]
async fn urls_that_cannot_be_cloned_are_refused() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let caller = app.user(&own.token);
        for url in [
            "",
            "http://git.example/web",
            "file:///etc",
            "ssh://git@git.example/web",
            "git@git.example:web",
            "https://user:pass@git.example/web",
            "https://127.0.0.1/web",
            "https://[::1]/web",
            "https://169.254.169.254/latest",
            "https://git.example/a\0b",
            "https://git.example/a\nb",
            "javascript:alert(1)",
            &format!("https://git.example/{}", "a".repeat(100_000)),
        ] {
            let body = json!({ "name": "Web", "repository_url": url });
            let answer = caller.post("/api/v1/projects", body).await;
            answer.fault(400);
            assert_eq!(answer.json()["details"], "At fault: repository_url", "{url:?}");
            let body = json!({ "slug": "web", "name": "Web", "repo_url": url });
            caller.post("/v1/orgs/own/projects", body).await.fault(400);
        }
    }
}
