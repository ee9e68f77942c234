//! Packages: the index of advisories, what scans say by it, bills of materials.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use test_kit::{GitServer, Repo};

use crate::{
    instance::{LOOPBACK, Place},
    support::command,
};

const LOCK: &str = r#"{
  "name": "app", "lockfileVersion": 3,
  "packages": {
    "": {"name": "app", "dependencies": {"a": "^1.0.0"}},
    "node_modules/a": {"version": "1.0.0", "dependencies": {"lodash": "^4.0.0"}},
    "node_modules/lodash": {"version": "4.17.15"}
  }
}
"#;

/// A folder with one advisory, of lodash.
fn advisories(folder: &Path) {
    let record = json!({
        "id": "GHSA-35jh-r3h4-6jhm", "aliases": ["CVE-2021-23337"], "modified": "2024-01-01T00:00:00Z",
        "summary": "Command Injection in lodash",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{"package": {"ecosystem": "npm", "name": "lodash"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}]}],
    });
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("GHSA-35jh-r3h4-6jhm.json"), record.to_string()).unwrap();
}

/// What a command says on standard output, and its exit code.
fn run(mut command: Command) -> (String, i32) {
    let output = command.output().unwrap();
    let code = output.status.code().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(code != 2 && code != 3, "{told}");
    (String::from_utf8(output.stdout).unwrap(), code)
}

#[test]
fn a_scan_lists_packages_and_judges_them_once_there_are_advisories() {
    let folder = tempfile::tempdir().unwrap();
    let (home, project) = (folder.path().join("data"), folder.path().join("app"));
    fs::create_dir(&project).unwrap();
    fs::write(project.join("package-lock.json"), LOCK).unwrap();
    let scan = |more: &[&str]| {
        let mut scan = command(folder.path(), &["scan", "app", "--format", "json"]);
        scan.arg("--data-dir").arg(&home).args(more);
        let (text, code) = run(scan);
        (serde_json::from_str::<Value>(&text).unwrap(), code)
    };
    let (report, code) = scan(&[]);
    assert_eq!(
        (code, &report["complete"], &report["stats"]["packages"]),
        (4, &json!(false), &json!(2))
    );
    assert_eq!(report["notes"][0]["kind"], "not-judged", "{report}");
    assert_eq!(scan(&["--exclude", "dependencies"]).1, 0);

    advisories(&folder.path().join("osv"));
    let mut import = command(folder.path(), &["advisories", "import", "osv"]);
    import.arg("--data-dir").arg(&home);
    assert_eq!(run(import).1, 0);
    let (report, code) = scan(&[]);
    assert_eq!((code, &report["complete"]), (1, &json!(true)), "{report}");
    let finding = &report["findings"][0];
    assert_eq!(finding["check_id"], "dependencies.known-vulnerability");
    assert_eq!(finding["package"]["fixed_version"], "4.17.21");
    assert_eq!(finding["aliases"], json!(["GHSA-35jh-r3h4-6jhm", "CVE-2021-23337"]));
    assert!(report["advisories_at"].as_str().unwrap().starts_with("2024-01-01"), "{report}");
    assert_eq!(scan(&["--only", "secrets"]).1, 0);
    assert_eq!(scan(&["--only", "dependencies.yanked"]).1, 0);
    let cut = LOCK.split_once("\"node_modules/lodash\"").unwrap().0;
    fs::write(project.join("package-lock.json"), cut).unwrap();
    let (report, code) = scan(&[]);
    assert_eq!((code, &report["complete"]), (4, &json!(false)), "{report}");
    assert_eq!(report["notes"][0]["kind"], "packages-unread", "{report}");
    fs::write(project.join("package-lock.json"), LOCK).unwrap();

    let vex = json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://acme.example/1", "author": "acme",
        "timestamp": "2024-01-01T00:00:00Z", "version": 1, "statements": [{
            "vulnerability": {"name": "CVE-2021-23337"}, "products": [{"@id": "pkg:npm/lodash"}],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path" }] });
    fs::write(folder.path().join("vex.json"), vex.to_string()).unwrap();
    let (report, code) = scan(&["--vex", "vex.json"]);
    assert_eq!((code, &report["suppressed"]["vex"]), (0, &json!(1)), "{report}");
}

#[test]
fn a_bill_of_materials_can_be_written_and_judged() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("app")).unwrap();
    fs::write(folder.path().join("app/package-lock.json"), LOCK).unwrap();
    advisories(&folder.path().join("osv"));
    run(command(folder.path(), &["advisories", "import", "osv", "--data-dir", "data"]));
    for (form, file, marker) in [
        ("spdx", "app.spdx.json", "SPDX-2.3"),
        ("cyclonedx", "app.cdx.json", "\"1.5\""),
        ("cyclonedx-1.6", "whatever.json", "\"1.6\""),
    ] {
        let sbom = ["sbom", "app", "--format", form, "--output", file];
        assert_eq!(run(command(folder.path(), &sbom)).1, 0);
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains(marker) && text.contains("pkg:npm/lodash@4.17.15"), "{text}");
        let scan = ["scan", file, "--format", "json", "--data-dir", "data"];
        let (report, code) = run(command(folder.path(), &scan));
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(code, 1, "{form}: {report}");
        assert_eq!(report["findings"][0]["package"]["name"], "lodash");
    }
}

#[test]
fn an_images_packages_are_judged_by_what_they_are_built_of_and_written_so() {
    let folder = tempfile::tempdir().unwrap();
    let record = json!({
        "id": "DSA-1", "aliases": ["CVE-2023-5363"], "modified": "2024-01-01T00:00:00Z", "summary": "Short keys",
        "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}]}]}],
    });
    fs::create_dir(folder.path().join("osv")).unwrap();
    fs::write(folder.path().join("osv/DSA-1.json"), record.to_string()).unwrap();
    let import = ["advisories", "import", "osv", "--data-dir", "data"];
    assert_eq!(run(command(folder.path(), &import)).1, 0);
    let bill = |source: &Value| {
        let purl = "pkg:deb/debian/libssl3@3.0.11-1~deb12u1?arch=amd64&distro=debian-12";
        let mut component = json!({"type": "library", "name": "libssl3", "version": "3.0.11-1~deb12u1", "purl": purl});
        component["properties"] = source.clone();
        json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [component]}).to_string()
    };
    let scanned = |file: &str| {
        let scan = ["scan", file, "--format", "json", "--data-dir", "data"];
        let (report, code) = run(command(folder.path(), &scan));
        (serde_json::from_str::<Value>(&report).unwrap(), code)
    };
    // As Trivy writes it.
    let source = json!([{"name": "aquasecurity:trivy:SrcName", "value": "openssl"},
        {"name": "aquasecurity:trivy:SrcVersion", "value": "3.0.11"},
        {"name": "aquasecurity:trivy:SrcRelease", "value": "1~deb12u1"}]);
    fs::create_dir(folder.path().join("image")).unwrap();
    fs::write(folder.path().join("image/bom.json"), bill(&source)).unwrap();
    let mut files = vec!["image/bom.json"];
    for (form, file) in
        [("spdx", "again.spdx.json"), ("cyclonedx", "again.cdx.json"), ("cyclonedx-1.6", "b.json")]
    {
        let sbom = ["sbom", "image", "--format", form, "--output", file];
        assert_eq!(run(command(folder.path(), &sbom)).1, 0);
        files.push(file);
    }
    for file in files {
        let (report, code) = scanned(file);
        assert_eq!((code, &report["complete"]), (1, &json!(true)), "{file}: {report}");
        let package = &report["findings"][0]["package"];
        assert_eq!(
            (&package["name"], &package["source"]["name"]),
            (&json!("libssl3"), &json!("openssl"))
        );
        assert_eq!(package["fixed_version"], "3.0.11-1~deb12u2");
    }

    // Without it nobody can say that nothing is wrong.
    fs::write(folder.path().join("silent.json"), bill(&json!([]))).unwrap();
    let (report, code) = scanned("silent.json");
    assert_eq!((code, &report["findings"]), (4, &json!([])), "{report}");
    assert_eq!(report["notes"][0]["kind"], "not-judged", "{report}");
}

#[test]
fn a_servers_scan_shows_vulnerable_packages_on_both_apis() {
    let repo = Repo::new();
    repo.write("package-lock.json", LOCK).commit("first");
    for place in Place::all() {
        let git = GitServer::of(&repo);
        let data = place.data();
        let server = place.serve(&LOOPBACK);
        let token = server.register("acme");
        let scan = server.start_scan(&token, "acme", &git.url());
        let done = server.wait(&scan, &token, &["completed", "failed"]);
        assert!(done["error"].as_str().unwrap().contains("not judged"), "{done}");

        advisories(&data.join("osv"));
        let mut import = place.command(&["advisories", "import"]);
        import.arg(data.join("osv"));
        assert_eq!(run(import).1, 0);
        // The server sees the new index by itself, and knows what it scanned.
        let scans = "/v1/orgs/acme/projects/web/scans";
        let done = server.wait_for(scans, &token, |scans| scans[1].is_object())[0].clone();
        assert_eq!(done["scanner_type"], "schedule-all");
        assert_eq!((&done["error"], &done["new_findings"]), (&Value::Null, &json!(1)), "{done}");
        let scan = server.scan_again(&token, "acme");
        let done = server.wait(&scan, &token, &["completed", "failed"]);
        assert_eq!((&done["error"], &done["new_findings"]), (&Value::Null, &json!(0)), "{done}");
        for (format, marker, media_type) in [
            ("cyclonedx", "CycloneDX", "application/vnd.cyclonedx+json; version=1.5"),
            ("spdx", "SPDX-2.3", "application/spdx+json"),
        ] {
            let export = format!("{scan}/export?format={format}");
            let bill = server.call("GET", &export, &token, None);
            assert!(bill.body.contains(marker), "{}", bill.body);
            assert!(bill.headers.contains(media_type), "{}", bill.headers);
            assert!(bill.body.contains("pkg:npm/lodash@4.17.15"), "{}", bill.body);
        }
        let findings = server.get("/v1/orgs/acme/findings?cve=CVE-2021-23337", &token);
        let finding = &findings[0];
        assert_eq!(finding["scanner"], "dependencies");
        assert_eq!(finding["check_id"], "dependencies.known-vulnerability");
        assert_eq!(finding["file_path"], "package-lock.json");
        assert_eq!(
            finding["package"],
            json!({ "purl": "pkg:npm/lodash@4.17.15", "name": "lodash", "version": "4.17.15",
                "ecosystem": "npm", "fixed_version": "4.17.21" })
        );
        assert_eq!(finding["aliases"], json!(["GHSA-35jh-r3h4-6jhm", "CVE-2021-23337"]));
        let project = server.get("/api/v1/projects", &token)["data"]["projects"][0]["id"].clone();
        let kind = json!({ "project_id": project, "scan_type": "dependencies" });
        let started = server.call("POST", "/api/v1/scans", &token, Some(&kind));
        assert!(started.status < 300, "{}", started.body);
        let has_ended = |scans: &Value| scans[0]["status"] == "completed";
        server.wait_for(scans, &token, has_ended);

        // Cut off, it says nothing of what was repaired.
        let cut = LOCK.split_once("\"node_modules/lodash\"").unwrap().0;
        repo.write("package-lock.json", cut).commit("cut off");
        let scan = server.scan_again(&token, "acme");
        let done = server.wait(&scan, &token, &["completed"]);
        assert_eq!(done["fixed_findings"], 0, "{done}");
        assert!(done["error"].as_str().unwrap().contains("packages may be missing"), "{done}");

        // Repaired.
        let repaired = LOCK.replace("4.17.15", "4.17.21");
        repo.write("package-lock.json", repaired).commit("repair");
        let scan = server.scan_again(&token, "acme");
        let done = server.wait(&scan, &token, &["completed"]);
        assert_eq!(done["fixed_findings"], 1, "{done}");
        repo.write("package-lock.json", LOCK).commit("back");
    }
}

#[test]
fn the_checks_of_packages_have_pages_beside_those_of_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let checks = |more: &[&str]| run(command(folder.path(), &[&["checks"], more].concat()));
    let (list, code) = checks(&[]);
    assert_eq!(code, 0);
    for id in ["dependencies.known-vulnerability", "dependencies.yanked", "stripe-live-secret-key"]
    {
        let is_listed = list.lines().any(|line| line.split_whitespace().next() == Some(id));
        assert!(is_listed, "{id}: {list}");
        let page = checks(&[id]).0;
        assert!(page.starts_with(&format!("# {id}\n")) && page.contains("## How to repair it"));
    }
}
