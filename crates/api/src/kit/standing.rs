//! How a caller stands with the windows of its requests, told on every answer that it gets.

use std::sync::{Arc, OnceLock};

use app::{App, Ctx, Standing};
use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// What [`spend`] found out, on its way to the answer's headers.
#[derive(Clone, Default)]
struct Found(Arc<OnceLock<Standing>>);

/// Counts a request of somebody who has shown who it is: what a surface's `authenticate` does last.
///
/// # Errors
/// [`app::Error::RateLimited`].
pub(crate) async fn spend(app: &App, parts: &Parts, ctx: &Ctx) -> Result<(), app::Error> {
    let spent = app.spend_request(ctx).await;
    let standing = match &spent {
        Ok(standing) | Err(app::Error::RateLimited { standing, .. }) => Some(*standing),
        Err(_) => None,
    };
    if let (Some(Found(found)), Some(standing)) = (parts.extensions.get::<Found>(), standing) {
        // Who calls is asked once in a request.
        let _ = found.set(standing);
    }
    spent.map(drop)
}

/// Middleware around the routes of a surface that spends: what was found out stands on the answer, whatever became of the request.
pub(crate) async fn tell(mut request: Request, next: Next) -> Response {
    let found = Found::default();
    request.extensions_mut().insert(found.clone());
    let mut response = next.run(request).await;
    // A window that is full says more of itself than the minute does.
    if let Some(standing) = found.0.get()
        && !response.headers().contains_key(LIMIT)
    {
        write(response.headers_mut(), standing);
    }
    response
}

/// Writes how a caller stands; times in seconds since 1970 UTC, rounded up, so that nobody comes too early.
pub(super) fn write(headers: &mut HeaderMap, standing: &Standing) {
    let reset_ms = u64::try_from(standing.reset_at_ms).unwrap_or_default();
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(reset_ms.div_ceil(1000)));
}

#[cfg(test)]
mod tests {
    use aide::axum::{ApiRouter, routing::get};
    use app::{
        Clock, Config, DataKey, DataKeys, Origin, Password, Reach, Registration, WebTokenDraft,
        stored::TokenKind,
    };
    use axum::{Router, body::Body, middleware};
    use http_body_util::BodyExt as _;
    use schemars::JsonSchema;
    use serde::Serialize;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use super::*;
    use crate::kit::{self, Caller, Failure, Fault, Surface};

    const NOW: i64 = 1_800_000_000_500;

    /// A surface that spends.
    struct Counting;

    #[derive(Serialize, JsonSchema)]
    struct Envelope {
        error: &'static str,
        retry_after_seconds: Option<u64>,
    }

    impl Surface for Counting {
        type Envelope = Envelope;

        const SECURITY: &'static [&'static str] = &["bearer"];

        fn envelope(fault: &Fault) -> Envelope {
            let retry_after_seconds = fault.retry_after.map(|wait| wait.as_secs());
            Envelope { error: fault.code, retry_after_seconds }
        }

        async fn authenticate(app: &App, parts: &mut Parts) -> Result<Ctx, app::Error> {
            let token = kit::bearer(&parts.headers).ok_or(app::Error::Unauthenticated)?;
            let kinds = &[TokenKind::WebActive, TokenKind::WebPassive];
            let ctx = app.authenticate_token(kit::origin(parts), token, kinds).await?;
            spend(app, parts, &ctx).await?;
            Ok(ctx)
        }
    }

    async fn application(folder: &std::path::Path) -> (App, String) {
        let client = std::thread::spawn(|| {
            fetch::Client::new(fetch::Policy::default(), fetch::SystemResolver).unwrap()
        });
        let client = client.join().unwrap();
        let app = App::new(
            store::Store::sqlite(&folder.join("bartizan.db")).await.unwrap(),
            DataKeys::one(DataKey::new([7; 32])),
            Reach { visitor: client.clone(), client, records: None },
            Arc::new(checks::secrets::Ruleset::empty().build()),
            Clock::new(|| NOW),
            Config { request_burst: 3, ..Config::new(folder.to_owned()) },
        );
        let app = app.unwrap();
        let registration = Registration {
            organization_name: "Acme".to_owned(),
            organization_slug: "acme".to_owned(),
            email: "admin@acme.example".to_owned(),
            password: Password::new("correct horse battery".to_owned()),
        };
        let login = app.register(&Origin::default(), registration).await.unwrap();
        let admin = app.authenticate_session(Origin::default(), &login.token).await.unwrap();
        let kind = TokenKind::WebPassive;
        let draft = WebTokenDraft { name: "ci".to_owned(), kind, expires_at_ms: None };
        let token = app.add_web_token(&admin, draft).await.unwrap().secret.to_string();
        (app, token)
    }

    #[tokio::test]
    async fn every_answer_after_authentication_says_how_the_caller_stands() {
        let folder = tempfile::tempdir().unwrap();
        let (app, token) = application(folder.path()).await;
        let good = async |_: Caller<Counting>| "good";
        let bad = async |_: Caller<Counting>| Failure::<Counting>::from(Fault::unknown_route());
        let router: Router = ApiRouter::new()
            .api_route("/good", get(good))
            .api_route("/bad", get(bad))
            .layer(middleware::from_fn(tell))
            .with_state(app)
            .into();
        let ask = async |path: &str, token: &str| {
            let request = Request::get(path).header("authorization", format!("Bearer {token}"));
            let request = request.body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            let header = |name: &str| {
                answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
            };
            let names = [LIMIT, REMAINING, RESET].map(|name| header(name.as_str()));
            let told = names.into_iter().collect::<Option<Vec<_>>>().map(|all| all.join(" "));
            let retry_after = header("retry-after");
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (status, told.unwrap_or_default(), retry_after, body)
        };
        let (status, told, ..) = ask("/good", &token).await;
        assert_eq!((status, told.as_str()), (200, "60 59 1800000061"));
        let (status, told, ..) = ask("/bad", &token).await;
        assert_eq!((status, told.as_str()), (404, "60 58 1800000061"));
        ask("/good", &token).await;
        let (status, told, retry_after, body) = ask("/good", &token).await;
        assert_eq!((status, told.as_str()), (429, "3 0 1800000002"));
        assert_eq!(retry_after.as_deref(), Some("1"));
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body, json!({ "error": "rate_limited", "retry_after_seconds": 1 }));
        // Who shows nothing has no window.
        let (status, told, ..) = ask("/good", "fxw_nobody").await;
        assert_eq!((status, told.as_str()), (401, ""));
    }
}
