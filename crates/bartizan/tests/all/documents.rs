//! The documents are true: clients that are made of them work, and a fuzzer that reads them finds no answer that they do not allow.
//! The tools are Python's; `cargo xtask test` brings them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;
use test_kit::GitServer;

use crate::{
    instance::{LOOPBACK, Place, Server, leaky},
    web_api::{site, web_token},
};

/// Names the folder with the tools.
const TOOLS: &str = "BARTIZAN_TEST_PYTHON";
/// How long each document is fuzzed.
const FUZZ_SECONDS: &str = "40";

fn tools() -> Option<PathBuf> {
    let tools = std::env::var_os(TOOLS).map(PathBuf::from);
    if tools.is_none() {
        eprintln!("skipped: {TOOLS} is not set");
    }
    tools
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Saves a document where generators find it.
fn document(server: &Server, path: &str, folder: &Path) -> PathBuf {
    let name = if path.ends_with(".json") { "document.json" } else { "document.yaml" };
    let file = folder.join(name);
    std::fs::write(&file, server.call("GET", path, "", None).body).unwrap();
    file
}

#[test]
fn a_client_made_of_the_code_apis_document_works() {
    let Some(tools) = tools() else { return };
    let place = Place::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let repo = leaky();
    let git = GitServer::of(&repo);
    let server = place.serve(&LOOPBACK);
    let document = document(&server, "/openapi.json", folder.path());
    run(Command::new(tools.join("openapi-generator-cli"))
        .args(["generate", "-g", "python", "--package-name", "code_client", "-i"])
        .arg(&document)
        .arg("-o")
        .arg(folder.path().join("client")));
    let told = run(Command::new(tools.join("python"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/code.py"))
        .arg(folder.path().join("client"))
        .args([&server.url, &git.url(), "2"]));
    assert_eq!(told.trim(), "done");
}

#[test]
fn a_client_made_of_the_workspace_apis_document_works() {
    let Some(tools) = tools() else { return };
    let place = Place::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let repo = leaky();
    let git = GitServer::of(&repo);
    let server = place.serve(&LOOPBACK);
    let document = document(&server, "/api/v1/openapi.json", folder.path());
    run(Command::new(tools.join("openapi-python-client"))
        .args(["generate", "--path"])
        .arg(&document)
        .arg("--output-path")
        .arg(folder.path().join("client")));
    let told = run(Command::new(tools.join("python"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/workspace.py"))
        .arg(folder.path().join("client"))
        .args([&server.url, &git.url(), "2"]));
    assert_eq!(told.trim(), "done");
}

#[test]
fn a_client_made_of_the_web_apis_document_works() {
    let Some(tools) = tools() else { return };
    let place = Place::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let site = site();
    let server = place.serve(&LOOPBACK);
    let session = server.register("acme");
    let token = web_token(&server, &session, "fxw");
    let document = document(&server, "/docs/api/openapi", folder.path());
    run(Command::new(tools.join("openapi-python-client"))
        .args(["generate", "--path"])
        .arg(&document)
        .arg("--output-path")
        .arg(folder.path().join("client")));
    let told = run(Command::new(tools.join("python"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/web.py"))
        .arg(folder.path().join("client"))
        .args([&server.url, &token, site.url("/").trim_end_matches('/')]));
    assert_eq!(told.trim(), "done");
}

/// Fuzzes one API with things in it, as its admin. What would end the session or take the things away is left out.
fn fuzz(tools: &Path, path: &str, without: &[&str]) {
    let place = Place::sqlite();
    let repo = leaky();
    let git = GitServer::of(&repo);
    let server = place.serve(&LOOPBACK);
    let token = server.register("acme");
    let scan = server.start_scan(&token, "acme", &git.url());
    server.wait(&scan, &token, &["completed"]);
    let findings = server.get("/v1/orgs/acme/findings", &token);
    let settings = format!(
        "[parameters]\n\"path.org\" = \"acme\"\n\"path.project\" = \"web\"\n\"path.finding\" = {}\n",
        json!(findings[0]["id"])
    );
    fuzz_with(tools, &server, &token, path, &settings, without);
}

/// Fuzzes one API by what its document says, with a credential and these parameters.
fn fuzz_with(
    tools: &Path,
    server: &Server,
    token: &str,
    path: &str,
    settings: &str,
    without: &[&str],
) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schemathesis.toml");
    std::fs::write(&file, settings).unwrap();
    let mut command = Command::new(tools.join("schemathesis"));
    command
        .current_dir(folder.path())
        .arg("--config-file")
        .arg(&file)
        .args(["run", &format!("{}{path}", server.url), "--header"])
        .arg(format!("authorization: Bearer {token}"))
        .args(["--phases", "coverage,fuzzing", "--max-time", FUZZ_SECONDS, "--workers", "1"])
        .args(["--continue-on-failure", "--no-color", "--checks"])
        .arg(
            "not_a_server_error,status_code_conformance,content_type_conformance,\
             response_headers_conformance,response_schema_conformance,negative_data_rejection",
        );
    for operation in without {
        command.args(["--exclude-operation-id", operation]);
    }
    run(&mut command);
}

#[test]
fn a_fuzzer_finds_no_answer_that_the_code_apis_document_does_not_allow() {
    let Some(tools) = tools() else { return };
    fuzz(&tools, "/openapi.json", &["logout", "deleteProject", "updateUser", "deleteUser"]);
}

#[test]
fn a_fuzzer_finds_no_answer_that_the_workspace_apis_document_does_not_allow() {
    let Some(tools) = tools() else { return };
    fuzz(&tools, "/api/v1/openapi.json", &["deleteProject"]);
}

#[test]
fn a_fuzzer_finds_no_answer_that_the_web_apis_document_does_not_allow() {
    let Some(tools) = tools() else { return };
    let place = Place::sqlite();
    let site = site();
    let server = place.serve(&LOOPBACK);
    let session = server.register("acme");
    let token = web_token(&server, &session, "fxv");
    let started = server.post("/api/v1/scans", &token, &json!({ "target": site.url("/") }));
    let path = format!("/api/v1/scans/{}", started["id"].as_str().unwrap());
    server.wait(&path, &token, &["completed"]);
    let settings = format!("[parameters]\n\"path.id\" = {}\n", started["id"]);
    fuzz_with(&tools, &server, &token, "/docs/api/openapi", &settings, &[]);
}
