//! Accounts: how one comes in.

use std::time::Duration;

use store::{Access, NewOrganization, NewUser, Organization, Role, User, UserChanges, UserStatus};

use crate::{App, Ctx, Error, Login, Origin, Password, keys::random_token, place_of, text, users};

/// Organizations of one address that a login without a slug tries.
const MAX_ORGANIZATIONS_OF_EMAIL: u64 = 16;
/// Slugs that are tried for an organization whose name is made up.
const MAX_SLUGS: usize = 8;

/// An organization to be, with its first user.
pub struct Registration {
    /// Its name for people.
    pub organization_name: String,
    /// Its name in URLs.
    pub organization_slug: String,
    /// The first user's.
    pub email: String,
    /// The first user's.
    pub password: Password,
}

/// Somebody who wants an organization of one's own.
pub struct PersonalRegistration {
    /// The user's.
    pub email: String,
    /// The user's.
    pub password: Password,
    /// For people.
    pub name: Option<String>,
}

/// Which of a user's organizations a login is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginTo<'a> {
    /// The one of that slug.
    Organization(&'a str),
    /// The only one where address and password are right.
    Only,
    /// The user's own, else the oldest where address and password are right.
    Own,
}

/// What changes of one's own account; `None` stays.
#[derive(Default)]
pub struct ProfileChanges {
    /// For people; empty takes it away.
    pub name: Option<String>,
    /// Needs the current password.
    pub email: Option<String>,
    /// Needed to change address or password.
    pub current_password: Option<Password>,
    /// Needs the current password; ends all other sessions.
    pub new_password: Option<Password>,
}

impl App {
    /// Makes an organization and its first user, who is an administrator, and logs in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if registration is closed, [`Error::Conflict`] if the slug is taken.
    pub async fn register(&self, origin: &Origin, wanted: Registration) -> Result<Login, Error> {
        self.require_registration()?;
        let slug = text::slug(wanted.organization_slug)?;
        let name = text::name("org_name", &wanted.organization_name)?;
        self.take_registration(origin).await?;
        let user = self.first_user(&wanted.email, None, wanted.password).await?;
        let organization =
            NewOrganization { slug, name, personal_email: None, plan: self.config.default_plan };
        let slug = organization.slug.clone();
        let (organization, user) = self
            .add_organization(organization, user)
            .await
            .map_err(|error| slug_taken(error, &slug))?;
        self.begin_session(origin, user, organization).await
    }

    /// Makes a user with an organization of its own, whose slug follows from the address, and logs in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if registration is closed, [`Error::Conflict`] if the address has such an organization.
    pub async fn register_personal(
        &self,
        origin: &Origin,
        wanted: PersonalRegistration,
    ) -> Result<Login, Error> {
        self.require_registration()?;
        let email = text::email("email", &wanted.email)?;
        let name = wanted.name.filter(|name| !name.trim().is_empty());
        let name = name.map(|name| text::name("name", &name)).transpose()?;
        self.take_registration(origin).await?;
        let user = self.first_user(&email, name.clone(), wanted.password).await?;
        let local = email.split('@').next().unwrap_or_default();
        let base = text::slug_from(local, "user");
        for attempt in 0..MAX_SLUGS {
            let slug = if attempt == 0 { base.clone() } else { with_tail(&base)? };
            let organization = NewOrganization {
                slug,
                name: name.clone().unwrap_or_else(|| local.to_owned()),
                personal_email: Some(email.clone()),
                plan: self.config.default_plan,
            };
            match self.add_organization(organization, user.clone()).await {
                Ok((organization, user)) => {
                    return self.begin_session(origin, user, organization).await;
                }
                // Either the slug or the address.
                Err(store::Error::Conflict) => {
                    let system = self.store.system(Access::Read).await?;
                    if system.has_personal_organization(&email).await? {
                        let message = "an account with this e-mail address exists already";
                        return Err(Error::Conflict(message.to_owned()));
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Unavailable)
    }

    fn require_registration(&self) -> Result<(), Error> {
        match self.config.is_registration_open {
            true => Ok(()),
            false => Err(Error::Forbidden("registration is closed on this server")),
        }
    }

    /// Counts an account that is about to be made.
    async fn take_registration(&self, origin: &Origin) -> Result<(), Error> {
        self.count("registration ", origin, self.config.registration_limit).await
    }

    async fn first_user(
        &self,
        email: &str,
        name: Option<String>,
        password: Password,
    ) -> Result<NewUser, Error> {
        let email = text::email("email", email)?;
        password.require_strength("password")?;
        let password_hash = self.passwords.hash(password).await?;
        Ok(NewUser { email, name, password_hash, role: Role::Admin })
    }

    pub(crate) async fn add_organization(
        &self,
        organization: NewOrganization,
        user: NewUser,
    ) -> Result<(Organization, User), store::Error> {
        let system = self.store.system(Access::Write).await?;
        let made = system.register(organization, user, self.now_ms()).await?;
        system.commit().await?;
        Ok(made)
    }

    /// Logs in.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for an unknown organization, address or password alike; [`Error::LimitReached`] after too
    /// many attempts from one address, right ones included.
    pub async fn log_in(
        &self,
        origin: &Origin,
        to: LoginTo<'_>,
        email: &str,
        password: Password,
    ) -> Result<Login, Error> {
        self.take_attempt(origin).await?;
        let email = email.trim().to_lowercase();
        let candidates = self.candidates(to, &email).await?;
        let hashes = candidates.iter().map(|(_, user)| user.password_hash.clone()).collect();
        let matches = self.passwords.matches(password, hashes).await?;
        let mut matching =
            candidates.into_iter().zip(matches).filter_map(|(one, is_it)| is_it.then_some(one));
        let (organization, user) = matching.next().ok_or(Error::Unauthenticated)?;
        if to == LoginTo::Only && matching.next().is_some() {
            return Err(slug_needed());
        }
        if user.status != UserStatus::Active {
            return Err(Error::Forbidden("this user is suspended"));
        }
        self.begin_session(origin, user, organization).await
    }

    async fn candidates(
        &self,
        to: LoginTo<'_>,
        email: &str,
    ) -> Result<Vec<(Organization, User)>, Error> {
        let system = self.store.system(Access::Read).await?;
        let slug = match to {
            LoginTo::Organization(slug) => slug,
            LoginTo::Only | LoginTo::Own => "",
        };
        if !text::can_be_stored(email) || !text::can_be_stored(slug) {
            return Ok(Vec::new());
        }
        let mut candidates = match to {
            LoginTo::Organization(slug) => {
                return Ok(system.user_in(slug, email).await?.into_iter().collect());
            }
            LoginTo::Own => Vec::from_iter(system.personal_user(email).await?),
            LoginTo::Only => Vec::new(),
        };
        let all = system.users_by_email(email, MAX_ORGANIZATIONS_OF_EMAIL + 1).await?;
        let is_too_many =
            u64::try_from(all.len()).is_ok_and(|all| all > MAX_ORGANIZATIONS_OF_EMAIL);
        // Whoever registers an address again and again does not get to hide somebody's behind them.
        if is_too_many && to == LoginTo::Only {
            return Err(slug_needed());
        }
        let others =
            all.into_iter().filter(|(_, user)| candidates.iter().all(|(_, own)| own.id != user.id));
        candidates.extend(others.collect::<Vec<_>>());
        Ok(candidates)
    }

    /// Counts an attempt to log in.
    async fn take_attempt(&self, origin: &Origin) -> Result<(), Error> {
        self.count("", origin, self.config.login_limit).await
    }

    /// Counts what somebody does, of which there may be so much from one place within the window. `what` tells it from the rest.
    async fn count(&self, what: &str, origin: &Origin, limit: u64) -> Result<(), Error> {
        let Some(address) = origin.address else { return Ok(()) };
        let now_ms = self.now_ms();
        let window_ms = i64::try_from(self.config.login_window.as_millis()).unwrap_or(i64::MAX);
        let since_ms = now_ms.saturating_sub(window_ms);
        let key = format!("{what}{}", place_of(address));
        let system = self.store.system(Access::Write).await?;
        let earliest = system.take_attempt(&key, since_ms, limit, now_ms).await?;
        system.commit().await?;
        let Some(earliest) = earliest else { return Ok(()) };
        let wait_ms = u64::try_from(earliest.saturating_add(window_ms) - now_ms).unwrap_or(0);
        Err(Error::LimitReached { retry_after: Duration::from_secs(wait_ms.div_ceil(1000).max(1)) })
    }

    /// Changes the caller's own account.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the current password is needed and wrong; [`Error::Conflict`] if the address is taken.
    pub async fn change_profile(&self, ctx: &Ctx, wanted: ProfileChanges) -> Result<User, Error> {
        let name = match wanted.name.as_deref().map(str::trim) {
            None => None,
            Some("") => Some(None),
            Some(name) => Some(Some(text::name("name", name)?)),
        };
        let email = wanted.email.map(|email| text::email("email", &email)).transpose()?;
        let email = email.filter(|email| *email != ctx.user.email);
        let changes_login = email.is_some() || wanted.new_password.is_some();
        let session = if changes_login { Some(ctx.require_session()?) } else { None };
        if changes_login {
            self.require_password(ctx, wanted.current_password).await?;
        }
        let password_hash = match wanted.new_password {
            Some(password) => {
                password.require_strength("new_password")?;
                Some(self.passwords.hash(password).await?)
            }
            None => None,
        };
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        if let Some(email) = &email
            && ctx.organization.personal_email.as_ref() == Some(&ctx.user.email)
        {
            tenant.change_personal_email(email).await.map_err(address_taken)?;
        }
        let changes = UserChanges { email, name, password_hash, ..UserChanges::default() };
        let user = users::change(&tenant, ctx.user.id, changes, session, now_ms)
            .await
            .map_err(address_taken)?;
        ctx.log(&tenant, "user.changed", &user.email, now_ms).await?;
        tenant.commit().await?;
        Ok(user)
    }

    async fn require_password(&self, ctx: &Ctx, password: Option<Password>) -> Result<(), Error> {
        let password = password.ok_or_else(|| {
            Error::invalid(
                "current_password",
                "current_password is needed to change the address or the password",
            )
        })?;
        // Who has a token that leaked does not get to try passwords at will.
        self.take_attempt(&ctx.origin).await?;
        let hashes = vec![ctx.user.password_hash.clone()];
        match self.passwords.matches(password, hashes).await?.first() {
            Some(true) => Ok(()),
            _ => Err(Error::invalid("current_password", "current_password is wrong")),
        }
    }
}

fn slug_needed() -> Error {
    Error::invalid("org_slug", "org_slug is needed: this address belongs to several organizations")
}

pub(crate) fn slug_taken(error: store::Error, slug: &str) -> Error {
    match error {
        store::Error::Conflict => Error::Conflict(format!("the slug {slug} is taken")),
        other => other.into(),
    }
}

pub(crate) fn address_taken(error: store::Error) -> Error {
    match error {
        store::Error::Conflict => {
            Error::Conflict("a user with this e-mail address exists already".to_owned())
        }
        other => other.into(),
    }
}

/// A slug that is very likely free.
fn with_tail(base: &str) -> Result<String, Error> {
    let tail: String = random_token()?
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(6)
        .collect::<String>()
        .to_ascii_lowercase();
    Ok(format!("{base}-{tail}"))
}
