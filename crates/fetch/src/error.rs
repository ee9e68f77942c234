//! Everything that can go wrong on the way out, as sentences a user can act on.

use std::{io, net::IpAddr, path::PathBuf, time::Duration};

use crate::guard::Scheme;

/// Why nothing was fetched: the peer's fault, the environment's or the policy's.
///
/// No variant holds a URL's user information or query, a request's headers, or a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not a URL that can be fetched.
    #[error("this is not a URL that can be fetched: {reason}")]
    InvalidUrl {
        /// What is wrong with it, without repeating it.
        reason: &'static str,
    },
    /// `user:password@` in the URL.
    #[error(
        "the URL carries a user name or password; take it out and put the token into BARTIZAN_GIT_TOKEN"
    )]
    CredentialsInUrl,
    /// Neither a network nor an address.
    #[error("`{network}` is neither a network nor an address")]
    InvalidNetwork {
        /// As it was given.
        network: String,
    },
    /// A scheme that nothing here speaks.
    #[error("`{scheme}` URLs cannot be fetched (https, http, ssh and file can)")]
    UnknownScheme {
        /// As the URL spells it.
        scheme: String,
    },
    /// A scheme the policy does not allow.
    #[error("`{scheme}` URLs are not allowed here; --allow-clone-schemes {scheme} allows them")]
    SchemeRefused {
        /// The URL's scheme.
        scheme: Scheme,
    },
    /// An address that is not globally routable and not inside an allowed network.
    #[error(
        "{host} leads to {address}, which is {range}; --allow-private-targets {address} allows it"
    )]
    AddressRefused {
        /// The URL's host.
        host: String,
        /// The first of its addresses that was refused.
        address: IpAddr,
        /// The special-purpose range it is in.
        range: &'static str,
    },
    /// Where this process itself listens.
    #[error("{host} leads to this server itself")]
    OwnListener {
        /// The URL's host.
        host: String,
    },
    /// A name without addresses.
    #[error("the name {host} does not resolve: {reason}")]
    NameNotResolved {
        /// The URL's host.
        host: String,
        /// As the resolver put it.
        reason: String,
    },
    /// Something listens nowhere.
    #[error("{host}:{port} refused the connection")]
    ConnectionRefused {
        /// The URL's host.
        host: String,
        /// The port.
        port: u16,
    },
    /// No connection for another reason.
    #[error("no connection to {host}:{port}: {reason}")]
    Unreachable {
        /// The URL's host.
        host: String,
        /// The port.
        port: u16,
        /// As the system put it.
        reason: String,
    },
    /// The connection broke before everything had arrived.
    #[error("the connection to {host} broke off: {reason}")]
    ConnectionLost {
        /// The URL's host.
        host: String,
        /// As the system put it.
        reason: String,
    },
    /// No TLS connection: an unknown authority, an expired certificate, a wrong name.
    #[error("no secure connection to {host}: {reason}")]
    Tls {
        /// The URL's host.
        host: String,
        /// As the TLS library put it.
        reason: String,
        /// Whether all there is against the connection is a certificate that does not verify.
        is_certificate: bool,
    },
    /// The certificates to trust in addition could not be read.
    #[error("the additional certificates are not PEM: {reason}")]
    Certificates {
        /// As the TLS library put it.
        reason: String,
    },
    /// Too slow.
    #[error("{host} took longer than {}", seconds(*.after))]
    TimedOut {
        /// The URL's host.
        host: String,
        /// The limit that was reached.
        after: Duration,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// A response larger than the limit.
    #[error("{host} sent more than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The URL's host.
        host: String,
        /// The limit.
        limit_bytes: u64,
    },
    /// More redirects than allowed.
    #[error("{host} redirected more than {limit} times")]
    TooManyRedirects {
        /// The host that sent the last one.
        host: String,
        /// The limit.
        limit: u32,
    },
    /// A redirect that is not followed.
    #[error("{host} redirects to {target}: {reason}")]
    RedirectRefused {
        /// The host that sent it.
        host: String,
        /// The host it leads to.
        target: String,
        /// Why it is not followed.
        reason: &'static str,
    },
    /// A request header that cannot be sent.
    #[error("the request header {name} has a name or value that cannot be sent")]
    InvalidHeader {
        /// Its name; never its value.
        name: String,
    },
    /// A header that carries a secret was not sent.
    #[error("{host} gets no request that carries a secret: {reason}")]
    SecretWithheld {
        /// The URL's host.
        host: String,
        /// Why it was kept.
        reason: &'static str,
    },
    /// HTTP that is not understood.
    #[error("{host} does not speak HTTP as expected: {reason}")]
    Http {
        /// The URL's host.
        host: String,
        /// As the HTTP library put it.
        reason: String,
    },
    /// An HTTP status that git cannot go on with.
    #[error("{host} answered with HTTP status {status}")]
    Status {
        /// The URL's host.
        host: String,
        /// The status.
        status: u16,
    },

    /// 401, or a key that ssh's server does not want, and no token was at hand.
    #[error(
        "{host} wants authentication for this repository; put a token that may read it into BARTIZAN_GIT_TOKEN"
    )]
    AuthenticationRequired {
        /// The host that asked.
        host: String,
    },
    /// A token was sent and not accepted (401).
    #[error("{host} does not accept the token in BARTIZAN_GIT_TOKEN")]
    AuthenticationRefused {
        /// The host that asked.
        host: String,
    },
    /// 403.
    #[error(
        "{host} refuses access to this repository; check that the token in BARTIZAN_GIT_TOKEN may read it"
    )]
    Forbidden {
        /// The host.
        host: String,
    },
    /// A token was wanted where it must not go.
    #[error("{host} wants authentication, but BARTIZAN_GIT_TOKEN is not sent there: {reason}")]
    TokenWithheld {
        /// The host that asked.
        host: String,
        /// Why it was kept.
        reason: &'static str,
    },
    /// ssh's server did not accept any key.
    #[error("{host} does not accept an ssh key of this user: {reason}")]
    SshAuthentication {
        /// The host.
        host: String,
        /// The last line ssh printed.
        reason: String,
    },
    /// ssh does not know or does not accept the host's key.
    #[error(
        "ssh does not trust the key of {host}; connect to it once with ssh, or add it to known_hosts"
    )]
    SshHostKey {
        /// The host.
        host: String,
    },
    /// ssh could not be started, or failed.
    #[error("ssh to {host} failed: {reason}")]
    Ssh {
        /// The host.
        host: String,
        /// The last line ssh printed, or why it did not start.
        reason: String,
    },
    /// 404, or the ssh server's way to say so.
    #[error(
        "there is no repository at {url}, or it is private; a token in BARTIZAN_GIT_TOKEN opens private ones"
    )]
    RepositoryNotFound {
        /// Without user information and query.
        url: String,
    },
    /// Something else than a git repository.
    #[error("there is no git repository at {url}: {reason}")]
    NotARepository {
        /// Without user information and query.
        url: String,
        /// What was found instead.
        reason: String,
    },
    /// A `file:` URL: nothing to fetch.
    #[error("a local repository is opened where it is, not fetched")]
    Local,
    /// A branch that the repository does not have.
    #[error("there is no branch `{branch}`{}", listed(.known))]
    BranchNotFound {
        /// As asked for.
        branch: String,
        /// Up to five branches there are, the most similar first.
        known: Vec<String>,
    },
    /// `HEAD` leads nowhere although there are branches.
    #[error("the repository has no default branch; name one with --branch{}", listed(.known))]
    NoDefaultBranch {
        /// Up to five branches there are.
        known: Vec<String>,
    },
    /// A name that git does not allow for a branch.
    #[error("`{branch}` is not a name for a branch")]
    InvalidBranch {
        /// As asked for.
        branch: String,
    },
    /// More bytes than allowed.
    #[error("the repository is larger than {limit_bytes} bytes")]
    PackTooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// More objects than allowed.
    #[error("the repository has {objects} objects, more than {limit}")]
    TooManyObjects {
        /// As its pack says.
        objects: u64,
        /// The limit.
        limit: u64,
    },
    /// An object larger than allowed.
    #[error("the repository has an object larger than {limit_bytes} bytes")]
    ObjectTooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// Deltas that keep more in memory than allowed.
    #[error("the repository's deltas need more than {limit_bytes} bytes of memory")]
    DeltasTooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// The pack does not decode, or lacks what was promised.
    #[error("the server sent a pack that does not decode: {reason}")]
    CorruptPack {
        /// What was found.
        reason: String,
    },
    /// The git protocol was broken.
    #[error("{host} does not speak the git protocol as expected: {reason}")]
    Protocol {
        /// The host.
        host: String,
        /// What was found.
        reason: String,
    },
    /// Object ids made with a hash that is not supported.
    #[error("the repository uses the object format `{format}`; sha1 and sha256 are supported")]
    ObjectFormat {
        /// As the server named it.
        format: String,
    },
    /// The destination could not be written.
    #[error("cannot write to {}", path.display())]
    Destination {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A `file:` URL whose path this system cannot have.
    #[error("the file URL does not name a path of this system")]
    LocalPath,
    /// A browser could not be started, or does not do what it should.
    #[error("the browser {reason}")]
    Browser {
        /// Words that follow "the browser".
        reason: String,
    },
    /// A thread or a part of the network stack could not be started.
    #[error("the network client could not be started: {reason}")]
    Start {
        /// As the system put it.
        reason: String,
    },
}

impl Error {
    /// Whether the same call may succeed later without anyone changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NameNotResolved { .. }
            | Self::ConnectionRefused { .. }
            | Self::Unreachable { .. }
            | Self::ConnectionLost { .. }
            | Self::TimedOut { .. }
            | Self::Start { .. } => true,
            // RFC 9110 section 15.6, RFC 6585 section 4, RFC 9110 section 15.5.9.
            Self::Status { status, .. } => *status >= 500 || *status == 429 || *status == 408,
            _ => false,
        }
    }
}

fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(" (there is {})", names.join(", ")) }
}

/// Foreign text for an error: one line, nothing hidden, bounded.
pub(crate) fn printable(text: &str) -> String {
    model::one_line(text, 300)
}
