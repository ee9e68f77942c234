//! Looks at domains again and again. A process leases a domain to look at it, so that no two do at the same time.

use store::{Access, Domain, DomainCheck, DomainLease, NewEvent, ProofKind, Tenant, Verification};
use tokio::{sync::watch, task::JoinSet, time::sleep};

use super::{
    WATCH_EVERY_MS, WATCH_MS, is_verified,
    proof::{Look, Sight, Sights},
};
use crate::{
    App, Error,
    threads::on_a_thread,
    worker::{is_stopped, stopped},
};

/// Looks of one process at a time: most of one is waiting.
const AT_ONCE: usize = 8;
/// How long a process that died keeps a domain. A look takes a minute at most.
const LEASE_MS: i64 = 2 * 60_000;
/// How often what was found is looked for.
const EVERY_MS: i64 = 24 * 3_600_000;
/// How often, while nothing answers.
const EVERY_UNANSWERED_MS: i64 = 3_600_000;
/// Nothing is put off for longer, unless by a clock that has been set back.
const HORIZON_MS: i64 = 2 * EVERY_MS;
/// Who takes verifications away.
const ACTOR: &str = "bartizan";

impl App {
    /// Looks at domains when it is time, until `stop` is true or its sender is gone.
    pub async fn keep_domains(&self, mut stop: watch::Receiver<bool>) {
        let mut looks = JoinSet::new();
        while !is_stopped(&stop) {
            while looks.len() < AT_ONCE {
                match self.lease_domain().await {
                    Ok(Some((lease, domain))) => {
                        let app = self.clone();
                        looks.spawn(async move { app.look_at(lease, domain).await });
                    }
                    Ok(None) => break,
                    Err(error) => {
                        let error: &dyn std::error::Error = &error;
                        tracing::warn!(error, "domains cannot be looked at now");
                        break;
                    }
                }
            }
            tokio::select! {
                Some(looked) = looks.join_next() => tell(looked),
                () = self.wake_watch.notified() => {}
                () = sleep(self.config.poll_interval) => {}
                () = stopped(&mut stop) => {}
            }
        }
        // What is under way ends within its bounds; a process that does not wait for it leaves it to others.
    }

    /// Looks at the domain that has waited longest. Says whether one waited.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn look_at_next_domain(&self) -> Result<bool, Error> {
        let Some((lease, domain)) = self.lease_domain().await? else { return Ok(false) };
        self.look_at(lease, domain).await?;
        Ok(true)
    }

    async fn lease_domain(&self) -> Result<Option<(DomainLease, Domain)>, Error> {
        let now_ms = self.now_ms();
        let horizon_ms = now_ms.saturating_add(HORIZON_MS);
        // Mostly none waits, and whoever only reads is in nobody's way.
        let system = self.store.system(Access::Read).await?;
        let is_waiting = system.has_waiting_domain(now_ms, horizon_ms).await?;
        drop(system);
        if !is_waiting {
            return Ok(None);
        }
        let system = self.store.system(Access::Write).await?;
        let until_ms = now_ms.saturating_add(LEASE_MS);
        let leased = system.lease_domain(now_ms, until_ms, horizon_ms).await?;
        system.commit().await?;
        Ok(leased)
    }

    async fn look_at(&self, lease: DomainLease, domain: Domain) -> Result<(), Error> {
        let look = Look {
            client: self.visitor.clone(),
            names: self.records.clone(),
            origins: self.config.proof_origins.clone(),
            hostname: domain.hostname.clone(),
            token: domain.token.clone(),
        };
        let first = domain.verified_by.unwrap_or(ProofKind::Dns);
        let sights = on_a_thread("domain", move || look.look(first)).await;
        let sights = sights.map_err(Error::internal)?;
        let now_ms = self.now_ms();
        let tenant = self.store.tenant(lease.organization, Access::Write).await?;
        // It may have been removed meanwhile, or be looked at by another process.
        let Some(domain) = tenant.leased_domain(lease).await? else { return Ok(()) };
        let check = concluded(&domain, &sights, now_ms);
        log(&tenant, &domain, &check, now_ms).await?;
        tenant.end_domain_check(lease, check, now_ms).await?;
        Ok(tenant.commit().await?)
    }
}

/// What follows from what was seen.
fn concluded(domain: &Domain, sights: &Sights, now_ms: i64) -> DomainCheck {
    // One that has lapsed is verified anew, and its authorization is signed anew: at the next look.
    let has_lapsed = domain.verified_at.is_some() && !is_verified(domain, now_ms);
    let proven = sights.proven();
    let verification = match (proven, domain.verified_by) {
        _ if has_lapsed => Verification::Revoked,
        (Some(kind), _) => Verification::Proven(kind),
        (None, Some(kind)) if matches!(sights.of(kind), Sight::Absent(_)) => Verification::Revoked,
        (None, _) => Verification::Unchanged,
    };
    let is_unanswered =
        proven.is_none() && domain.verified_by.is_some() && verification == Verification::Unchanged;
    let is_soon = |until: i64| (now_ms + 1..=now_ms.saturating_add(WATCH_MS)).contains(&until);
    let is_watched = proven.is_none() && domain.watched_until.is_some_and(is_soon);
    let wait_ms = match (is_watched, is_unanswered) {
        _ if has_lapsed && proven.is_some() => 0,
        (true, _) => WATCH_EVERY_MS,
        (false, true) => EVERY_UNANSWERED_MS,
        (false, false) => EVERY_MS,
    };
    DomainCheck {
        verification,
        problem: proven.is_none().then(|| sights.problem()),
        is_watched,
        next_check_at: now_ms.saturating_add(wait_ms),
    }
}

/// Writes down what has changed.
async fn log(
    tenant: &Tenant,
    domain: &Domain,
    check: &DomainCheck,
    now_ms: i64,
) -> Result<(), Error> {
    let action = match check.verification {
        Verification::Proven(_) if domain.verified_at.is_none() => "domain.verified",
        Verification::Revoked => "domain.revoked",
        Verification::Proven(_) | Verification::Unchanged => return Ok(()),
    };
    tracing::info!(domain = %domain.id, action, "a domain's verification changes");
    let event = NewEvent {
        user: None,
        actor: ACTOR,
        action,
        subject: &domain.hostname,
        address: None,
        user_agent: None,
    };
    Ok(tenant.log(event, now_ms).await?)
}

/// What went wrong with a look: its lease runs out, and it is looked again.
fn tell(looked: Result<Result<(), Error>, tokio::task::JoinError>) {
    match looked {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "a look at a domain came to nothing");
        }
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "a look at a domain broke off");
        }
    }
}
