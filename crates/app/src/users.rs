//! The users of an organization, for its administrators.

use store::{Keyset, NewUser, Role, SessionId, Tenant, User, UserChanges, UserId, UserStatus};

use crate::{App, Ctx, Error, Page, Password, accounts::address_taken, page, text};

/// A user to be.
pub struct UserDraft {
    /// Unique in the organization.
    pub email: String,
    /// The first one; the user may change it.
    pub password: Password,
    /// What the user may do.
    pub role: Role,
    /// For people.
    pub name: Option<String>,
}

/// What changes of a user; `None` stays.
#[derive(Default)]
pub struct UserPatch {
    /// For people; empty takes it away.
    pub name: Option<String>,
    /// What the user may do.
    pub role: Option<Role>,
    /// Whether the user may log in; suspending ends the user's sessions.
    pub status: Option<UserStatus>,
    /// A new one; ends the user's sessions.
    pub password: Option<Password>,
}

impl App {
    /// The users, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators.
    pub async fn users(
        &self,
        ctx: &Ctx,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<User>, Error> {
        ctx.require(Role::Admin)?;
        let users = self.read(ctx).await?.users(after, limit + 1).await?;
        Ok(page(users, limit, |user| Keyset::of(user.created_at, user.id)))
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators; [`Error::Conflict`] if the address is taken.
    pub async fn add_user(&self, ctx: &Ctx, draft: UserDraft) -> Result<User, Error> {
        ctx.require(Role::Admin)?;
        let email = text::email("email", &draft.email)?;
        let name = draft.name.filter(|name| !name.trim().is_empty());
        let name = name.map(|name| text::name("name", &name)).transpose()?;
        draft.password.require_strength("password")?;
        let password_hash = self.passwords.hash(draft.password).await?;
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let user = NewUser { email, name, password_hash, role: draft.role };
        let user = tenant.add_user(user, now_ms).await.map_err(address_taken)?;
        ctx.log(&tenant, "user.created", &user.email, now_ms).await?;
        tenant.commit().await?;
        Ok(user)
    }

    /// Changes a user.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators; [`Error::Conflict`] if no administrator would be left.
    pub async fn change_user(
        &self,
        ctx: &Ctx,
        id: UserId,
        patch: UserPatch,
    ) -> Result<User, Error> {
        ctx.require(Role::Admin)?;
        let name = match patch.name.as_deref().map(str::trim) {
            None => None,
            Some("") => Some(None),
            Some(name) => Some(Some(text::name("name", name)?)),
        };
        let password_hash = match patch.password {
            Some(password) => {
                password.require_strength("password")?;
                Some(self.passwords.hash(password).await?)
            }
            None => None,
        };
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let changes = UserChanges {
            email: None,
            name,
            password_hash,
            role: patch.role,
            status: patch.status,
        };
        let user = change(&tenant, id, changes, None, now_ms).await.map_err(gone)?;
        require_admin(&tenant).await?;
        ctx.log(&tenant, "user.changed", &user.email, now_ms).await?;
        tenant.commit().await?;
        Ok(user)
    }

    /// Removes a user, and with it the user's sessions and tokens.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators; [`Error::Conflict`] if no administrator would be left.
    pub async fn remove_user(&self, ctx: &Ctx, id: UserId) -> Result<(), Error> {
        ctx.require(Role::Admin)?;
        let tenant = self.write(ctx).await?;
        let user = tenant.user(id).await?.ok_or(Error::NotFound("user"))?;
        tenant.remove_user(id).await?;
        require_admin(&tenant).await?;
        ctx.log(&tenant, "user.removed", &user.email, self.now_ms()).await?;
        Ok(tenant.commit().await?)
    }
}

/// Changes a user, and ends the sessions that the change makes invalid, but for `kept`. They end after the change: a login
/// that still knew the old password has either begun its session by then or finds the new one.
pub(crate) async fn change(
    tenant: &Tenant,
    id: UserId,
    changes: UserChanges,
    kept: Option<SessionId>,
    now_ms: i64,
) -> Result<User, store::Error> {
    let ends_sessions =
        changes.password_hash.is_some() || changes.status == Some(UserStatus::Suspended);
    let user = tenant.change_user(id, changes, now_ms).await?;
    if ends_sessions {
        tenant.end_sessions_of(id, kept).await?;
    }
    Ok(user)
}

/// Goes on if somebody is left who can manage the organization.
pub(crate) async fn require_admin(tenant: &Tenant) -> Result<(), Error> {
    match tenant.count_active_admins().await? {
        0 => Err(Error::Conflict("an organization keeps at least one active admin".to_owned())),
        _ => Ok(()),
    }
}

fn gone(error: store::Error) -> Error {
    match error {
        store::Error::Missing => Error::NotFound("user"),
        other => other.into(),
    }
}
