//! `/v1/orgs/{org}/api-tokens`: tokens of the Web API, for administrators.

use aide::axum::{
    ApiRouter,
    routing::{delete_with, get_with},
};
use app::{
    App, WebTokenDraft,
    stored::{self, TokenId, TokenKind},
};
use axum::extract::{OriginalUri, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Body, Caller, InOrganization, Path, Query, users::Paging};
use crate::kit::{Empty, Id, Millis, Reply, Vocabulary, Word, listed};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/v1/orgs/{org}/api-tokens",
            get_with(list, |op| op.id("listApiTokens").tag("tokens").summary("List web tokens"))
                .post_with(add, |op| {
                    op.id("createApiToken").tag("tokens").summary("Make a web token")
                }),
        )
        .api_route(
            "/v1/orgs/{org}/api-tokens/{id}",
            delete_with(remove, |op| {
                op.id("deleteApiToken").tag("tokens").summary("Revoke a web token")
            }),
        )
}

/// A token of the Web API.
#[derive(Serialize, JsonSchema)]
struct ApiToken {
    id: Id<TokenId>,
    name: String,
    kind: Word<WebTokenKind>,
    /// Its first characters.
    prefix: String,
    created_at: Millis,
    last_used_at: Option<Millis>,
    expires_at: Option<Millis>,
}

/// A token that has just been made.
#[derive(Serialize, JsonSchema)]
struct NewApiToken {
    /// The token itself, this once.
    token: String,
    #[serde(flatten)]
    known: ApiToken,
}

impl From<stored::Token> for ApiToken {
    fn from(token: stored::Token) -> Self {
        Self {
            id: Id(token.id),
            name: token.name,
            kind: Word(WebTokenKind(token.kind)),
            prefix: token.prefix,
            created_at: Millis(token.created_at),
            last_used_at: token.last_used_at.map(Millis),
            expires_at: token.expires_at.map(Millis),
        }
    }
}

/// `fxv` or `fxw`.
#[derive(Clone, Copy)]
struct WebTokenKind(TokenKind);

impl Vocabulary for WebTokenKind {
    const NAME: &'static str = "WebTokenKind";
    const ALL: &'static [Self] = &[Self(TokenKind::WebActive), Self(TokenKind::WebPassive)];

    fn word(self) -> &'static str {
        self.0.as_str()
    }
}

/// A token to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenDraft {
    #[schemars(length(min = 1, max = 100))]
    name: String,
    kind: Word<WebTokenKind>,
    #[serde(default)]
    expires_at: Option<Millis>,
}

/// `{org}/api-tokens/{id}`.
#[derive(Deserialize, JsonSchema)]
struct AtToken {
    /// The organization's slug, which is the token's.
    #[expect(dead_code, reason = "the caller's extractor has compared it with the token's")]
    org: String,
    id: Id<TokenId>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    uri: OriginalUri,
    Query { value: query, .. }: Query<Paging>,
) -> Answer<Reply<Vec<ApiToken>>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = app.web_tokens(&caller.ctx, after, query.limit.0).await?;
    Ok(listed(&uri, page, ApiToken::from))
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    Body { value: body, .. }: Body<TokenDraft>,
) -> Answer<Reply<NewApiToken, 201>> {
    let draft = WebTokenDraft {
        name: body.name,
        kind: body.kind.0.0,
        expires_at_ms: body.expires_at.map(|at| at.0),
    };
    let issued = app.add_web_token(&caller.ctx, draft).await?;
    let token = issued.secret.to_string();
    Ok(Reply::new(NewApiToken { token, known: issued.token.into() }))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtToken>,
) -> Answer<Empty> {
    app.remove_web_token(&caller.ctx, at.id.0).await?;
    Ok(Empty)
}
