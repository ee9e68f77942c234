//! Domains: an organization says that a host is its own, shows it, and signs that it may be scanned actively.
//!
//! Two organizations may say so of one host; each has a token of its own, and whose token is found there has shown it. What was shown
//! is looked for again and again. It is taken away when the place where it was found answers without it. When nothing answers, that
//! says nothing of whose it is: then it stands for some days more ([`PROOF_LIFE_MS`]) and not longer.

mod gate;
mod hostname;
mod proof;
mod watch;

use store::{Domain, DomainId, Keyset, NewAuthorization, Plan, Role, Tenant};

pub use gate::{Authorized, Verified};

use crate::{App, Ctx, Error, Page, keys::random_token, page, text};

/// How long a proof is good: so long may nothing answer before a verification is taken away.
const PROOF_LIFE_MS: i64 = 3 * 24 * 3_600_000;
/// How often it is looked for after somebody asked for it, and for how long.
const WATCH_EVERY_MS: i64 = 30_000;
/// See above.
const WATCH_MS: i64 = 10 * 60_000;
/// Longest statement, in characters.
const MAX_STATEMENT_CHARS: usize = 1_000;

/// Whether a domain is its organization's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DomainStatus {
    /// It has not been shown.
    Pending,
    /// It has been shown, and not long ago.
    Verified,
    /// It had been shown, and is not any more.
    Revoked,
}

impl DomainStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Verified, Self::Revoked];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Revoked => "revoked",
        }
    }
}

/// A domain, and what is to be told of it.
#[derive(Clone, Debug)]
pub struct DomainView {
    /// The domain.
    pub domain: Domain,
    /// Whether it is its organization's.
    pub status: DomainStatus,
    /// The name of the TXT record that is to hold the token.
    pub record_name: String,
    /// The URL of the file that is to hold the token.
    pub file_url: String,
    /// What is to be signed before it may be scanned actively.
    pub statement: String,
}

/// A signature.
pub struct Signature {
    /// What is signed: the domain's statement, word for word.
    pub statement: String,
    /// The full name of who signs.
    pub name: String,
}

impl App {
    /// Adds a domain.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to viewers; [`Error::Invalid`]; [`Error::Conflict`] if the organization has it already;
    /// [`Error::PlanRequired`] if it has as many as its plan holds.
    pub async fn add_domain(&self, ctx: &Ctx, hostname: &str) -> Result<DomainView, Error> {
        ctx.require(Role::Member)?;
        let hostname = hostname::hostname(hostname)?;
        let token = random_token()?.to_string();
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        tenant.take_turn().await?;
        if tenant.domain_of(&hostname).await?.is_some() {
            return Err(Error::Conflict(format!("the domain {hostname} is there already")));
        }
        let known = tenant.count_domains().await?;
        self.require_room_for(ctx, known, self.allowance(ctx).domains, "domains")?;
        let domain = tenant.add_domain(hostname, token, now_ms).await?;
        ctx.log(&tenant, "domain.added", &domain.hostname, now_ms).await?;
        tenant.commit().await?;
        Ok(self.view(domain))
    }

    /// The organization's domains, the newest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn domains(
        &self,
        ctx: &Ctx,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<DomainView>, Error> {
        let domains = self.read(ctx).await?.domains(after, limit + 1).await?;
        let domains = page(domains, limit, |one| Keyset::of(one.created_at, one.id));
        let items = domains.items.into_iter().map(|domain| self.view(domain)).collect();
        Ok(Page { items, next: domains.next })
    }

    /// The domain of that id.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn domain(&self, ctx: &Ctx, id: DomainId) -> Result<DomainView, Error> {
        self.reread(&self.read(ctx).await?, id).await
    }

    /// Removes a domain, with its verification and authorization.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators; [`Error::NotFound`].
    pub async fn remove_domain(&self, ctx: &Ctx, id: DomainId) -> Result<(), Error> {
        ctx.require(Role::Admin)?;
        let tenant = self.write(ctx).await?;
        let domain = held(&tenant, id).await?;
        tenant.remove_domain(id).await?;
        ctx.log(&tenant, "domain.removed", &domain.hostname, self.now_ms()).await?;
        Ok(tenant.commit().await?)
    }

    /// Has a domain looked at: at once and every 30 seconds, for 10 minutes or until the token is found; once a day from then on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to viewers; [`Error::NotFound`]; [`Error::RateLimited`] if the user has asked for too many looks.
    pub async fn verify_domain(&self, ctx: &Ctx, id: DomainId) -> Result<DomainView, Error> {
        ctx.require(Role::Member)?;
        self.spend_look(ctx).await?;
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let domain = held(&tenant, id).await?;
        // Whoever asks again and again does not have the host asked more often.
        let last = domain.checked_at.filter(|last| *last <= now_ms);
        let next = last.map_or(now_ms, |last| now_ms.max(last.saturating_add(WATCH_EVERY_MS)));
        tenant.watch_domain(id, next, now_ms.saturating_add(WATCH_MS)).await?;
        ctx.log(&tenant, "domain.verification_asked", &domain.hostname, now_ms).await?;
        let view = self.reread(&tenant, id).await?;
        tenant.commit().await?;
        self.wake_watch.notify_one();
        Ok(view)
    }

    /// Signs that a verified domain may be scanned actively.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators with a session; [`Error::NotFound`]; [`Error::PlanRequired`];
    /// [`Error::Conflict`] if the domain is not verified; [`Error::Invalid`] if something else is signed than its statement.
    pub async fn authorize_domain(
        &self,
        ctx: &Ctx,
        id: DomainId,
        signature: Signature,
    ) -> Result<DomainView, Error> {
        ctx.require(Role::Admin)?;
        ctx.require_session()?;
        let name = text::name("name", &signature.name)?;
        let signed = signature.statement.trim();
        text::one_line("statement", signed)?;
        if signed.chars().nth(MAX_STATEMENT_CHARS).is_some() {
            return Err(wrong_statement());
        }
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let domain = held(&tenant, id).await?;
        self.require_active_scans(ctx.organization.plan)?;
        if !is_verified(&domain, now_ms) {
            let message = format!("{} is not verified", domain.hostname);
            return Err(Error::Conflict(message));
        }
        let statement = statement(&domain.hostname);
        if signed != statement {
            return Err(wrong_statement());
        }
        let authorization = NewAuthorization {
            user: ctx.user.id,
            email: ctx.user.email.clone(),
            name,
            statement,
            address: ctx.origin.address.map(|address| address.to_string()),
            user_agent: ctx.origin.user_agent.clone(),
        };
        tenant.authorize_domain(id, authorization, now_ms).await?;
        ctx.log(&tenant, "domain.authorized", &domain.hostname, now_ms).await?;
        let view = self.reread(&tenant, id).await?;
        tenant.commit().await?;
        Ok(view)
    }

    /// Takes back what was signed: no active scan is started from then on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators; [`Error::NotFound`] if there is no such domain, or nothing was signed.
    pub async fn withdraw_authorization(&self, ctx: &Ctx, id: DomainId) -> Result<(), Error> {
        ctx.require(Role::Admin)?;
        let tenant = self.write(ctx).await?;
        let domain = held(&tenant, id).await?;
        if !tenant.withdraw_authorization(id).await? {
            return Err(Error::NotFound("authorization"));
        }
        let now_ms = self.now_ms();
        ctx.log(&tenant, "domain.authorization_withdrawn", &domain.hostname, now_ms).await?;
        Ok(tenant.commit().await?)
    }

    pub(crate) fn require_active_scans(&self, plan: Plan) -> Result<(), Error> {
        match self.config.plans.of(plan).active_scans {
            true => Ok(()),
            false => {
                let message = format!("the plan {} holds no active scans", plan.as_str());
                Err(Error::PlanRequired(message))
            }
        }
    }

    async fn reread(&self, tenant: &Tenant, id: DomainId) -> Result<DomainView, Error> {
        let domain = tenant.domain(id).await?.ok_or(Error::NotFound("domain"))?;
        Ok(self.view(domain))
    }

    fn view(&self, domain: Domain) -> DomainView {
        let status = match (is_verified(&domain, self.now_ms()), domain.revoked_at) {
            (true, _) => DomainStatus::Verified,
            (false, None) if domain.verified_at.is_none() => DomainStatus::Pending,
            (false, _) => DomainStatus::Revoked,
        };
        DomainView {
            status,
            record_name: proof::record_name(&domain.hostname),
            file_url: proof::file_url(&domain.hostname),
            statement: statement(&domain.hostname),
            domain,
        }
    }
}

/// Whether a domain is verified. A proof that a clock has dated further into the future than it is good for counts as none until it is
/// looked for again.
fn is_verified(domain: &Domain, now_ms: i64) -> bool {
    let is_fresh = |proven_at: i64| (-PROOF_LIFE_MS..PROOF_LIFE_MS).contains(&(now_ms - proven_at));
    domain.verified_at.is_some() && domain.proven_at.is_some_and(is_fresh)
}

/// What is to be signed.
fn statement(hostname: &str) -> String {
    format!(
        "I am entitled to decide about the security of {hostname}, and I ask for active scans of exactly this host: requests that look for weaknesses by trying them, whenever my organization starts such a scan, until this authorization is withdrawn."
    )
}

fn wrong_statement() -> Error {
    let message = "statement must be the domain's authorization_statement, word for word";
    Error::invalid("statement", message)
}

async fn held(tenant: &Tenant, id: DomainId) -> Result<Domain, Error> {
    tenant.hold_domain(id).await?.ok_or(Error::NotFound("domain"))
}
