//! What an operator of the installation does, who needs no session: who can run this has the database anyway.

use store::{
    Access, NewOrganization, NewUser, Organization, Plan, Role, Tenant, User, UserChanges,
    UserStatus,
};

use crate::{
    Allowance, App, Error, Password, Quota,
    accounts::{address_taken, slug_taken},
    text,
    users::{self, require_admin},
};

/// Users of one organization that are listed.
const MAX_USERS: u64 = 10_000;

/// The operator's use cases.
pub struct Operator<'a>(&'a App);

impl App {
    /// Acts as the installation's operator.
    #[must_use]
    pub fn operator(&self) -> Operator<'_> {
        Operator(self)
    }
}

impl Operator<'_> {
    /// Whether anybody has registered.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn has_organizations(&self) -> Result<bool, Error> {
        Ok(!self.0.store.system(Access::Read).await?.organizations(1).await?.is_empty())
    }

    /// All organizations, by slug.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn organizations(&self) -> Result<Vec<Organization>, Error> {
        Ok(self.0.store.system(Access::Read).await?.organizations(u64::MAX >> 1).await?)
    }

    /// Makes an organization and its first user, who is an administrator.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the slug is taken.
    pub async fn add_organization(
        &self,
        slug: String,
        name: &str,
        email: &str,
        password: Password,
    ) -> Result<(), Error> {
        let slug = text::slug(slug)?;
        let organization = NewOrganization {
            name: text::name("name", name)?,
            slug: slug.clone(),
            personal_email: None,
            plan: self.0.config.default_plan,
        };
        let user = self.new_user(email, password, Role::Admin).await?;
        self.0
            .add_organization(organization, user)
            .await
            .map_err(|error| slug_taken(error, &slug))?;
        Ok(())
    }

    /// Removes an organization with everything in it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove_organization(&self, slug: &str) -> Result<(), Error> {
        let organization = self.organization(slug).await?;
        let system = self.0.store.system(Access::Write).await?;
        system.remove_organization(organization.id).await?;
        Ok(system.commit().await?)
    }

    /// Says what an organization may use.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_plan(&self, slug: &str, plan: Plan) -> Result<(), Error> {
        let organization = self.organization(slug).await?;
        let system = self.0.store.system(Access::Write).await?;
        system.set_plan(organization.id, plan).await?;
        Ok(system.commit().await?)
    }

    /// How many scans an organization has used this month, and what its plan holds.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn quota(&self, slug: &str) -> Result<(Quota, Allowance), Error> {
        let organization = self.organization(slug).await?;
        let tenant = self.0.store.tenant(organization.id, Access::Read).await?;
        let quota = self.0.quota_of(&tenant, organization.plan).await?;
        Ok((quota, *self.0.config.plans.of(organization.plan)))
    }

    /// The users of an organization.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn users(&self, slug: &str) -> Result<Vec<User>, Error> {
        let organization = self.organization(slug).await?;
        let tenant = self.0.store.tenant(organization.id, Access::Read).await?;
        Ok(tenant.users(None, MAX_USERS).await?)
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] if the address is taken.
    pub async fn add_user(
        &self,
        slug: &str,
        email: &str,
        password: Password,
        role: Role,
    ) -> Result<(), Error> {
        let user = self.new_user(email, password, role).await?;
        let tenant = self.tenant(slug).await?;
        tenant.add_user(user, self.0.now_ms()).await.map_err(address_taken)?;
        Ok(tenant.commit().await?)
    }

    /// Sets a user's password and ends the user's sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_password(
        &self,
        slug: &str,
        email: &str,
        password: Password,
    ) -> Result<(), Error> {
        password.require_strength("password")?;
        let hash = self.0.passwords.hash(password).await?;
        let changes = UserChanges { password_hash: Some(hash), ..UserChanges::default() };
        self.change(slug, email, changes).await
    }

    /// Changes a user's role, or whether the user may log in; ends the sessions of who may not.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if no administrator would be left.
    pub async fn change_user(
        &self,
        slug: &str,
        email: &str,
        role: Option<Role>,
        status: Option<UserStatus>,
    ) -> Result<(), Error> {
        self.change(slug, email, UserChanges { role, status, ..UserChanges::default() }).await
    }

    async fn change(&self, slug: &str, email: &str, changes: UserChanges) -> Result<(), Error> {
        let tenant = self.tenant(slug).await?;
        let user = tenant.user_by_email(&email.trim().to_lowercase()).await?;
        let user = user.ok_or(Error::NotFound("user"))?;
        users::change(&tenant, user.id, changes, None, self.0.now_ms()).await?;
        require_admin(&tenant).await?;
        Ok(tenant.commit().await?)
    }

    async fn new_user(
        &self,
        email: &str,
        password: Password,
        role: Role,
    ) -> Result<NewUser, Error> {
        let email = text::email("email", email)?;
        password.require_strength("password")?;
        let password_hash = self.0.passwords.hash(password).await?;
        Ok(NewUser { email, name: None, password_hash, role })
    }

    async fn organization(&self, slug: &str) -> Result<Organization, Error> {
        let system = self.0.store.system(Access::Read).await?;
        system.organization_by_slug(slug).await?.ok_or(Error::NotFound("organization"))
    }

    async fn tenant(&self, slug: &str) -> Result<Tenant, Error> {
        let organization = self.organization(slug).await?;
        Ok(self.0.store.tenant(organization.id, Access::Write).await?)
    }
}
