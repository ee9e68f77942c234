//! `/v1/auth`: how one comes in, and out.

use aide::axum::{ApiRouter, routing::post_with};
use app::{App, Login, LoginTo, Registration};
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Body, Caller, InOrganization, Path, Visitor, users::User};
use crate::kit::{Empty, Reply, Seconds, Secret};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/v1/auth/register",
            post_with(register, |op| {
                op.id("register").tag("auth").summary("Make an organization and its first user")
            }),
        )
        .api_route(
            "/v1/auth/login",
            post_with(login, |op| op.id("login").tag("auth").summary("Log in")),
        )
        .api_route(
            "/v1/orgs/{org}/auth/login",
            post_with(login_to_organization, |op| {
                op.id("loginToOrganization").tag("auth").summary("Log in to one organization")
            }),
        )
        .api_route(
            "/v1/auth/logout",
            post_with(logout, |op| op.id("logout").tag("auth").summary("End the session")),
        )
}

/// An organization to be, and its first user.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Register {
    /// The organization's name for people.
    #[schemars(length(min = 1, max = 100))]
    org_name: String,
    /// The organization's name in URLs.
    #[schemars(length(min = 2, max = 40), regex(pattern = r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$"))]
    org_slug: String,
    /// The user's address.
    #[schemars(email)]
    email: String,
    /// 10 to 256 characters.
    password: Secret,
}

/// Who wants to come in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The user's address.
    email: String,
    /// The user's password.
    password: Secret,
}

/// Who wants to come in, and where.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LoginCredentials {
    /// The user's address.
    email: String,
    /// The user's password.
    password: Secret,
    /// The organization; may be left out if address and password belong to one only.
    #[serde(default)]
    org_slug: Option<String>,
}

/// A session that has begun.
#[derive(Serialize, JsonSchema)]
struct Session {
    /// What proves it, for `Authorization: Bearer`.
    token: String,
    /// Until when.
    expires_at: Seconds,
    /// Whose.
    user: User,
}

impl From<Login> for Session {
    fn from(login: Login) -> Self {
        Self {
            token: login.token,
            expires_at: Seconds(login.expires_at_ms),
            user: User::of(&login.user, &login.organization),
        }
    }
}

async fn register(
    State(app): State<App>,
    visitor: Visitor,
    Body { value: body, .. }: Body<Register>,
) -> Answer<Reply<Session, 201>> {
    let wanted = Registration {
        organization_name: body.org_name,
        organization_slug: body.org_slug,
        email: body.email,
        password: body.password.password(),
    };
    Ok(Reply::new(app.register(&visitor.origin, wanted).await?.into()))
}

async fn login(
    State(app): State<App>,
    visitor: Visitor,
    Body { value: body, .. }: Body<LoginCredentials>,
) -> Answer<Reply<Session>> {
    let to = body.org_slug.as_deref().map_or(LoginTo::Only, LoginTo::Organization);
    let password = body.password.password();
    Ok(Reply::new(app.log_in(&visitor.origin, to, &body.email, password).await?.into()))
}

async fn login_to_organization(
    State(app): State<App>,
    visitor: Visitor,
    Path { value: at, .. }: Path<InOrganization>,
    Body { value: body, .. }: Body<Credentials>,
) -> Answer<Reply<Session>> {
    let to = LoginTo::Organization(&at.org);
    let password = body.password.password();
    Ok(Reply::new(app.log_in(&visitor.origin, to, &body.email, password).await?.into()))
}

async fn logout(State(app): State<App>, caller: Caller) -> Answer<Empty> {
    app.log_out(&caller.ctx).await?;
    Ok(Empty)
}
