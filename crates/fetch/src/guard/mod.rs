//! What may be connected to.
//!
//! A [`Policy`] says which schemes and which not globally routable networks are open. A [`SafeUrl`] is the proof that a URL passed it, a
//! [`Checked`] the proof that every address of its host did. One refused address refuses the name: an answer that mixes public and private
//! addresses is how DNS rebinding begins.

mod address;
mod resolve;
mod url;

use std::{
    collections::BTreeSet,
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use ipnet::IpNet;

use crate::Error;

pub use self::{
    resolve::{Resolve, ResolveError, SystemResolver},
    url::{Origin, SafeUrl},
};

/// What may be connected to, and how patiently.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Only `https` by default.
    pub allow_schemes: BTreeSet<Scheme>,
    /// Networks that are open although they are not globally routable. None by default.
    pub allow_private: Vec<IpNet>,
    /// Where this process itself listens: nothing is fetched from there, whatever else is open.
    pub own_listener: Option<SocketAddr>,
    /// Bounds on every request.
    pub limits: Limits,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_schemes: BTreeSet::from([Scheme::Https]),
            allow_private: Vec::new(),
            own_listener: None,
            limits: Limits::default(),
        }
    }
}

/// Bounds on every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For one name.
    pub resolve: Duration,
    /// For TCP and TLS together.
    pub connect: Duration,
    /// Without a byte from the peer.
    pub idle: Duration,
    /// For a whole request, redirects and body included. Clones have their own.
    pub total: Duration,
    /// Redirects followed for one request.
    pub redirects: u32,
    /// Bytes of a response's body. Clones have their own.
    pub body_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(10),
            connect: Duration::from_secs(20),
            idle: Duration::from_secs(60),
            total: Duration::from_secs(120),
            redirects: 5,
            body_bytes: 16 << 20,
        }
    }
}

/// A scheme that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// HTTP over TLS.
    Https,
    /// HTTP in clear text.
    Http,
    /// A path of this machine.
    File,
    /// The system's ssh.
    Ssh,
}

impl Scheme {
    /// As in a URL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::File => "file",
            Self::Ssh => "ssh",
        }
    }

    /// The port without one in the URL.
    #[must_use]
    pub const fn default_port(self) -> Option<u16> {
        match self {
            Self::Https => Some(443),
            Self::Http => Some(80),
            Self::Ssh => Some(22),
            Self::File => None,
        }
    }
}

impl FromStr for Scheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Https, Self::Http, Self::File, Self::Ssh]
            .into_iter()
            .find(|scheme| scheme.as_str() == text)
            .ok_or_else(|| Error::UnknownScheme { scheme: crate::error::printable(text) })
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads a network (`10.0.0.0/8`), or an address, which stands for itself alone.
///
/// # Errors
/// [`Error::InvalidNetwork`].
pub fn network(text: &str) -> Result<IpNet, Error> {
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| Error::InvalidNetwork { network: crate::error::printable(text) })
}

/// Addresses that passed the policy, with the port to connect to. Never empty.
#[derive(Clone, Debug)]
pub struct Checked {
    addresses: Vec<SocketAddr>,
}

impl Checked {
    /// In the resolver's order.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether a connection stays on this machine or in a private network.
    pub(crate) fn is_private(&self) -> bool {
        self.addresses.iter().all(|socket| address::special(address::judged(socket.ip())).is_some())
    }
}

impl Policy {
    /// Whether an address may be connected to; `Err` names the special-purpose range it is in.
    ///
    /// # Errors
    /// The range, as words that follow "which is".
    pub fn check_address(&self, address: IpAddr) -> Result<(), &'static str> {
        let judged = address::judged(address);
        match address::special(judged) {
            Some(range) if !self.allow_private.iter().any(|net| net.contains(&judged)) => {
                Err(range)
            }
            _ => Ok(()),
        }
    }

    /// Resolves the URL's host and judges every address it has. Waits as long as the resolver takes.
    ///
    /// # Errors
    /// [`Error::NameNotResolved`], or [`Error::AddressRefused`] or [`Error::OwnListener`] for the first address that is refused.
    pub fn resolve(&self, resolver: &dyn Resolve, url: &SafeUrl) -> Result<Checked, Error> {
        let host = url.host();
        let addresses = match url.literal() {
            Some(address) => vec![address],
            None => resolver.resolve(host).map_err(|error| Error::NameNotResolved {
                host: host.to_owned(),
                reason: crate::error::printable(&error.0),
            })?,
        };
        if addresses.is_empty() {
            return Err(Error::NameNotResolved {
                host: host.to_owned(),
                reason: "it has no address".to_owned(),
            });
        }
        let port = url.port().unwrap_or(0);
        let addresses: Vec<_> =
            addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        for &address in &addresses {
            self.require_address(host, address)?;
        }
        Ok(Checked { addresses })
    }

    pub(crate) fn require_address(&self, host: &str, at: SocketAddr) -> Result<(), Error> {
        // The one that `allow_private` is compared with.
        let address = address::judged(at.ip());
        let own = self.own_listener.filter(|own| own.port() == at.port());
        if own.is_some_and(|own| address::answers_for(own.ip(), address)) {
            return Err(Error::OwnListener { host: host.to_owned() });
        }
        self.check_address(address).map_err(|range| Error::AddressRefused {
            host: host.to_owned(),
            address,
            range,
        })
    }

    fn require_scheme(&self, scheme: Scheme) -> Result<(), Error> {
        if self.allow_schemes.contains(&scheme) {
            Ok(())
        } else {
            Err(Error::SchemeRefused { scheme })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// One answer after the other.
    struct Answers(&'static [&'static [&'static str]], AtomicUsize);

    impl Resolve for Answers {
        fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, ResolveError> {
            let answer = self.0.get(self.1.fetch_add(1, Ordering::Relaxed));
            answer
                .map(|answer| answer.iter().map(|address| address.parse().unwrap()).collect())
                .ok_or(ResolveError("no such name\n".to_owned()))
        }
    }

    fn resolve(
        policy: &Policy,
        answers: &'static [&'static [&'static str]],
    ) -> Result<Checked, Error> {
        let url = SafeUrl::parse("https://example.org/", policy).unwrap();
        policy.resolve(&Answers(answers, AtomicUsize::new(0)), &url)
    }

    #[test]
    fn every_address_of_a_name_has_to_pass() {
        let policy = Policy::default();
        let checked = resolve(&policy, &[&["1.1.1.1", "2606:4700::1111"]]).unwrap();
        assert_eq!(
            checked.addresses(),
            ["1.1.1.1:443".parse().unwrap(), "[2606:4700::1111]:443".parse().unwrap()]
        );
        assert!(!checked.is_private());
        for answers in [
            &["127.0.0.1"][..],
            &["1.1.1.1", "10.0.0.1"],
            &["::1", "1.1.1.1"],
            &["1.1.1.1", "::ffff:169.254.169.254"],
            &["64:ff9b::7f00:1"],
            &["2002:7f00:1::"],
        ] {
            let answers: &'static [&'static [&'static str]] = Box::leak(Box::new([answers]));
            let error = resolve(&policy, answers).unwrap_err();
            assert!(matches!(error, Error::AddressRefused { .. }), "{answers:?}");
        }
    }

    #[test]
    fn an_open_network_is_private_and_a_mixed_answer_is_not() {
        let policy =
            Policy { allow_private: vec!["10.0.0.0/8".parse().unwrap()], ..Policy::default() };
        assert!(resolve(&policy, &[&["10.0.0.1", "::ffff:10.0.0.2"]]).unwrap().is_private());
        assert!(!resolve(&policy, &[&["10.0.0.1", "1.1.1.1"]]).unwrap().is_private());
    }

    #[test]
    fn a_name_without_an_address_is_named() {
        let policy = Policy::default();
        for answers in [&[][..], &[&[][..]]] {
            let answers: &'static [&'static [&'static str]] = Box::leak(Box::from(answers));
            let error = resolve(&policy, answers).unwrap_err();
            assert!(matches!(error, Error::NameNotResolved { .. }), "{error:?}");
            assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn a_network_is_one_or_an_address() {
        for (text, expected) in
            [("10.0.0.0/8", "10.0.0.0/8"), ("127.0.0.1", "127.0.0.1/32"), ("::1", "::1/128")]
        {
            assert_eq!(network(text).unwrap().to_string(), expected);
        }
        for text in ["10.0.0.0/99", "localhost", ""] {
            assert!(matches!(network(text), Err(Error::InvalidNetwork { .. })), "{text}");
        }
    }

    #[test]
    fn nothing_is_fetched_from_this_process_itself() {
        let policy = |own: &str| Policy {
            allow_private: ["0.0.0.0/0", "::/0"].map(|net| net.parse().unwrap()).to_vec(),
            own_listener: Some(own.parse().unwrap()),
            ..Policy::default()
        };
        let is_own = |own: &str, url: &str| match SafeUrl::parse(url, &policy(own)) {
            Ok(_) => false,
            Err(Error::OwnListener { .. }) => true,
            Err(error) => panic!("{url}: {error}"),
        };
        for url in
            ["https://127.0.0.1:8443/", "https://0x7f.1:8443", "https://[::ffff:127.0.0.1]:8443"]
        {
            assert!(is_own("127.0.0.1:8443", url), "{url}");
        }
        // Connections to no address in particular end at the machine itself.
        for url in [
            "https://0.0.0.0:8443/",
            "https://[::]:8443/",
            "https://[::1]:8443",
            "https://127.9.9.9:8443",
        ] {
            assert!(is_own("0.0.0.0:8443", url) && is_own("[::]:8443", url), "{url}");
        }
        assert!(is_own("127.0.0.1:443", "https://127.0.0.1/"));
        for url in ["https://127.0.0.1:8444/", "https://127.0.0.2:8443/", "https://192.0.2.1:8443/"]
        {
            assert!(!is_own("127.0.0.1:8443", url), "{url}");
        }
        // An address for documentation, which no machine has.
        assert!(!is_own("0.0.0.0:8443", "https://192.0.2.1:8443/"));
        // A name too.
        let policy = policy("127.0.0.1:443");
        assert!(matches!(resolve(&policy, &[&["127.0.0.1"]]), Err(Error::OwnListener { .. })));
        assert!(resolve(&policy, &[&["127.0.0.2"]]).is_ok());
    }

    #[test]
    fn an_address_in_the_url_asks_no_resolver() {
        let policy = Policy::default();
        let url = SafeUrl::parse("https://1.1.1.1:8443/", &policy).unwrap();
        let checked = policy.resolve(&Answers(&[], AtomicUsize::new(0)), &url).unwrap();
        assert_eq!(checked.addresses(), ["1.1.1.1:8443".parse().unwrap()]);
    }
}
