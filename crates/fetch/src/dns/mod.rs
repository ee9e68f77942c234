//! What the domain name system says of a host: all questions that a website's scan has, asked at once and answered in bounded time.
//!
//! Who is asked is the system's or the operator's choice, so the guard has no say in it; names that answers bring up are asked for and
//! never connected to.

mod client;
mod selectors;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, Ipv6Addr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use model::site::dns::{Alias, At, Caa, Dkim, Dns, Dnskey, Ds, Failure, Lookup, Mx};

use crate::{Error, SafeUrl, watch::Watch};

/// Where a name server listens.
pub use std::net::SocketAddr as Server;

pub use client::DnsClient;
pub use selectors::DKIM_SELECTORS;

/// Questions under way at a time.
const AT_ONCE: usize = 8;
/// Steps from alias to alias.
const MAX_ALIASES: usize = 8;
/// Records of one answer.
const MAX_RECORDS: usize = 64;
/// Bytes of one text.
const MAX_TEXT_BYTES: usize = 8 << 10;
/// Names above the host at which CAA is looked for.
const MAX_LEVELS: usize = 16;

/// Who answers: an argument, so that a test decides what a name means.
pub trait Records: Send + Sync {
    /// All records of a kind at a name, which has no dot at its end. Takes no longer than `within`. Aliases are followed, but for
    /// [`Kind::Cname`].
    ///
    /// # Errors
    /// When there are none, or it is not known.
    fn records(&self, name: &str, kind: Kind, within: Duration) -> Result<Vec<Record>, NoRecords>;
}

/// Asks the name servers at these addresses; without any, the system's.
///
/// # Errors
/// [`Error::Start`] if the system names none.
pub fn ask(servers: &[Server]) -> Result<Arc<dyn Records>, Error> {
    let client = if servers.is_empty() { DnsClient::system() } else { DnsClient::at(servers) };
    Ok(Arc::new(client?))
}

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "their names are the protocol's")]
pub enum Kind {
    A,
    Aaaa,
    Cname,
    Mx,
    Ns,
    Txt,
    Caa,
    Ds,
    Dnskey,
}

/// A record. Names are in ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names are the protocol's")]
pub enum Record {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(String),
    Mx(Mx),
    Ns(String),
    /// The strings of one record joined.
    Txt(Vec<u8>),
    Caa(Caa),
    Ds(Ds),
    Dnskey(Dnskey),
}

/// Why there are no records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRecords {
    /// The name exists.
    OfThisKind,
    /// The name does not exist.
    NoSuchName,
    /// That is not known.
    Unknown(Failure),
}

/// How long all of it may take.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// For one question.
    pub question: Duration,
    /// For all of them.
    pub total: Duration,
    /// Set by another thread to stop.
    pub cancel: Arc<AtomicBool>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            question: Duration::from_secs(4),
            total: Duration::from_secs(15),
            cancel: Arc::default(),
        }
    }
}

/// Asks all there is to ask of a URL's host.
///
/// # Errors
/// [`Error::InvalidUrl`] for a host that is an address, [`Error::Cancelled`]. What is not answered is unknown in the facts.
pub fn lookup(records: &dyn Records, url: &SafeUrl, bounds: &Bounds) -> Result<Dns, Error> {
    if url.literal().is_some() || url.host().is_empty() {
        return Err(Error::InvalidUrl { reason: "its host has no name" });
    }
    let host = normal(url.host());
    let domain = registrable(&host).to_owned();
    let watch = Watch::stoppable(bounds.total, Arc::clone(&bounds.cancel));
    let asker = Asker { records, watch: &watch, question: bounds.question };
    let levels = levels(&host, &domain);
    let mut answers = asker.all(&questions(&host, &domain, &levels));
    let aliases = asker.aliases(&host, &mut answers);
    if matches!(watch.check(&host), Err(Error::Cancelled)) {
        return Err(Error::Cancelled);
    }
    let texts = |name: String| answers.of(&name, Kind::Txt, text);
    let dkim = DKIM_SELECTORS.iter().map(|selector| Dkim {
        selector: (*selector).to_owned(),
        records: texts(format!("{selector}._domainkey.{domain}")),
    });
    Ok(Dns {
        a: answers.of(&host, Kind::A, address),
        aaaa: answers.of(&host, Kind::Aaaa, address),
        aliases,
        caa: answers.first(levels, Kind::Caa, |record| match record {
            Record::Caa(caa) => Some(caa.clone()),
            _ => None,
        }),
        mx: answers.of(&domain, Kind::Mx, |record| match record {
            Record::Mx(mx) => Some(Mx { exchange: normal(&mx.exchange), ..mx.clone() }),
            _ => None,
        }),
        ns: answers.of(&domain, Kind::Ns, |record| match record {
            Record::Ns(name) => Some(normal(name)),
            _ => None,
        }),
        txt: texts(domain.clone()),
        host_txt: texts(host.clone()),
        ds: answers.of(&domain, Kind::Ds, |record| match record {
            Record::Ds(ds) => Some(*ds),
            _ => None,
        }),
        dnskey: answers.of(&domain, Kind::Dnskey, |record| match record {
            Record::Dnskey(key) => Some(*key),
            _ => None,
        }),
        dmarc: answers.first(dmarc_names(&host, &domain), Kind::Txt, text),
        mta_sts: texts(format!("_mta-sts.{domain}")),
        tls_rpt: texts(format!("_smtp._tls.{domain}")),
        dkim: dkim.filter(|key| !key.records.is_absent()).collect(),
        dkim_selectors: DKIM_SELECTORS.len(),
        host,
        domain,
    })
}

/// The domain that was registered for a host: one label more than its public suffix. The host itself if that is one, or has one label.
#[must_use]
pub fn registrable(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

type Question = (String, Kind);

/// All that is known to be asked before the first answer is there.
fn questions(host: &str, domain: &str, levels: &[String]) -> Vec<Question> {
    let of = |name: &str, kinds: &[Kind]| -> Vec<Question> {
        kinds.iter().map(|kind| (name.to_owned(), *kind)).collect()
    };
    let mut all = of(host, &[Kind::A, Kind::Aaaa, Kind::Cname, Kind::Txt]);
    all.extend(of(domain, &[Kind::Mx, Kind::Ns, Kind::Txt, Kind::Ds, Kind::Dnskey]));
    all.extend(levels.iter().map(|name| (name.clone(), Kind::Caa)));
    all.extend(dmarc_names(host, domain).into_iter().map(|name| (name, Kind::Txt)));
    let below = ["_mta-sts", "_smtp._tls"].into_iter().map(str::to_owned);
    let keys = DKIM_SELECTORS.iter().map(|selector| format!("{selector}._domainkey"));
    all.extend(below.chain(keys).map(|name| (format!("{name}.{domain}"), Kind::Txt)));
    all.sort_unstable();
    all.dedup();
    all
}

/// The host and what is above it, down to the domain (RFC 8659, section 3, climbs on to the top; what registries say there is for
/// nobody's certificate).
fn levels(host: &str, domain: &str) -> Vec<String> {
    let mut levels = vec![host.to_owned()];
    let mut name = host;
    while name != domain
        && levels.len() < MAX_LEVELS
        && let Some((_, above)) = name.split_once('.')
    {
        levels.push(above.to_owned());
        name = above;
    }
    levels
}

/// RFC 7489, section 6.6.3: the host's own, else the organization's.
fn dmarc_names(host: &str, domain: &str) -> Vec<String> {
    let mut names = vec![format!("_dmarc.{host}")];
    if host != domain {
        names.push(format!("_dmarc.{domain}"));
    }
    names
}

fn normal(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn address(record: &Record) -> Option<String> {
    match record {
        Record::A(address) => Some(address.to_string()),
        Record::Aaaa(address) => Some(address.to_string()),
        _ => None,
    }
}

fn text(record: &Record) -> Option<String> {
    match record {
        Record::Txt(bytes) => {
            let kept = bytes.get(..MAX_TEXT_BYTES).unwrap_or(bytes);
            Some(String::from_utf8_lossy(kept).into_owned())
        }
        _ => None,
    }
}

struct Asker<'a> {
    records: &'a dyn Records,
    watch: &'a Watch,
    question: Duration,
}

impl Asker<'_> {
    fn one(&self, name: &str, kind: Kind) -> Result<Vec<Record>, NoRecords> {
        if self.watch.check(name).is_err() {
            return Err(NoRecords::Unknown(Failure::NotAsked));
        }
        self.records.records(name, kind, self.question.min(self.watch.remaining()))
    }

    fn all(&self, questions: &[Question]) -> Answers {
        let next = AtomicUsize::new(0);
        let answers = Mutex::new(BTreeMap::new());
        thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(questions.len()) {
                // Where a thread cannot be started, the others do its part; without any, nothing was asked.
                let _ = thread::Builder::new().name("dns".to_owned()).spawn_scoped(scope, || {
                    while let Some((name, kind)) =
                        questions.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let answer = self.one(name, *kind);
                        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                        answers.insert((name.clone(), *kind), answer);
                    }
                });
            }
        });
        Answers(answers.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Follows the host's aliases, and asks each target for its addresses.
    fn aliases(&self, host: &str, answers: &mut Answers) -> Lookup<Alias> {
        let target_of = |records: &[Record]| {
            records.iter().find_map(|record| match record {
                Record::Cname(target) => Some(normal(target)),
                _ => None,
            })
        };
        let mut seen = vec![host.to_owned()];
        let first = answers.of(host, Kind::Cname, |record| match record {
            Record::Cname(target) => Some(normal(target)),
            _ => None,
        });
        let mut next = match first {
            Lookup::Found(targets) => targets.into_iter().next(),
            Lookup::NoRecords => return Lookup::NoRecords,
            Lookup::NoSuchName => return Lookup::NoSuchName,
            Lookup::Unknown(failure) => return Lookup::Unknown(failure),
        };
        let mut aliases = Vec::new();
        while let Some(target) = next.take() {
            let asked = [(target.clone(), Kind::A), (target.clone(), Kind::Aaaa)];
            let found = self.all(&asked);
            let addresses =
                either(found.of(&target, Kind::A, address), found.of(&target, Kind::Aaaa, address));
            aliases.push(Alias { target: target.clone(), addresses });
            if aliases.len() < MAX_ALIASES && !seen.contains(&target) {
                next = self.one(&target, Kind::Cname).ok().and_then(|found| target_of(&found));
                seen.push(target);
            }
        }
        Lookup::Found(aliases)
    }
}

/// Both, or what is known of them.
fn either<T>(one: Lookup<T>, other: Lookup<T>) -> Lookup<T> {
    match (one, other) {
        (Lookup::Found(mut records), Lookup::Found(more)) => {
            records.extend(more);
            Lookup::Found(records)
        }
        (Lookup::Found(records), _) | (_, Lookup::Found(records)) => Lookup::Found(records),
        (Lookup::Unknown(failure), _) | (_, Lookup::Unknown(failure)) => Lookup::Unknown(failure),
        (Lookup::NoSuchName, Lookup::NoSuchName) => Lookup::NoSuchName,
        _ => Lookup::NoRecords,
    }
}

struct Answers(BTreeMap<Question, Result<Vec<Record>, NoRecords>>);

impl Answers {
    fn of<T>(&self, name: &str, kind: Kind, read: impl Fn(&Record) -> Option<T>) -> Lookup<T> {
        match self.0.get(&(name.to_owned(), kind)) {
            Some(Ok(records)) => {
                let read: Vec<T> = records.iter().filter_map(read).take(MAX_RECORDS).collect();
                if read.is_empty() { Lookup::NoRecords } else { Lookup::Found(read) }
            }
            Some(Err(NoRecords::OfThisKind)) => Lookup::NoRecords,
            Some(Err(NoRecords::NoSuchName)) => Lookup::NoSuchName,
            Some(Err(NoRecords::Unknown(failure))) => Lookup::Unknown(failure.clone()),
            None => Lookup::Unknown(Failure::NotAsked),
        }
    }

    /// The first name at which there is something; one that is not known hides those behind it.
    fn first<T>(
        &self,
        names: Vec<String>,
        kind: Kind,
        read: impl Fn(&Record) -> Option<T>,
    ) -> At<T> {
        let mut at = At { name: String::new(), records: Lookup::NoRecords };
        for name in names {
            let records = self.of(&name, kind, &read);
            at = At { name, records };
            if !at.records.is_absent() {
                break;
            }
        }
        at
    }
}
