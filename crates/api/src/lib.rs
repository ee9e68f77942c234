//! What Bartizan speaks over HTTP: one module for each API, over one set of use cases. Paths, wire types and the shape of an
//! error are here; decisions are not.

mod code;
mod dialect;
mod kit;
mod web;
mod workspace;

use std::sync::Arc;

use app::App;
use axum::{
    Router,
    extract::State,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use code::Code;
pub use dialect::Dialect;
use kit::{Fault, document, redoc};
use web::Web;
use workspace::Workspace;

/// All APIs, their documents and pages, `/healthz`.
pub fn router(app: App) -> Router {
    let mut code = code::document();
    let code_routes = code::routes().finish_api(&mut code);
    let code = document::in_3_0(serde_json::to_value(&code).unwrap_or_default());
    let mut workspace = workspace::document();
    let mut web = web::document();
    let web_routes = web::routes(&mut web).with_state(app.clone());
    let web = document::in_3_1(serde_json::to_value(&web).unwrap_or_default());
    let by_credential = middleware::from_fn_with_state(web_routes.clone(), dialect::by_credential);
    let workspace_routes = workspace::routes()
        .merge(workspace::shared_routes().layer(by_credential))
        .finish_api(&mut workspace);
    let workspace = document::in_3_1(serde_json::to_value(&workspace).unwrap_or_default());
    Router::new()
        .merge(code_routes)
        .merge(workspace_routes)
        .route("/openapi.json", served("application/json", code.to_string()))
        .route("/docs", get(async || redoc::page("Bartizan Code API", "/openapi.json")))
        .route("/api/v1/openapi.json", served("application/json", workspace.to_string()))
        .route(
            "/docs/workspace",
            get(async || redoc::page("Bartizan Workspace API", "/api/v1/openapi.json")),
        )
        .route_service(web::FINDINGS, web_routes)
        .route_service(web::mcp::PATH, web::mcp::service(&app))
        .route("/docs/api/openapi", served("text/yaml", document::in_yaml(&web)))
        .route("/docs/api", get(async || redoc::page("Bartizan Web API", "/docs/api/openapi")))
        .route(redoc::SCRIPT_PATH, get(redoc::script))
        .route("/healthz", get(health))
        .fallback(async |uri: Uri, headers: HeaderMap| {
            told(&uri, Dialect::of(&headers), &Fault::unknown_route())
        })
        .method_not_allowed_fallback(async |uri: Uri, headers: HeaderMap| {
            told(&uri, Dialect::of(&headers), &Fault::method_not_allowed())
        })
        .with_state(app)
}

/// A file that does not change.
fn served(media_type: &'static str, text: String) -> axum::routing::MethodRouter<App> {
    let text: Arc<str> = text.into();
    get(async move || {
        ([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], text.to_string())
    })
}

/// Whether the server can do its work.
async fn health(State(app): State<App>) -> Response {
    let (status, word) = match app.health().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    let body = serde_json::json!({ "status": word, "version": env!("CARGO_PKG_VERSION") });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// What a server says on its own account, before or instead of a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The head of the request is too large or not one, and how.
    Unreadable(String),
    /// There is nothing at the path.
    NotFound,
    /// A handler has panicked.
    Panicked,
    /// A handler took too long, or there is too much to do.
    Overloaded,
}

/// The answer to a request at `uri` that came to nothing, in the words of the API that the path, or the caller's credential, belongs to.
#[must_use]
pub fn trouble(uri: &Uri, dialect: Dialect, trouble: Trouble) -> Response {
    told(
        uri,
        dialect,
        &match trouble {
            Trouble::Unreadable(how) => Fault::bad_request("request", how),
            Trouble::NotFound => Fault::unknown_route(),
            Trouble::Panicked => Fault::internal(),
            Trouble::Overloaded => Fault::unavailable(),
        },
    )
}

/// A fault of no API in particular, in the words of the one that the path, or the caller's credential, belongs to.
fn told(uri: &Uri, dialect: Dialect, fault: &Fault) -> Response {
    match uri.path() {
        web::FINDINGS | web::mcp::PATH => fault.told::<Web>(),
        _ if is_versioned(uri) && dialect == Dialect::Web => fault.told::<Web>(),
        _ if is_versioned(uri) => fault.told::<Workspace>(),
        _ => fault.told::<Code>(),
    }
}

/// Whether it is one of the paths that the Workspace API and the Web API share among them.
fn is_versioned(uri: &Uri) -> bool {
    uri.path() == "/api/v1" || uri.path().starts_with("/api/v1/")
}
