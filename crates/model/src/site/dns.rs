//! What the domain name system says of a website's name.

/// What is known of a host's name and of the domain that it belongs to. Names are in lower case, in ASCII, without a dot at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dns {
    /// The host.
    pub host: String,
    /// The domain that was registered, by the public suffix list; the host itself where that knows none.
    pub domain: String,
    /// The host's IPv4 addresses, as text.
    pub a: Lookup<String>,
    /// The host's IPv6 addresses, as text.
    pub aaaa: Lookup<String>,
    /// What the host stands for, step by step (CNAME). At most 8.
    pub aliases: Lookup<Alias>,
    /// Which authorities may issue certificates for the host (RFC 8659).
    pub caa: At<Caa>,
    /// The domain's mail servers.
    pub mx: Lookup<Mx>,
    /// The domain's name servers.
    pub ns: Lookup<String>,
    /// The domain's texts, SPF among them; the strings of one record joined (RFC 7208, section 3.3).
    pub txt: Lookup<String>,
    /// The texts of the host itself, where it is not the domain.
    pub host_txt: Lookup<String>,
    /// What the parent zone says of the domain's keys: without any, nothing in it is signed for anybody (RFC 4035, section 5).
    pub ds: Lookup<Ds>,
    /// The domain's keys.
    pub dnskey: Lookup<Dnskey>,
    /// DMARC (RFC 7489): of the host if there is any, else of its domain. All texts at that name.
    pub dmarc: At<String>,
    /// `_mta-sts` of the domain (RFC 8461).
    pub mta_sts: Lookup<String>,
    /// `_smtp._tls` of the domain (RFC 8460).
    pub tls_rpt: Lookup<String>,
    /// Keys for mail (RFC 6376) under the common selectors that have any, or of which it is not known.
    pub dkim: Vec<Dkim>,
    /// Selectors that were asked for.
    pub dkim_selectors: usize,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// There are records; at least one, and at most 64 are kept.
    Found(Vec<T>),
    /// The name exists, and has no such records.
    NoRecords,
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// It was not found out: this says nothing of whether there are any.
    Unknown(Failure),
}

impl<T> Lookup<T> {
    /// The records, if there are any.
    #[must_use]
    pub fn records(&self) -> &[T] {
        match self {
            Self::Found(records) => records,
            Self::NoRecords | Self::NoSuchName | Self::Unknown(_) => &[],
        }
    }

    /// Whether it is known that there are none.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::NoRecords | Self::NoSuchName)
    }

    /// Whether it was not found out.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// SERVFAIL: the name's servers are broken, do not answer, or their signatures are wrong.
    ServerFailure,
    /// REFUSED.
    Refused,
    /// No answer in time.
    TimedOut,
    /// Nobody was asked: the time for all questions was over, or the question makes no sense for this name.
    NotAsked,
    /// Something else, in the resolver's words.
    Other(String),
}

/// Records that may stand at one of several names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// Where they were found; where they were looked for last if there are none.
    pub name: String,
    /// The records.
    pub records: Lookup<T>,
}

/// A step from a name to the one that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// What it stands for.
    pub target: String,
    /// The addresses that the target leads to. [`Lookup::NoSuchName`] is a name that anybody may be able to take.
    pub addresses: Lookup<String>,
}

/// Who may issue certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caa {
    /// Whether an authority that does not understand it must not issue.
    pub critical: bool,
    /// `issue`, `issuewild`, `iodef`; in lower case.
    pub tag: String,
    /// As it stands there.
    pub value: String,
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mx {
    /// The lower, the sooner.
    pub preference: u16,
    /// Its name; empty for "no mail" (RFC 7505).
    pub exchange: String,
}

/// A digest of a zone's key (RFC 4034, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ds {
    /// Which key.
    pub key_tag: u16,
    /// Its algorithm, by IANA's number.
    pub algorithm: u8,
    /// The digest's algorithm, by IANA's number.
    pub digest_type: u8,
}

/// A zone's key (RFC 4034, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dnskey {
    /// 257 signs keys, 256 signs the zone.
    pub flags: u16,
    /// Its algorithm, by IANA's number.
    pub algorithm: u8,
}

/// A key for mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dkim {
    /// Under which selector.
    pub selector: String,
    /// The texts there.
    pub records: Lookup<String>,
}
