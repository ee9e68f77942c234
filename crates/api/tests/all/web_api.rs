use std::collections::BTreeSet;

use serde_json::{Value, json};
use store::{Access, Plan};

use crate::support::{
    Answer, Caller, NOW, Organization, TestApp, keys, list, new_site_finding, text,
};

const SCAN: &[&str] = &[
    "id",
    "target_url",
    "target_hostname",
    "mode",
    "status",
    "started_at",
    "completed_at",
    "findings_count",
    "triggered_by",
    "created_at",
];

/// Starts a scan and says its id.
async fn start(caller: &Caller<'_>, target: &str) -> String {
    let answer = caller.post("/api/v1/scans", json!({ "target": target })).await.expect(200);
    text(&answer["id"])
}

#[tokio::test]
async fn a_scan_from_its_start_to_its_findings() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let token = app.web_token(&acme, "fxw").await;
        let caller = app.user(&token);
        let body = json!({ "target": "https://staging.example.com" });
        let started = caller.post("/api/v1/scans", body).await.expect(200);
        assert_eq!(keys(&started), ["id", "status", "target", "mode"]);
        assert_eq!(started["status"], "queued");
        assert_eq!(started["target"], "https://staging.example.com");
        assert_eq!(started["mode"], "passive");
        let path = format!("/api/v1/scans/{}", text(&started["id"]));
        let queued = caller.get(&path).await.expect(200);
        let detailed = [SCAN, &["summary", "error", "grade"]].concat();
        assert_eq!(keys(&queued), detailed);
        assert_eq!((&queued["status"], &queued["started_at"]), (&json!("queued"), &Value::Null));
        assert_eq!((&queued["summary"], &queued["error"]), (&json!({}), &Value::Null));

        app.wait_ms(1_500);
        app.run_next_site_scan(vec![
            new_site_finding("secrets.js-bundle-sweep", 4),
            new_site_finding("headers.csp", 3),
            new_site_finding("headers.nosniff", 1),
        ])
        .await;
        let done = caller.get(&path).await.expect(200);
        assert_eq!(keys(&done), detailed);
        assert_eq!(done["id"], started["id"]);
        assert_eq!(done["target_url"], "https://staging.example.com");
        assert_eq!(done["target_hostname"], "staging.example.com");
        assert_eq!((&done["status"], &done["mode"]), (&json!("completed"), &json!("passive")));
        assert_eq!(done["triggered_by"], "api");
        assert_eq!(done["created_at"], "2027-01-15T08:00:00Z");
        assert_eq!(done["completed_at"], "2027-01-15T08:00:01.5Z");
        let counts = json!({ "critical": 1, "high": 1, "medium": 0, "low": 1, "info": 0 });
        assert_eq!(done["findings_count"], counts);
        assert_eq!(
            done["summary"],
            json!({
                "headers": { "critical": 0, "high": 1, "medium": 0, "low": 1, "info": 0 },
                "secrets": { "critical": 1, "high": 0, "medium": 0, "low": 0, "info": 0 },
            })
        );
        assert_eq!(done["grade"], "B+");
        let whole = caller.get(&format!("{path}?include_findings=true")).await.expect(200);
        assert_eq!(list(&whole["findings"]).len(), 3);
        let without = caller.get(&format!("{path}?include_findings=false")).await.expect(200);
        assert_eq!(without, done);

        let listed = caller.get("/api/v1/scans?limit=25").await.expect(200);
        assert_eq!(keys(&listed), ["scans", "next_cursor"]);
        assert_eq!((list(&listed["scans"]).len(), &listed["next_cursor"]), (1, &Value::Null));
        assert_eq!(keys(&listed["scans"][0]), SCAN);
        let found =
            caller.get("/api/v1/findings?severity=critical,high&limit=50").await.expect(200);
        assert_eq!(keys(&found), ["findings", "next_cursor"]);
        assert_eq!(list(&found["findings"]).len(), 2);
        let of_secrets = "/api/v1/findings?check_id=secrets.js-bundle-sweep";
        let found = caller.get(of_secrets).await.expect(200);
        let finding = &found["findings"][0];
        assert_eq!(
            keys(finding),
            [
                "id",
                "scan_id",
                "check_id",
                "severity",
                "title",
                "description",
                "evidence",
                "remediation",
                "cwe_id",
                "created_at",
                "confidence",
                "url"
            ]
        );
        assert_eq!((&finding["severity"], &finding["scan_id"]), (&json!("critical"), &done["id"]));
        assert_eq!(finding["cwe_id"], "CWE-693");
        assert_eq!(finding["created_at"], done["completed_at"]);
        // In the order in which it was told.
        assert_eq!(finding["evidence"].to_string(), r#"{"header":"a\nc","age":"b"}"#);
    }
}

#[tokio::test]
async fn filters_take_what_they_name() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let token = app.web_token(&acme, "fxv").await;
        let caller = app.user(&token);
        let mut scans = Vec::new();
        for _ in 0..2 {
            scans.push(start(&caller, "shop.example").await);
            let found = vec![new_site_finding("headers.csp", 3), new_site_finding("tls.a", 0)];
            app.run_next_site_scan(found).await;
            app.wait_ms(1_000);
        }
        let count = async |query: &str| {
            let answer = caller.get(&format!("/api/v1/findings?{query}")).await.expect(200);
            list(&answer["findings"]).len()
        };
        let scan_id = format!("scan_id={}", scans[0]);
        for (query, expected) in [
            ("", 4),
            ("severity=high", 2),
            ("severity=high,info", 4),
            ("severity=critical", 0),
            ("check_id=headers.csp", 2),
            ("check_id=headers", 0),
            ("category=headers", 2),
            ("category=headers.csp", 0),
            ("since=2027-01-15T08:00:01Z", 2),
            ("since=2027-01-15T08:00:01.001Z", 0),
            ("since=2027-01-15", 4),
            (&scan_id, 2),
            (&format!("{scan_id}&severity=info&category=tls&limit=200"), 1),
        ] {
            assert_eq!(count(query).await, expected, "{query}");
        }
    }
}

/// The ids of a whole list, page by page; `between` happens before each further page.
async fn walk(
    caller: &Caller<'_>,
    name: &str,
    size: usize,
    between: impl AsyncFn(),
) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/{name}?limit={size}{cursor}");
        let page = caller.get(&path).await.expect(200);
        let entries = list(&page[name]);
        assert!(entries.len() <= size, "{path}");
        ids.extend(entries.iter().map(|entry| text(&entry["id"])));
        let Some(next) = page["next_cursor"].as_str() else { return ids };
        let last = entries.last().expect("a page that leads on");
        assert_eq!(next, format!("{}:{}", text(&last["created_at"]), text(&last["id"])));
        cursor = format!("&cursor={next}");
        between().await;
    }
}

#[tokio::test]
async fn a_walk_meets_each_entry_once_whatever_comes_and_goes_meanwhile() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let token = app.web_token(&acme, "fxw").await;
        let caller = app.user(&token);
        let add = async |count: usize| {
            for number in 0..count {
                start(&caller, "shop.example").await;
                app.run_next_site_scan(vec![new_site_finding("tls.a", 2); number % 3]).await;
                // Several of one millisecond, so that the id has to tell them apart.
                app.wait_ms(i64::from(number % 4 == 0));
            }
        };
        let forget = async |count: u64| {
            let system = app.store.system(Access::Write).await.unwrap();
            system.forget_scans(Plan::Unlimited, i64::MAX, count).await.unwrap();
            system.commit().await.unwrap();
        };
        for (name, sizes) in [("scans", [1, 2, 3, 7, 25, 100]), ("findings", [1, 2, 3, 7, 25, 200])]
        {
            for size in sizes {
                add(24).await;
                let before: BTreeSet<_> =
                    walk(&caller, name, 100, async || ()).await.into_iter().collect();
                let met = walk(&caller, name, size, async || {
                    forget(1).await;
                    add(1).await;
                })
                .await;
                let after: BTreeSet<_> =
                    walk(&caller, name, 100, async || ()).await.into_iter().collect();
                let once: BTreeSet<_> = met.iter().cloned().collect();
                assert_eq!(once.len(), met.len(), "{name} by {size}: one was told twice");
                let throughout: BTreeSet<_> = before.intersection(&after).cloned().collect();
                let skipped: Vec<_> = throughout.difference(&once).collect();
                assert!(skipped.is_empty(), "{name} by {size}: {skipped:?} were skipped");
                assert!(!throughout.is_empty());
                forget(20).await;
            }
        }
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_told_with_its_place() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let token = app.web_token(&acme, "fxv").await;
        let caller = app.user(&token);
        let id = start(&caller, "shop.example").await;
        let mut all: Vec<(Answer, &str, &str)> = Vec::new();
        for (query, path, code) in [
            ("limit=0", "limit", "invalid"),
            ("limit=101", "limit", "invalid"),
            ("limit=-1", "limit", "invalid"),
            ("limit=ten", "limit", "invalid"),
            ("limit=1&limit=2", "limit", "invalid"),
            ("cursor=", "cursor", "invalid"),
            ("cursor=x", "cursor", "invalid"),
            (&format!("cursor=2027-01-15T08:00:00Z:{}", &id[1..]), "cursor", "invalid"),
            (&format!("cursor=yesterday:{id}"), "cursor", "invalid"),
            ("page=2", "page", "unrecognized"),
            ("status=queued", "status", "unrecognized"),
        ] {
            all.push((caller.get(&format!("/api/v1/scans?{query}")).await, path, code));
        }
        for (query, path) in [
            ("limit=201", "limit"),
            ("severity=", "severity"),
            ("severity=urgent", "severity"),
            ("severity=high,,low", "severity"),
            ("since=yesterday", "since"),
            ("since=2027-02-30", "since"),
            ("scan_id=1", "scan_id"),
            ("check_id=a%00b", "check_id"),
            ("category=a%00b", "category"),
            ("cursor=%00", "cursor"),
        ] {
            all.push((caller.get(&format!("/api/v1/findings?{query}")).await, path, "invalid"));
        }
        let path = format!("/api/v1/scans/{id}?include_findings=yes");
        all.push((caller.get(&path).await, "include_findings", "invalid"));
        all.push((caller.get("/api/v1/scans/1").await, "path", "invalid"));
        for (body, path, code) in [
            (json!({}), "target", "missing"),
            (json!({ "target": 7 }), "target", "invalid"),
            (json!({ "target": "" }), "target", "invalid"),
            (json!({ "target": "ftp://shop.example" }), "target", "invalid"),
            (json!({ "target": "https://u:p@shop.example" }), "target", "invalid"),
            (json!({ "target": "shop.example", "mode": "loud" }), "mode", "invalid"),
            (json!({ "target": "shop.example", "depth": 1 }), "depth", "unrecognized"),
        ] {
            all.push((caller.post("/api/v1/scans", body).await, path, code));
        }
        for (answer, path, code) in all {
            assert_eq!(answer.fault(400), "invalid_input");
            let issue = &answer.json()["issues"][0];
            let told = (text(&issue["path"]), text(&issue["code"]));
            assert_eq!(told, (path.to_owned(), code.to_owned()), "{}: {issue}", answer.what);
        }
        let private = json!({ "target": "http://[::ffff:169.254.169.254]/latest" });
        let answer = caller.post("/api/v1/scans", private).await;
        assert_eq!(answer.fault(422), "target_not_allowed");
        let scans = caller.get("/api/v1/scans").await.expect(200);
        assert_eq!(list(&scans["scans"]).len(), 1);
    }
}

#[tokio::test]
async fn the_gates_of_active_scans() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let passive = app.web_token(&acme, "fxw").await;
        let active = app.web_token(&acme, "fxv").await;
        let body = || json!({ "target": "shop.example", "mode": "active" });
        let ask = async |token: &str| app.user(token).post("/api/v1/scans", body()).await;
        assert_eq!(ask(&passive).await.expect(403), json!({ "error": "forbidden" }));
        assert_eq!(ask(&active).await.fault(403), "verify_required");
        app.set_plan("acme", Plan::Free).await;
        assert_eq!(ask(&passive).await.expect(403), json!({ "error": "forbidden" }));
        let answer = ask(&active).await;
        assert_eq!(answer.fault(403), "forbidden");
        assert_eq!(answer.json()["reason"], "plan_required");
        let passive_mode = json!({ "target": "shop.example", "mode": "passive" });
        app.user(&active).post("/api/v1/scans", passive_mode).await.expect(200);
    }
}

/// Every wrong way to show who calls.
#[tokio::test]
async fn a_token_that_is_none_opens_nothing() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let token = app.web_token(&acme, "fxw").await;
        let flipped = match token.ends_with('A') {
            true => "B",
            false => "A",
        };
        let wrong = [
            String::new(),
            "fxw_".to_owned(),
            "fxv_".to_owned(),
            format!("fxv_{}", &token[4..]),
            format!("{}{flipped}", &token[..token.len() - 1]),
            token[..token.len() - 1].to_owned(),
            format!("{token}A"),
            token.to_uppercase(),
            format!("{token}%00"),
            "fxx_abc".to_owned(),
        ];
        for wrong in &wrong {
            app.user(wrong).get("/api/v1/scans").await.fault(401);
            app.user(wrong).get("/api/v1/findings").await.fault(401);
        }
        assert_eq!(
            app.user("fxw_wrong").get("/api/v1/scans").await.expect(401),
            json!({ "error": "invalid_token" })
        );
        // It opens this API and no other.
        let caller = app.user(&token);
        caller.get("/api/v1/scans").await.expect(200);
        caller.get("/api/v1/projects").await.fault(401);
        caller.get("/v1/orgs/acme/findings").await.fault(401);
        app.user(&acme.token).get("/api/v1/findings").await.fault(401);
        app.key(&token).get("/api/v1/scans").await.fault(401);
        // Where nothing is, in the words of the API that the token is of.
        assert_eq!(
            caller.get("/api/v1/nothing").await.expect(404),
            json!({ "error": "not_found" })
        );
        assert_eq!(caller.delete("/api/v1/scans").await.fault(405), "method_not_allowed");
        assert_eq!(caller.delete("/api/v1/findings").await.fault(405), "method_not_allowed");
    }
}

#[tokio::test]
async fn a_token_ends_with_its_time_its_maker_and_its_revocation() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let admin = app.user(&acme.token);
        let path = "/v1/orgs/acme/api-tokens";
        let body = json!({ "name": "ci", "kind": "fxw", "expires_at": "2027-01-15T08:00:01Z" });
        let short = text(&admin.post(path, body).await.expect(201)["token"]);
        let body = json!({ "name": "ci", "kind": "fxw" });
        let made = admin.post(path, body).await.expect(201);
        let revoked = text(&made["token"]);
        for token in [&short, &revoked] {
            app.user(token).get("/api/v1/scans").await.expect(200);
        }
        app.wait_ms(1_000);
        app.user(&short).get("/api/v1/scans").await.fault(401);
        admin.delete(&format!("{path}/{}", text(&made["id"]))).await.expect(204);
        app.user(&revoked).get("/api/v1/scans").await.fault(401);

        // What its maker may, a token may.
        let other = app.member(&acme, "other", "admin").await;
        let token =
            app.web_token(&Organization { slug: "acme".to_owned(), token: other }, "fxv").await;
        let users = admin.get("/v1/orgs/acme/users").await.expect(200);
        let user = list(&users).iter().find(|one| text(&one["email"]).starts_with("other"));
        let user = format!("/v1/orgs/acme/users/{}", text(&user.unwrap()["id"]));
        admin.patch(&user, json!({ "role": "viewer" })).await.expect(200);
        let caller = app.user(&token);
        let body = || json!({ "target": "shop.example" });
        assert_eq!(
            caller.post("/api/v1/scans", body()).await.expect(403),
            json!({ "error": "forbidden" })
        );
        caller.get("/api/v1/scans").await.expect(200);
        admin.patch(&user, json!({ "status": "suspended" })).await.expect(200);
        caller.get("/api/v1/scans").await.fault(401);
    }
}

#[tokio::test]
async fn what_is_anothers_is_not_there() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let globex = app.organization("globex").await;
        let ours = app.web_token(&acme, "fxw").await;
        let theirs = app.web_token(&globex, "fxw").await;
        let id = start(&app.user(&ours), "shop.example").await;
        app.run_next_site_scan(vec![new_site_finding("tls.a", 2)]).await;
        let other = app.user(&theirs);
        for path in
            [format!("/api/v1/scans/{id}"), format!("/api/v1/scans/{id}?include_findings=true")]
        {
            assert_eq!(other.get(&path).await.expect(404), json!({ "error": "not_found" }));
        }
        let path = format!("/api/v1/findings?scan_id={id}");
        assert_eq!(other.get(&path).await.expect(404), json!({ "error": "not_found" }));
        let nothing = json!({ "findings": [], "next_cursor": null });
        assert_eq!(other.get("/api/v1/findings").await.expect(200), nothing);
        // A cursor tells where, not of whom.
        let page = app.user(&ours).get("/api/v1/scans").await.expect(200);
        let created_at = text(&page["scans"][0]["created_at"]);
        let path = format!("/api/v1/scans?cursor={created_at}:{id}");
        let none = json!({ "scans": [], "next_cursor": null });
        assert_eq!(other.get(&path).await.expect(200), none);
        assert_eq!(app.user(&ours).get(&path).await.expect(200), none);
    }
}

#[tokio::test]
async fn each_credential_has_its_own_scans() {
    for app in TestApp::everywhere().await {
        assert_eq!(app.now_ms(), NOW);
        let acme = app.organization("acme").await;
        let session = app.user(&acme.token);
        let body = json!({ "name": "Web", "repository_url": "https://git.example/web" });
        session.post("/api/v1/projects", body).await.expect(201);
        let body = json!({ "project_id": 1, "scan_type": "full" });
        session.post("/api/v1/scans", body).await.expect(201);
        let token = app.web_token(&acme, "fxw").await;
        let caller = app.user(&token);
        start(&caller, "shop.example").await;
        app.run_next_site_scan(vec![new_site_finding("tls.a", 4)]).await;
        let scans = session.get("/api/v1/scans").await.expect(200);
        assert_eq!(scans["data"]["pagination"]["total"], 1);
        assert_eq!(scans["data"]["scans"][0]["scan_type"], "full");
        let project = session.get("/api/v1/projects/1").await.expect(200);
        assert_eq!(project["data"]["project"]["statistics"]["total_scans"], 1);
        let scans = caller.get("/api/v1/scans").await.expect(200);
        assert_eq!(list(&scans["scans"]).len(), 1);
        assert_eq!(scans["scans"][0]["target_hostname"], "shop.example");
        let found = session.get("/v1/orgs/acme/findings").await.expect(200);
        assert_eq!(list(&found).len(), 0);
        let scans = session.get("/v1/orgs/acme/projects").await.expect(200);
        assert_eq!(list(&scans).len(), 1);
    }
}
