//! Organizations and their users.

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LockType, Query},
};

use crate::{
    Error, Keyset, Organization, OrganizationId, Plan, Role, System, Tenant, User, UserId,
    UserStatus,
    page::newest_first,
    tables::{organization, user},
};

/// An organization to be.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The address of the one user it is made for, in lower case, if it is made for one alone.
    pub personal_email: Option<String>,
    /// What it may use.
    pub plan: Plan,
}

/// A user to be.
#[derive(Clone)]
pub struct NewUser {
    /// In lower case.
    pub email: String,
    /// For people.
    pub name: Option<String>,
    /// In the PHC string format.
    pub password_hash: String,
    /// What the user may do.
    pub role: Role,
}

/// What changes of a user; `None` stays.
#[derive(Default)]
pub struct UserChanges {
    /// In lower case.
    pub email: Option<String>,
    /// For people; `Some(None)` takes it away.
    pub name: Option<Option<String>>,
    /// In the PHC string format.
    pub password_hash: Option<String>,
    /// What the user may do.
    pub role: Option<Role>,
    /// Whether the user may log in.
    pub status: Option<UserStatus>,
}

/// What is numbered in an organization.
#[derive(Clone, Copy)]
pub(crate) enum Counter {
    User,
    Project,
    Scan,
    Finding,
}

impl System {
    /// Makes an organization with its first user.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the slug is taken, or the address has an organization of its own.
    pub async fn register(
        &self,
        organization: NewOrganization,
        user: NewUser,
        now_ms: i64,
    ) -> Result<(Organization, User), Error> {
        let made = organization::ActiveModel {
            id: Set(OrganizationId::generate()),
            slug: Set(organization.slug),
            name: Set(organization.name),
            personal_email: Set(organization.personal_email),
            plan: Set(organization.plan),
            next_user: Set(2),
            next_project: Set(1),
            next_scan: Set(1),
            next_finding: Set(1),
            created_at: Set(now_ms),
        };
        let organization = made.insert(&self.tx).await?;
        let user = insert_user(&self.tx, organization.id, 1, user, now_ms).await?;
        Ok((organization, user))
    }

    /// The organization of that slug.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn organization_by_slug(&self, slug: &str) -> Result<Option<Organization>, Error> {
        let found = organization::Entity::find().filter(organization::Column::Slug.eq(slug));
        Ok(found.one(&self.tx).await?)
    }

    /// Organizations, by slug, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn organizations(&self, limit: u64) -> Result<Vec<Organization>, Error> {
        let rows = organization::Entity::find().order_by_asc(organization::Column::Slug);
        Ok(rows.limit(limit).all(&self.tx).await?)
    }

    /// Removes an organization with everything in it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_organization(&self, id: OrganizationId) -> Result<(), Error> {
        organization::Entity::delete_by_id(id).exec(&self.tx).await?;
        Ok(())
    }

    /// Says what an organization may use.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_plan(&self, id: OrganizationId, plan: Plan) -> Result<(), Error> {
        organization::Entity::update_many()
            .col_expr(organization::Column::Plan, Expr::value(plan.as_str()))
            .filter(organization::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Whether an organization was made for the user of that address alone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_personal_organization(&self, email: &str) -> Result<bool, Error> {
        let found =
            organization::Entity::find().filter(organization::Column::PersonalEmail.eq(email));
        Ok(found.count(&self.tx).await? > 0)
    }

    /// The user of that address in the organization of that slug.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn user_in(
        &self,
        slug: &str,
        email: &str,
    ) -> Result<Option<(Organization, User)>, Error> {
        let found = organization::Entity::find().filter(organization::Column::Slug.eq(slug));
        self.user_of(found.one(&self.tx).await?, email).await
    }

    /// The user of that address in the organization that was made for that address alone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn personal_user(&self, email: &str) -> Result<Option<(Organization, User)>, Error> {
        let found =
            organization::Entity::find().filter(organization::Column::PersonalEmail.eq(email));
        self.user_of(found.one(&self.tx).await?, email).await
    }

    async fn user_of(
        &self,
        organization: Option<Organization>,
        email: &str,
    ) -> Result<Option<(Organization, User)>, Error> {
        let Some(organization) = organization else { return Ok(None) };
        let user = user::Entity::find()
            .filter(user::Column::OrganizationId.eq(organization.id))
            .filter(user::Column::Email.eq(email))
            .one(&self.tx)
            .await?;
        Ok(user.map(|user| (organization, user)))
    }

    /// All users of that address, each with the organization, at most `limit`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn users_by_email(
        &self,
        email: &str,
        limit: u64,
    ) -> Result<Vec<(Organization, User)>, Error> {
        let users = user::Entity::find()
            .filter(user::Column::Email.eq(email))
            .order_by_asc(user::Column::CreatedAt)
            .limit(limit)
            .all(&self.tx)
            .await?;
        let ids = users.iter().map(|user| user.organization_id);
        let organizations = organization::Entity::find()
            .filter(organization::Column::Id.is_in(ids))
            .all(&self.tx)
            .await?;
        let with_organization = |user: User| {
            let of = organizations.iter().find(|one| one.id == user.organization_id)?;
            Some((of.clone(), user))
        };
        Ok(users.into_iter().filter_map(with_organization).collect())
    }
}

impl Tenant {
    /// The organization itself.
    ///
    /// # Errors
    /// [`Error::Missing`] if it is gone.
    pub async fn organization(&self) -> Result<Organization, Error> {
        let found = organization::Entity::find_by_id(self.organization).one(&self.tx).await?;
        found.ok_or(Error::Missing)
    }

    /// Says for whom the organization is, if it is for one user alone.
    ///
    /// # Errors
    /// [`Error::Conflict`] if that address has another such organization.
    pub async fn change_personal_email(&self, email: &str) -> Result<(), Error> {
        organization::Entity::update_many()
            .col_expr(organization::Column::PersonalEmail, Expr::value(email))
            .filter(organization::Column::Id.eq(self.organization))
            .filter(organization::Column::PersonalEmail.is_not_null())
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Its users, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn users(&self, after: Option<Keyset>, limit: u64) -> Result<Vec<User>, Error> {
        let users = user::Entity::find().filter(user::Column::OrganizationId.eq(self.organization));
        let users = newest_first(users, user::Column::CreatedAt, user::Column::Id, after, limit);
        Ok(users.all(&self.tx).await?)
    }

    /// The user of that id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, Error> {
        let found =
            user::Entity::find_by_id(id).filter(user::Column::OrganizationId.eq(self.organization));
        Ok(found.one(&self.tx).await?)
    }

    /// The user of that id, whom nobody changes until the transaction ends.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn hold_user(&self, id: UserId) -> Result<Option<User>, Error> {
        let found =
            user::Entity::find_by_id(id).filter(user::Column::OrganizationId.eq(self.organization));
        Ok(found.lock(LockType::Update).one(&self.tx).await?)
    }

    /// The user of that address, which is in lower case.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, Error> {
        let found = user::Entity::find()
            .filter(user::Column::OrganizationId.eq(self.organization))
            .filter(user::Column::Email.eq(email));
        Ok(found.one(&self.tx).await?)
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization has one of that address.
    pub async fn add_user(&self, user: NewUser, now_ms: i64) -> Result<User, Error> {
        let number = self.take_numbers(Counter::User, 1).await?;
        insert_user(&self.tx, self.organization, number, user, now_ms).await
    }

    /// Changes a user.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization has another one of that address; [`Error::Missing`] if there is none of that id.
    pub async fn change_user(
        &self,
        id: UserId,
        changes: UserChanges,
        now_ms: i64,
    ) -> Result<User, Error> {
        let mut user: user::ActiveModel = self.user(id).await?.ok_or(Error::Missing)?.into();
        if let Some(email) = changes.email {
            user.email = Set(email);
        }
        if let Some(name) = changes.name {
            user.name = Set(name);
        }
        if let Some(hash) = changes.password_hash {
            user.password_hash = Set(hash);
        }
        if let Some(role) = changes.role {
            user.role = Set(role);
        }
        if let Some(status) = changes.status {
            user.status = Set(status);
        }
        user.updated_at = Set(now_ms);
        Ok(user.update(&self.tx).await?)
    }

    /// Removes a user and ends the user's sessions. Says whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_user(&self, id: UserId) -> Result<bool, Error> {
        let gone = user::Entity::delete_many()
            .filter(user::Column::OrganizationId.eq(self.organization))
            .filter(user::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected > 0)
    }

    /// How many administrators may log in. Holds the organization's row, so that two that demote each other stand in line.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_active_admins(&self) -> Result<u64, Error> {
        self.take_turn().await?;
        let admins = user::Entity::find()
            .filter(user::Column::OrganizationId.eq(self.organization))
            .filter(user::Column::Role.eq(Role::Admin))
            .filter(user::Column::Status.eq(UserStatus::Active));
        Ok(admins.count(&self.tx).await?)
    }

    /// Lets one transaction of the organization at a time go on from here, until it ends: for what is decided by looking. SQLite
    /// has one writer anyway.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_turn(&self) -> Result<(), Error> {
        // What is added to the organization meanwhile refers to the row and does not wait.
        let row = organization::Entity::find_by_id(self.organization).lock(LockType::NoKeyUpdate);
        row.one(&self.tx).await?.ok_or(Error::Missing)?;
        Ok(())
    }

    /// Takes numbers that nothing of the organization has yet, and says the first.
    pub(crate) async fn take_numbers(&self, counter: Counter, count: i64) -> Result<i64, Error> {
        let column = match counter {
            Counter::User => organization::Column::NextUser,
            Counter::Project => organization::Column::NextProject,
            Counter::Scan => organization::Column::NextScan,
            Counter::Finding => organization::Column::NextFinding,
        };
        let update = Query::update()
            .table(organization::Entity)
            .value(column, Expr::col(column).add(count))
            .and_where(organization::Column::Id.eq(self.organization))
            .returning(Query::returning().column(column))
            .to_owned();
        let row = self.tx.query_one(&update).await?.ok_or(Error::Missing)?;
        let next: i64 = row.try_get_by_index(0)?;
        Ok(next - count)
    }
}

async fn insert_user(
    tx: &sea_orm::DatabaseTransaction,
    organization: OrganizationId,
    number: i64,
    user: NewUser,
    now_ms: i64,
) -> Result<User, Error> {
    let user = user::ActiveModel {
        id: Set(UserId::generate()),
        organization_id: Set(organization),
        number: Set(number),
        email: Set(user.email),
        name: Set(user.name),
        password_hash: Set(user.password_hash),
        role: Set(user.role),
        status: Set(UserStatus::Active),
        created_at: Set(now_ms),
        updated_at: Set(now_ms),
    };
    Ok(user.insert(tx).await?)
}
