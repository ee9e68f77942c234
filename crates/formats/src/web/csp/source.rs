//! Source expressions (section 2.3.1) and which URLs they match (section 6.7.2).

use base64::{Engine as _, engine::GeneralPurposeConfig, engine::general_purpose::GeneralPurpose};
use percent_encoding::percent_decode_str;
use url::Url;

use super::{IssueKind, is_known_directive};

/// One source expression. `'none'` is none of them: an empty list says the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `'self'`, `'unsafe-inline'`...
    Keyword(Keyword),
    /// `'nonce-...'`, without prefix and quotes.
    Nonce(String),
    /// `'sha256-...'`.
    Hash {
        /// Which function.
        algorithm: HashAlgorithm,
        /// The digest in base64 as it stands.
        digest: String,
    },
    /// `https:`, without the colon, in lower case.
    Scheme(String),
    /// `https://*.example.com:443/path`, `*`.
    Host(HostSource),
}

/// Keywords that take quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// `'self'`
    SelfOrigin,
    /// `'unsafe-inline'`
    UnsafeInline,
    /// `'unsafe-eval'`
    UnsafeEval,
    /// `'wasm-unsafe-eval'`
    WasmUnsafeEval,
    /// `'unsafe-hashes'`
    UnsafeHashes,
    /// `'strict-dynamic'`
    StrictDynamic,
    /// `'report-sample'`
    ReportSample,
    /// `'unsafe-allow-redirects'`, of `navigate-to`.
    UnsafeAllowRedirects,
    /// `'trusted-types-eval'`
    TrustedTypesEval,
    /// `'inline-speculation-rules'`
    InlineSpeculationRules,
    /// `'report-sha256'`, `'report-sha384'`, `'report-sha512'`
    ReportHash,
}

/// Hash functions of hash sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

/// A host source; `*` alone is one with nothing but that host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostSource {
    /// In lower case, without `://`.
    pub scheme: Option<String>,
    /// In lower case: a name, `*`, or `*.` and a name.
    pub host: String,
    /// What stands behind the colon.
    pub port: Option<Port>,
    /// With its leading slash, as it stands; empty if there is none.
    pub path: String,
}

/// A port of a host source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Port {
    /// `*`
    Any,
    /// A number.
    Number(u16),
}

const KEYWORDS: &[(&str, Keyword)] = &[
    ("self", Keyword::SelfOrigin),
    ("unsafe-inline", Keyword::UnsafeInline),
    ("unsafe-eval", Keyword::UnsafeEval),
    ("wasm-unsafe-eval", Keyword::WasmUnsafeEval),
    ("unsafe-hashes", Keyword::UnsafeHashes),
    ("strict-dynamic", Keyword::StrictDynamic),
    ("report-sample", Keyword::ReportSample),
    ("unsafe-allow-redirects", Keyword::UnsafeAllowRedirects),
    ("trusted-types-eval", Keyword::TrustedTypesEval),
    ("inline-speculation-rules", Keyword::InlineSpeculationRules),
    ("report-sha256", Keyword::ReportHash),
    ("report-sha384", Keyword::ReportHash),
    ("report-sha512", Keyword::ReportHash),
];

const HASHES: &[(&str, HashAlgorithm)] = &[
    ("sha256-", HashAlgorithm::Sha256),
    ("sha384-", HashAlgorithm::Sha384),
    ("sha512-", HashAlgorithm::Sha512),
];

/// Both alphabets are allowed (`base64-value`), and browsers do not insist on padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl HashAlgorithm {
    /// The length of a digest.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl Source {
    /// Reads a word of a source list, or says why it is none.
    pub(super) fn parse(word: &str) -> Result<Self, IssueKind> {
        if let Some(quoted) = word.strip_prefix('\'') {
            return quoted.strip_suffix('\'').map_or(Err(IssueKind::InvalidSource), parse_quoted);
        }
        if let Some(scheme) = word.strip_suffix(':').filter(|scheme| is_scheme(scheme)) {
            return Ok(Self::Scheme(scheme.to_ascii_lowercase()));
        }
        HostSource::parse(word).map(Self::Host).ok_or(IssueKind::InvalidSource)
    }

    /// What is wrong with one that counts all the same.
    pub(super) fn weakness(&self) -> Option<IssueKind> {
        match self {
            Self::Nonce(nonce) => (nonce_bits(nonce) < 128).then_some(IssueKind::ShortNonce),
            Self::Hash { algorithm, digest } => {
                (decoded_len(digest) != Some(algorithm.bytes())).then_some(IssueKind::InvalidHash)
            }
            _ => None,
        }
    }

    /// Whether it is this keyword.
    #[must_use]
    pub fn is(&self, keyword: Keyword) -> bool {
        *self == Self::Keyword(keyword)
    }

    /// Whether it lets this URL be loaded (section 6.7.2.8). `page` is what `'self'` means and whose scheme a source without one
    /// takes; without it `'self'` matches nothing, and a source without a scheme is taken to be on `https`.
    #[must_use]
    pub fn matches(&self, url: &Url, page: Option<&Url>) -> bool {
        match self {
            Self::Keyword(Keyword::SelfOrigin) => page.is_some_and(|page| is_self(page, url)),
            Self::Scheme(scheme) => scheme_matches(scheme, url.scheme()),
            Self::Host(host) => host.matches(url, page),
            _ => false,
        }
    }
}

fn parse_quoted(word: &str) -> Result<Source, IssueKind> {
    if let Some(known) = KEYWORDS.iter().find(|known| known.0.eq_ignore_ascii_case(word)) {
        return Ok(Source::Keyword(known.1));
    }
    if let Some(nonce) = after_prefix(word, "nonce-") {
        let is_valid = is_base64_value(nonce);
        return is_valid.then(|| Source::Nonce(nonce.to_owned())).ok_or(IssueKind::InvalidSource);
    }
    for (prefix, algorithm) in HASHES {
        if let Some(digest) = after_prefix(word, prefix) {
            return if is_base64_value(digest) {
                Ok(Source::Hash { algorithm: *algorithm, digest: digest.to_owned() })
            } else {
                Err(IssueKind::InvalidSource)
            };
        }
    }
    Err(IssueKind::UnknownKeyword)
}

/// A keyword without its quotes, or a directive among sources.
pub(super) fn mistaken(word: &str) -> Option<IssueKind> {
    let is_keyword = |known: &(&str, Keyword)| known.0.eq_ignore_ascii_case(word);
    let is_hash = |known: &(&str, HashAlgorithm)| after_prefix(word, known.0).is_some();
    if word.eq_ignore_ascii_case("none")
        || KEYWORDS.iter().any(is_keyword)
        || HASHES.iter().any(is_hash)
        || after_prefix(word, "nonce-").is_some()
    {
        return Some(IssueKind::UnquotedKeyword);
    }
    let is_directive = word.contains('-') && is_known_directive(&word.to_ascii_lowercase());
    is_directive.then_some(IssueKind::MissingSemicolon)
}

impl HostSource {
    fn parse(word: &str) -> Option<Self> {
        let (scheme, rest) = match word.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme.to_ascii_lowercase()), rest),
            Some((scheme, _)) if !scheme.contains('/') => return None,
            _ => (None, word),
        };
        let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
        // A query or fragment fits no `path-absolute`.
        if path.contains(['?', '#', '\'', '"']) {
            return None;
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, "*")) => (host, Some(Port::Any)),
            Some((host, port)) => {
                if !port.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                (host, Some(Port::Number(port.parse().ok()?)))
            }
            None => (authority, None),
        };
        let name = host.strip_prefix("*.").unwrap_or(host);
        if host != "*" && !is_host_name(name) {
            return None;
        }
        Some(Self { scheme, host: host.to_ascii_lowercase(), port, path: path.to_owned() })
    }

    /// `*`, or one with a scheme that is any host of it.
    #[must_use]
    pub fn is_any_host(&self) -> bool {
        self.host == "*"
    }

    /// The name without `*.`; empty if any host is meant.
    #[must_use]
    pub fn name(&self) -> &str {
        self.host.strip_prefix("*.").unwrap_or(&self.host).trim_start_matches('*')
    }

    /// Whether a host's name (lower case) matches (section 6.7.2.10).
    #[must_use]
    pub fn matches_host(&self, host: &str) -> bool {
        match self.host.strip_prefix('*') {
            Some("") => true,
            Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
            None => self.host == host,
        }
    }

    fn matches(&self, url: &Url, page: Option<&Url>) -> bool {
        let page_scheme = page.map_or("https", Url::scheme);
        let is_bare = self.scheme.is_none() && self.port.is_none() && self.path.is_empty();
        if self.host == "*" && is_bare {
            return matches!(url.scheme(), "http" | "https" | "ws" | "wss")
                || scheme_matches(page_scheme, url.scheme());
        }
        let scheme = self.scheme.as_deref().unwrap_or(page_scheme);
        let Some(host) = url.host_str() else { return false };
        scheme_matches(scheme, url.scheme())
            && self.matches_host(host)
            && self.matches_port(url)
            && path_matches(&self.path, url.path())
    }

    /// Section 6.7.2.11.
    fn matches_port(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        match self.port {
            None => url.port().is_none(),
            Some(Port::Any) => true,
            Some(Port::Number(number)) => {
                port == Some(number) || (number == 80 && port == Some(443))
            }
        }
    }
}

/// Section 6.7.2.9: what is secure fits where its insecure sister is allowed.
fn scheme_matches(allowed: &str, scheme: &str) -> bool {
    allowed == scheme
        || matches!(
            (allowed, scheme),
            ("http", "https") | ("ws", "wss" | "http" | "https") | ("wss", "https")
        )
}

/// `'self'` (section 6.7.2.8, step 4): the same host and port, on the same scheme or its secure sister.
fn is_self(page: &Url, url: &Url) -> bool {
    if page.origin() == url.origin() && page.origin().is_tuple() {
        return true;
    }
    let is_default = |url: &Url| url.port().is_none();
    page.host_str().is_some()
        && page.host_str() == url.host_str()
        && ((is_default(page) && is_default(url)) || page.port() == url.port())
        && matches!(
            (page.scheme(), url.scheme()),
            ("http", "https" | "ws" | "wss") | ("https", "wss")
        )
}

/// Section 6.7.2.12: a path that ends with a slash allows what is below it.
fn path_matches(allowed: &str, path: &str) -> bool {
    if allowed.is_empty() || allowed == "/" {
        return true;
    }
    let mut allowed_pieces = allowed.split('/');
    let mut pieces = path.split('/');
    let is_exact = !allowed.ends_with('/');
    if is_exact && allowed.matches('/').count() != path.matches('/').count() {
        return false;
    }
    loop {
        match (allowed_pieces.next(), pieces.next()) {
            (Some(""), Some(_)) if !is_exact && allowed_pieces.clone().next().is_none() => {
                return true;
            }
            (Some(a), Some(b)) if percent_decode_str(a).eq(percent_decode_str(b)) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Labels with dots between them. The grammar has no underscore, but names have, and browsers take it.
fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    text.strip_suffix('.').unwrap_or(text).split('.').all(is_label)
}

/// `1*( ALPHA / DIGIT / "+" / "/" / "-" / "_" )*2( "=" )`
fn is_base64_value(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    !digits.is_empty()
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}

fn decoded_len(text: &str) -> Option<usize> {
    // What is longer than any digest is none; no more of it needs to be copied.
    let text = text.get(..128).filter(|_| text.len() > 128).map_or(text, |_| "");
    let standard = text.replace('-', "+").replace('_', "/");
    BASE64.decode(standard).ok().map(|bytes| bytes.len())
}

/// How many bits a nonce can have at most: four a digit if it is hexadecimal, six otherwise.
fn nonce_bits(nonce: &str) -> usize {
    let digits = nonce.trim_end_matches('=');
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let per_digit = if is_hexadecimal { 4 } else { 6 };
    digits.len().saturating_mul(per_digit)
}

fn after_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}
