//! How often the Web API may be called, how many scans a plan holds, and what an active scan cannot be started without.

use serde_json::json;
use store::Plan;

use crate::support::{Answer, Caller, NOW, TestApp, keys, text};

/// What tells how a caller stands.
const STANDING: [&str; 3] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];

fn standing(answer: &Answer) -> [&str; 3] {
    STANDING.map(|name| answer.header(name))
}

async fn submit(caller: &Caller<'_>, mode: &str) -> Answer {
    caller.post("/api/v1/scans", json!({ "target": "shop.example", "mode": mode })).await
}

#[tokio::test]
async fn a_token_calls_ten_times_a_second_and_sixty_times_a_minute() {
    for app in TestApp::everywhere_with(|_| ()).await {
        let acme = app.organization("acme").await;
        let (one, other) = (app.web_token(&acme, "fxw").await, app.web_token(&acme, "fxv").await);
        let caller = app.user(&one);
        let minute = (NOW + 60_000).div_euclid(1_000) + i64::from((NOW + 60_000) % 1_000 > 0);
        for call in 1..=10 {
            // What comes to nothing counts as well.
            let path = if call == 5 { "/api/v1/scans/none" } else { "/api/v1/scans" };
            let answer = caller.get(path).await;
            assert_eq!(answer.status, if call == 5 { 400 } else { 200 }, "{}", answer.text());
            let left = (60 - call).to_string();
            assert_eq!(standing(&answer), ["60", &left, &minute.to_string()]);
        }
        let full = caller.get("/api/v1/findings").await;
        assert_eq!(full.fault(429), "rate_limited");
        assert_eq!(full.json()["retry_after_seconds"], 1);
        assert_eq!(full.header("retry-after"), "1");
        assert_eq!(standing(&full)[..2], ["10", "0"]);
        // Tokens do not share windows, sessions have none, and who shows nothing is told nothing.
        assert_eq!(standing(&app.user(&other).get("/api/v1/scans").await)[1], "59");
        assert_eq!(standing(&app.user("fxw_nobody").get("/api/v1/scans").await), ["", "", ""]);
        for second in 1..=5 {
            app.wait_ms(1_000);
            for _ in 0..10 {
                assert_eq!(caller.get("/api/v1/scans").await.status, 200, "second {second}");
            }
        }
        app.wait_ms(1_000);
        let full = caller.get("/api/v1/scans").await;
        assert_eq!(full.fault(429), "rate_limited");
        assert_eq!((standing(&full)[0], full.header("retry-after")), ("60", "54"));
        app.wait_ms(54_000);
        assert_eq!(caller.get("/api/v1/scans").await.status, 200);
    }
}

#[tokio::test]
async fn a_user_asks_for_thirty_scans_in_ten_minutes_by_whichever_token() {
    let patient = |config: &mut app::Config| {
        config.request_burst = 2_000;
        config.request_limit = 2_000;
    };
    for app in TestApp::everywhere_with(patient).await {
        let acme = app.organization("acme").await;
        let tokens = [app.web_token(&acme, "fxw").await, app.web_token(&acme, "fxv").await];
        for call in 0..30 {
            submit(&app.user(&tokens[call % 2]), "passive").await.expect(200);
        }
        for token in &tokens {
            let full = submit(&app.user(token), "passive").await;
            assert_eq!(full.fault(429), "rate_limited");
            assert_eq!(full.header("retry-after"), "600");
            app.user(token).get("/api/v1/scans").await.expect(200);
        }
        app.wait_ms(600_000);
        submit(&app.user(&tokens[0]), "passive").await.expect(200);
    }
}

#[tokio::test]
async fn a_plan_holds_so_many_scans_a_month_and_those_that_fail_are_given_back() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let token = app.web_token(&acme, "fxw").await;
        app.set_plan("acme", Plan::Free).await;
        let caller = app.user(&token);
        submit(&caller, "passive").await.expect(200);
        submit(&caller, "passive").await.expect(200);
        // Of many who want the last one, one has it.
        let all = futures::future::join_all((0..20).map(|_| submit(&caller, "passive"))).await;
        assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 1);
        for refused in all.iter().filter(|answer| answer.status != 200) {
            assert_eq!(refused.fault(429), "quota_exceeded");
            let quota = &refused.json()["quota"];
            assert_eq!(
                keys(quota),
                ["plan", "limit", "used", "remaining", "period_start", "period_end"]
            );
            let told = ["plan", "limit", "used", "remaining"].map(|name| quota[name].clone());
            assert_eq!(told, [json!("free"), json!(3), json!(3), json!(0)]);
            assert!(text(&quota["period_start"]) < text(&quota["period_end"]));
        }
        let scans = caller.get("/api/v1/scans").await.expect(200);
        assert_eq!(scans["scans"].as_array().map(Vec::len), Some(3));
        app.fail_next_site_scan().await;
        submit(&caller, "passive").await.expect(200);
        assert_eq!(submit(&caller, "passive").await.fault(429), "quota_exceeded");
        // Another month, and another tenant all the while.
        let globex = app.organization("globex").await;
        let others = app.web_token(&globex, "fxw").await;
        submit(&app.user(&others), "passive").await.expect(200);
        app.wait_ms(32 * 24 * 3_600_000);
        submit(&caller, "passive").await.expect(200);
    }
}

#[tokio::test]
async fn an_active_scan_wants_a_plan_a_proof_and_a_signature() {
    for app in TestApp::everywhere().await {
        let acme = app.organization("acme").await;
        let (active, passive) =
            (app.web_token(&acme, "fxv").await, app.web_token(&acme, "fxw").await);
        let ask = async |token: &str| submit(&app.user(token), "active").await;
        assert_eq!(ask(&active).await.fault(403), "verify_required");
        assert_eq!(ask(&passive).await.json(), json!({ "error": "forbidden" }));
        let admin = app.user(&acme.token);
        let domains = "/v1/orgs/acme/domains";
        let domain = admin.post(domains, json!({ "hostname": "shop.example" })).await.expect(201);
        let domain = format!("{domains}/{}", text(&domain["id"]));
        admin.post(&format!("{domain}/verify"), json!({})).await.expect(202);
        assert_eq!(ask(&active).await.fault(403), "verify_required");
        app.verify_next_domain().await;
        assert_eq!(ask(&active).await.fault(403), "authorization_required");
        let statement = admin.get(&domain).await.expect(200)["authorization_statement"].clone();
        let signature = json!({ "statement": statement, "name": "A. Person" });
        let authorization = format!("{domain}/authorization");
        admin.post(&authorization, signature.clone()).await.expect(200);
        assert_eq!(ask(&active).await.expect(200)["mode"], "active");
        // Exactly that host, exactly that tenant, and only as long as all of it holds.
        let body = json!({ "target": "www.shop.example", "mode": "active" });
        let other = app.user(&active).post("/api/v1/scans", body).await;
        assert_eq!(other.fault(403), "verify_required");
        let globex = app.organization("globex").await;
        let foreign = app.web_token(&globex, "fxv").await;
        assert_eq!(ask(&foreign).await.fault(403), "verify_required");
        app.set_plan("acme", Plan::Free).await;
        assert_eq!(ask(&active).await.json()["reason"], "plan_required");
        app.set_plan("acme", Plan::Pro).await;
        admin.delete(&authorization).await.expect(204);
        assert_eq!(ask(&active).await.fault(403), "authorization_required");
        admin.delete(&domain).await.expect(204);
        assert_eq!(ask(&active).await.fault(403), "verify_required");
    }
}
