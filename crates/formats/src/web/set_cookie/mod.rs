//! `Set-Cookie`, as browsers read it (draft-ietf-httpbis-rfc6265bis, section 5.6) and refuse it (section 5.7).
//!
//! A cookie's value is never kept: what a check needs of it is how long it is and what it looks like.

mod date;
mod value;

use std::fmt;

use jiff::Timestamp;

pub use date::parse as parse_date;
pub use value::{ValueKind, ValueShape};

use super::note;

/// Name and value may have so many bytes together (section 5.6, step 5).
pub const MAX_NAME_AND_VALUE_BYTES: usize = 4096;
/// The value of an attribute may have so many bytes (section 5.6).
pub const MAX_ATTRIBUTE_BYTES: usize = 1024;
/// No cookie lives longer, whatever it says (section 5.5).
pub const MAX_AGE_SECONDS: i64 = 400 * 24 * 60 * 60;

/// One cookie that a server sets.
#[derive(Clone, Debug, PartialEq)]
pub struct SetCookie {
    /// May be empty.
    pub name: String,
    /// What its value looks like.
    pub value: ValueShape,
    /// `Expires`; the last one that is a date.
    pub expires: Option<Timestamp>,
    /// `Max-Age` in seconds, which has precedence; zero and less deletes the cookie. The last one that is a number.
    pub max_age: Option<i64>,
    /// `Domain` in lower case without a leading dot; `None` if the cookie is for the very host only.
    pub domain: Option<String>,
    /// `Path` if it begins with a slash.
    pub path: Option<String>,
    /// `Secure`
    pub is_secure: bool,
    /// `HttpOnly`
    pub is_http_only: bool,
    /// `SameSite`; `None` if it is absent or unknown, which browsers take for `Lax`.
    pub same_site: Option<SameSite>,
    /// `Partitioned` (CHIPS)
    pub is_partitioned: bool,
    /// What its name promises.
    pub prefix: Option<Prefix>,
    /// What is wrong with it though a browser may take it, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub issues: Vec<Issue>,
}

/// `SameSite`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never sent from other sites.
    Strict,
    /// Sent with navigations from other sites.
    Lax,
    /// Always sent.
    None,
}

/// What a name's beginning, in any case, demands (section 4.1.3, and draft-ietf-httpbis-layered-cookies for `__Http-`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// `__Secure-`: `Secure`, from a secure origin.
    Secure,
    /// `__Host-`: that, no `Domain`, and `Path=/`.
    Host,
    /// `__Http-`: `Secure` and `HttpOnly`.
    Http,
    /// `__Host-Http-`: all of it.
    HostHttp,
}

/// Where a cookie came from.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// In lower case.
    pub host: &'a str,
    /// Whether it came over `https`.
    pub is_secure: bool,
}

/// What a browser passes over in a cookie that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// `Expires` that is no date.
    InvalidExpires,
    /// `Max-Age` that is no number.
    InvalidMaxAge,
    /// `SameSite` with another word than `Strict`, `Lax` and `None`.
    UnknownSameSite,
    /// `Path` that does not begin with a slash.
    InvalidPath,
    /// `Domain` without a value.
    EmptyDomain,
    /// An attribute that no specification knows; [`Priority`](https://datatracker.ietf.org/doc/draft-west-cookie-priority/) is known.
    UnknownAttribute,
    /// An attribute with more than [`MAX_ATTRIBUTE_BYTES`].
    LongAttribute,
    /// An attribute that stood there before; the last one counts.
    RepeatedAttribute,
    /// It asks to live longer than [`MAX_AGE_SECONDS`], from now for `Max-Age`.
    LivesTooLong,
    /// No name: the whole text is the value.
    NoName,
}

/// Why a browser refuses a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Section 5.6, step 1.
    #[error("it holds a control character")]
    ControlCharacter,
    /// Section 5.6, step 6.
    #[error("it has neither a name nor a value")]
    Empty,
    /// Section 5.6, step 5.
    #[error("its name and value have more than 4096 bytes together")]
    TooLong,
    /// Section 5.7, step 8.
    #[error("it is Secure and came over http")]
    SecureFromInsecure,
    /// Section 5.7, step 6.
    #[error("its Domain is not the host's")]
    ForeignDomain,
    /// Section 5.7, step 16.
    #[error("it is SameSite=None without Secure")]
    NoneWithoutSecure,
    /// CHIPS.
    #[error("it is Partitioned without Secure")]
    PartitionedWithoutSecure,
    /// Sections 5.7, steps 19 and 20.
    #[error("it does not keep what its name's prefix promises")]
    Prefix,
    /// Section 5.7, step 21.
    #[error("it has no name, and its value begins like a prefix")]
    NamelessPrefix,
}

impl SetCookie {
    /// Reads one header field. `Err` means that no browser takes it, whoever sends it.
    pub fn parse(field: &str) -> Result<Self, Rejection> {
        let is_control = |byte: u8| (byte < 0x20 && byte != b'\t') || byte == 0x7F;
        if field.bytes().any(is_control) {
            return Err(Rejection::ControlCharacter);
        }
        let mut parts = field.split(';');
        let pair = parts.next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (trim(name), trim(value));
        if name.is_empty() && value.is_empty() {
            return Err(Rejection::Empty);
        }
        if name.len() + value.len() > MAX_NAME_AND_VALUE_BYTES {
            return Err(Rejection::TooLong);
        }
        if name.is_empty() && prefix_of(value).is_some() {
            return Err(Rejection::NamelessPrefix);
        }
        let mut cookie = Self {
            name: name.to_owned(),
            value: ValueShape::of(value),
            expires: None,
            max_age: None,
            domain: None,
            path: None,
            is_secure: false,
            is_http_only: false,
            same_site: None,
            is_partitioned: false,
            prefix: prefix_of(name),
            issues: Vec::new(),
        };
        if name.is_empty() {
            note(&mut cookie.issues, Issue::NoName);
        }
        let mut seen = [false; ATTRIBUTES.len()];
        for part in parts {
            cookie.read_attribute(part, &mut seen);
        }
        Ok(cookie)
    }

    /// Why a browser refuses it from this sender; the first reason. Whether a `Domain` is a public suffix is not asked here.
    #[must_use]
    pub fn rejection(&self, sender: Sender<'_>) -> Option<Rejection> {
        let is_foreign = |domain: &String| !domain_matches(sender.host, domain);
        if self.domain.as_ref().is_some_and(is_foreign) {
            return Some(Rejection::ForeignDomain);
        }
        if self.is_secure && !sender.is_secure {
            return Some(Rejection::SecureFromInsecure);
        }
        self.contradiction()
    }

    /// Why a browser refuses it whoever sends it.
    #[must_use]
    pub fn contradiction(&self) -> Option<Rejection> {
        if self.same_site == Some(SameSite::None) && !self.is_secure {
            return Some(Rejection::NoneWithoutSecure);
        }
        if self.prefix.is_some_and(|prefix| !self.keeps(prefix)) {
            return Some(Rejection::Prefix);
        }
        (self.is_partitioned && !self.is_secure).then_some(Rejection::PartitionedWithoutSecure)
    }

    /// Whether it has what a prefix demands, its name aside.
    #[must_use]
    pub fn keeps(&self, prefix: Prefix) -> bool {
        let is_for_host = self.domain.is_none() && self.path.as_deref() == Some("/");
        self.is_secure
            && match prefix {
                Prefix::Secure => true,
                Prefix::Host => is_for_host,
                Prefix::Http => self.is_http_only,
                Prefix::HostHttp => is_for_host && self.is_http_only,
            }
    }

    /// Whether it outlives the browser's session.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.max_age.is_some() || self.expires.is_some()
    }

    /// Whether it only deletes an older one.
    #[must_use]
    pub fn is_deletion(&self, now: Timestamp) -> bool {
        match self.max_age {
            Some(seconds) => seconds <= 0,
            None => self.expires.is_some_and(|expires| expires <= now),
        }
    }

    /// Whether it looks like one that says who someone is: by what its value is, or by the usual names of such cookies.
    #[must_use]
    pub fn looks_like_session(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        let is_named_so = self.is_named_like_session();
        match self.value.kind {
            ValueKind::JsonWebToken => true,
            ValueKind::RandomToken => {
                is_named_so || !NOT_SESSIONS.iter().any(|start| name.starts_with(start))
            }
            ValueKind::Empty => false,
            ValueKind::Other => is_named_so && self.value.bytes >= 8,
        }
    }

    /// Whether its name is a usual one of cookies that say who someone is, whatever its value.
    #[must_use]
    pub fn is_named_like_session(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        SESSION_NAMES.iter().any(|word| name.contains(word))
    }

    fn read_attribute(&mut self, part: &str, seen: &mut [bool; ATTRIBUTES.len()]) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (trim(name), trim(value));
        if name.is_empty() && value.is_empty() {
            return;
        }
        if value.len() > MAX_ATTRIBUTE_BYTES {
            note(&mut self.issues, Issue::LongAttribute);
            return;
        }
        let mut known = ATTRIBUTES.iter().zip(seen.iter_mut());
        let Some((attribute, is_seen)) = known.find(|(known, _)| known.eq_ignore_ascii_case(name))
        else {
            note(&mut self.issues, Issue::UnknownAttribute);
            return;
        };
        if std::mem::replace(is_seen, true) {
            note(&mut self.issues, Issue::RepeatedAttribute);
        }
        match *attribute {
            "expires" => match date::parse(value) {
                Some(date) => self.expires = Some(date),
                None => note(&mut self.issues, Issue::InvalidExpires),
            },
            "max-age" => match parse_max_age(value) {
                Some(seconds) => {
                    if seconds > MAX_AGE_SECONDS {
                        note(&mut self.issues, Issue::LivesTooLong);
                    }
                    self.max_age = Some(seconds);
                }
                None => note(&mut self.issues, Issue::InvalidMaxAge),
            },
            "domain" => {
                let domain = value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase();
                if domain.is_empty() {
                    note(&mut self.issues, Issue::EmptyDomain);
                }
                self.domain = (!domain.is_empty()).then_some(domain);
            }
            "path" => {
                let is_path = value.starts_with('/');
                if !is_path {
                    note(&mut self.issues, Issue::InvalidPath);
                }
                self.path = is_path.then(|| value.to_owned());
            }
            "secure" => self.is_secure = true,
            "httponly" => self.is_http_only = true,
            "partitioned" => self.is_partitioned = true,
            "samesite" => {
                self.same_site = SameSite::parse(value);
                if self.same_site.is_none() {
                    note(&mut self.issues, Issue::UnknownSameSite);
                }
            }
            _ => {}
        }
    }
}

impl SameSite {
    fn parse(word: &str) -> Option<Self> {
        [("strict", Self::Strict), ("lax", Self::Lax), ("none", Self::None)]
            .into_iter()
            .find_map(|(known, same_site)| known.eq_ignore_ascii_case(word).then_some(same_site))
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidExpires => "`Expires` is no date and is ignored",
            Self::InvalidMaxAge => "`Max-Age` is no number and is ignored",
            Self::UnknownSameSite => {
                "`SameSite` is not `Strict`, `Lax` or `None`; browsers take it for `Lax`"
            }
            Self::InvalidPath => "`Path` does not begin with a slash and is ignored",
            Self::EmptyDomain => "`Domain` has no value and is ignored",
            Self::UnknownAttribute => "an attribute is unknown and is ignored",
            Self::LongAttribute => "an attribute has more than 1024 bytes and is ignored",
            Self::RepeatedAttribute => "an attribute is repeated; the last one counts",
            Self::LivesTooLong => "browsers forget it after 400 days",
            Self::NoName => "it has no name",
        })
    }
}

/// In lower case.
const ATTRIBUTES: [&str; 9] = [
    "expires",
    "max-age",
    "domain",
    "path",
    "secure",
    "httponly",
    "samesite",
    "partitioned",
    "priority",
];

/// Parts of names, in lower case, by which frameworks call the cookie that says who someone is.
const SESSION_NAMES: &[&str] =
    &["sess", "sid", "auth", "token", "jwt", "login", "remember", "identity", "cfid", "cftoken"];

/// Beginnings of names, in lower case, of well-known cookies with random values that give no access: analytics, advertising,
/// load balancers, consent; and tokens against forged requests, which a page's script must read.
const NOT_SESSIONS: &[&str] = &[
    "_ga",
    "_gid",
    "_gcl",
    "_fbp",
    "_hj",
    "_pk_",
    "__utm",
    "_clck",
    "_clsk",
    "__cf",
    "cf_",
    "_cf",
    "awsalb",
    "awselb",
    "bigip",
    "ai_",
    "ajs_",
    "amplitude",
    "mp_",
    "optimizely",
    "cookieconsent",
    "csrf",
    "xsrf",
    "_csrf",
    "arraffinity",
    "ak_",
    "bm_",
    "_abck",
    "visitor",
    "incap_",
    "nlbi_",
    "datadome",
    "__stripe_mid",
    "_uet",
    "muid",
    "nid",
];

/// Blanks and tabs.
fn trim(text: &str) -> &str {
    super::syntax::trim(text)
}

fn prefix_of(name: &str) -> Option<Prefix> {
    [
        ("__Host-Http-", Prefix::HostHttp),
        ("__Host-", Prefix::Host),
        ("__Secure-", Prefix::Secure),
        ("__Http-", Prefix::Http),
    ]
    .into_iter()
    .find_map(|(prefix, kind)| {
        name.get(..prefix.len())?.eq_ignore_ascii_case(prefix).then_some(kind)
    })
}

/// Section 5.1.3; names only, no addresses.
fn domain_matches(host: &str, domain: &str) -> bool {
    host == domain
        || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
            && !host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && !host.contains(':')
}

/// Section 5.6.2: an optional minus sign and digits; what is too large is the largest number.
fn parse_max_age(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| {
        let limit = if text.starts_with('-') { i64::MIN } else { i64::MAX };
        text.parse().unwrap_or(limit)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cookie(field: &str) -> SetCookie {
        SetCookie::parse(field).unwrap()
    }

    const SECURE: Sender<'static> = Sender { host: "www.example.com", is_secure: true };

    #[test]
    fn the_examples_of_the_specification_are_read() {
        let read = cookie("SID=31d4d96e407aad42; Path=/; Secure; HttpOnly");
        assert_eq!((read.name.as_str(), read.path.as_deref()), ("SID", Some("/")));
        assert!(read.is_secure && read.is_http_only && !read.is_persistent());
        assert_eq!(read.value, ValueShape { bytes: 16, kind: ValueKind::RandomToken });
        let read = cookie("lang=en-US; Expires=Wed, 09 Jun 2021 10:18:14 GMT; Domain=.Example.com");
        assert_eq!(read.expires, Some("2021-06-09T10:18:14Z".parse().unwrap()));
        assert_eq!(read.domain.as_deref(), Some("example.com"));
        assert_eq!(read.value.kind, ValueKind::Other);
        assert!(read.is_deletion("2022-01-01T00:00:00Z".parse().unwrap()));
        assert_eq!(read.issues, []);
    }

    #[test]
    fn the_last_of_an_attribute_counts_and_what_makes_no_sense_is_told() {
        let read =
            cookie("a=b; path=x; Max-Age=5; max-age=x; SameSite=Never; foo; Domain=; PATH=/y");
        assert_eq!((read.path.as_deref(), read.max_age), (Some("/y"), Some(5)));
        use Issue::*;
        assert_eq!(
            read.issues,
            [
                InvalidPath,
                RepeatedAttribute,
                InvalidMaxAge,
                UnknownSameSite,
                UnknownAttribute,
                EmptyDomain,
                RepeatedAttribute
            ]
        );
        let long = format!("a=b; path=/{}; max-age=99999999999999999999999", "x".repeat(1024));
        assert_eq!(cookie(&long).path, None);
        assert_eq!(cookie(&long).issues, [LongAttribute, LivesTooLong]);
        assert_eq!(cookie("a=b; max-age=-99999999999999999999999").max_age, Some(i64::MIN));
    }

    #[test]
    fn what_browsers_refuse_is_refused_with_the_reason() {
        use Rejection::*;
        for (field, reason) in [
            ("", Empty),
            (" = ; Secure", Empty),
            ("a=\u{1}", ControlCharacter),
            ("__host-a", NamelessPrefix),
            (&format!("a={}", "b".repeat(4096)), TooLong),
        ] {
            assert_eq!(SetCookie::parse(field), Err(reason), "{reason:?}");
        }
        for (field, reason) in [
            ("a=b; Domain=example.com", None),
            ("a=b; Domain=other.example", Some(ForeignDomain)),
            ("a=b; Domain=ample.com", Some(ForeignDomain)),
            ("a=b; Domain=x.www.example.com", Some(ForeignDomain)),
            ("a=b; SameSite=None", Some(NoneWithoutSecure)),
            ("a=b; SameSite=none; secure", None),
            ("a=b; Partitioned", Some(PartitionedWithoutSecure)),
            ("__Secure-a=b", Some(Prefix)),
            ("__SECURE-a=b; Secure", None),
            ("__Host-a=b; Secure; Path=/", None),
            ("__Host-a=b; Secure", Some(Prefix)),
            ("__Host-a=b; Secure; Path=/; Domain=www.example.com", Some(Prefix)),
            ("__Http-a=b; Secure", Some(Prefix)),
            ("__Host-Http-a=b; Secure; HttpOnly; Path=/", None),
        ] {
            assert_eq!(cookie(field).rejection(SECURE), reason, "{field}");
        }
        let plain = Sender { host: "www.example.com", is_secure: false };
        assert_eq!(cookie("a=b; Secure").rejection(plain), Some(SecureFromInsecure));
        let address = Sender { host: "127.0.0.1", is_secure: true };
        assert_eq!(cookie("a=b; Domain=0.0.1").rejection(address), Some(ForeignDomain));
    }

    #[test]
    fn tokens_are_told_from_settings() {
        for (value, kind) in [
            ("", ValueKind::Empty),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", ValueKind::JsonWebToken),
            ("s%3Aq3lM9XkU0a-7Wb2TzC.dGhpcyBpcw", ValueKind::RandomToken),
            ("5f4dcc3b5aa765d61d8327deb882cf99", ValueKind::RandomToken),
            ("light", ValueKind::Other),
            ("accepted-all-categories", ValueKind::Other),
            ("1700000000000000000", ValueKind::Other),
            ("Europe/Amsterdam,en-GB", ValueKind::Other),
        ] {
            assert_eq!(ValueShape::of(value).kind, kind, "{value}");
        }
        assert!(cookie("connect.sid=s%3Aq3lM9XkU0a-7Wb2TzC.dGhpcyBpcw").looks_like_session());
        assert!(!cookie("_ga=GA1.2.1234567890.1700000000").looks_like_session());
        assert!(!cookie("theme=dark").looks_like_session());
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(
            field in "(\\PC|[;= \t]|__Host-|Expires=|Max-Age=|Domain=|[0-9:]{1,8}|Jan){0,30}",
        ) {
            if let Ok(cookie) = SetCookie::parse(&field) {
                let _ = (cookie.rejection(SECURE), cookie.looks_like_session());
                prop_assert!(cookie.issues.len() <= super::super::MAX_ISSUES);
            }
        }
    }
}
