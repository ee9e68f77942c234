//! The Workspace API: a developer's own projects and scans. Every answer wears one envelope, lists come in numbered pages, ids
//! are integers.

mod auth;
mod exports;
mod findings;
mod page;
mod projects;
mod scans;
mod users;

use std::borrow::Cow;

use aide::{
    axum::ApiRouter,
    openapi::{ApiKeyLocation, Info, OpenApi, ReferenceOr, SecurityScheme},
};
use app::{App, Ctx, stored::TokenKind};
use http::request::Parts;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::kit::{self, Fault, Millis, Reply, Surface};

/// Carries a workspace key.
pub(crate) const KEY_HEADER: &str = "x-api-key";
/// Names sessions in the document.
const SESSION: &str = "bearer";
/// Names workspace keys in the document.
const KEY: &str = "api_key";

/// The dialect of the Workspace API.
pub(crate) struct Workspace;

type Caller = kit::Caller<Workspace>;
type Visitor = kit::Visitor<Workspace>;
type Path<T> = kit::Path<Workspace, T>;
type Query<T> = kit::Query<Workspace, T>;
type Body<T> = kit::Body<Workspace, T>;
type Answer<T, const STATUS: u16 = 200> =
    Result<Reply<Success<T>, STATUS>, kit::Failure<Workspace>>;

/// What was asked for.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}Success")]
struct Success<T> {
    data: T,
    /// For people.
    message: &'static str,
    /// The HTTP status once more.
    status: u16,
    timestamp: Millis,
}

/// Wraps what was asked for.
fn success<T, const STATUS: u16>(data: T) -> Reply<Success<T>, STATUS> {
    Reply::new(Success {
        data,
        message: "Operation successful",
        status: STATUS,
        timestamp: Millis::now(),
    })
}

/// There is nothing to tell.
#[derive(Serialize, JsonSchema)]
struct Nothing {}

/// What went wrong.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct Envelope {
    /// What went wrong, for people. Its words may change.
    error: String,
    /// The HTTP status once more.
    status: u16,
    timestamp: Millis,
    /// Which parts of the request are at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<String>,
    /// A stable id, for programs.
    code: &'static str,
}

impl Surface for Workspace {
    type Envelope = Envelope;

    const SECURITY: &'static [&'static str] = &[SESSION, KEY];

    fn envelope(fault: &Fault) -> Envelope {
        let fields: Vec<_> = fault.issues.iter().map(|issue| issue.field.as_str()).collect();
        Envelope {
            error: fault.message.clone(),
            status: fault.status.as_u16(),
            timestamp: Millis::now(),
            details: (!fields.is_empty()).then(|| format!("At fault: {}", fields.join(", "))),
            code: fault.code,
        }
    }

    async fn authenticate(app: &App, parts: &mut Parts) -> Result<Ctx, app::Error> {
        let origin = kit::origin(parts);
        if let Some(token) = kit::bearer(&parts.headers) {
            return app.authenticate_session(origin, token).await;
        }
        let key = parts.headers.get(KEY_HEADER).and_then(|key| key.to_str().ok());
        let key = key.ok_or(app::Error::Unauthenticated)?;
        app.authenticate_token(origin, key.trim(), &[TokenKind::Workspace]).await
    }
}

/// An integer that names something, in a path or a query.
#[derive(Clone, Copy)]
struct Number(i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        text.parse().map(Self).map_err(|_| de::Error::custom("an id must be an integer"))
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        i64::json_schema(generator)
    }
}

/// `{id}`.
#[derive(Deserialize, JsonSchema)]
struct ById {
    id: Number,
}

/// The paths that are this API's alone.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .merge(auth::routes())
        .merge(projects::routes())
        .merge(findings::routes())
        .merge(exports::routes())
        .merge(users::routes())
}

/// The paths that the Web API claims as well.
pub(crate) fn shared_routes() -> ApiRouter<App> {
    scans::routes()
}

/// The document, before its paths are in it.
pub(crate) fn document() -> OpenApi {
    let mut document = OpenApi {
        info: Info {
            title: "Bartizan Workspace API".to_owned(),
            description: Some(
                "A developer's own projects and scans. Every answer has the same envelope; ids are integers; lists come in \
                 numbered pages."
                    .to_owned(),
            ),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Info::default()
        },
        ..OpenApi::default()
    };
    let bearer = SecurityScheme::Http {
        scheme: "bearer".to_owned(),
        bearer_format: Some("JWT".to_owned()),
        description: Some("The token of a login or a registration".to_owned()),
        extensions: Default::default(),
    };
    let key = SecurityScheme::ApiKey {
        location: ApiKeyLocation::Header,
        name: "X-API-Key".to_owned(),
        description: Some("The key of `POST /api/v1/users/api-key`".to_owned()),
        extensions: Default::default(),
    };
    let schemes = &mut document.components.get_or_insert_default().security_schemes;
    schemes.insert(SESSION.to_owned(), ReferenceOr::Item(bearer));
    schemes.insert(KEY.to_owned(), ReferenceOr::Item(key));
    document
}
