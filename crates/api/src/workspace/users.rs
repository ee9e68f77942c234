//! `/api/v1/users`: the caller's own account.

use aide::{
    axum::{
        ApiRouter,
        routing::{get_with, post_with},
    },
    transform::TransformOperation,
};
use app::{
    App, Ctx, ProfileChanges,
    stored::{self, Role, UserStatus},
};
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Body, Caller, Nothing, SESSION, success};
use crate::kit::{Millis, Secret, Word, null_clears};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/api/v1/users/profile",
            get_with(get, |op| op.id("getProfile").tag("users").summary("Read the own account"))
                .put_with(change, |op| {
                    op.id("updateProfile")
                        .tag("users")
                        .summary("Change the own account")
                        .description("A new address or password needs the current password and a session; a new password ends all other sessions.")
                }),
        )
        .api_route(
            "/api/v1/users/api-key",
            post_with(make_key, |op| {
                of_session(op).id("createApiKey").tag("users").summary("Make an API key").description(
                    "It takes the place of the current one, and is shown this once. Needs a session.",
                )
            })
            .delete_with(remove_key, |op| {
                of_session(op)
                    .id("deleteApiKey")
                    .tag("users")
                    .summary("Revoke the API key")
                    .description("Needs a session.")
            }),
        )
}

/// A key opens everything but this.
fn of_session(mut op: TransformOperation<'_>) -> TransformOperation<'_> {
    op.inner_mut().security = vec![[(SESSION.to_owned(), Vec::new())].into_iter().collect()];
    op
}

/// A user.
#[derive(Serialize, JsonSchema)]
pub(super) struct User {
    id: i64,
    email: String,
    name: Option<String>,
    role: Word<Role>,
    status: Word<UserStatus>,
    /// The slug of the user's organization.
    organization: String,
    created_at: Millis,
    updated_at: Millis,
}

impl User {
    pub(super) fn of(user: &stored::User, organization: &stored::Organization) -> Self {
        Self {
            id: user.number,
            email: user.email.clone(),
            name: user.name.clone(),
            role: Word(user.role),
            status: Word(user.status),
            organization: organization.slug.clone(),
            created_at: Millis(user.created_at),
            updated_at: Millis(user.updated_at),
        }
    }
}

/// One user.
#[derive(Serialize, JsonSchema)]
pub(super) struct OneUser {
    user: User,
}

impl OneUser {
    /// A user of the caller's organization.
    pub(super) fn of(user: &stored::User, ctx: &Ctx) -> Self {
        Self { user: User::of(user, &ctx.organization) }
    }
}

/// What changes; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Changes {
    /// `null` takes it away.
    #[serde(default, deserialize_with = "null_clears")]
    name: Option<String>,
    #[serde(default)]
    #[schemars(email)]
    email: Option<String>,
    /// Needed to change address or password.
    #[serde(default)]
    current_password: Option<Secret>,
    /// 10 to 256 characters.
    #[serde(default)]
    new_password: Option<Secret>,
}

/// A key that has just been made.
#[derive(Serialize, JsonSchema)]
struct NewKey {
    /// The key itself, this once.
    api_key: String,
    /// Its first characters.
    prefix: String,
    created_at: Millis,
}

async fn get(caller: Caller) -> Answer<OneUser> {
    Ok(success(OneUser::of(&caller.ctx.user, &caller.ctx)))
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Body { value: body, .. }: Body<Changes>,
) -> Answer<OneUser> {
    let changes = ProfileChanges {
        name: body.name,
        email: body.email,
        current_password: body.current_password.map(Secret::password),
        new_password: body.new_password.map(Secret::password),
    };
    let user = app.change_profile(&caller.ctx, changes).await?;
    Ok(success(OneUser::of(&user, &caller.ctx)))
}

async fn make_key(State(app): State<App>, caller: Caller) -> Answer<NewKey, 201> {
    let issued = app.make_workspace_key(&caller.ctx).await?;
    Ok(success(NewKey {
        api_key: issued.secret.to_string(),
        prefix: issued.token.prefix,
        created_at: Millis(issued.token.created_at),
    }))
}

async fn remove_key(State(app): State<App>, caller: Caller) -> Answer<Nothing> {
    app.remove_workspace_key(&caller.ctx).await?;
    Ok(success(Nothing {}))
}
