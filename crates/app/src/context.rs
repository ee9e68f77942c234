//! Who asks, and from where.

use std::net::{IpAddr, Ipv6Addr};

use store::{NewEvent, Organization, Role, SessionId, Tenant, TokenId, TokenKind, User};

use crate::Error;

/// Where a call comes from. Also for calls of nobody in particular.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, as far as it is known.
    pub address: Option<IpAddr>,
    /// What the client calls itself, as far as it says so.
    pub user_agent: Option<String>,
}

/// A call of somebody: the first argument of every use case that belongs to an organization. Only
/// [`App::authenticate_session`](crate::App::authenticate_session) and its like make one.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// From where.
    pub origin: Origin,
    /// Whose.
    pub organization: Organization,
    /// Who.
    pub user: User,
    /// How the user has shown who it is.
    pub credential: Credential,
}

/// How a caller has shown who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// By a session's token.
    Session(SessionId),
    /// By a token for programs.
    Token(TokenId, TokenKind),
}

impl Ctx {
    /// Goes on if the caller's role is `role` or more.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, role: Role) -> Result<(), Error> {
        let rank = |role: Role| Role::ALL.iter().position(|one| *one == role);
        if rank(self.user.role) >= rank(role) {
            return Ok(());
        }
        Err(Error::Forbidden(match role {
            Role::Admin => "this needs the role admin",
            _ => "this needs the role member or admin",
        }))
    }

    /// Goes on if `slug` names the caller's organization.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require_organization(&self, slug: &str) -> Result<(), Error> {
        if self.organization.slug == slug {
            return Ok(());
        }
        Err(Error::Forbidden("token is for a different organization"))
    }

    /// The session, if the caller has one.
    ///
    /// # Errors
    /// [`Error::Forbidden`]: a token that leaked does not get to make itself at home.
    pub(crate) fn require_session(&self) -> Result<SessionId, Error> {
        match self.credential {
            Credential::Session(id) => Ok(id),
            Credential::Token(..) => {
                Err(Error::Forbidden("this needs a session: log in and use its token"))
            }
        }
    }

    /// Writes down what the caller does to `subject`.
    pub(crate) async fn log(
        &self,
        tenant: &Tenant,
        action: &str,
        subject: &str,
        now_ms: i64,
    ) -> Result<(), Error> {
        log(tenant, &self.user, &self.origin, action, subject, now_ms).await
    }
}

/// Writes down what a user does to `subject`.
pub(crate) async fn log(
    tenant: &Tenant,
    user: &User,
    origin: &Origin,
    action: &str,
    subject: &str,
    now_ms: i64,
) -> Result<(), Error> {
    let address = origin.address.map(|address| address.to_string());
    let event = NewEvent {
        user: Some(user.id),
        actor: &user.email,
        action,
        subject,
        address: address.as_deref(),
        user_agent: origin.user_agent.as_deref(),
    };
    Ok(tenant.log(event, now_ms).await?)
}

/// Whose addresses these are: whoever has one of IPv6 has all of its /64 (RFC 6177). The first of them stands for all.
#[must_use]
pub fn place_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one_place() {
        let of = |address: &str| place_of(address.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
