//! Who is let in, for how long, and as whom.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::{Organization, PASSWORD, TestApp, assert_timestamp, keys, number, text};

/// Where a session is asked for, on each API.
fn doors(of: &Organization) -> [String; 2] {
    [format!("/v1/orgs/{}/projects", of.slug), "/api/v1/projects".to_owned()]
}

fn parts(token: &str) -> Vec<Value> {
    let decoded =
        |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    token.split('.').take(2).map(decoded).collect()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn a_token_says_what_the_contract_says() {
    let app = TestApp::everywhere().await.remove(0);
    let own = app.organization("own").await;
    let token = parts(&own.token);
    // Clients compare the beginning of a token with the seed's.
    assert!(own.token.starts_with("eyJ0eXAiOiJKV1Qi"), "{}", own.token);
    assert_eq!(token[0], json!({ "typ": "JWT", "alg": "HS256" }));
    assert_eq!(keys(&token[1]), ["sub", "org", "role", "iat", "exp", "jti"]);
    assert_eq!((&token[1]["org"], &token[1]["role"]), (&json!("own"), &json!("admin")));
    assert_eq!(number(&token[1]["exp"]) - number(&token[1]["iat"]), 24 * 60 * 60);
}

#[tokio::test]
async fn forged_tokens_open_nothing() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let claims = parts(&own.token).remove(1);
        let (_, signature) = own.token.rsplit_once('.').unwrap();
        let payload = encoded(&claims);
        let of =
            |header: Value, signature: &str| format!("{}.{payload}.{signature}", encoded(&header));
        let with = |algorithm: Algorithm, key: &[u8]| {
            jsonwebtoken::encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(key))
                .unwrap()
        };
        let mut admin = claims.clone();
        admin["sub"] = json!("018f0000-0000-7000-8000-000000000000");
        let mut forged = vec![
            of(json!({ "typ": "JWT", "alg": "none" }), ""),
            of(json!({ "typ": "JWT", "alg": "none" }), signature),
            of(json!({ "typ": "JWT", "alg": "None" }), ""),
            of(json!({ "typ": "JWT", "alg": "HS256" }), ""),
            of(json!({ "typ": "JWT" }), signature),
            of(json!({ "alg": "RS256" }), signature),
            of(json!({ "alg": "HS256", "kid": "../../dev/null" }), signature),
            with(Algorithm::HS256, &[7; 32]),
            with(Algorithm::HS256, b""),
            with(Algorithm::HS512, &[7; 32]),
            own.token.replace(&payload, &encoded(&admin)),
            own.token.replace('.', ""),
            format!("{}.", own.token),
            format!("{}A", own.token),
            own.token[1..].to_owned(),
        ];
        let (rest, last) = own.token.split_at(own.token.len() - 20);
        forged.push(format!("{rest}{}", last.to_ascii_uppercase()));
        for token in forged {
            for door in doors(&own) {
                app.user(&token).get(&door).await.fault(401);
            }
        }
        for door in doors(&own) {
            app.user(&own.token).get(&door).await.expect(200);
        }
    }
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        app.wait_ms(24 * 60 * 60 * 1000 - 1_000);
        for door in doors(&own) {
            app.user(&own.token).get(&door).await.expect(200);
        }
        app.wait_ms(1_001);
        for door in doors(&own) {
            app.user(&own.token).get(&door).await.fault(401);
        }
    }
}

#[tokio::test]
async fn a_session_ends_at_once_when_it_is_ended() {
    for app in TestApp::everywhere().await {
        let own = app.organization("own").await;
        let doors = doors(&own);
        let admin = app.user(&own.token);

        // By its user.
        let leaving = app.member(&own, "leaving", "member").await;
        app.user(&leaving).get(&doors[0]).await.expect(200);
        assert_eq!(app.user(&leaving).post("/v1/auth/logout", json!({})).await.status, 204);
        for door in &doors {
            app.user(&leaving).get(door).await.fault(401);
        }

        // By an administrator: suspended, given another password, removed.
        for (name, patch) in [
            ("suspended", json!({ "status": "suspended" })),
            ("renewed", json!({ "password": "another password" })),
        ] {
            let token = app.member(&own, name, "member").await;
            let me = app.user(&token).get("/api/v1/auth/me").await.expect(200);
            assert_eq!(me["data"]["user"]["email"], format!("{name}@own.example"));
            let key = app.user(&token).post("/api/v1/users/api-key", json!({})).await.expect(201);
            let key = text(&key["data"]["api_key"]);
            let users = admin.get("/v1/orgs/own/users").await.expect(200);
            let id = text(&users[0]["id"]);
            admin.patch(&format!("/v1/orgs/own/users/{id}"), patch).await.expect(200);
            for door in &doors {
                app.user(&token).get(door).await.fault(401);
            }
            // A key is not a session: a new password leaves it.
            let status = if name == "suspended" { 401 } else { 200 };
            assert_eq!(app.key(&key).get("/api/v1/projects").await.status, status, "{name}");
            assert_eq!(admin.delete(&format!("/v1/orgs/own/users/{id}")).await.status, 204);
            app.key(&key).get("/api/v1/projects").await.fault(401);
        }
    }
}

#[tokio::test]
async fn registering_and_logging_in_look_as_the_seeds_say() {
    for app in TestApp::everywhere().await {
        // Code API.
        let body = json!({
            "org_name": "Acme Inc.",
            "org_slug": "acme",
            "email": "You@Acme.example",
            "password": "use-a-real-password-here"
        });
        let made = app.anonymous().post("/v1/auth/register", body.clone()).await.expect(201);
        assert_eq!(keys(&made), ["token", "expires_at", "user"]);
        assert_eq!(made["expires_at"], "2027-01-16T08:00:00Z");
        let user = &made["user"];
        assert_eq!(keys(user), ["id", "email", "name", "role", "status", "org_slug", "created_at"]);
        let told = [&user["email"], &user["role"], &user["status"], &user["org_slug"]];
        assert_eq!(told, ["you@acme.example", "admin", "active", "acme"]);
        app.anonymous().post("/v1/auth/register", body).await.fault(409);
        let login = json!({ "email": "you@acme.example", "password": "use-a-real-password-here" });
        for path in ["/v1/orgs/acme/auth/login", "/v1/auth/login"] {
            let again = app.anonymous().post(path, login.clone()).await.expect(200);
            assert_eq!((keys(&again), &again["user"]), (keys(&made), user));
        }
        let short =
            json!({ "org_name": "A", "org_slug": "a", "email": "a@b.c", "password": PASSWORD });
        let refused = app.anonymous().post("/v1/auth/register", short).await.expect(400);
        assert_eq!(
            refused,
            json!({ "error": "bad_request", "message": "slug must be 2–40 chars (got 1)" })
        );

        // Workspace API.
        let body = json!({ "email": "user@example.com", "password": "your_password", "name": "U" });
        let made = app.anonymous().post("/api/v1/auth/register", body.clone()).await.expect(201);
        assert_eq!(keys(&made), ["data", "message", "status", "timestamp"]);
        assert_eq!(made["message"], "Operation successful");
        assert_eq!(made["status"], 201);
        assert_timestamp(&made["timestamp"]);
        assert_eq!(keys(&made["data"]), ["token", "expires_at", "user"]);
        let user = &made["data"]["user"];
        assert_eq!(user["id"], 1);
        assert_eq!(user["organization"], "user");
        assert_eq!(
            app.anonymous().post("/api/v1/auth/register", body).await.fault(409),
            "conflict"
        );
        let login = json!({ "email": "user@example.com", "password": "your_password" });
        let again = app.anonymous().post("/api/v1/auth/login", login).await.expect(200);
        assert_eq!(&again["data"]["user"], user);
        assert_eq!(again["status"], 200);
        let me = app.user(&text(&again["data"]["token"])).get("/api/v1/auth/me").await.expect(200);
        assert_eq!(me["data"], json!({ "user": user }));
    }
}

#[tokio::test]
async fn a_login_that_fails_does_not_say_why() {
    for app in TestApp::everywhere().await {
        app.organization("own").await;
        let login = async |path: &str, email: &str, password: &str| {
            let body = json!({ "email": email, "password": password });
            let mut body = app.anonymous().post(path, body).await.expect(401);
            body.as_object_mut().unwrap().remove("timestamp");
            body
        };
        let good = "admin@own.example";
        for path in ["/v1/orgs/own/auth/login", "/v1/auth/login", "/api/v1/auth/login"] {
            let wrong = login(path, good, "wrong password").await;
            assert_eq!(login(path, "nobody@own.example", PASSWORD).await, wrong);
            assert_eq!(login(path, "a\0b", PASSWORD).await, wrong);
            assert_eq!(login(path, good, "").await, wrong);
        }
        let wrong = login("/v1/orgs/own/auth/login", good, "wrong password").await;
        assert_eq!(login("/v1/orgs/none/auth/login", good, PASSWORD).await, wrong);
        assert_eq!(login("/v1/orgs/a%00b/auth/login", good, PASSWORD).await, wrong);
    }
}

#[tokio::test]
async fn one_address_in_two_organizations_has_to_say_which() {
    for app in TestApp::everywhere().await {
        for slug in ["first", "second"] {
            let body = json!({
                "org_name": slug, "org_slug": slug, "email": "me@both.example", "password": PASSWORD
            });
            app.anonymous().post("/v1/auth/register", body).await.expect(201);
        }
        let body = json!({ "email": "me@both.example", "password": PASSWORD });
        app.anonymous().post("/v1/auth/login", body.clone()).await.fault(400);
        let mut which = body.clone();
        which["org_slug"] = json!("second");
        let login = app.anonymous().post("/v1/auth/login", which).await.expect(200);
        assert_eq!(login["user"]["org_slug"], "second");
        // The Workspace API takes one's own organization, else the oldest.
        let login = app.anonymous().post("/api/v1/auth/login", body.clone()).await.expect(200);
        assert_eq!(login["data"]["user"]["organization"], "first");
        app.anonymous().post("/api/v1/auth/register", body.clone()).await.expect(201);
        let login = app.anonymous().post("/api/v1/auth/login", body).await.expect(200);
        assert_eq!(login["data"]["user"]["organization"], "me");
    }
}

#[tokio::test]
async fn attempts_to_log_in_are_counted_over_all_apis() {
    for app in TestApp::everywhere().await {
        app.organization("own").await;
        let good = json!({ "email": "admin@own.example", "password": PASSWORD });
        let bad = json!({ "email": "admin@own.example", "password": "wrong password" });
        let here = app.anonymous().at("192.0.2.1");
        let doors = ["/v1/auth/login", "/v1/orgs/own/auth/login", "/api/v1/auth/login"];
        for door in doors.iter().cycle().take(5) {
            here.post(door, bad.clone()).await.fault(401);
        }
        for door in doors {
            // The right password as well: an answer would say that it is.
            let answer = here.post(door, good.clone()).await;
            assert_eq!(answer.fault(429), "rate_limited");
            assert_eq!(answer.header("retry-after"), "900");
            app.anonymous().at("192.0.2.2").post(door, good.clone()).await.expect(200);
        }
        app.wait_ms(15 * 60 * 1000);
        here.post(doors[0], good).await.expect(200);
    }
}
