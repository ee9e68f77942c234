//! The Code API.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{TestApp, assert_timestamp, keys, list, new_finding, text};

#[tokio::test]
async fn the_seeds_examples() {
    for app in TestApp::everywhere().await {
        let own = app.organization("acme").await;
        let admin = app.user(&own.token);
        let body = json!({
            "slug": "web",
            "name": "Acme web app",
            "repo_url": "https://github.com/acme/web.git",
            "default_branch": "main",
            "access_token": "github_pat_0123456789",
            "access_token_user": "x-access-token"
        });
        let path = "/v1/orgs/acme/projects";
        let project = admin.post(path, body.clone()).await.expect(201);
        assert_eq!(
            keys(&project),
            [
                "id",
                "org_id",
                "slug",
                "name",
                "description",
                "repo_url",
                "default_branch",
                "has_access_token",
                "access_token_user",
                "created_at",
                "updated_at",
                "last_scan"
            ]
        );
        assert_eq!(project["has_access_token"], true);
        assert_eq!(project["access_token_user"], "x-access-token");
        assert_eq!(project["last_scan"], json!(null));
        assert_timestamp(&project["created_at"]);
        let again = admin.post(path, body).await.expect(409);
        assert_eq!(again["error"], "conflict");

        let body = json!({ "clone_url": "https://github.com/acme/web.git", "branch": "main" });
        let run = format!("{path}/web/run-scan");
        let scan = admin.post(&run, body).await.expect(202);
        assert_eq!(
            keys(&scan),
            [
                "id",
                "org_id",
                "project_id",
                "scanner_type",
                "target_ref",
                "commit_sha",
                "status",
                "findings_count",
                "new_findings",
                "fixed_findings",
                "error",
                "created_at",
                "started_at",
                "completed_at"
            ]
        );
        assert_eq!(keys(&scan["findings_count"]), ["critical", "high", "medium", "low", "info"]);
        assert_eq!(
            (&scan["scanner_type"], &scan["status"]),
            (&json!("manual-all"), &json!("queued"))
        );
        assert_eq!((&scan["project_id"], &scan["org_id"]), (&project["id"], &project["org_id"]));
        // Each call makes a new scan, with a body or without.
        let second = admin.call("POST", &run, None).await.expect(202);
        assert_ne!(second["id"], scan["id"]);

        app.run_next_scan(vec![new_finding("aa", 4), new_finding("bb", 0)]).await;
        let at = format!("{path}/web/scans/{}", text(&scan["id"]));
        let done = admin.get(&at).await.expect(200);
        assert_eq!(done["status"], "completed");
        assert_eq!(
            done["findings_count"],
            json!({ "critical": 1, "high": 0, "medium": 0, "low": 0, "info": 1 })
        );
        admin.post(&format!("{at}/cancel"), json!({})).await.fault(409);
        let other = format!("{path}/web/scans/{}/cancel", text(&second["id"]));
        let cancelled = admin.post(&other, json!({})).await.expect(202);
        assert_eq!(cancelled["status"], "cancelled");
        let project = admin.get(&format!("{path}/web")).await.expect(200);
        assert_eq!(project["last_scan"], cancelled);

        let findings =
            admin.get(&format!("{at}/findings?severity=critical,high")).await.expect(200);
        let [finding] = list(&findings) else { panic!("{findings}") };
        assert_eq!(
            keys(finding),
            [
                "id",
                "scan_id",
                "project_id",
                "scanner",
                "check_id",
                "severity",
                "confidence",
                "title",
                "description",
                "remediation",
                "file_path",
                "line_start",
                "line_end",
                "column_start",
                "column_end",
                "snippet",
                "commit_sha",
                "package",
                "cwe_id",
                "aliases",
                "references",
                "fingerprint",
                "status",
                "first_seen_at",
                "created_at"
            ]
        );
        let told = [
            &finding["scanner"],
            &finding["check_id"],
            &finding["severity"],
            &finding["confidence"],
            &finding["line_start"],
            &finding["column_end"],
            &finding["package"],
            &finding["status"],
        ];
        assert_eq!(
            json!(told),
            json!(["secrets", "stripe-live-key", "critical", "high", 3, 40, null, "open"])
        );
        let across = admin.get("/v1/orgs/acme/findings?cve=CVE-2024-0001&project=web").await;
        assert_eq!(list(&across.expect(200)).len(), 2);
        let none = admin.get("/v1/orgs/acme/findings?cve=CVE-2024-000").await;
        assert_eq!(list(&none.expect(200)).len(), 0);
    }
}

#[tokio::test]
async fn a_walk_along_the_links_meets_each_project_once() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let admin = app.user(&own.token);
        for n in 0..250 {
            let url = format!("https://git.example/{n}");
            let body = json!({ "slug": format!("p-{n}"), "name": "P", "repo_url": url });
            admin.post("/v1/orgs/own/projects", body).await.expect(201);
            // Several of one moment.
            app.wait_ms(i64::from(n % 3 == 0));
        }
        let mut seen = Vec::new();
        let mut next = "/v1/orgs/own/projects?limit=100".to_owned();
        let mut pages = 0;
        loop {
            let answer = admin.get(&next).await;
            seen.extend(list(&answer.expect(200)).iter().map(|one| text(&one["slug"])));
            pages += 1;
            // Who comes meanwhile does not shift a page.
            let body = json!({
                "slug": format!("late-{pages}"), "name": "L", "repo_url": "https://git.example/l"
            });
            app.wait_ms(1);
            admin.post("/v1/orgs/own/projects", body).await.expect(201);
            let link = answer.header("link");
            if link.is_empty() {
                break;
            }
            let (url, rest) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
            assert_eq!(rest, "; rel=\"next\"");
            assert!(url.contains("limit=100"), "{url}");
            next = url.to_owned();
        }
        assert_eq!((pages, seen.len()), (3, 250));
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 250);
        assert_eq!(seen[0], "p-249");
        let first = admin.get("/v1/orgs/own/projects").await;
        assert_eq!(list(&first.expect(200)).len(), 50);
    }
}

#[tokio::test]
async fn a_token_of_a_project_is_written_and_never_read() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let admin = app.user(&own.token);
        let secret = "github_pat_very_secret";
        let path = "/v1/orgs/own/projects/web";
        let body = json!({
            "slug": "web", "name": "Web", "repo_url": "https://git.example/web",
            "access_token": secret
        });
        let mut answers = vec![admin.post("/v1/orgs/own/projects", body).await];
        answers.push(admin.get(path).await);
        answers.push(admin.get("/v1/orgs/own/projects").await);
        answers.push(admin.get("/api/v1/projects/1").await);
        answers.push(admin.patch(path, json!({ "name": "W" })).await);
        answers.push(admin.get("/v1/orgs/own/audit-log").await);
        for answer in &answers {
            assert!(answer.status.is_success());
            assert!(!answer.text().contains(secret), "{}", answer.what);
        }
        let has_token = async || admin.get(path).await.expect(200)["has_access_token"].clone();
        assert_eq!(has_token().await, true);
        // The same host keeps it, another host does not get it.
        let moved = json!({ "repo_url": "https://git.example/moved" });
        admin.patch(path, moved).await.expect(200);
        assert_eq!(has_token().await, true);
        admin.patch(path, json!({ "repo_url": "https://elsewhere.example/web" })).await.expect(200);
        assert_eq!(has_token().await, false);
        admin.patch(path, json!({ "access_token": secret })).await.expect(200);
        assert_eq!(has_token().await, true);
        admin
            .put("/api/v1/projects/1", json!({ "repository_url": "https://third.example/web" }))
            .await
            .expect(200);
        assert_eq!(has_token().await, false);
        admin.patch(path, json!({ "access_token": secret })).await.expect(200);
        admin.patch(path, json!({ "access_token": "" })).await.expect(200);
        assert_eq!(has_token().await, false);
        // An error does not repeat it.
        let bad = admin.patch(path, json!({ "access_token": [secret] })).await;
        bad.fault(400);
        assert!(!bad.text().contains(secret));
    }
}

#[tokio::test]
async fn a_triage_holds_in_later_scans() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let admin = app.user(&own.token);
        let project =
            json!({ "slug": "web", "name": "Web", "repo_url": "https://git.example/web" });
        admin.post("/v1/orgs/own/projects", project).await.expect(201);
        let run = "/v1/orgs/own/projects/web/run-scan";
        admin.post(run, json!({})).await.expect(202);
        app.run_next_scan(vec![new_finding("aa", 4), new_finding("bb", 3)]).await;
        let findings = admin.get("/v1/orgs/own/findings?severity=critical").await.expect(200);
        let id = text(&findings[0]["id"]);
        let body = json!({ "status": "false_positive", "reason": "a test key" });
        let path = format!("/v1/orgs/own/findings/{id}");
        let triaged = admin.patch(&path, body).await.expect(200);
        assert_eq!(triaged["status"], "false_positive");
        admin.patch(&path, json!({ "status": "solved" })).await.fault(400);

        app.wait_ms(1_000);
        admin.post(run, json!({})).await.expect(202);
        app.run_next_scan(vec![new_finding("aa", 4)]).await;
        let open = admin.get("/v1/orgs/own/findings?status=open").await.expect(200);
        assert_eq!(list(&open).len(), 0, "{open}");
        let held = admin.get("/v1/orgs/own/findings?status=false_positive").await.expect(200);
        let [held] = list(&held) else { panic!("{held}") };
        assert_ne!(held["id"], id);
        assert_eq!(held["first_seen_at"], triaged["first_seen_at"]);
        // As the other API sees it.
        let project = admin.get("/api/v1/projects/1").await.expect(200);
        let statistics = &project["data"]["project"]["statistics"];
        assert_eq!(
            (&statistics["total_scans"], &statistics["open_findings"]),
            (&json!(2), &json!(0))
        );
    }
}

#[tokio::test]
async fn web_tokens_are_shown_once() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let admin = app.user(&own.token);
        let path = "/v1/orgs/own/api-tokens";
        let body = json!({ "name": "ci", "kind": "fxw", "expires_at": "2030-01-01T00:00:00Z" });
        let made = admin.post(path, body).await.expect(201);
        let token = text(&made["token"]);
        assert!(token.starts_with("fxw_") && token.len() == 47, "{token}");
        assert_eq!(made["prefix"], token[..8]);
        assert_eq!(made["expires_at"], "2030-01-01T00:00:00.000Z");
        let all = admin.get(path).await;
        assert_eq!(list(&all.expect(200)).len(), 1);
        assert!(!all.text().contains(&token));
        assert!(!admin.get("/v1/orgs/own/audit-log").await.text().contains(&token[8..]));
        let past = json!({ "name": "ci", "kind": "fxw", "expires_at": "2020-01-01T00:00:00Z" });
        admin.post(path, past).await.fault(400);
        admin.post(path, json!({ "name": "ci", "kind": "workspace" })).await.fault(400);
        let one = format!("{path}/{}", text(&made["id"]));
        assert_eq!(admin.delete(&one).await.status, 204);
        admin.delete(&one).await.fault(404);
    }
}

#[tokio::test]
async fn the_audit_log_says_who_did_what() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let member = app.member(&own, "member", "member").await;
        let project =
            json!({ "slug": "web", "name": "Web", "repo_url": "https://git.example/web" });
        app.user(&member).post("/v1/orgs/own/projects", project).await.expect(201);
        let log = app.user(&own.token).get("/v1/orgs/own/audit-log?limit=1").await;
        let events = log.expect(200);
        let [event] = list(&events) else { panic!("{events}") };
        assert_eq!(
            keys(event),
            [
                "id",
                "user_id",
                "actor",
                "action",
                "subject",
                "ip_address",
                "user_agent",
                "created_at"
            ]
        );
        let told = [&event["actor"], &event["action"], &event["subject"]];
        assert_eq!(told, ["member@own.example", "project.created", "web"]);
        assert!(!log.header("link").is_empty());
    }
}

#[tokio::test]
async fn a_domain_is_added_verified_authorized_and_removed() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let admin = app.user(&own.token).at("192.0.2.7");
        let hostname = json!({ "hostname": "WWW.Own.Example." });
        let domain = admin.post("/v1/orgs/own/domains", hostname.clone()).await.expect(201);
        assert_eq!(
            keys(&domain),
            [
                "id",
                "hostname",
                "status",
                "token",
                "dns_record",
                "file",
                "verified_at",
                "verified_by",
                "revoked_at",
                "checked_at",
                "problem",
                "next_check_at",
                "authorization_statement",
                "authorization",
                "created_at"
            ]
        );
        let token = text(&domain["token"]);
        assert_eq!(token.len(), 43);
        assert_eq!(
            (&domain["hostname"], &domain["status"]),
            (&json!("www.own.example"), &json!("pending"))
        );
        let record = json!({ "name": "_bartizan.www.own.example", "type": "TXT", "value": token });
        assert_eq!(domain["dns_record"], record);
        let url = "https://www.own.example/.well-known/bartizan-verification.txt";
        assert_eq!(domain["file"], json!({ "url": url, "content": token }));
        admin.post("/v1/orgs/own/domains", hostname).await.fault(409);
        let path = format!("/v1/orgs/own/domains/{}", text(&domain["id"]));
        let signed = json!({ "statement": domain["authorization_statement"], "name": "Ada" });
        let authorization = format!("{path}/authorization");
        admin.post(&authorization, signed.clone()).await.fault(409);
        let asked = admin.post(&format!("{path}/verify"), json!({})).await.expect(202);
        assert_eq!(asked["next_check_at"], domain["created_at"]);
        app.verify_next_domain().await;
        let domain = admin.get(&path).await.expect(200);
        assert_eq!(
            (&domain["status"], &domain["verified_by"]),
            (&json!("verified"), &json!("dns"))
        );
        let other = json!({ "statement": "I do", "name": "Ada" });
        admin.post(&authorization, other).await.fault(400);
        let domain = admin.post(&authorization, signed).await.expect(200);
        let by = &domain["authorization"];
        assert_eq!(by["statement"], domain["authorization_statement"]);
        assert_eq!((&by["name"], &by["email"]), (&json!("Ada"), &json!("admin@own.example")));
        assert_eq!(by["ip_address"], "192.0.2.7");
        assert_eq!(list(&admin.get("/v1/orgs/own/domains").await.expect(200)), [domain]);
        assert_eq!(admin.delete(&authorization).await.status, 204);
        admin.delete(&authorization).await.fault(404);
        assert_eq!(admin.get(&path).await.expect(200)["authorization"], json!(null));
        assert_eq!(admin.delete(&path).await.status, 204);
        admin.get(&path).await.fault(404);
    }
}
