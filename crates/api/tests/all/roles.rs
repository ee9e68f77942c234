//! Who may do what.

use serde_json::json;

use crate::support::{TestApp, text};

#[tokio::test]
async fn a_viewer_reads_a_member_works_an_admin_manages() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let admin = app.user(&own.token);
        let project =
            json!({ "slug": "web", "name": "Web", "repo_url": "https://git.example/web" });
        admin.post("/v1/orgs/own/projects", project).await.expect(201);
        let (viewer, member) = (
            app.member(&own, "viewer", "viewer").await,
            app.member(&own, "member", "member").await,
        );
        let (viewer, member) = (app.user(&viewer), app.user(&member));
        let users = admin.get("/v1/orgs/own/users").await.expect(200);
        let user = format!("/v1/orgs/own/users/{}", text(&users[0]["id"]));

        for path in [
            "/v1/orgs/own/projects",
            "/v1/orgs/own/projects/web",
            "/v1/orgs/own/projects/web/scans",
            "/v1/orgs/own/findings",
            "/v1/orgs/own/domains",
            "/api/v1/projects/1",
            "/api/v1/scans",
            "/api/v1/users/profile",
        ] {
            for caller in [&viewer, &member, &admin] {
                caller.get(path).await.expect(200);
            }
        }
        // (method, path, body, whether a member may)
        let url = "https://git.example/new";
        let user = user.as_str();
        let hostname = json!({ "hostname": "www.own.example" });
        let domain = admin.post("/v1/orgs/own/domains", hostname).await.expect(201);
        let domain = &format!("/v1/orgs/own/domains/{}", text(&domain["id"]));
        let (verify, authorization) =
            (&format!("{domain}/verify"), &format!("{domain}/authorization"));
        let works = [
            (
                "POST",
                "/v1/orgs/own/projects",
                json!({ "slug": "new", "name": "N", "repo_url": url }),
                true,
            ),
            ("PATCH", "/v1/orgs/own/projects/web", json!({ "name": "W" }), true),
            ("POST", "/v1/orgs/own/projects/web/run-scan", json!({}), true),
            ("POST", "/api/v1/projects", json!({ "name": "New", "repository_url": url }), true),
            ("PUT", "/api/v1/projects/1", json!({ "name": "W" }), true),
            ("POST", "/api/v1/scans", json!({ "project_id": 1, "scan_type": "full" }), true),
            ("DELETE", "/v1/orgs/own/projects/web", json!(null), false),
            ("DELETE", "/api/v1/projects/1", json!(null), false),
            ("GET", "/v1/orgs/own/users", json!(null), false),
            ("PATCH", user, json!({ "role": "admin" }), false),
            ("DELETE", user, json!(null), false),
            ("GET", "/v1/orgs/own/api-tokens", json!(null), false),
            ("POST", "/v1/orgs/own/api-tokens", json!({ "name": "ci", "kind": "fxv" }), false),
            ("GET", "/v1/orgs/own/audit-log", json!(null), false),
            ("POST", "/v1/orgs/own/domains", json!({ "hostname": "new.example" }), true),
            ("POST", verify, json!({}), true),
            ("POST", authorization, json!({ "statement": "s", "name": "N" }), false),
            ("DELETE", authorization, json!(null), false),
            ("DELETE", domain, json!(null), false),
        ];
        for (method, path, body, may_member) in works {
            let body = (!body.is_null()).then_some(body);
            viewer.call(method, path, body.clone()).await.fault(403);
            let answer = member.call(method, path, body).await;
            match may_member {
                true => assert!(answer.status.is_success(), "{}: {}", answer.what, answer.text()),
                false => assert_eq!(answer.fault(403), "forbidden"),
            }
        }
        // A role is asked before what it is about is looked for.
        viewer.delete("/api/v1/projects/999").await.fault(403);
        admin.delete("/api/v1/projects/999").await.fault(404);
    }
}

#[tokio::test]
async fn the_last_admin_stays() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let admin = app.user(&own.token);
        let users = admin.get("/v1/orgs/own/users").await.expect(200);
        let first = format!("/v1/orgs/own/users/{}", text(&users[0]["id"]));
        admin.delete(&first).await.fault(409);
        for patch in [json!({ "role": "member" }), json!({ "status": "suspended" })] {
            admin.patch(&first, patch).await.fault(409);
        }
        let second = app.member(&own, "second", "admin").await;
        app.user(&second).patch(&first, json!({ "role": "viewer" })).await.expect(200);
        // The role is the row's, not the token's.
        admin.get("/v1/orgs/own/users").await.fault(403);
        assert_eq!(app.user(&second).delete(&first).await.status, 204);
        admin.get("/v1/orgs/own/projects").await.fault(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_cannot_both_take_the_other_away() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        for round in 0..4 {
            let first = app.member(&own, &format!("first-{round}"), "admin").await;
            let second = app.member(&own, &format!("second-{round}"), "admin").await;
            let (first, second) = (app.user(&first), app.user(&second));
            let users = first.get("/v1/orgs/own/users").await.expect(200);
            let path = |n: usize| format!("/v1/orgs/own/users/{}", text(&users[n]["id"]));
            // All but these two, who then turn on each other.
            for n in 2..users.as_array().unwrap().len() {
                first.patch(&path(n), json!({ "role": "viewer" })).await.expect(200);
            }
            let demoted = json!({ "role": "member" });
            let (second_is, first_is) = (path(0), path(1));
            let (one, other) = tokio::join!(
                first.patch(&second_is, demoted.clone()),
                second.patch(&first_is, demoted),
            );
            let done = [&one, &other].iter().filter(|answer| answer.status == 200).count();
            assert_eq!(done, 1, "{} and {}", one.text(), other.text());
            let left = if one.status == 200 { &first } else { &second };
            let root = path(users.as_array().unwrap().len() - 1);
            left.patch(&root, json!({ "role": "admin" })).await.expect(200);
        }
    }
}
