//! A small blocking HTTP client that connects only to checked addresses.
//!
//! Names are resolved and judged before each request and each redirect; the network stack below is given exactly the judged addresses and
//! has no resolver of its own. Redirects are followed here, hop by hop, each one through the policy. No proxy is taken from the environment's
//! variables, no cookie is kept, no body decompressed but for a crawl ([`Client::exchange`]). The system's certificates are where `SSL_CERT_FILE` and `SSL_CERT_DIR` say, if they do.

mod coding;
mod crawl;
mod download;
mod exchange;
mod failure;
mod pinned;

use std::{
    fmt,
    io::Read as _,
    net::SocketAddr,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Instant,
};

pub use reqwest::{
    Method, StatusCode, Version,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use crate::{
    Error, Policy, Resolve, SafeUrl,
    guard::{Checked, Scheme},
    tls::Roots,
    watch::{TICK, Watch},
};

pub use coding::Coding;
pub use crawl::{Bounds, Cut, Exchange, Timing};
pub use download::{Download, Downloaded, Validators};
pub(crate) use exchange::{Body, unwrap};

/// `bartizan/<version>`.
pub const USER_AGENT: &str = concat!("bartizan/", env!("CARGO_PKG_VERSION"));
/// How we present ourselves to websites.
pub const VISITOR: &str = concat!(
    "Mozilla/5.0 (compatible; bartizan/",
    env!("CARGO_PKG_VERSION"),
    "; +https://bartizan.dev/visitor)"
);

/// Bytes of an answer's head over HTTP/2; over HTTP/1.1 the network stack's own limit is 400 KiB.
const HEAD_BYTES: u32 = 256 << 10;
/// Headers of an answer.
const HEADERS: usize = 512;

/// What a client does its own way.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Authorities to trust beside the system's, as PEM.
    pub authorities_pem: Vec<u8>,
    /// Names the product and a URL to learn more; [`USER_AGENT`] without one.
    pub user_agent: Option<String>,
    /// Whether to go on where a certificate does not verify. No request that carries a secret is sent by such a client.
    pub accept_invalid_certificates: bool,
}

/// The guarded client. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    policy: Arc<Policy>,
    resolver: Arc<dyn Resolve>,
    public: Connections,
    /// Apart, so that what may go to private networks only is sent over no connection that leaves them.
    private: Connections,
    options: Arc<Options>,
    roots: Arc<Roots>,
}

#[derive(Clone)]
struct Connections {
    pins: pinned::Pins,
    inner: reqwest::blocking::Client,
}

/// One request. `Debug` shows neither header values nor the body.
#[derive(Clone)]
pub struct Request {
    /// GET, POST and their like.
    pub method: Method,
    /// Where to.
    pub url: SafeUrl,
    /// Those marked sensitive ([`Request::secret`]) do not follow a redirect to another scheme, host or port, and over plain http they
    /// are sent to private networks only.
    pub headers: HeaderMap,
    /// Sent with its length.
    pub body: Vec<u8>,
    /// What to do with a redirect.
    pub redirects: Redirects,
}

/// What to do with a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// Follow as many as the policy allows, never from https to http, a body never to another origin.
    Follow,
    /// Hand the redirect itself to the caller.
    Keep,
}

/// An answer, whatever its status. `Debug` does not show the body.
#[derive(Clone)]
pub struct Response {
    /// The status of the last hop.
    pub status: StatusCode,
    /// The headers of the last hop.
    pub headers: HeaderMap,
    /// Where the answer came from, after redirects.
    pub url: SafeUrl,
    /// Complete, and not longer than the policy allows.
    pub body: Vec<u8>,
}

/// An answer whose body has not been read.
pub(crate) struct Opened {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) url: SafeUrl,
    pub(crate) peer: Option<SocketAddr>,
    /// When its hop began.
    pub(crate) since: Instant,
    pub(crate) timing: Timing,
    pub(crate) body: Body,
}

impl Request {
    /// A GET without headers that follows redirects.
    #[must_use]
    pub fn get(url: SafeUrl) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            redirects: Redirects::Follow,
        }
    }

    /// A POST without headers that follows redirects.
    #[must_use]
    pub fn post(url: SafeUrl, body: Vec<u8>) -> Self {
        Self { method: Method::POST, body, ..Self::get(url) }
    }

    /// Adds a header.
    ///
    /// # Errors
    /// [`Error::InvalidHeader`].
    pub fn header(self, name: &str, value: &str) -> Result<Self, Error> {
        self.with(name, value.as_bytes(), false)
    }

    /// Adds a header that carries a secret.
    ///
    /// # Errors
    /// [`Error::InvalidHeader`], which does not repeat the value.
    pub fn secret(self, name: &str, value: &[u8]) -> Result<Self, Error> {
        self.with(name, value, true)
    }

    fn with(mut self, name: &str, value: &[u8], sensitive: bool) -> Result<Self, Error> {
        let invalid = || Error::InvalidHeader { name: crate::error::printable(name) };
        let mut value = HeaderValue::from_bytes(value).map_err(|_| invalid())?;
        value.set_sensitive(sensitive);
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        self.headers.append(name, value);
        Ok(self)
    }
}

impl Client {
    /// A client that trusts the system's certificates.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub fn new(policy: Policy, resolver: impl Resolve + 'static) -> Result<Self, Error> {
        Self::with_certificates(policy, resolver, &[])
    }

    /// A client that trusts the authorities in `pem` beside the system's.
    ///
    /// # Errors
    /// [`Error::Certificates`], [`Error::Start`].
    pub fn with_certificates(
        policy: Policy,
        resolver: impl Resolve + 'static,
        pem: &[u8],
    ) -> Result<Self, Error> {
        let options = Options { authorities_pem: pem.to_vec(), ..Options::default() };
        Self::with_options(policy, resolver, &options)
    }

    /// A client for websites: http and https and nothing else, whatever schemes the policy opens, by a name that says who visits and
    /// where to learn more. It trusts the authorities in `pem` beside the system's.
    ///
    /// # Errors
    /// [`Error::Certificates`], [`Error::Start`].
    pub fn for_websites(
        policy: Policy,
        resolver: impl Resolve + 'static,
        pem: &[u8],
    ) -> Result<Self, Error> {
        let options = Options {
            authorities_pem: pem.to_vec(),
            user_agent: Some(VISITOR.to_owned()),
            ..Options::default()
        };
        let allow_schemes = [Scheme::Http, Scheme::Https].into();
        Self::with_options(Policy { allow_schemes, ..policy }, resolver, &options)
    }

    /// A client with options.
    ///
    /// # Errors
    /// [`Error::Certificates`], [`Error::Start`], [`Error::InvalidHeader`] for a user agent that cannot be sent.
    pub fn with_options(
        policy: Policy,
        resolver: impl Resolve + 'static,
        options: &Options,
    ) -> Result<Self, Error> {
        let (public, private) = Connections::pair(&policy, options)?;
        Ok(Self {
            policy: Arc::new(policy),
            resolver: Arc::new(resolver),
            public,
            private,
            options: Arc::new(options.clone()),
            roots: Arc::new(Roots::new(&options.authorities_pem)),
        })
    }

    /// The same client with connections of its own, which goes on where a certificate does not verify and sends no secret.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub fn without_verification(&self) -> Result<Self, Error> {
        let options =
            Options { accept_invalid_certificates: true, ..Options::clone(&self.options) };
        let (public, private) = Connections::pair(&self.policy, &options)?;
        Ok(Self { public, private, options: Arc::new(options), ..self.clone() })
    }

    /// The policy everything goes through.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The same client for pages that strangers wrote: private networks that are open to it are shut to the clone, or a page from outside
    /// could look into them through us.
    #[must_use]
    pub fn public_only(&self) -> Self {
        let policy = Policy { allow_private: Vec::new(), ..(*self.policy).clone() };
        Self { policy: Arc::new(policy), private: self.public.clone(), ..self.clone() }
    }

    pub(crate) fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Parses a URL through the client's policy.
    ///
    /// # Errors
    /// Those of [`SafeUrl::parse`].
    pub fn url(&self, text: &str) -> Result<SafeUrl, Error> {
        SafeUrl::parse(text, &self.policy)
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// Everything but a status: an answer with one, even 500, is `Ok`.
    pub fn send(&self, request: Request) -> Result<Response, Error> {
        let limits = &self.policy.limits;
        let opened = self.open(request, &Watch::new(limits.total))?;
        let host = opened.url.host().to_owned();
        let mut body = Vec::new();
        let mut reader = opened.body.take(limits.body_bytes.saturating_add(1));
        if let Err(error) = reader.read_to_end(&mut body) {
            return Err(exchange::unwrap(error, &host));
        }
        if body.len() as u64 > limits.body_bytes {
            return Err(Error::BodyTooLarge { host, limit_bytes: limits.body_bytes });
        }
        Ok(Response { status: opened.status, headers: opened.headers, url: opened.url, body })
    }

    /// Sends a request, follows its redirects, and leaves the body to be read.
    pub(crate) fn open(&self, mut request: Request, watch: &Watch) -> Result<Opened, Error> {
        let limit = self.policy.limits.redirects;
        for _ in 0..=limit {
            let opened = self.hop(&request, watch)?;
            let location = match request.redirects {
                Redirects::Follow if is_redirect(opened.status) => {
                    opened.headers.get(reqwest::header::LOCATION)
                }
                _ => None,
            };
            let Some(location) = location else { return Ok(opened) };
            request = self.redirected(request, opened.status, location)?;
        }
        Err(Error::TooManyRedirects { host: request.url.host().to_owned(), limit })
    }

    /// Resolves and judges a URL's host, for ssh too. A resolver cannot be interrupted: one that takes its time is left to
    /// itself, and its thread ends when it does.
    pub(crate) fn resolve(&self, url: &SafeUrl, watch: &Watch) -> Result<Checked, Error> {
        url.recheck(&self.policy)?;
        let (send, resolved) = mpsc::sync_channel(1);
        let (policy, resolver) = (Arc::clone(&self.policy), Arc::clone(&self.resolver));
        let at = url.clone();
        thread::Builder::new()
            .name("resolve".to_owned())
            // Nobody listens any more when the watch was over.
            .spawn(move || drop(send.send(policy.resolve(&*resolver, &at))))
            .map_err(|error| Error::Start { reason: error.to_string() })?;
        let limit = self.policy.limits.resolve;
        let since = Instant::now();
        loop {
            watch.check(url.host())?;
            match resolved.recv_timeout(TICK.min(watch.remaining())) {
                Ok(checked) => return checked,
                Err(RecvTimeoutError::Timeout) if since.elapsed() > limit => {
                    return Err(Error::TimedOut { host: url.host().to_owned(), after: limit });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::NameNotResolved {
                        host: url.host().to_owned(),
                        reason: "the resolver ended without an answer".to_owned(),
                    });
                }
            }
        }
    }

    fn hop(&self, request: &Request, watch: &Watch) -> Result<Opened, Error> {
        let url = &request.url;
        if !matches!(url.scheme(), Scheme::Https | Scheme::Http) {
            return Err(Error::InvalidUrl { reason: "it is not an https or http URL" });
        }
        if self.options.accept_invalid_certificates
            && without_secrets(&request.headers) != request.headers
        {
            return Err(Error::SecretWithheld {
                host: url.host().to_owned(),
                reason: "certificates that do not verify are accepted here",
            });
        }
        watch.check(url.host())?;
        let since = Instant::now();
        let checked = self.resolve(url, watch)?;
        let resolved = since.elapsed();
        let secret = request.headers.values().any(HeaderValue::is_sensitive);
        if secret && url.scheme() == Scheme::Http && !checked.is_private() {
            return Err(Error::TokenWithheld {
                host: url.host().to_owned(),
                reason: "the connection is not encrypted and leaves the private network",
            });
        }
        let Connections { pins, inner } =
            if checked.is_private() { &self.private } else { &self.public };
        let pin = pins.hold(url.host(), &checked);
        let mut builder = inner
            .request(request.method.clone(), url.url().clone())
            .headers(request.headers.clone());
        if !request.body.is_empty() || request.method == Method::POST {
            builder = builder.body(request.body.clone());
        }
        let idle = self.policy.limits.idle;
        let sent = builder.build().map_err(|error| failure::of_request(&error, url, idle))?;
        let ready = exchange::Ready { request: sent, url: url.clone(), pin, since, resolved };
        let opened = exchange::start(inner.clone(), ready, watch.clone(), idle)?;
        // The network stack has no other addresses; whoever changes it shall hear of it here.
        if let Some(peer) = opened.peer {
            self.policy.require_address(url.host(), peer)?;
        }
        if opened.headers.len() > HEADERS {
            let reason = format!("its answer has more than {HEADERS} headers");
            return Err(Error::Http { host: url.host().to_owned(), reason });
        }
        Ok(opened)
    }

    fn redirected(
        &self,
        mut request: Request,
        status: StatusCode,
        location: &HeaderValue,
    ) -> Result<Request, Error> {
        let from = request.url.clone();
        let refused = |target: &str, reason| Error::RedirectRefused {
            host: from.host().to_owned(),
            target: crate::error::printable(target),
            reason,
        };
        let location = std::str::from_utf8(location.as_bytes())
            .map_err(|_| refused("somewhere else", "the address it names is not a URL"))?;
        let target = from.join(location, &self.policy).map_err(|error| match error {
            Error::InvalidUrl { .. } => {
                refused("somewhere else", "the address it names is not a URL")
            }
            Error::CredentialsInUrl => {
                refused("somewhere else", "the URL it names carries a user name or password")
            }
            // An upgrade's opposite is named as such, whether http is allowed or not.
            Error::SchemeRefused { scheme: Scheme::Http } => {
                refused("an http URL", "that would leave the secure connection")
            }
            other => other,
        })?;
        match (from.scheme(), target.scheme()) {
            (Scheme::Https, Scheme::Http) => {
                return Err(refused(target.host(), "that would leave the secure connection"));
            }
            (_, Scheme::Https | Scheme::Http) => {}
            _ => return Err(refused(target.host(), "it leads out of the web")),
        }
        let same_origin = from.origin() == target.origin();
        // RFC 9110, 15.4: 303 becomes a GET; for 301 and 302 every client does the same to a POST.
        let becomes_get = match status {
            StatusCode::SEE_OTHER => request.method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => request.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            request.method = Method::GET;
            request.body.clear();
            request.headers.remove(reqwest::header::CONTENT_TYPE);
        } else if !request.body.is_empty() && !same_origin {
            return Err(refused(target.host(), "the request's body is not sent elsewhere"));
        }
        if !same_origin {
            request.headers = without_secrets(&request.headers);
        }
        request.url = target;
        Ok(request)
    }
}

impl Connections {
    /// Those to public addresses, and those to private ones.
    fn pair(policy: &Policy, options: &Options) -> Result<(Self, Self), Error> {
        let public = Self::new(policy, options)?;
        let private = match policy.allow_private.as_slice() {
            [] => public.clone(),
            _ => Self::new(policy, options)?,
        };
        Ok((public, private))
    }

    fn new(policy: &Policy, options: &Options) -> Result<Self, Error> {
        let pem = options.authorities_pem.as_slice();
        let pins = pinned::Pins::default();
        let user_agent = options.user_agent.as_deref().unwrap_or(USER_AGENT);
        let user_agent = HeaderValue::from_str(user_agent)
            .map_err(|_| Error::InvalidHeader { name: "user-agent".to_owned() })?;
        let mut builder = reqwest::blocking::Client::builder()
            .user_agent(user_agent)
            .http1_max_headers(HEADERS)
            .http2_max_header_list_size(HEAD_BYTES)
            .tls_danger_accept_invalid_certs(options.accept_invalid_certificates)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(policy.limits.connect)
            // For the headers, then for each piece of the body; the whole is watched by `exchange`.
            .timeout(policy.limits.idle)
            .dns_resolver(Arc::new(pins.clone()));
        let reason = |reason: &dyn fmt::Display| Error::Certificates {
            reason: crate::error::printable(&reason.to_string()),
        };
        if !pem.is_empty() {
            let certificates =
                reqwest::Certificate::from_pem_bundle(pem).map_err(|error| reason(&error))?;
            if certificates.is_empty() {
                return Err(reason(&"there is no certificate in it"));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let inner = builder.build().map_err(|error| match pem {
            [] => Error::Start { reason: failure::innermost(&error) },
            // PEM around something that is no certificate is seen only now.
            _ => reason(&failure::innermost(&error)),
        })?;
        Ok(Self { pins, inner })
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn without_secrets(headers: &HeaderMap) -> HeaderMap {
    use reqwest::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
    headers
        .iter()
        .filter(|(name, value)| {
            !value.is_sensitive() && ![AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(name)
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .field("redirects", &self.redirects)
            .finish()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("url", &self.url)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
