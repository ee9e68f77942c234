//! The Workspace API.

use serde_json::{Value, json};

use crate::support::{
    Caller, PASSWORD, TestApp, assert_timestamp, keys, list, new_finding, number, text,
};

/// The data of a success.
#[track_caller]
fn data(body: &Value, status: u16) -> &Value {
    assert_eq!(keys(body), ["data", "message", "status", "timestamp"]);
    assert_eq!(body["message"], "Operation successful");
    assert_eq!(body["status"], status);
    assert_timestamp(&body["timestamp"]);
    &body["data"]
}

async fn add_project(caller: &Caller<'_>, name: &str) -> Value {
    let body = json!({ "name": name, "repository_url": "https://github.com/user/repo" });
    let made = caller.post("/api/v1/projects", body).await.expect(201);
    data(&made, 201)["project"].clone()
}

#[tokio::test]
async fn the_seeds_examples() {
    for app in TestApp::everywhere().await {
        let body = json!({ "email": "user@example.com", "password": "your_password" });
        app.anonymous().post("/api/v1/auth/register", body.clone()).await.expect(201);
        let login = app.anonymous().post("/api/v1/auth/login", body).await.expect(200);
        let user = app.user(&text(&data(&login, 200)["token"]));

        let project = add_project(&user, "My Web App").await;
        assert_eq!(
            keys(&project),
            [
                "id",
                "name",
                "slug",
                "repository_url",
                "description",
                "default_branch",
                "created_at",
                "updated_at"
            ]
        );
        assert_eq!((&project["id"], &project["slug"]), (&json!(1), &json!("my-web-app")));
        assert_eq!(project["default_branch"], "main");
        assert_eq!(add_project(&user, "My Web App").await["slug"], "my-web-app-2");

        let body = json!({ "project_id": 1, "scan_type": "full" });
        let started = user.post("/api/v1/scans", body).await.expect(201);
        let scan = &data(&started, 201)["scan"];
        assert_eq!(
            keys(scan),
            [
                "id",
                "project_id",
                "scan_type",
                "status",
                "branch",
                "commit",
                "progress",
                "findings_count",
                "error",
                "created_at",
                "started_at",
                "completed_at"
            ]
        );
        let told = [
            &scan["id"],
            &scan["project_id"],
            &scan["scan_type"],
            &scan["status"],
            &scan["branch"],
            &scan["commit"],
            &scan["progress"],
            &scan["findings_count"],
            &scan["error"],
        ];
        assert_eq!(json!(told), json!([1, 1, "full", "pending", "main", null, 0, 0, null]));

        app.run_next_scan(vec![new_finding("aa", 4), new_finding("bb", 3)]).await;
        let detailed = user.get("/api/v1/scans/1").await.expect(200);
        let scan = &data(&detailed, 200)["scan"];
        assert_eq!((&scan["status"], &scan["findings_count"]), (&json!("completed"), &json!(2)));
        assert_eq!(
            scan["summary"],
            json!({
                "by_severity": { "critical": 1, "high": 1, "medium": 0, "low": 0, "info": 0 },
                "by_scanner": { "secrets": 2, "dependencies": 0, "code": 0, "config": 0 }
            })
        );

        let findings = user.get("/api/v1/scans/1/findings?severity=critical").await.expect(200);
        let page = data(&findings, 200);
        assert_eq!(keys(page), ["findings", "pagination"]);
        assert_eq!(
            page["pagination"],
            json!({ "page": 1, "limit": 20, "total": 1, "total_pages": 1 })
        );
        let finding = &page["findings"][0];
        assert_eq!(
            keys(finding),
            [
                "id",
                "scan_id",
                "scanner",
                "rule_id",
                "severity",
                "confidence",
                "title",
                "description",
                "recommendation",
                "file_path",
                "line_number",
                "line_end",
                "code_snippet",
                "package_name",
                "package_version",
                "fixed_version",
                "cwe_id",
                "aliases",
                "status",
                "created_at"
            ]
        );
        let mut told = finding.clone();
        told.as_object_mut().unwrap().remove("created_at");
        assert_eq!(
            told,
            json!({
                "id": 1, "scan_id": 1, "scanner": "secrets", "rule_id": "stripe-live-key",
                "severity": "critical", "confidence": "high", "title": "Stripe secret key",
                "description": "Moves money.", "recommendation": "Roll it.",
                "file_path": "config/prod.env", "line_number": 3, "line_end": 4,
                "code_snippet": "KEY=sk_l****", "package_name": null, "package_version": null,
                "fixed_version": null, "cwe_id": "CWE-798", "aliases": ["CVE-2024-0001"],
                "status": "open"
            })
        );

        let project = user.get("/api/v1/projects/1").await.expect(200);
        let statistics = &data(&project, 200)["project"]["statistics"];
        assert_eq!(
            keys(statistics),
            [
                "total_scans",
                "last_scan_at",
                "last_scan_status",
                "open_findings",
                "findings_by_severity"
            ]
        );
        assert_eq!(statistics["last_scan_status"], "completed");
        assert_eq!(statistics["open_findings"], 2);
        assert_eq!(statistics["findings_by_severity"]["high"], 1);

        let gone = user.delete("/api/v1/projects/1").await.expect(200);
        assert_eq!(data(&gone, 200), &json!({}));
        for path in ["/api/v1/projects/1", "/api/v1/scans/1", "/api/v1/scans/1/findings"] {
            user.get(path).await.fault(404);
        }
    }
}

#[tokio::test]
async fn pages_have_numbers() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let user = app.user(&own.token);
        let empty = user.get("/api/v1/projects").await.expect(200);
        let pagination = json!({ "page": 1, "limit": 20, "total": 0, "total_pages": 0 });
        assert_eq!(data(&empty, 200), &json!({ "projects": [], "pagination": pagination }));
        for n in 1..=45 {
            add_project(&user, &format!("Project {n}")).await;
        }
        let mut seen = Vec::new();
        for (page, length) in [(1, 20), (2, 20), (3, 5), (4, 0)] {
            let body = user.get(&format!("/api/v1/projects?page={page}")).await.expect(200);
            let pagination = json!({ "page": page, "limit": 20, "total": 45, "total_pages": 3 });
            assert_eq!(data(&body, 200)["pagination"], pagination);
            let projects = list(&body["data"]["projects"]);
            assert_eq!(projects.len(), length);
            seen.extend(projects.iter().map(|project| number(&project["id"])));
        }
        assert_eq!(seen, (1..=45).rev().collect::<Vec<_>>());
        let all = user.get("/api/v1/projects?limit=100").await.expect(200);
        assert_eq!(list(&all["data"]["projects"]).len(), 45);
        for query in ["limit=0", "limit=101", "page=0", "page=-1", "page=", "limit=1&limit=2"] {
            user.get(&format!("/api/v1/projects?{query}")).await.fault(400);
        }
        for page in ["9223372036854775807", "18446744073709551615"] {
            let body =
                user.get(&format!("/api/v1/projects?limit=100&page={page}")).await.expect(200);
            assert_eq!(list(&body["data"]["projects"]).len(), 0);
        }
        // A search is a text, not a pattern.
        for (search, total) in [
            ("project", 45),
            ("PROJECT%204", 7),
            ("t-45", 1),
            ("%25", 0),
            ("_", 0),
            ("%5C", 0),
            ("", 45),
        ] {
            let body = user.get(&format!("/api/v1/projects?search={search}")).await.expect(200);
            assert_eq!(body["data"]["pagination"]["total"], total, "{search}");
        }
    }
}

#[tokio::test]
async fn scans_are_filtered() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let user = app.user(&own.token);
        add_project(&user, "One").await;
        add_project(&user, "Two").await;
        let kinds = ["full", "quick", "secrets", "dependencies", "code", "config"];
        for kind in kinds {
            let body = json!({ "project_id": 1, "scan_type": kind, "branch": "dev" });
            let started = user.post("/api/v1/scans", body).await.expect(201);
            let scan = &started["data"]["scan"];
            assert_eq!((&scan["scan_type"], &scan["branch"]), (&json!(kind), &json!("dev")));
            app.wait_ms(1);
        }
        user.post("/api/v1/scans", json!({ "project_id": 2, "scan_type": "full" }))
            .await
            .expect(201);
        app.run_next_scan(Vec::new()).await;
        for kind in ["", "all", "FULL", "sast"] {
            let body = json!({ "project_id": 1, "scan_type": kind });
            user.post("/api/v1/scans", body).await.fault(400);
        }
        let body = json!({ "project_id": 1, "scan_type": "full", "branch": "--upload-pack=x" });
        user.post("/api/v1/scans", body).await.fault(400);
        for (query, total) in [
            ("", 7),
            ("project_id=2", 1),
            ("scan_type=full", 2),
            ("status=pending", 6),
            ("status=completed", 1),
            ("status=running", 0),
            ("status=pending&scan_type=full&project_id=2", 1),
        ] {
            let body = user.get(&format!("/api/v1/scans?{query}")).await.expect(200);
            assert_eq!(data(&body, 200)["pagination"]["total"], total, "{query}");
            assert_eq!(keys(&body["data"]), ["scans", "pagination"]);
        }
        user.get("/api/v1/scans?status=queued").await.fault(400);
        user.get("/api/v1/scans?project_id=3").await.fault(404);
    }
}

#[tokio::test]
async fn one_project_is_seen_through_both_apis() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let user = app.user(&own.token);
        add_project(&user, "Web").await;
        let path = "/v1/orgs/own/projects/web";
        let there = user.get(path).await.expect(200);
        assert_eq!(there["repo_url"], "https://github.com/user/repo");
        user.patch(path, json!({ "description": "A shop." })).await.expect(200);
        let here = user.get("/api/v1/projects/1").await.expect(200);
        assert_eq!(here["data"]["project"]["description"], "A shop.");

        let changes = json!({
            "name": "Shop", "repository_url": "https://github.com/user/shop",
            "description": null, "default_branch": "trunk"
        });
        let changed = user.put("/api/v1/projects/1", changes).await.expect(200);
        let changed = &data(&changed, 200)["project"];
        let there = user.get(path).await.expect(200);
        for (here, over_there) in [
            ("name", "name"),
            ("repository_url", "repo_url"),
            ("description", "description"),
            ("default_branch", "default_branch"),
        ] {
            assert_eq!(changed[here], there[over_there], "{here}");
        }
        assert_eq!((&there["name"], &there["description"]), (&json!("Shop"), &json!(null)));

        // So are its scans.
        let scan = user.post(&format!("{path}/run-scan"), json!({})).await.expect(202);
        let scans = user.get("/api/v1/scans?project_id=1").await.expect(200);
        assert_eq!(scans["data"]["scans"][0]["created_at"], scan["created_at"]);
        assert_eq!(scans["data"]["scans"][0]["branch"], "trunk");
        assert_eq!(user.delete(path).await.status, 204);
        user.get("/api/v1/projects/1").await.fault(404);
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_all_but_itself() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let user = app.user(&own.token);
        let path = "/api/v1/users/api-key";
        user.delete(path).await.fault(404);
        let made = user.call("POST", path, None).await.expect(201);
        let made = data(&made, 201);
        assert_eq!(keys(made), ["api_key", "prefix", "created_at"]);
        let first = text(&made["api_key"]);
        assert!(first.starts_with("bzk_") && first.len() == 47, "{first}");
        assert_eq!(made["prefix"], first[..8]);
        let key = app.key(&first);
        let project = add_project(&key, "Web").await;
        assert_eq!(number(&project["id"]), 1);
        let profile = key.get("/api/v1/users/profile").await;
        profile.expect(200);
        assert!(!profile.text().contains(&first));

        // What leaked does not make itself at home.
        key.call("POST", path, None).await.fault(403);
        key.delete(path).await.fault(403);
        let body = json!({ "current_password": PASSWORD, "new_password": "another password" });
        key.put("/api/v1/users/profile", body).await.fault(403);
        // It is no session, and nothing for the other API.
        app.user(&first).get("/api/v1/projects").await.fault(401);
        key.get("/v1/orgs/own/projects").await.fault(401);

        let second = user.call("POST", path, None).await.expect(201);
        let second = app.key(&text(&second["data"]["api_key"]));
        key.get("/api/v1/projects").await.fault(401);
        second.get("/api/v1/projects").await.expect(200);
        let gone = user.delete(path).await.expect(200);
        assert_eq!(data(&gone, 200), &json!({}));
        second.get("/api/v1/projects").await.fault(401);
        user.delete(path).await.fault(404);
    }
}

#[tokio::test]
async fn a_profile_changes() {
    for app in TestApp::everywhere().await {
        let body = json!({ "email": "me@own.example", "password": PASSWORD });
        let made = app.anonymous().post("/api/v1/auth/register", body.clone()).await.expect(201);
        let user = app.user(&text(&made["data"]["token"]));
        let login = app.anonymous().post("/api/v1/auth/login", body).await.expect(200);
        let elsewhere = app.user(&text(&login["data"]["token"]));
        let path = "/api/v1/users/profile";

        let named = user.put(path, json!({ "name": "Me" })).await.expect(200);
        let told = &data(&named, 200)["user"];
        assert_eq!(
            keys(told),
            ["id", "email", "name", "role", "status", "organization", "created_at", "updated_at"]
        );
        assert_eq!(told["name"], "Me");
        assert_eq!(user.get(path).await.expect(200)["data"], named["data"]);
        let unnamed = user.put(path, json!({ "name": null })).await.expect(200);
        assert_eq!(unnamed["data"]["user"]["name"], json!(null));

        for bad in [
            json!({ "email": "new@own.example" }),
            json!({ "new_password": "another password" }),
            json!({ "new_password": "another password", "current_password": "wrong password" }),
            json!({ "new_password": "short", "current_password": PASSWORD }),
            json!({ "email": "no address", "current_password": PASSWORD }),
        ] {
            user.put(path, bad).await.fault(400);
        }
        elsewhere.get(path).await.expect(200);
        let body = json!({
            "email": "New@Own.example", "current_password": PASSWORD,
            "new_password": "another password"
        });
        let changed = user.put(path, body).await.expect(200);
        assert_eq!(changed["data"]["user"]["email"], "new@own.example");
        user.get(path).await.expect(200);
        elsewhere.get(path).await.fault(401);
        let old = json!({ "email": "me@own.example", "password": PASSWORD });
        app.anonymous().post("/api/v1/auth/login", old.clone()).await.fault(401);
        let new = json!({ "email": "new@own.example", "password": "another password" });
        app.anonymous().post("/api/v1/auth/login", new.clone()).await.expect(200);
        // The old address is free, the new one is not.
        app.anonymous().post("/api/v1/auth/register", old).await.expect(201);
        app.anonymous().post("/api/v1/auth/register", new).await.fault(409);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_of_one_name_at_one_time_get_slugs_of_their_own() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let user = app.user(&own.token);
        let made = futures::future::join_all((0..8).map(|_| add_project(&user, "Web"))).await;
        let slugs: std::collections::BTreeSet<_> =
            made.iter().map(|project| text(&project["slug"])).collect();
        assert_eq!(slugs.len(), 8, "{slugs:?}");
        let numbers: std::collections::BTreeSet<_> =
            made.iter().map(|project| number(&project["id"])).collect();
        assert_eq!(numbers, (1..=8).collect());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_keys_made_at_one_time_one_is_left() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let user = app.user(&own.token);
        let path = "/api/v1/users/api-key";
        let made = futures::future::join_all((0..8).map(|_| user.call("POST", path, None))).await;
        let mut good = 0;
        for answer in made {
            let key = text(&answer.expect(201)["data"]["api_key"]);
            good += i32::from(app.key(&key).get("/api/v1/projects").await.status == 200);
        }
        assert_eq!(good, 1);
    }
}
