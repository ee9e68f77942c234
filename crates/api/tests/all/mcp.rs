use axum::body::Body;
use http::HeaderMap;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, TestApp, list, new_site_finding, text};

/// Sends a request of the protocol.
async fn ask(caller: &Caller<'_>, method: &str, params: Value) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    send(caller, body.to_string()).await
}

async fn send(caller: &Caller<'_>, body: impl Into<Body>) -> Answer {
    call(caller, "POST", body).await
}

async fn call(caller: &Caller<'_>, method: &str, body: impl Into<Body>) -> Answer {
    let headers = [
        ("host", "bartizan.example"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ];
    let headers = HeaderMap::from_iter(
        headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())),
    );
    caller.request(method, "/api/mcp", headers, body.into()).await
}

/// What a tool answers, and whether it is an error.
async fn tool(caller: &Caller<'_>, name: &str, arguments: Value) -> (Value, bool) {
    let params = json!({ "name": name, "arguments": arguments });
    let answer = ask(caller, "tools/call", params).await.expect(200);
    let result = &answer["result"];
    // Models that know nothing of structure read the same.
    let told: Value = serde_json::from_str(&text(&result["content"][0]["text"])).unwrap();
    assert_eq!(told, result["structuredContent"], "{answer}");
    (told, result["isError"].as_bool().unwrap())
}

#[tokio::test]
async fn a_model_starts_a_scan_polls_it_and_reads_what_to_repair() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let token = app.web_token(&acme, "fxw").await;
        let caller = app.user(&token);
        let (started, is_error) =
            tool(&caller, "start_scan", json!({ "target": "shop.example" })).await;
        assert!(!is_error);
        assert_eq!(started["target"], "https://shop.example");
        let id = json!({ "id": started["id"] });
        assert_eq!(tool(&caller, "get_scan", id.clone()).await.0["status"], "queued");
        app.run_next_site_scan(vec![
            new_site_finding("headers.csp", 3),
            new_site_finding("tls.a", 0),
        ])
        .await;
        let (done, _) = tool(&caller, "get_scan", id).await;
        assert_eq!((&done["status"], &done["triggered_by"]), (&json!("completed"), &json!("mcp")));
        // The same as the API tells.
        let path = format!("/api/v1/scans/{}", text(&started["id"]));
        assert_eq!(done, caller.get(&path).await.expect(200));
        let (scans, _) = tool(&caller, "list_scans", json!({})).await;
        assert_eq!(scans, caller.get("/api/v1/scans").await.expect(200));
        let (page, _) = tool(&caller, "list_findings", json!({ "limit": 1 })).await;
        assert_eq!(page, caller.get("/api/v1/findings?limit=1").await.expect(200));
        let next = json!({ "limit": 1, "cursor": page["next_cursor"] });
        let (rest, _) = tool(&caller, "list_findings", next).await;
        assert_eq!((list(&rest["findings"]).len(), &rest["next_cursor"]), (1, &Value::Null));
        let (high, _) =
            tool(&caller, "list_findings", json!({ "severity": "critical,high" })).await;
        let finding = &high["findings"][0];
        assert_eq!(finding["check_id"], "headers.csp");
        let params = json!({ "name": "fix", "arguments": { "finding_id": finding["id"] } });
        let prompt = ask(&caller, "prompts/get", params).await.expect(200);
        let told = text(&prompt["result"]["messages"][0]["content"]["text"]);
        for part in
            ["headers.csp", "Send one.", "https://shop.example/", r#"{"header":"a\nc","age":"b"}"#]
        {
            assert!(told.contains(part), "{part:?} is not in {told}");
        }
    }
}

#[tokio::test]
async fn a_model_is_told_what_there_is() {
    let app = TestApp::everywhere().await.remove(0);
    let acme = app.organization("acme").await;
    let token = app.web_token(&acme, "fxv").await;
    let caller = app.user(&token);
    let params = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    let answer = ask(&caller, "initialize", params).await;
    let told = answer.expect(200);
    assert_eq!(told["result"]["serverInfo"]["name"], "bartizan");
    // Nothing is kept, so there is nothing to come back to.
    assert_eq!(answer.header("mcp-session-id"), "");
    let tools = ask(&caller, "tools/list", json!({})).await.expect(200);
    let mut names: Vec<_> =
        list(&tools["result"]["tools"]).iter().map(|tool| text(&tool["name"])).collect();
    names.sort();
    assert_eq!(names, ["get_scan", "list_findings", "list_scans", "start_scan"]);
    for tool in list(&tools["result"]["tools"]) {
        assert!(!text(&tool["description"]).is_empty(), "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
    }
    let prompts = ask(&caller, "prompts/list", json!({})).await.expect(200);
    assert_eq!(prompts["result"]["prompts"][0]["name"], "fix");
    assert_eq!(prompts["result"]["prompts"][0]["arguments"][0]["name"], "finding_id");
}

#[tokio::test]
async fn what_a_token_may_not_a_model_with_it_may_not() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let globex = app.organization("globex").await;
        let ours = app.web_token(&acme, "fxw").await;
        let theirs = app.web_token(&globex, "fxw").await;
        let caller = app.user(&ours);
        let (started, _) = tool(&caller, "start_scan", json!({ "target": "shop.example" })).await;
        app.run_next_site_scan(vec![new_site_finding("tls.a", 3)]).await;
        let (found, _) = tool(&caller, "list_findings", json!({})).await;
        let other = app.user(&theirs);
        let not_found = (json!({ "error": "not_found" }), true);
        let id = json!({ "id": started["id"], "include_findings": true });
        assert_eq!(tool(&other, "get_scan", id).await, not_found);
        let of_scan = json!({ "scan_id": started["id"] });
        assert_eq!(tool(&other, "list_findings", of_scan).await, not_found);
        let params =
            json!({ "name": "fix", "arguments": { "finding_id": found["findings"][0]["id"] } });
        let refused = ask(&other, "prompts/get", params).await.expect(200);
        assert_eq!(refused["error"]["data"], json!({ "error": "not_found" }), "{refused}");
        let nothing = json!({ "findings": [], "next_cursor": null });
        assert_eq!(tool(&other, "list_findings", json!({})).await, (nothing, false));
        for (arguments, error) in [
            (json!({ "target": "ftp://shop.example" }), "invalid_input"),
            (json!({ "target": "http://0x7f.1" }), "target_not_allowed"),
            (json!({ "target": "shop.example", "mode": "active" }), "forbidden"),
        ] {
            let (refused, is_error) = tool(&caller, "start_scan", arguments).await;
            assert_eq!((&refused["error"], is_error), (&json!(error), true));
        }
        let (refused, _) = tool(&caller, "list_scans", json!({ "limit": 101 })).await;
        assert_eq!(refused["issues"][0]["path"], "limit");
    }
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_of_the_web_api() {
    let app = TestApp::everywhere().await.remove(0);
    let acme = app.organization("acme").await;
    let token = app.web_token(&acme, "fxw").await;
    for caller in [app.anonymous(), app.user(&acme.token), app.user("fxw_garbage"), app.key(&token)]
    {
        for body in [r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, "garbage", ""] {
            let answer = send(&caller, body).await;
            assert_eq!(answer.expect(401), json!({ "error": "invalid_token" }));
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
        assert_eq!(call(&caller, "GET", "").await.status, 401);
    }
    let caller = app.user(&token);
    for body in ["garbage".to_owned(), String::new(), "[]".to_owned(), "[".repeat(10_000)] {
        let answer = send(&caller, body).await;
        assert!(answer.status.is_client_error(), "{}: {}", answer.status, answer.text());
        let code = &answer.json()["error"]["code"];
        assert!(*code == -32700 || *code == -32600, "{}", answer.text());
    }
    let large =
        format!("{}{}", r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, " ".repeat(2 << 20));
    assert_eq!(send(&caller, large).await.expect(413)["error"]["code"], -32600);
    assert_eq!(call(&caller, "GET", "").await.expect(405)["error"]["code"], -32600);
    // What is no argument of a tool, or no tool, is refused, not passed over.
    for (name, arguments, told) in
        [("list_scans", json!({ "depth": 1 }), "depth"), ("drop_tables", json!({}), "not found")]
    {
        let params = json!({ "name": name, "arguments": arguments });
        let refused = ask(&caller, "tools/call", params).await;
        let body = refused.json();
        let is_error = body["error"].is_object() || body["result"]["isError"] == true;
        assert!(is_error && refused.text().contains(told), "{body}");
    }
}
