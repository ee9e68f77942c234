//! Websites, from the command line: what is found on sites that this machine serves.

use std::{collections::BTreeMap, path::PathBuf, process::Output};

use serde_json::Value;
use tempfile::TempDir;
use test_kit::{Ending, Flaw, HttpServer, Reply, WatchedBrowser, flawed_certificate, password};

use crate::support::{bartizan, errors, json};

const LOOPBACK: [&str; 2] = ["--allow-private-targets", "127.0.0.0/8"];

fn scan(server: &HttpServer, arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let url = server.url("/");
    let all = [&["scan", &url, "--format", "json"], &LOOPBACK[..], arguments].concat();
    bartizan(folder.path(), &all)
}

fn html(body: impl Into<Vec<u8>>) -> Reply {
    Reply::ok(body).header("content-type", "text/html; charset=utf-8")
}

/// The findings of a check.
fn of<'r>(report: &'r Value, check: &str) -> Vec<&'r Value> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["check_id"] == check).collect()
}

/// Where a finding stands: every place that it names.
fn places(finding: &Value) -> Vec<&str> {
    finding["places"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["path"].as_str().unwrap())
        .collect()
}

/// The pages that the checks' own documentation says something is found on, by a path for each.
fn weak_pages() -> BTreeMap<String, (String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/checks");
    let mut pages = BTreeMap::new();
    for category in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        for file in std::fs::read_dir(&category).unwrap().map(|entry| entry.unwrap().path()) {
            let folder = category.file_name().unwrap().to_string_lossy();
            let name = file.file_stem().unwrap().to_string_lossy();
            let text = std::fs::read_to_string(&file).unwrap();
            // Of each page the first example that is a body and nothing else.
            let Some((_, example)) = text.split_once("```html finds") else { continue };
            let (_, example) = example.split_once('\n').unwrap();
            let (body, _) = example.split_once("\n```").unwrap();
            pages
                .insert(format!("/{folder}/{name}"), (format!("{folder}.{name}"), body.to_owned()));
        }
    }
    pages
}

#[test]
fn every_weakness_that_a_page_shows_is_found_where_it_is() {
    let pages = weak_pages();
    assert!(pages.len() > 60, "{}", pages.len());
    let links: String =
        pages.keys().map(|path| format!("<a href=\"{path}\">{path}</a>\n")).collect();
    let served = pages.clone();
    let server = HttpServer::http(move |request| match served.get(&request.path) {
        Some((_, body)) => html(body.as_bytes()),
        None if request.path == "/" => html(links.as_bytes()),
        None => Reply::status(404),
    });
    let report = json(&scan(&server, &["--pages", "1000"]));
    let missing: Vec<&String> = pages
        .iter()
        .filter(|(path, (check, _))| {
            let url = server.url(path);
            !of(&report, check).iter().any(|finding| places(finding).contains(&url.as_str()))
        })
        // Some are about the page that somebody asked for, or about pages on https.
        .filter(|(_, (check, body))| of(&alone(body), check).is_empty())
        .map(|(_, (check, _))| check)
        .filter(|check| !OF_PUBLIC_SITES.contains(&check.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Checks of what gives away where a site is served: one on this machine is not blamed for it. And one about the site's own name.
const OF_PUBLIC_SITES: &[&str] = &[
    "backends.clerk-development-instance",
    "content.development-build",
    "content.insecure-own-link",
    "content.internal-host",
    "content.loads-from-localhost",
    "content.private-address",
];

/// The report on a site of one page, over TLS.
fn alone(body: &str) -> Value {
    let body = body.to_owned();
    let server = HttpServer::https(move |request| match request.path.as_str() {
        "/" => html(body.as_bytes()),
        _ => Reply::status(404),
    });
    let folder = TempDir::new().unwrap();
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, server.authority_pem()).unwrap();
    json(&scan(&server, &["--ca-cert", authority.to_str().unwrap()]))
}

#[test]
fn a_credential_in_a_bundle_is_found_and_never_shown() {
    let secret = password();
    let script = format!("const config = {{ \"db_password\": \"{secret}\" }};\n");
    let server = HttpServer::http(move |request| match request.path.as_str() {
        "/" => html("<!doctype html><title>Shop</title><script src=/app.js></script>"),
        "/app.js" => Reply::ok(script.as_bytes()).header("content-type", "text/javascript"),
        _ => Reply::status(404),
    });
    let output = scan(&server, &[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let report = json(&output);
    let found = of(&report, "secrets.js-bundle-sweep");
    assert_eq!(found.len(), 1, "{text}");
    assert_eq!(places(found[0]), [server.url("/app.js")]);
    assert_eq!(found[0]["scanner"], "website");
    assert!(!text.contains(&secret));
}

/// A site with a bundle whose source map holds a source with a credential.
fn mapped(secret: &str) -> HttpServer {
    let source = format!("const config = {{ \"db_password\": \"{secret}\" }};\n");
    let map = serde_json::json!({
        "version": 3, "sources": ["src/config!/one.js"], "sourcesContent": [source], "mappings": "",
    });
    HttpServer::http(move |request| match request.path.as_str() {
        "/" => html("<!doctype html><title>Shop</title><script src=/app.js></script>"),
        "/app.js" => Reply::ok("go();\n//# sourceMappingURL=app.js.map\n")
            .header("content-type", "text/javascript"),
        "/app.js.map" => Reply::ok(map.to_string()).header("content-type", "application/json"),
        _ => Reply::status(404),
    })
}

#[test]
fn a_credential_in_a_source_of_a_source_map_is_one_of_the_bundle() {
    let secret = password();
    let report = json(&scan(&mapped(&secret), &[]));
    let found = of(&report, "secrets.js-bundle-sweep");
    assert_eq!(found.len(), 1, "{report}");
    assert!(places(found[0])[0].ends_with("/app.js.map!/src/config!/one.js"), "{report}");
    assert!(of(&report, "secrets.patterns").is_empty(), "{report}");
}

#[test]
fn only_some_checks_of_a_website_run_and_all_rules_mask() {
    let secret = password();
    let server = mapped(&secret);
    let checks = |arguments: &[&str]| -> Vec<String> {
        let output = scan(&server, arguments);
        assert!(!String::from_utf8_lossy(&output.stdout).contains(&secret));
        let report = json(&output);
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["check_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(checks(&["--only", "secrets.js-bundle-sweep"]), ["secrets.js-bundle-sweep"]);
    let content = checks(&["--only", "content.*"]);
    assert!(content.iter().all(|check| check.starts_with("content.")), "{content:?}");
    let all = checks(&[]);
    let without = checks(&["--exclude", "secrets"]);
    assert!(all.len() > without.len() && !without.is_empty(), "{without:?}");
    assert!(!without.iter().any(|check| check.starts_with("secrets.")), "{without:?}");
    let none = scan(&server, &["--only", "dependencies.known-vulnerability"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(errors(&none).contains("no check of websites is left"), "{}", errors(&none));
}

#[test]
fn what_is_asked_for_is_what_a_browser_would_ask_for() {
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<!doctype html><a href=/a>a</a><a href=/private/b>b</a><img src=/i.png>"),
        "/a" => html("<form method=post action=/buy><button>Buy</button></form>"),
        "/robots.txt" => Reply::ok("User-agent: *\nDisallow: /private/\n"),
        _ => Reply::status(404),
    });
    let output = scan(&server, &["--header", "Cookie: session=1"]);
    let report = json(&output);
    let requests = server.requests();
    assert!(requests.iter().all(|request| matches!(request.method.as_str(), "GET" | "HEAD")));
    assert!(requests.iter().all(|request| request.path != "/buy" && request.path != "/private/b"));
    assert!(requests.iter().all(|request| request.header("cookie") == Some("session=1")));
    assert!(requests.iter().all(|request| {
        request
            .header("user-agent")
            .is_some_and(|agent| agent.contains("bartizan/") && agent.contains("+https://"))
    }));
    assert!(report["notes_by_kind"]["unvisited"].is_u64(), "{}", report["notes_by_kind"]);
    assert_eq!(report["grade"]["letter"].as_str().map(str::len), Some(1), "{}", report["grade"]);
}

#[test]
fn a_site_that_is_not_there_is_told_in_a_sentence() {
    let folder = TempDir::new().unwrap();
    let at = |url: &str, arguments: &[&str]| {
        let output = bartizan(folder.path(), &[&["scan", url], arguments].concat());
        (output.status.code(), errors(&output))
    };
    let (code, told) = at("http://127.0.0.1:1/", &[]);
    assert_eq!(code, Some(3));
    assert!(told.contains("--allow-private-targets"), "{told}");
    let (code, told) = at("http://127.0.0.1:1/", &LOOPBACK);
    assert_eq!(code, Some(3));
    assert!(told.contains("refused the connection"), "{told}");
    let (code, told) = at("https://user:secret@example.com/", &[]);
    assert_eq!(code, Some(3));
    assert!(!told.contains("secret@"), "{told}");
}

#[test]
fn every_form_of_report_tells_of_websites() {
    let folder = TempDir::new().unwrap();
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<!doctype html><title>Shop</title><img src=/a.png>")
            .header("server", "nginx/1.18.0"),
        _ => Reply::status(404),
    });
    let url = server.url("/");
    let report = |format: &str| {
        let output =
            bartizan(folder.path(), &[&["scan", &url, "--format", format], &LOOPBACK[..]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let sarif: Value = serde_json::from_str(&report("sarif")).unwrap();
    let first = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert!(first["artifactLocation"]["uri"].as_str().unwrap().starts_with(&url), "{first}");
    let table = report("table");
    assert!(table.contains("Grade ") && table.contains("nginx/1.18.0"), "{table}");
    assert!(report("csv").contains("server: nginx/1.18.0"));
}

#[test]
fn a_certificate_that_does_not_verify_is_a_finding_and_not_the_end() {
    for (flaw, check) in [
        (Flaw::Expired, "tls.certificate-expired"),
        (Flaw::NotYetValid, "tls.certificate-not-yet-valid"),
        (Flaw::OtherName, "tls.certificate-name"),
        (Flaw::SelfSigned, "tls.certificate-untrusted"),
    ] {
        let certificate = flawed_certificate(flaw);
        let folder = TempDir::new().unwrap();
        let authority = folder.path().join("authority.pem");
        std::fs::write(&authority, &certificate.authority_pem).unwrap();
        let server = HttpServer::https_with(certificate, |request| match request.path.as_str() {
            "/" => html("<!doctype html><title>Shop</title><a href=/a>a</a>"),
            "/a" => html("<!doctype html><title>A</title>").header("server", "nginx/1.18.0"),
            _ => Reply::status(404),
        });
        let trusted = ["--ca-cert", authority.to_str().unwrap()];
        let arguments = [&trusted[..], &["--header", "Cookie: session=1"]].concat();
        let output = scan(&server, &arguments);
        let report = json(&output);
        assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
        assert_eq!(of(&report, check).len(), 1, "{flaw:?}: {report}");
        assert_eq!(of(&report, "headers.server-version").len(), 1, "{flaw:?}");
        assert_eq!(report["notes_by_kind"]["unverified"], 1, "{}", report["notes_by_kind"]);
        assert!(server.requests().iter().all(|request| request.header("cookie").is_none()));
    }
}

#[test]
fn a_category_stands_for_its_checks_and_what_names_none_is_wrong_usage() {
    let server = HttpServer::http(|_| html("<!doctype html><title>t</title>"));
    let by_name = json(&scan(&server, &["--only", "headers"]));
    let by_glob = json(&scan(&server, &["--only", "headers.*"]));
    assert!(by_name["findings"].as_array().is_some_and(|findings| !findings.is_empty()));
    assert_eq!(by_name["findings"], by_glob["findings"]);
    for flag in ["--only", "--exclude"] {
        for word in ["header", "nonsense.x"] {
            let output = scan(&server, &[flag, word]);
            assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
            assert!(errors(&output).contains(&format!("`{word}`")), "{}", errors(&output));
        }
    }
    assert!(
        of(&json(&scan(&server, &["--exclude", "headers"])), "headers.security-headers").is_empty()
    );
}

#[test]
fn keys_that_pages_ship_by_design_weigh_little_there_and_more_in_a_repository() {
    let key = |end: &str| format!("AIzaSy{}{end}", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2d");
    let script = format!(
        "const app = {{ apiKey: \"{}\", authDomain: \"shop-1.firebaseapp.com\" }};\nconst places = \"{}\";\n",
        key("F4"),
        key("G5")
    );
    let server = HttpServer::http({
        let script = script.clone();
        move |request| match request.path.as_str() {
            "/" => html("<!doctype html><title>Shop</title><script src=/app.js></script>"),
            "/app.js" => Reply::ok(script.as_bytes()).header("content-type", "text/javascript"),
            _ => Reply::status(404),
        }
    });
    let severities = |findings: &[&Value]| {
        let mut all: Vec<_> =
            findings.iter().map(|one| one["severity"].as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    let report = json(&scan(&server, &[]));
    assert_eq!(severities(&of(&report, "secrets.js-bundle-sweep")), ["info", "low"]);
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("app.js"), script).unwrap();
    let output = bartizan(folder.path(), &["scan", ".", "--format", "json"]);
    let report = json(&output);
    assert_eq!(severities(&of(&report, "firebase-web-api-key")), ["low"]);
    assert_eq!(severities(&of(&report, "google-api-key")), ["medium"]);
}

/// The flags for a browser, unless the machine has none.
fn with_browser() -> Option<Vec<String>> {
    let mut flags = vec![format!("--browser={}", test_kit::chromium()?.display())];
    flags.extend(test_kit::is_root().then(|| "--browser-no-sandbox".to_owned()));
    Some(flags)
}

/// Nothing of it is in what the server sends.
const APPLICATION: &str = "<!doctype html><title>Shop</title><html lang=en><div id=root></div><script src=/app.js></script>";

fn application(secret: &str) -> HttpServer {
    let script = format!(
        "const id = 'k' + 1;
         root.innerHTML = '<form><input name=name><img src=/i.png></form>';
         localStorage.setItem('config', '{{ \"db_password\": \"{secret}\" }}');
         console.error('no cart for db_password=\"{secret}\"');
         fetch('/api/cart').catch(() => {{}});
         missing.call();"
    );
    HttpServer::http(move |request| match request.path.as_str() {
        "/" => html(APPLICATION),
        "/app.js" => Reply::ok(script.as_bytes()).header("content-type", "text/javascript"),
        "/api/cart" => Reply::status(500),
        _ => Reply::status(404),
    })
}

#[test]
fn a_page_that_scripts_make_is_judged_as_they_make_it() {
    let Some(flags) = with_browser() else { return };
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let secret = password();
    let server = application(&secret);
    let served = json(&scan(&server, &[]));
    assert!(served["notes_by_kind"]["not-rendered"].is_u64());
    let output = scan(&server, &flags);
    let rendered = json(&output);
    assert!(rendered["notes_by_kind"]["not-rendered"].is_null(), "{rendered}");
    for check in [
        "accessibility.form-labels",
        "media.image-alt",
        "runtime.console-errors",
        "runtime.failed-requests",
        "runtime.uncaught-exception",
        "secrets.patterns",
    ] {
        assert!(of(&served, check).is_empty(), "{check}");
        assert_eq!(of(&rendered, check).len(), 1, "{check}");
    }
    let label = of(&rendered, "accessibility.form-labels")[0];
    assert!(label["places"][0]["line"].is_null(), "{label}");
    let stored = places(of(&rendered, "secrets.patterns")[0])[0].to_owned();
    assert!(stored.ends_with("storage:localStorage.config"), "{stored}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains(&secret));
}

#[test]
fn a_browser_that_is_not_there_is_wrong_usage() {
    let server = HttpServer::http(|_| html("<p>text"));
    let output = scan(&server, &["--browser=/no/such/browser"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("/no/such/browser"), "{}", errors(&output));
    let output = scan(&server, &["--browser=/bin/false", "--browser-no-sandbox"]);
    assert_eq!(output.status.code(), Some(2), "{}", errors(&output));
    assert!(errors(&output).contains("the browser ended"), "{}", errors(&output));
    if test_kit::is_root() {
        let output = scan(&server, &["--browser=/bin/false"]);
        assert!(errors(&output).contains("--browser-no-sandbox"), "{}", errors(&output));
    }
}

#[test]
fn nothing_of_a_browser_outlives_a_scan_that_is_killed() {
    let folder = TempDir::new().unwrap();
    let Some(watched) = WatchedBrowser::new(folder.path()) else { return };
    let server = HttpServer::http(|request| match request.path.as_str() {
        "/" => html("<script src=/never.js></script>"),
        "/never.js" => Reply { ending: Ending::Silence, ..Reply::ok("") },
        _ => Reply::status(404),
    });
    let flag = format!("--browser={}", watched.program().display());
    let url = server.url("/");
    let arguments = [&["scan", &url, &flag, "--browser-no-sandbox"], &LOOPBACK[..]].concat();
    let mut scan = crate::support::command(folder.path(), &arguments).spawn().unwrap();
    let wait_until = |what: &str, is_so: &dyn Fn() -> bool| {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !is_so() {
            assert!(std::time::Instant::now() < until, "{what}");
            std::thread::yield_now();
        }
    };
    wait_until("no browser was started", &|| watched.has_started());
    assert!(watched.profile().exists());
    scan.kill().unwrap();
    scan.wait().unwrap();
    wait_until("processes are left", &|| watched.processes() == 0);
    wait_until("the profile is left", &|| !watched.profile().exists());
}
