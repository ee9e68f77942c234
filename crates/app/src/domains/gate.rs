//! What an active scan cannot be started without. The values are proofs: nothing but the questions here makes one.

use store::{Domain, OrganizationId, Tenant};

use super::{hostname::comparable, is_verified};
use crate::{App, Error};

/// A hostname of which its organization has shown that it is its own, and not long ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    organization: OrganizationId,
    hostname: String,
}

/// A verified hostname of which its organization has signed that it may be scanned actively, and whose plan holds such scans. It is
/// good for exactly this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorized(Verified);

impl Verified {
    /// Whose it is.
    #[must_use]
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// In ASCII and lower case, without a dot at its end.
    #[must_use]
    pub fn hostname(&self) -> &str {
        &self.hostname
    }
}

impl Authorized {
    /// Whose it is.
    #[must_use]
    pub const fn organization(&self) -> OrganizationId {
        self.0.organization()
    }

    /// In ASCII and lower case, without a dot at its end.
    #[must_use]
    pub fn hostname(&self) -> &str {
        self.0.hostname()
    }
}

impl App {
    /// Whether a host is verified, as a URL names it.
    ///
    /// # Errors
    /// [`Error::VerifyRequired`] if it is not, or not any more.
    pub async fn require_verified(
        &self,
        tenant: &Tenant,
        hostname: &str,
    ) -> Result<Verified, Error> {
        self.verified(tenant, hostname).await.map(|(verified, _)| verified)
    }

    /// Whether a host may be scanned actively, as a URL names it. Asked in the transaction that starts such a scan.
    ///
    /// # Errors
    /// In this order: [`Error::PlanRequired`], [`Error::VerifyRequired`], [`Error::AuthorizationRequired`].
    pub async fn require_authorized(
        &self,
        tenant: &Tenant,
        hostname: &str,
    ) -> Result<Authorized, Error> {
        let plan = tenant.organization().await?.plan;
        self.require_active_scans(plan)?;
        let (verified, domain) = self.verified(tenant, hostname).await?;
        match domain.authorized_at {
            Some(_) => Ok(Authorized(verified)),
            None => Err(Error::AuthorizationRequired),
        }
    }

    async fn verified(&self, tenant: &Tenant, hostname: &str) -> Result<(Verified, Domain), Error> {
        let hostname = comparable(hostname);
        let domain = tenant.domain_of(&hostname).await?;
        match domain.filter(|domain| is_verified(domain, self.now_ms())) {
            Some(domain) => {
                let organization = domain.organization_id;
                Ok((Verified { organization, hostname }, domain))
            }
            None => Err(Error::VerifyRequired),
        }
    }
}
