//! `/api/v1/scans` and `/api/v1/scans/{id}`, which two APIs claim: the credential names the dialect, as an API version pinned to
//! a key would.

use std::convert::Infallible;

use app::Origin;
use axum::{
    Router,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tower::ServiceExt as _;

use crate::{
    kit::{self, Millis},
    web, workspace,
};

/// Which API a credential belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A session's token or a workspace key.
    Workspace,
    /// A web token.
    Web,
    /// There is no credential.
    Unknown,
}

impl Dialect {
    /// What the headers carry.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        match kit::bearer(headers) {
            Some(token) if web::is_token(token) => Self::Web,
            Some(_) => Self::Workspace,
            None if headers.contains_key(workspace::KEY_HEADER) => Self::Workspace,
            None => Self::Unknown,
        }
    }
}

/// Middleware around the Workspace API's side of the paths that two APIs claim: the one place where the credential decides. `web` is the
/// other side.
pub(crate) async fn by_credential(
    State(web): State<Router>,
    request: Request,
    next: Next,
) -> Response {
    match Dialect::of(request.headers()) {
        Dialect::Workspace => next.run(request).await,
        Dialect::Web => {
            let answer: Result<Response, Infallible> = web.oneshot(afresh(request)).await;
            answer.into_response()
        }
        Dialect::Unknown => invalid_token(),
    }
}

/// The request as it came: without what the other API's router has read in its path, and with what the server found out.
fn afresh(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    let origin = parts.extensions.remove::<Origin>();
    parts.extensions.clear();
    if let Some(origin) = origin {
        parts.extensions.insert(origin);
    }
    Request::from_parts(parts, body)
}

/// 401, in words that both APIs' clients understand.
fn invalid_token() -> Response {
    let body = serde_json::json!({
        "error": "invalid_token",
        "status": StatusCode::UNAUTHORIZED.as_u16(),
        "timestamp": Millis::now(),
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        // RFC 9110, 15.5.2 wants one.
        (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
    ];
    (StatusCode::UNAUTHORIZED, headers, body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credential_names_the_dialect() {
        let of = |name: &'static str, value: &'static str| {
            Dialect::of(&HeaderMap::from_iter([(
                name.parse().unwrap(),
                HeaderValue::from_static(value),
            )]))
        };
        assert_eq!(of("authorization", "Bearer eyJ0eXAi.e30.x"), Dialect::Workspace);
        assert_eq!(of("authorization", "Bearer fxv_abc"), Dialect::Web);
        assert_eq!(of("authorization", "bearer fxw_abc"), Dialect::Web);
        assert_eq!(of("authorization", "Bearer fxx_abc"), Dialect::Workspace);
        assert_eq!(of("authorization", "Basic Zm9v"), Dialect::Unknown);
        assert_eq!(of("x-api-key", "bzk_abc"), Dialect::Workspace);
        assert_eq!(of("accept", "text/csv"), Dialect::Unknown);
    }
}
