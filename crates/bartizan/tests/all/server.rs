//! `bartizan serve`, from its first start to its last breath, over sockets and with curl.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use test_kit::{Fault, GitServer, password};

use crate::{
    instance::{LOOPBACK, PATIENCE, Place, leaky},
    support::errors,
};

#[test]
fn a_server_starts_with_a_browser_that_works_and_with_no_other() {
    let place = Place::sqlite();
    for (flags, words) in [
        (&["--browser=/no/such/browser"][..], "/no/such/browser"),
        (&["--browser=/bin/false", "--browser-no-sandbox"], "the browser ended"),
        (&["--browser=/bin/true", "--browsers", "0"], "--browsers must be at least 1"),
    ] {
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
        let output = command.args(flags).output().unwrap();
        assert!(!output.status.success());
        assert!(errors(&output).contains(words), "{}", errors(&output));
    }
    let Some(program) = test_kit::chromium() else { return };
    let mut flags = vec![format!("--browser={}", program.display())];
    flags.extend(test_kit::is_root().then(|| "--browser-no-sandbox".to_owned()));
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    assert_eq!(place.serve(&flags).call("GET", "/healthz", "", None).status, 200);
}

#[test]
fn a_first_start_says_where_everything_is_and_keeps_the_key_to_itself() {
    let place = Place::sqlite();
    let server = place.serve(&[]);
    for part in ["127.0.0.1", "bartizan.db", "data.key", "documentation"] {
        assert!(server.greeting.contains(part), "{}", server.greeting);
    }
    let mode = |name: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(place.data().join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode(""), mode("data.key"), mode("bartizan.db")), (0o700, 0o600, 0o600));
    assert_eq!(mode("bartizan.db-wal"), 0o600);
    let health = server.call("GET", "/healthz", "", None);
    assert_eq!((health.status, health.json()["status"].clone()), (200, json!("ok")));
    assert!(health.headers.contains("x-request-id: "), "{}", health.headers);
    let named = server.curl(&["-H", "x-request-id: mine-1", &format!("{}/healthz", server.url)]);
    assert!(named.headers.contains("x-request-id: mine-1"), "{}", named.headers);
    assert!(server.call("GET", "/metrics", "", None).body.contains("bartizan_http_requests_total"));
    let docs = server.call("GET", "/docs", "", None);
    assert!(docs.headers.contains("script-src 'self'"), "{}", docs.headers);
    assert!(!docs.body.contains("https://"), "{}", docs.body);
    assert!(server.call("GET", "/docs/redoc.js", "", None).body.len() > 100_000);
}

#[test]
fn what_the_code_api_documents_as_curl_works_as_printed() {
    for place in Place::all() {
        let repo = leaky();
        let git = GitServer::of(&repo);
        let server = place.serve(&LOOPBACK);
        let base = &server.url;
        let registered = server.curl(&[
            "-X",
            "POST",
            &format!("{base}/v1/auth/register"),
            "-H",
            "content-type: application/json",
            "-d",
            r#"{
    "org_name": "Acme Inc.",
    "org_slug": "acme",
    "email": "you@acme.example",
    "password": "use-a-real-password-here"
  }"#,
        ]);
        assert_eq!(registered.status, 201, "{}", registered.body);
        let answer = registered.json();
        let token = answer["token"].as_str().unwrap();
        assert!(token.starts_with("eyJ0eXAiOiJKV1Qi"), "{token}");
        let expires_at = answer["expires_at"].as_str().unwrap();
        assert!(expires_at.len() == 20 && expires_at.ends_with('Z'), "{expires_at}");
        assert_eq!(answer["user"]["role"], "admin");
        assert_eq!(answer["user"]["status"], "active");

        let authorization = format!("authorization: Bearer {token}");
        let body = format!(
            r#"{{
    "slug": "web",
    "name": "Acme web app",
    "repo_url": "{url}",
    "default_branch": "main",
    "access_token": "github_pat_…"
  }}"#,
            url = git.url()
        )
        .replace('…', "1");
        let made = server.curl(&[
            "-X",
            "POST",
            &format!("{base}/v1/orgs/acme/projects"),
            "-H",
            &authorization,
            "-H",
            "content-type: application/json",
            "-d",
            &body,
        ]);
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.json()["has_access_token"], true);
        assert_eq!(made.json()["access_token_user"], "x-access-token");
        assert!(!made.body.contains("github_pat_") && !made.body.contains("access_token_enc"));

        let started = server.curl(&[
            "-X",
            "POST",
            &format!("{base}/v1/orgs/acme/projects/web/run-scan"),
            "-H",
            &authorization,
            "-H",
            "content-type: application/json",
            "-d",
            &format!(r#"{{"clone_url":"{}","branch":"main"}}"#, git.url()),
        ]);
        assert_eq!(started.status, 202, "{}", started.body);
        assert_eq!(started.json()["scanner_type"], "manual-all");
        let id = started.json()["id"].as_str().unwrap().to_owned();
        let scan = format!("/v1/orgs/acme/projects/web/scans/{id}");
        let done = server.wait(&scan, token, &["completed", "failed"]);
        assert_eq!(done["status"], "completed", "{done}");
        let findings = server.get(&format!("{scan}/findings"), token);
        assert_eq!(findings.as_array().unwrap().len(), 2, "{findings}");
        assert!(!findings.to_string().contains(password().as_str()));
        // A project made on one API is seen on the other.
        let seen = server.get("/api/v1/projects", token);
        assert_eq!(seen["data"]["projects"][0]["slug"], "web", "{seen}");
    }
}

#[test]
fn what_the_workspace_api_documents_as_curl_works_as_printed() {
    for place in Place::all() {
        let repo = leaky();
        let git = GitServer::of(&repo);
        let server = place.serve(&LOOPBACK);
        let base = format!("{}/api/v1", server.url);
        let user = json!({ "email": "user@example.com", "password": "your_password" });
        assert_eq!(server.call("POST", "/api/v1/auth/register", "", Some(&user)).status, 201);
        let login = server.curl(&[
            "-X",
            "POST",
            &format!("{base}/auth/login"),
            "-H",
            "Content-Type: application/json",
            "-d",
            r#"{
"email": "user@example.com",
"password": "your_password"
}"#,
        ]);
        assert_eq!(login.status, 200, "{}", login.body);
        let token = login.json()["data"]["token"].as_str().unwrap().to_owned();
        let authorization = format!("Authorization: Bearer {token}");
        let made = server.curl(&[
            "-X",
            "POST",
            &format!("{base}/projects"),
            "-H",
            &authorization,
            "-H",
            "Content-Type: application/json",
            "-d",
            &format!("{{\n\"name\": \"My Web App\",\n\"repository_url\": \"{}\"\n}}", git.url()),
        ]);
        assert_eq!(made.status, 201, "{}", made.body);
        let project = made.json()["data"]["project"]["id"].as_i64().unwrap();
        let started = server.curl(&[
            "-X",
            "POST",
            &format!("{base}/scans"),
            "-H",
            &authorization,
            "-H",
            "Content-Type: application/json",
            "-d",
            &format!("{{\n\"project_id\": {project},\n\"scan_type\": \"full\"\n}}"),
        ]);
        assert_eq!(started.status, 201, "{}", started.body);
        let id = started.json()["data"]["scan"]["id"].as_i64().unwrap();
        let began = Instant::now();
        let scan = loop {
            let answer = server.get(&format!("/api/v1/scans/{id}"), &token);
            let scan = answer["data"]["scan"].clone();
            if scan["status"] != "pending" && scan["status"] != "running" {
                break scan;
            }
            assert!(began.elapsed() < PATIENCE, "{scan}");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(scan["status"], "completed", "{scan}");
        let findings = server.get(&format!("/api/v1/scans/{id}/findings"), &token);
        assert_eq!(findings["data"]["pagination"]["total"], 2, "{findings}");
    }
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_a_scan_loses_nothing() {
    for place in Place::all() {
        let repo = leaky();
        let git = GitServer::builder(&repo).fault(Fault::StallInPack).start();
        let arguments = [&LOOPBACK[..], &["--lease-seconds", "1"]].concat();
        let server = place.serve(&arguments);
        let token = server.register("acme");
        let scan = server.start_scan(&token, "acme", &git.url());
        server.wait(&scan, &token, &["running"]);
        server.signal("KILL");
        drop(server);
        git.mend();
        let server = place.serve(&arguments);
        let done = server.wait(&scan, &token, &["completed", "failed"]);
        assert_eq!(done["status"], "completed", "{done}");
        let findings = server.get(&format!("{scan}/findings"), &token);
        assert_eq!(findings.as_array().unwrap().len(), 2, "{findings}");
        let again = server.scan_again(&token, "acme");
        let done = server.wait(&again, &token, &["completed", "failed"]);
        assert_eq!((&done["new_findings"], &done["fixed_findings"]), (&json!(0), &json!(0)));
        // The folder of the process that lives, and its lock.
        assert_eq!(left_in(&place.data().join("clones")), 2);
    }
}

#[test]
fn a_server_that_is_told_to_stop_gives_its_scan_back() {
    let place = Place::sqlite();
    let repo = leaky();
    let git = GitServer::builder(&repo).fault(Fault::StallInPack).start();
    let mut server = place.serve(&LOOPBACK);
    let token = server.register("acme");
    let scan = server.start_scan(&token, "acme", &git.url());
    server.wait(&scan, &token, &["running"]);
    server.signal("TERM");
    assert!(server.child.wait().unwrap().success());
    assert_eq!(left_in(&place.data().join("clones")), 0);
    // Nobody works here: what was given back waits.
    let server = place.serve(&["--workers", "0"]);
    assert_eq!(server.get(&scan, &token)["status"], "queued");
    git.mend();
    drop(server);
    let server = place.serve(&LOOPBACK);
    let done = server.wait(&scan, &token, &["completed", "failed"]);
    assert_eq!(done["status"], "completed", "{done}");
}

#[test]
fn a_running_scan_can_be_cancelled() {
    let place = Place::sqlite();
    let repo = leaky();
    let git = GitServer::builder(&repo).fault(Fault::StallInPack).start();
    let server = place.serve(&[&LOOPBACK[..], &["--lease-seconds", "2"]].concat());
    let token = server.register("acme");
    let scan = server.start_scan(&token, "acme", &git.url());
    server.wait(&scan, &token, &["running"]);
    assert_eq!(server.call("POST", &format!("{scan}/cancel"), &token, None).status, 202);
    server.wait(&scan, &token, &["cancelled"]);
    assert_eq!(server.call("POST", &format!("{scan}/cancel"), &token, None).status, 409);
}

#[test]
fn a_worker_of_its_own_runs_what_a_server_queues() {
    for place in Place::all() {
        let repo = leaky();
        let git = GitServer::of(&repo);
        let server = place.serve(&[&LOOPBACK[..], &["--workers", "0"]].concat());
        let token = server.register("acme");
        let scan = server.start_scan(&token, "acme", &git.url());
        assert_eq!(server.get(&scan, &token)["status"], "queued");
        let mut worker = place
            .command(&["worker"])
            .args(LOOPBACK)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let done = server.wait(&scan, &token, &["completed", "failed"]);
        assert_eq!(done["status"], "completed", "{done}");
        let pid = worker.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
        assert!(worker.wait().unwrap().success());
    }
}

#[test]
fn an_operator_manages_from_the_command_line() {
    let place = Place::sqlite();
    let admin = |arguments: &[&str], password: Option<&str>| {
        let mut command = place.command(&["admin"]);
        command.args(arguments);
        if let Some(password) = password {
            command.env("BARTIZAN_ADMIN_PASSWORD", password);
        }
        let output = command.stdin(Stdio::null()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(admin(&["organizations"], None).0, Some(2));
    let add = ["add-organization", "acme", "Acme Inc.", "you@acme.example"];
    assert_eq!(admin(&add, Some("short")).0, Some(2));
    assert_eq!(admin(&add, Some("a long enough password")).0, Some(0));
    assert_eq!(admin(&add, Some("a long enough password")).0, Some(2));
    assert_eq!(admin(&["organizations"], None).1, "acme\tunlimited\tAcme Inc.\n");
    assert_eq!(admin(&["set-plan", "acme", "pro"], None).0, Some(0));
    assert_eq!(admin(&["organizations"], None).1, "acme\tpro\tAcme Inc.\n");
    assert_eq!(
        admin(&["quota", "acme"], None).1,
        "plan\tpro\nscans of websites\t0 of 200 this month\ndomains\tup to 5\nweb tokens\tup to 5\nactive scans\tyes\nretention\t90 days\n"
    );
    assert_eq!(
        admin(&["change-user", "acme", "you@acme.example", "--role", "viewer"], None).0,
        Some(2)
    );
    let server = place.serve(&["--closed-registration"]);
    let body = json!({ "org_name": "B", "org_slug": "bb", "email": "b@b.example", "password": "0123456789" });
    assert_eq!(server.call("POST", "/v1/auth/register", "", Some(&body)).status, 403);
    let login = |password: &str| {
        let body = json!({ "email": "you@acme.example", "password": password });
        server.call("POST", "/v1/orgs/acme/auth/login", "", Some(&body))
    };
    let token = login("a long enough password").json()["token"].as_str().unwrap().to_owned();
    assert_eq!(
        admin(&["reset-password", "acme", "you@acme.example"], Some("another password")).0,
        Some(0)
    );
    assert_eq!(server.call("GET", "/v1/orgs/acme/projects", &token, None).status, 401);
    assert_eq!(login("a long enough password").status, 401);
    assert_eq!(login("another password").status, 200);
    assert_eq!(admin(&["remove-organization", "acme", "--yes"], None).0, Some(0));
    assert_eq!(login("another password").status, 401);
}

#[test]
fn a_server_speaks_tls() {
    let place = Place::sqlite();
    let tls = place.certificate();
    let server = place.serve(&tls.flags());
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let health = server.curl(&["--cacert", &tls.authority, &format!("{}/healthz", server.url)]);
    assert_eq!(health.status, 200);
}

#[test]
fn logins_are_limited_by_the_clients_address() {
    let place = Place::sqlite();
    let server = place.serve(&["--login-limit", "3", "--trusted-proxy", "127.0.0.0/8"]);
    server.register("acme");
    let login = |client: &str| {
        server.curl(&[
            "-X",
            "POST",
            &format!("{}/v1/orgs/acme/auth/login", server.url),
            "-H",
            &format!("x-forwarded-for: {client}"),
            "-H",
            "content-type: application/json",
            "-d",
            r#"{"email":"you@acme.example","password":"use-a-real-password-here"}"#,
        ])
    };
    for _ in 0..3 {
        assert_eq!(login("192.0.2.1").status, 200);
    }
    let refused = login("192.0.2.1");
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert_eq!(refused.json()["error"], "rate_limited");
    assert!(refused.headers.contains("retry-after: "), "{}", refused.headers);
    assert_eq!(login("192.0.2.2").status, 200);
}

fn left_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn bodies_and_headers_that_are_too_large_are_refused_in_the_envelope() {
    let place = Place::sqlite();
    let server = place.serve(&[]);
    let token = server.register("acme");
    let large = place.folder.path().join("large.json");
    std::fs::write(&large, vec![b' '; 20 << 20]).unwrap();
    let answer = server.curl(&[
        "-X",
        "POST",
        &format!("{}/v1/orgs/acme/projects", server.url),
        "-H",
        &format!("authorization: Bearer {token}"),
        "-H",
        "content-type: application/json",
        "-H",
        "expect:",
        "--data-binary",
        &format!("@{}", large.display()),
    ]);
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert_eq!(answer.json()["error"], "payload_too_large");
    let long = format!("{}/v1/orgs/acme/projects?cursor={}", server.url, "x".repeat(9_000));
    let fat = format!("x-fat: {}", "x".repeat(40_000));
    let many: Vec<String> = (0..150).map(|number| format!("x-{number}: 1")).collect();
    let many: Vec<&str> = many.iter().flat_map(|header| ["-H", header.as_str()]).collect();
    let short = format!("{}/healthz", server.url);
    for arguments in [vec![long.as_str()], vec!["-H", &fat, &short], [many, vec![&short]].concat()]
    {
        let answer = server.curl(&arguments);
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert_eq!(answer.json()["error"], "bad_request");
    }
}

#[test]
fn heads_that_cannot_be_read_are_refused_in_the_envelope_of_their_api() {
    let place = Place::sqlite();
    let tls = place.certificate();
    for (server, trust) in
        [(place.serve(&[]), None), (place.serve(&tls.flags()), Some(&tls.authority))]
    {
        let trust: Vec<&str> = trust.map_or_else(Vec::new, |path| vec!["--cacert", path]);
        let many: Vec<String> = (0..500).map(|number| format!("x-{number}: 1")).collect();
        let many: Vec<&str> = many.iter().flat_map(|header| ["-H", header.as_str()]).collect();
        let [code, workspace] =
            ["/v1/me", "/api/v1/projects"].map(|path| format!("{}{path}", server.url));
        let long = format!("{code}?cursor={}", "x".repeat(70_000));
        let no_header = ["-H", "no header\r\n at all : x"];
        for arguments in [many.as_slice(), &no_header] {
            let answer = server.curl(&[&trust[..], arguments, &[&code]].concat());
            assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("bad_request")));
            let answer = server.curl(&[&trust[..], arguments, &[&workspace]].concat());
            assert_eq!((answer.status, &answer.json()["status"]), (400, &json!(400)));
        }
        let answer = server.curl(&[&trust[..], &[&long]].concat());
        assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("bad_request")));
    }
}
