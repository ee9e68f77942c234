//! Names to addresses.

use std::net::{IpAddr, ToSocketAddrs as _};

/// Names to addresses: an argument, so that a test decides what a name means.
pub trait Resolve: Send + Sync {
    /// All addresses of a name. May take as long as it likes: [`Client`](crate::Client) waits no longer than
    /// [`Limits::resolve`](super::Limits::resolve).
    ///
    /// # Errors
    /// When there are none.
    fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError>;
}

/// Why a name gave no addresses, as the resolver put it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolveError(pub String);

/// The system's resolver, as configured in `/etc/nsswitch.conf` and its like.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let addresses =
            (host, 0).to_socket_addrs().map_err(|error| ResolveError(error.to_string()))?;
        let mut unique = Vec::new();
        for address in addresses {
            if !unique.contains(&address.ip()) {
                unique.push(address.ip());
            }
        }
        Ok(unique)
    }
}
