//! URLs, parsed once.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use url::{Host, Url};

use super::{Policy, Scheme};
use crate::Error;

/// A URL whose scheme a [`Policy`] allows, whose host is there and, if it is an address, allowed, and that carries no password.
///
/// `Display` leaves out the query and the user, `Debug` the path as well: both may be secrets (webhooks, signed links).
#[derive(Clone, PartialEq, Eq)]
pub struct SafeUrl {
    url: Url,
    scheme: Scheme,
    /// Normalised; empty for `file`. An IPv6 address stands without brackets.
    host: String,
    literal: Option<IpAddr>,
    /// Only where the URL names one.
    port: Option<u16>,
    user: Option<String>,
    /// What ssh asks the other side for: absolute, or relative to the user's home, as the URL says.
    ssh_path: String,
}

/// Scheme, host and port: to whom a secret may be sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

impl SafeUrl {
    /// RFC 9110, 4.1 asks for 8000 octets at least; nothing that is scanned needs as much.
    const MAX_BYTES: usize = 8000;

    /// Understands what `git clone` understands: URLs, and `user@host:path` for ssh.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`], [`Error::CredentialsInUrl`], [`Error::UnknownScheme`], [`Error::SchemeRefused`],
    /// [`Error::AddressRefused`], [`Error::OwnListener`].
    pub fn parse(text: &str, policy: &Policy) -> Result<Self, Error> {
        Self::require_length(text)?;
        // `Url` would silently drop some of these.
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Error::InvalidUrl { reason: "it has spaces or control characters in it" });
        }
        match scp_like(text) {
            Some((authority, path)) => Self::from_scp(authority, path, policy),
            None => {
                let url = Url::parse(text).map_err(|error| Error::InvalidUrl {
                    reason: match error {
                        url::ParseError::RelativeUrlWithoutBase => "it has no scheme",
                        url::ParseError::EmptyHost => "it has no host",
                        url::ParseError::InvalidPort => "its port is not a number up to 65535",
                        _ => "its host is not a name or an address",
                    },
                })?;
                Self::from_url(url, policy)
            }
        }
    }

    fn require_length(text: &str) -> Result<(), Error> {
        if text.len() > Self::MAX_BYTES {
            return Err(Error::InvalidUrl { reason: "it is longer than 8000 bytes" });
        }
        Ok(())
    }

    /// Where a redirect from here leads.
    pub(crate) fn join(&self, location: &str, policy: &Policy) -> Result<Self, Error> {
        Self::require_length(location)?;
        let url = self
            .url
            .join(location)
            .map_err(|_| Error::InvalidUrl { reason: "a redirect leads to something else" })?;
        Self::from_url(url, policy)
    }

    /// Passes this URL through another policy.
    pub(crate) fn recheck(&self, policy: &Policy) -> Result<(), Error> {
        policy.require_scheme(self.scheme)?;
        let port = self.port().unwrap_or(0);
        self.literal.map_or(Ok(()), |address| {
            policy.require_address(&self.host, SocketAddr::new(address, port))
        })
    }

    fn from_url(mut url: Url, policy: &Policy) -> Result<Self, Error> {
        let scheme: Scheme = url.scheme().parse()?;
        let user = url.username().to_owned();
        // For http a lone user name is refused too: it is often the token itself.
        if url.password().is_some() || (!user.is_empty() && scheme != Scheme::Ssh) {
            return Err(Error::CredentialsInUrl);
        }
        policy.require_scheme(scheme)?;
        url.set_fragment(None);
        if scheme == Scheme::File {
            return match url.host_str() {
                None | Some("" | "localhost") => Ok(Self::local(url)),
                Some(_) => Err(Error::InvalidUrl { reason: "a file URL cannot name another host" }),
            };
        }
        let (host, literal) = host_of(&url, scheme)?;
        let port = url.port();
        if port == Some(0) {
            return Err(Error::InvalidUrl { reason: "there is no port 0" });
        }
        let ssh_path = match scheme {
            Scheme::Ssh => ssh_path(url.path())?,
            _ => String::new(),
        };
        let user = ssh_user(&user)?;
        let safe = Self { url, scheme, host, literal, port, user, ssh_path };
        safe.recheck(policy)?;
        Ok(safe)
    }

    fn from_scp(authority: &str, path: &str, policy: &Policy) -> Result<Self, Error> {
        let (user, _) = authority.rsplit_once('@').unwrap_or_default();
        // `user:password@host/path`, which git takes for the host `user`: the path would be shown.
        let misread = path.split('/').next().is_some_and(|first| first.contains('@'));
        if user.contains(':') || misread {
            return Err(Error::CredentialsInUrl);
        }
        if path.is_empty() || path.starts_with('-') {
            return Err(Error::InvalidUrl { reason: "its path is empty or begins with `-`" });
        }
        let mut url = Url::parse(&format!("ssh://{authority}/"))
            .map_err(|_| Error::InvalidUrl { reason: "its host is not a name or an address" })?;
        url.set_path(path);
        let mut safe = Self::from_url(url, policy)?;
        path.clone_into(&mut safe.ssh_path);
        Ok(safe)
    }

    fn local(url: Url) -> Self {
        Self {
            url,
            scheme: Scheme::File,
            host: String::new(),
            literal: None,
            port: None,
            user: None,
            ssh_path: String::new(),
        }
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host, normalised; an IPv6 address without brackets; empty for `file`.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, the scheme's own if the URL names none; `None` for `file`.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port.or(self.scheme.default_port())
    }

    /// The path, as the URL spells it.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// To whom a secret for this URL may be sent.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin { scheme: self.scheme, host: self.host.clone(), port: self.port() }
    }

    /// Another path and query of the same origin. For the web's schemes; an ssh URL keeps its path.
    pub(crate) fn with(&self, path: &str, query: Option<&str>) -> Self {
        let mut safe = self.clone();
        safe.url.set_path(path);
        safe.url.set_query(query);
        safe
    }

    /// The whole URL. Its path and query may be secrets: not for logs.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn literal(&self) -> Option<IpAddr> {
        self.literal
    }

    pub(crate) fn explicit_port(&self) -> Option<u16> {
        self.port
    }

    pub(crate) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    pub(crate) fn ssh_path(&self) -> &str {
        &self.ssh_path
    }

    /// Scheme, host and port, as a URL begins with them.
    #[must_use]
    pub fn authority(&self) -> String {
        let brackets = matches!(self.literal, Some(IpAddr::V6(_)));
        let (open, close) = if brackets { ("[", "]") } else { ("", "") };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{open}{}{close}{port}", self.scheme, self.host)
    }
}

impl fmt::Display for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.authority(), self.url.path())
    }
}

impl fmt::Debug for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafeUrl({})", self.authority())
    }
}

/// `[user@]host:path` with no `/` before the colon, as `git clone` tells it from a path. A single letter is a drive of Windows.
fn scp_like(text: &str) -> Option<(&str, &str)> {
    if text.contains("://")
        || ["https:", "http:", "ssh:", "file:"].iter().any(|s| text.starts_with(s))
    {
        return None;
    }
    let close = text.find(']').filter(|_| text.contains('[')).unwrap_or(0);
    let colon = close + text.get(close..)?.find(':')?;
    let (authority, path) = (text.get(..colon)?, text.get(colon + 1..)?);
    (authority.len() > 1 && !authority.contains('/')).then_some((authority, path))
}

fn host_of(url: &Url, scheme: Scheme) -> Result<(String, Option<IpAddr>), Error> {
    let missing = Error::InvalidUrl { reason: "it has no host" };
    let host = match scheme {
        // `url` normalises hosts of the web's schemes only: `ssh://0x7f.1/` would stay a name.
        Scheme::Ssh => Host::parse(url.host_str().ok_or(missing)?)
            .map_err(|_| Error::InvalidUrl { reason: "its host is not a name or an address" })?,
        _ => url.host().ok_or(missing)?.to_owned(),
    };
    match host {
        Host::Ipv4(address) => Ok((address.to_string(), Some(address.into()))),
        Host::Ipv6(address) => Ok((address.to_string(), Some(address.into()))),
        Host::Domain(name) => {
            require_name(&name)?;
            Ok((name, None))
        }
    }
}

/// Letters, digits, `-`, `_` and dots: the URL standard lets more through, and ssh's configuration may hand a host to a shell.
fn require_name(name: &str) -> Result<(), Error> {
    let refused = |reason| Err(Error::InvalidUrl { reason });
    if name.is_empty() {
        return refused("it has no host");
    }
    // A program would take it for an option.
    if name.starts_with('-') {
        return refused("its host begins with `-`");
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        return refused("its host is not a name or an address");
    }
    Ok(())
}

fn ssh_user(user: &str) -> Result<Option<String>, Error> {
    let sound = user.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+".contains(&b));
    if !sound || user.starts_with('-') {
        return Err(Error::InvalidUrl {
            reason: "its user name has characters that ssh does not take",
        });
    }
    Ok((!user.is_empty()).then(|| user.to_owned()))
}

/// Percent-decoded as `git` does; `/~user/path` is relative to a home.
fn ssh_path(path: &str) -> Result<String, Error> {
    let bytes = percent_decoded(path);
    let path = String::from_utf8(bytes)
        .map_err(|_| Error::InvalidUrl { reason: "its path is not UTF-8" })?;
    if path.chars().any(char::is_control) {
        return Err(Error::InvalidUrl { reason: "its path has control characters in it" });
    }
    let path = if path.starts_with("/~") { path.trim_start_matches('/') } else { &path };
    if path.is_empty() || path == "/" {
        return Err(Error::InvalidUrl { reason: "it has no path" });
    }
    Ok(path.to_owned())
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |b: u8| char::from(b).to_digit(16);
                digit(*high).zip(digit(*low)).and_then(|(high, low)| {
                    u8::try_from(high * 16 + low).ok().map(|byte| (byte, after))
                })
            }
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((first, tail));
        out.push(byte);
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Policy {
        Policy {
            allow_schemes: [Scheme::Https, Scheme::Http, Scheme::Ssh, Scheme::File].into(),
            ..Policy::default()
        }
    }

    fn refusal(text: &str) -> String {
        match SafeUrl::parse(text, &open()) {
            Ok(url) => panic!("{text} passed as {url}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn only_https_is_allowed_unless_said_otherwise() {
        let policy = Policy::default();
        assert!(SafeUrl::parse("https://example.org/x", &policy).is_ok());
        for (text, scheme) in [
            ("http://example.org/x", "http"),
            ("ssh://git@example.org/x", "ssh"),
            ("git@example.org:x", "ssh"),
            ("file:///srv/x", "file"),
        ] {
            let error = SafeUrl::parse(text, &policy).unwrap_err().to_string();
            assert!(error.contains(&format!("--allow-clone-schemes {scheme}")), "{error}");
        }
        for text in ["ftp://example.org/", "git://example.org/x", "javascript://x/", "ext::sh -c x"]
        {
            assert!(SafeUrl::parse(text, &open()).is_err(), "{text}");
        }
    }

    #[test]
    fn credentials_are_refused_and_never_repeated() {
        for text in [
            "https://user:hunter2@example.org/x",
            "https://hunter2@example.org/x",
            "http://:hunter2@example.org/x",
            "ssh://git:hunter2@example.org/x",
            "git:hunter2@example.org:x",
            "git:hunter2@example.org/x",
            "file://user:hunter2@localhost/x",
        ] {
            let error = SafeUrl::parse(text, &open()).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        assert!(refusal("https://u:p@example.org/x").contains("BARTIZAN_GIT_TOKEN"));
    }

    #[test]
    fn an_address_in_any_spelling_is_judged() {
        for text in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://0x7f.1:8443/",
            "https://①②⑦.0.0.1/",
            "https://127.0.0.1./",
            "https://%31%32%37.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://0/",
            "ssh://2130706433/x",
            "ssh://git@0x7f.1/x",
            "ssh://%31%32%37.0.0.1/x",
            "git@127.0.0.1:x",
            "git@[::1]:x",
            "http:169.254.169.254/latest/meta-data",
        ] {
            let error = refusal(text);
            assert!(error.contains("--allow-private-targets"), "{text}: {error}");
        }
        assert!(SafeUrl::parse("https://1.1.1.1/", &open()).is_ok());
        let advice = refusal("https://[::ffff:127.0.0.1]/");
        assert!(advice.ends_with("--allow-private-targets 127.0.0.1 allows it"), "{advice}");
    }

    #[test]
    fn ssh_urls_and_their_short_form_name_the_same_things() {
        for (text, user, host, port, path) in [
            ("ssh://git@example.org/a/b.git", Some("git"), "example.org", None, "/a/b.git"),
            ("ssh://example.org:2222/a", None, "example.org", Some(2222), "/a"),
            ("ssh://example.org/~me/a", None, "example.org", None, "~me/a"),
            ("ssh://example.org/a%20b", None, "example.org", None, "/a b"),
            ("git@example.org:a/b.git", Some("git"), "example.org", None, "a/b.git"),
            ("git@example.org:/a/b.git", Some("git"), "example.org", None, "/a/b.git"),
            ("example.org:~me/a", None, "example.org", None, "~me/a"),
            ("git@[2606:4700::1]:a", Some("git"), "2606:4700::1", None, "a"),
        ] {
            let url = SafeUrl::parse(text, &open()).unwrap();
            assert_eq!(
                (url.user(), url.host(), url.explicit_port(), url.ssh_path()),
                (user, host, port, path),
                "{text}"
            );
        }
    }

    #[test]
    fn nothing_in_an_ssh_url_can_be_taken_for_an_option() {
        for text in [
            "ssh://-oProxyCommand=x/a",
            "ssh://%2doProxyCommand=x/a",
            "ssh://-lroot@example.org/a",
            "-oProxyCommand=x:a",
            "git@-oProxyCommand=x:a",
            "git@example.org:-u",
            "ssh://example.org/",
            "ssh://example.org/a%0ab",
            "ssh://us'er@example.org/a",
            "ssh://git@$(id).example.org/a",
            "git@`id`:a",
            "ssh://git@a;id;.example.org/a",
            "ssh://git@'a'/a",
        ] {
            assert!(SafeUrl::parse(text, &open()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_url_is_said_to_be_none() {
        for text in [
            "",
            "example.org/x",
            "./x",
            "C:\\x",
            "https:///",
            "https://exa mple.org/",
            "https://example.org/\n",
            "https://example.org:99999/",
            "https://example.org:0/",
            "file://elsewhere/x",
        ] {
            assert!(SafeUrl::parse(text, &open()).is_err(), "{text:?}");
        }
        let long = format!("https://example.org/{}", "a".repeat(8000));
        assert!(refusal(&long).contains("longer"));
    }

    #[test]
    fn queries_stay_out_of_errors_and_paths_out_of_debug() {
        let url = SafeUrl::parse("https://example.org:8443/a?token=hunter2#f", &open()).unwrap();
        assert_eq!(url.to_string(), "https://example.org:8443/a");
        assert_eq!(format!("{url:?}"), "SafeUrl(https://example.org:8443)");
    }

    #[test]
    fn origins_differ_by_scheme_host_and_port() {
        let origin = |text| SafeUrl::parse(text, &open()).unwrap().origin();
        assert_eq!(origin("https://example.org/a"), origin("https://EXAMPLE.org:443/b"));
        for other in
            ["http://example.org/a", "https://example.org:444/a", "https://www.example.org/a"]
        {
            assert_ne!(origin("https://example.org/a"), origin(other));
        }
    }
}
