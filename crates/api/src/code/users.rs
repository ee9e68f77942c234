//! `/v1/orgs/{org}/users`, for administrators.

use aide::axum::{
    ApiRouter,
    routing::{get_with, patch_with},
};
use app::{
    App, UserDraft, UserPatch,
    stored::{self, Role, UserId, UserStatus},
};
use axum::extract::{OriginalUri, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Body, Caller, InOrganization, Path, Query};
use crate::kit::{Cursor, Empty, Id, Limit, Millis, Reply, Secret, Word, listed, null_clears};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/v1/orgs/{org}/users",
            get_with(list, |op| op.id("listUsers").tag("users").summary("List users"))
                .post_with(add, |op| op.id("createUser").tag("users").summary("Add a user")),
        )
        .api_route(
            "/v1/orgs/{org}/users/{user}",
            patch_with(change, |op| op.id("updateUser").tag("users").summary("Change a user"))
                .delete_with(remove, |op| {
                    op.id("deleteUser").tag("users").summary("Remove a user")
                }),
        )
}

/// A user of an organization.
#[derive(Serialize, JsonSchema)]
pub(super) struct User {
    id: Id<UserId>,
    email: String,
    name: Option<String>,
    role: Word<Role>,
    status: Word<UserStatus>,
    /// The organization's slug.
    org_slug: String,
    created_at: Millis,
}

impl User {
    pub(super) fn of(user: &stored::User, organization: &stored::Organization) -> Self {
        Self {
            id: Id(user.id),
            email: user.email.clone(),
            name: user.name.clone(),
            role: Word(user.role),
            status: Word(user.status),
            org_slug: organization.slug.clone(),
            created_at: Millis(user.created_at),
        }
    }
}

/// `{org}/users/{user}`.
#[derive(Deserialize, JsonSchema)]
struct AtUser {
    /// The organization's slug, which is the token's.
    #[expect(dead_code, reason = "the caller's extractor has compared it with the token's")]
    org: String,
    /// The user's id.
    user: Id<UserId>,
}

/// Which part of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    #[serde(default)]
    pub(super) limit: Limit,
    #[serde(default)]
    pub(super) cursor: Option<Cursor>,
}

/// A user to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    #[schemars(email)]
    email: String,
    /// 10 to 256 characters.
    password: Secret,
    role: Word<Role>,
    #[serde(default)]
    name: Option<String>,
}

/// What changes; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserChanges {
    /// `null` takes it away.
    #[serde(default, deserialize_with = "null_clears")]
    name: Option<String>,
    #[serde(default)]
    role: Option<Word<Role>>,
    /// Suspending ends the user's sessions.
    #[serde(default)]
    status: Option<Word<UserStatus>>,
    /// A new one ends the user's sessions.
    #[serde(default)]
    password: Option<Secret>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    uri: OriginalUri,
    Query { value: query, .. }: Query<Paging>,
) -> Answer<Reply<Vec<User>>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = app.users(&caller.ctx, after, query.limit.0).await?;
    Ok(listed(&uri, page, |user| User::of(&user, &caller.ctx.organization)))
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    Body { value: body, .. }: Body<NewUser>,
) -> Answer<Reply<User, 201>> {
    let draft = UserDraft {
        email: body.email,
        password: body.password.password(),
        role: body.role.0,
        name: body.name,
    };
    let user = app.add_user(&caller.ctx, draft).await?;
    Ok(Reply::new(User::of(&user, &caller.ctx.organization)))
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtUser>,
    Body { value: body, .. }: Body<UserChanges>,
) -> Answer<Reply<User>> {
    let patch = UserPatch {
        name: body.name,
        role: body.role.map(|role| role.0),
        status: body.status.map(|status| status.0),
        password: body.password.map(Secret::password),
    };
    let user = app.change_user(&caller.ctx, at.user.0, patch).await?;
    Ok(Reply::new(User::of(&user, &caller.ctx.organization)))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtUser>,
) -> Answer<Empty> {
    app.remove_user(&caller.ctx, at.user.0).await?;
    Ok(Empty)
}
