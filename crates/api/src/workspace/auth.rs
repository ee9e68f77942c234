//! `/api/v1/auth`: how one comes in.

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use app::{App, Login, LoginTo, PersonalRegistration};
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Body, Caller, Visitor, success,
    users::{OneUser, User},
};
use crate::kit::{Millis, Secret};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/api/v1/auth/register",
            post_with(register, |op| {
                op.id("register").tag("auth").summary("Register a new user account")
            }),
        )
        .api_route(
            "/api/v1/auth/login",
            post_with(login, |op| op.id("login").tag("auth").summary("Log in")),
        )
        .api_route(
            "/api/v1/auth/me",
            get_with(me, |op| op.id("getMe").tag("auth").summary("Who calls")),
        )
}

/// A user to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Register {
    #[schemars(email)]
    email: String,
    /// 10 to 256 characters.
    password: Secret,
    #[serde(default)]
    name: Option<String>,
}

/// Who wants to come in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: Secret,
}

/// A session that has begun.
#[derive(Serialize, JsonSchema)]
struct Session {
    /// What proves it, for `Authorization: Bearer`.
    token: String,
    /// Until when.
    expires_at: Millis,
    /// Whose.
    user: User,
}

impl From<Login> for Session {
    fn from(login: Login) -> Self {
        Self {
            token: login.token,
            expires_at: Millis(login.expires_at_ms),
            user: User::of(&login.user, &login.organization),
        }
    }
}

async fn register(
    State(app): State<App>,
    visitor: Visitor,
    Body { value: body, .. }: Body<Register>,
) -> Answer<Session, 201> {
    let wanted = PersonalRegistration {
        email: body.email,
        password: body.password.password(),
        name: body.name,
    };
    Ok(success(app.register_personal(&visitor.origin, wanted).await?.into()))
}

async fn login(
    State(app): State<App>,
    visitor: Visitor,
    Body { value: body, .. }: Body<Credentials>,
) -> Answer<Session> {
    let password = body.password.password();
    Ok(success(app.log_in(&visitor.origin, LoginTo::Own, &body.email, password).await?.into()))
}

async fn me(caller: Caller) -> Answer<OneUser> {
    Ok(success(OneUser::of(&caller.ctx.user, &caller.ctx)))
}
