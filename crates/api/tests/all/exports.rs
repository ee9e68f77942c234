//! Scans as files, through both APIs.

use axum::body::Body;
use http::HeaderMap;
use serde_json::{Value, json};
use store::NewFinding;

use crate::support::{Answer, Caller, TestApp, keys, list, new_finding, text};

/// A fingerprint as scans write them.
fn fingerprint(n: usize) -> String {
    format!("{n:032x}")
}

/// A project with a scan of these findings; says where the Code API has the scan.
async fn scanned(app: &TestApp, findings: Vec<NewFinding>) -> (String, String) {
    let own = app.organization("own").await;
    let admin = app.user(&own.token);
    let project = json!({ "slug": "web", "name": "Web", "repo_url": "https://git.example/web" });
    admin.post("/v1/orgs/own/projects", project).await.expect(201);
    let path = "/v1/orgs/own/projects/web";
    let scan = admin.post(&format!("{path}/run-scan"), json!({})).await.expect(202);
    let at = format!("{path}/scans/{}", text(&scan["id"]));
    for path in [&format!("{at}/export"), "/api/v1/scans/1/export"] {
        assert_eq!(admin.get(path).await.fault(409), "conflict");
    }
    app.run_next_scan(findings).await;
    (own.token, at)
}

/// Reads RFC 4180.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (is_quoted, c) {
            (true, '"') if chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            (_, '"') => is_quoted = !is_quoted,
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\r') if chars.peek() == Some(&'\n') => {
                chars.next();
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(c),
        }
    }
    assert!(row.is_empty() && cell.is_empty() && !is_quoted, "a row without an end");
    rows
}

#[track_caller]
fn assert_file(answer: &Answer, media_type: &str, name: &str) {
    assert_eq!(answer.status, 200, "{}: {}", answer.what, answer.text());
    assert_eq!(answer.header("content-type").split(';').next(), Some(media_type));
    let disposition = format!("attachment; filename=\"{name}\"");
    assert_eq!(answer.header("content-disposition"), disposition);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn json_holds_the_scan_and_its_findings_as_the_api_tells_them() {
    for app in TestApp::everywhere().await {
        let findings = vec![new_finding(&fingerprint(1), 4), new_finding(&fingerprint(2), 1)];
        let (token, at) = scanned(&app, findings).await;
        let user = app.user(&token);
        let id = at.rsplit('/').next().unwrap();

        let file = user.get(&format!("{at}/export?format=json")).await;
        assert_file(&file, "application/json", &format!("web-{id}.json"));
        let told = file.json();
        assert_eq!(keys(&told), ["scan", "findings"]);
        assert_eq!(told["scan"], user.get(&at).await.expect(200));
        let mut listed = list(&user.get(&format!("{at}/findings")).await.expect(200)).to_vec();
        listed.sort_by_key(|finding| text(&finding["fingerprint"]));
        assert_eq!(told["findings"], Value::from(listed));

        let file = user.get("/api/v1/scans/1/export").await;
        assert_file(&file, "application/json", "web-scan-1.json");
        let told = file.json();
        assert_eq!(keys(&told), ["scan", "findings"]);
        let scans = user.get("/api/v1/scans").await.expect(200);
        assert_eq!(told["scan"], scans["data"]["scans"][0]);
        let listed = user.get("/api/v1/scans/1/findings").await.expect(200);
        let mut listed = list(&listed["data"]["findings"]).to_vec();
        listed.reverse();
        assert_eq!(told["findings"], Value::from(listed));
    }
}

#[tokio::test]
async fn csv_has_the_fields_of_a_finding_in_their_order() {
    for app in TestApp::everywhere().await {
        let mut odd = new_finding(&fingerprint(1), 4);
        odd.title = "=HYPERLINK(\"https://evil.example\")".to_owned();
        odd.description = "Two\nlines, \"quoted\" – ünï🦀".to_owned();
        odd.remediation = "@SUM(A1)".to_owned();
        odd.file_path = Some("-rf".to_owned());
        odd.snippet = Some("\tindented".to_owned());
        odd.aliases = vec!["CVE-2024-0001".to_owned(), "GHSA-aaaa-bbbb-cccc".to_owned()];
        let (token, at) = scanned(&app, vec![odd]).await;
        let user = app.user(&token);

        let id = at.rsplit('/').next().unwrap();
        let file = user.get(&format!("{at}/export?format=csv")).await;
        assert_file(&file, "text/csv", &format!("web-{id}.csv"));
        let code = rows(&file.text());
        let finding = user.get(&format!("{at}/findings")).await.expect(200)[0].clone();
        let mut columns = keys(&finding);
        let package = columns.iter().position(|name| name == "package").unwrap();
        let parts = ["purl", "name", "version", "ecosystem", "fixed_version"];
        columns.splice(package..=package, parts.map(|part| format!("package_{part}")));
        assert_eq!(code[0], columns);

        let file = user.get("/api/v1/scans/1/export?format=csv").await;
        assert_file(&file, "text/csv", "web-scan-1.csv");
        let workspace = rows(&file.text());
        let findings = user.get("/api/v1/scans/1/findings").await.expect(200);
        assert_eq!(workspace[0], keys(&findings["data"]["findings"][0]));

        for (rows, names) in
            [(&code, ["remediation", "snippet"]), (&workspace, ["recommendation", "code_snippet"])]
        {
            assert_eq!((rows.len(), rows[1].len()), (2, rows[0].len()));
            let cell = |name: &str| {
                let at = rows[0].iter().position(|column| column == name).unwrap();
                rows[1][at].as_str()
            };
            assert_eq!(cell("title"), "'=HYPERLINK(\"https://evil.example\")");
            assert_eq!(cell("description"), "Two\nlines, \"quoted\" – ünï🦀");
            assert_eq!(cell(names[0]), "'@SUM(A1)");
            assert_eq!(cell("file_path"), "'-rf");
            assert_eq!(cell(names[1]), "'\tindented");
            assert_eq!(cell("aliases"), "CVE-2024-0001 GHSA-aaaa-bbbb-cccc");
            assert_eq!(cell("package_name"), "");
            assert_eq!(cell("severity"), "critical");
        }
    }
}

#[tokio::test]
async fn a_client_that_accepts_csv_gets_it_unless_it_says_otherwise() {
    let app = TestApp::everywhere().await.remove(0);
    let (token, _) = scanned(&app, vec![new_finding(&fingerprint(1), 4)]).await;
    let user = app.user(&token);
    let ask = async |query: &str, accept: &str| {
        let headers = HeaderMap::from_iter([("accept".parse().unwrap(), accept.parse().unwrap())]);
        let path = format!("/api/v1/scans/1/export{query}");
        let answer = user.request("GET", &path, headers, Body::empty()).await;
        answer.header("content-type").split(';').next().unwrap().to_owned()
    };
    assert_eq!(ask("", "text/csv").await, "text/csv");
    assert_eq!(ask("", "*/*").await, "application/json");
    assert_eq!(ask("?format=json", "text/csv").await, "application/json");
    assert_eq!(ask("?format=sarif", "text/csv").await, "application/sarif+json");
}

#[tokio::test]
async fn there_is_no_bill_of_materials_of_a_scan_that_listed_no_packages() {
    for app in TestApp::everywhere().await {
        let (token, at) = scanned(&app, vec![new_finding(&fingerprint(1), 4)]).await;
        let user = app.user(&token);
        for path in [format!("{at}/export"), "/api/v1/scans/1/export".to_owned()] {
            for format in ["cyclonedx", "spdx"] {
                let answer = user.get(&format!("{path}?format={format}")).await;
                assert_eq!(answer.fault(409), "conflict");
            }
        }
    }
}

async fn sarif(caller: &Caller<'_>, path: &str) -> Value {
    let answer = caller.get(path).await;
    assert_eq!(answer.header("content-type"), "application/sarif+json");
    assert_eq!(answer.expect(200)["version"], "2.1.0");
    answer.json()
}

#[tokio::test]
async fn sarif_is_the_same_on_both_apis() {
    for app in TestApp::everywhere().await {
        let findings = (0..3).map(|n| new_finding(&fingerprint(n), 4)).collect();
        let (token, at) = scanned(&app, findings).await;
        let user = app.user(&token);
        let code = sarif(&user, &format!("{at}/export?format=sarif")).await;
        let workspace = sarif(&user, "/api/v1/scans/1/export?format=sarif").await;
        assert_eq!(list(&code["runs"][0]["results"]).len(), 3);
        assert_eq!(code["runs"][0]["results"], workspace["runs"][0]["results"]);
        assert_eq!(code["runs"][0]["results"][0]["ruleId"], "stripe-live-key");
    }
}

#[tokio::test]
async fn a_long_file_is_whole() {
    for app in TestApp::everywhere().await {
        let findings = (0..1_234).map(|n| new_finding(&fingerprint(n), 2)).collect();
        let (token, at) = scanned(&app, findings).await;
        let user = app.user(&token);
        let told = user.get(&format!("{at}/export")).await.expect(200);
        let prints: std::collections::BTreeSet<_> =
            list(&told["findings"]).iter().map(|finding| text(&finding["fingerprint"])).collect();
        assert_eq!((list(&told["findings"]).len(), prints.len()), (1_234, 1_234));
        let table = rows(&user.get("/api/v1/scans/1/export?format=csv").await.text());
        assert_eq!(table.len(), 1_235);
        let log = sarif(&user, "/api/v1/scans/1/export?format=sarif").await;
        assert_eq!(list(&log["runs"][0]["results"]).len(), 1_234);
    }
}

#[tokio::test]
async fn a_scan_without_findings_is_a_file_as_well() {
    let app = TestApp::everywhere().await.remove(0);
    let (token, at) = scanned(&app, Vec::new()).await;
    let user = app.user(&token);
    assert_eq!(user.get(&format!("{at}/export")).await.expect(200)["findings"], json!([]));
    assert_eq!(rows(&user.get("/api/v1/scans/1/export?format=csv").await.text()).len(), 1);
    user.get("/api/v1/scans/1/export?format=xml").await.fault(400);
    user.get("/api/v1/scans/2/export").await.fault(404);
}
