//! Scans of websites by a server: what its API is documented with, and what happens when it is killed.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use test_kit::{Ending, HttpServer, Reply, password};

use crate::instance::{LOOPBACK, Place, Server};

/// What the API's documentation prints, to the letter.
const START: &str = r#"curl -X POST https://fixweb.app/api/v1/scans \
-H "Authorization: Bearer fxw_..." \
-H "content-type: application/json" \
-d '{"target":"https://staging.example.com"}'"#;
const ALL_SCANS: &str = r#"curl -H "Authorization: Bearer fxw_..." \
https://fixweb.app/api/v1/scans"#;
const SCANS: &str = r#"curl -H "Authorization: Bearer fxw_..." \
"https://fixweb.app/api/v1/scans?limit=25""#;
const SCAN: &str = r#"curl -H "Authorization: Bearer fxw_..." \
https://fixweb.app/api/v1/scans/8f1c4e2a-8c3a-4b6f-9c0d-9b1e8f3c2a4d"#;
const FINDINGS: &str = r#"curl -H "Authorization: Bearer fxw_..." \
"https://fixweb.app/api/v1/findings?severity=critical,high&limit=50""#;

/// A site with a password in its script.
pub(crate) fn site() -> HttpServer {
    HttpServer::http(answer)
}

fn answer(request: &test_kit::Request) -> Reply {
    match request.path.as_str() {
        "/" => Reply::ok(
            "<!doctype html><html lang=en><title>Shop</title><script src=/app.js></script>",
        )
        .header("content-type", "text/html; charset=utf-8"),
        "/app.js" => Reply::ok(format!("const password = \"{}\";\n", password()))
            .header("content-type", "text/javascript"),
        _ => Reply::status(404),
    }
}

/// A web token of the organization `acme`.
pub(crate) fn web_token(server: &Server, session: &str, kind: &str) -> String {
    let body = json!({ "name": "ci", "kind": kind });
    let made = server.post("/v1/orgs/acme/api-tokens", session, &body);
    made["token"].as_str().unwrap().to_owned()
}

/// Runs a command as it is printed, with what is one's own filled in.
fn printed(command: &str, fill: &[(&str, &str)]) -> Value {
    let command = fill.iter().fold(command.to_owned(), |command, (from, to)| {
        assert!(command.contains(from) || !from.starts_with("http"), "{command} lacks {from}");
        command.replace(from, to)
    });
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(output.status.success(), "{command}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{command}: {output:?}"))
}

#[test]
fn what_the_web_api_documents_as_curl_works_as_printed() {
    let site = site();
    let target = site.url("/").trim_end_matches('/').to_owned();
    for place in Place::all() {
        let server = place.serve(&LOOPBACK);
        let session = server.register("acme");
        for (kind, example, host) in
            [("fxw", "fxw_...", "https://fixweb.app"), ("fxv", "fxv_...", "https://fixvibe.app")]
        {
            let token = web_token(&server, &session, kind);
            let fill = [(host, server.url.as_str()), (example, token.as_str())];
            let call = |command: &str, more: &[(&str, &str)]| {
                let command =
                    command.replace("https://fixweb.app", host).replace("fxw_...", example);
                printed(&command, &[&fill[..], more].concat())
            };
            let started = call(START, &[("https://staging.example.com", &target)]);
            assert_eq!(started["target"], target.as_str());
            assert_eq!(
                (&started["status"], &started["mode"]),
                (&json!("queued"), &json!("passive"))
            );
            let id = started["id"].as_str().unwrap();
            let path = format!("/api/v1/scans/{id}");
            server.wait(&path, &token, &["completed", "failed"]);
            let done = call(SCAN, &[("8f1c4e2a-8c3a-4b6f-9c0d-9b1e8f3c2a4d", id)]);
            assert_eq!(done["status"], "completed", "{done}");
            assert_eq!(done["target_hostname"], "127.0.0.1");
            assert_eq!(call(ALL_SCANS, &[])["scans"][0]["id"], id);
            assert_eq!(call(SCANS, &[])["scans"][0]["id"], id);
            let found = call(FINDINGS, &[]);
            let found = found["findings"].as_array().unwrap();
            let secret = found.iter().find(|one| one["check_id"] == "secrets.js-bundle-sweep");
            let secret = secret.unwrap_or_else(|| panic!("{found:?}"));
            assert_eq!(secret["evidence"]["url"], format!("{target}/app.js"));
            assert!(!secret.to_string().contains(&password()));
        }
    }
}

/// What the server is asked that it must not ask itself.
#[test]
fn a_server_does_not_visit_itself() {
    let place = Place::sqlite();
    let server = place.serve(&LOOPBACK);
    let session = server.register("acme");
    let token = web_token(&server, &session, "fxw");
    let answer =
        server.call("POST", "/api/v1/scans", &token, Some(&json!({ "target": server.url })));
    assert_eq!((answer.status, &answer.json()["error"]), (422, &json!("target_not_allowed")));
    // Nor is it led there.
    let url = server.url.clone();
    let site = HttpServer::http(move |_| Reply::redirect(302, &format!("{url}/docs")));
    let started = server.post("/api/v1/scans", &token, &json!({ "target": site.url("/") }));
    let path = format!("/api/v1/scans/{}", started["id"].as_str().unwrap());
    let done = server.wait(&path, &token, &["completed", "failed"]);
    assert_eq!(done["status"], "failed", "{done}");
    // In the words of every address that is special: at which ones the server listens inside of its network is not told.
    assert!(done["error"].as_str().unwrap().contains("private or otherwise special"), "{done}");
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_a_visit_loses_nothing() {
    for place in Place::all() {
        let is_silent = Arc::new(AtomicBool::new(true));
        let site = HttpServer::http({
            let is_silent = Arc::clone(&is_silent);
            move |request| match is_silent.load(Ordering::SeqCst) {
                true => Reply { ending: Ending::Silence, ..Reply::ok("") },
                false => answer(request),
            }
        });
        let arguments = [&LOOPBACK[..], &["--lease-seconds", "1"]].concat();
        let server = place.serve(&arguments);
        let session = server.register("acme");
        let token = web_token(&server, &session, "fxw");
        let started = server.post("/api/v1/scans", &token, &json!({ "target": site.url("/") }));
        let path = format!("/api/v1/scans/{}", started["id"].as_str().unwrap());
        server.wait(&path, &token, &["running"]);
        server.signal("KILL");
        drop(server);
        is_silent.store(false, Ordering::SeqCst);
        let server = place.serve(&arguments);
        let done = server.wait(&path, &token, &["completed", "failed"]);
        assert_eq!(done["status"], "completed", "{done}");
        let of_scan = format!("{path}?include_findings=true");
        let findings = server.get(&of_scan, &token)["findings"].as_array().unwrap().clone();
        let secrets = findings.iter().filter(|one| one["check_id"] == "secrets.js-bundle-sweep");
        assert_eq!(secrets.count(), 1);
    }
}
