//! The look whether an organization's token is where only a domain's owner can have put it: in a TXT record below the name, or in a
//! file at the host. Everything that is fetched goes through the guard; an answer of another host proves nothing.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use fetch::{
    Client, Scheme,
    dns::{Kind, NoRecords, Record, Records},
    http::{Bounds, Exchange, Redirects, Request},
};
use store::ProofKind;
use subtle::ConstantTimeEq as _;
use url::Url;

/// Where the record may be, below the name. The first is what users are told; the others are what this API's clients know.
const LABELS: [&str; 3] = ["_bartizan", "_fixvibe", "_fixweb"];
/// The bytes of the longest of them.
pub(super) const LONGEST_LABEL_BYTES: usize = 9;
/// Where the file may be.
const FILES: [&str; 3] =
    ["bartizan-verification.txt", "fixvibe-verification.txt", "fixweb-verification.txt"];
/// Largest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 4 << 10;
/// Longest part of a sentence about what was seen, in characters.
const MAX_PROBLEM_CHARS: usize = 600;
/// Redirects within the host that are followed.
const MAX_REDIRECTS: usize = 3;
/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(10);
/// How long one question may take.
const QUESTION: Duration = Duration::from_secs(5);
/// How long all of it may take, but for what is under way then.
const TOTAL: Duration = Duration::from_secs(30);

/// What is looked for, where, and through what.
pub(super) struct Look {
    pub(super) client: Client,
    /// `None`: this server has no name servers.
    pub(super) names: Option<Arc<dyn Records>>,
    /// The schemes and ports at which a host shows files, the best first.
    pub(super) origins: Vec<(Scheme, u16)>,
    pub(super) hostname: String,
    pub(super) token: String,
}

/// What was seen in one of the ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// The token.
    Proven,
    /// That the token is not there; how, in words that follow "there is".
    Absent(String),
    /// Nothing: it may be there. Why, in a part of a sentence.
    Unknown(String),
    /// Not looked: the other way has shown it.
    Unasked,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sights {
    pub(super) dns: Sight,
    pub(super) file: Sight,
}

impl Sights {
    pub(super) const fn of(&self, kind: ProofKind) -> &Sight {
        match kind {
            ProofKind::Dns => &self.dns,
            ProofKind::File => &self.file,
        }
    }

    pub(super) fn proven(&self) -> Option<ProofKind> {
        ProofKind::ALL.iter().copied().find(|kind| *self.of(*kind) == Sight::Proven)
    }

    /// Why it was not found, in a sentence.
    pub(super) fn problem(&self) -> String {
        let said = |sight: &Sight| match sight {
            Sight::Absent(how) | Sight::Unknown(how) => Some(how.clone()),
            Sight::Proven | Sight::Unasked => None,
        };
        let parts: Vec<_> = [&self.dns, &self.file].into_iter().filter_map(said).collect();
        // A host that redirects chooses what stands in its URLs.
        let parts = parts.join("; ").chars().take(MAX_PROBLEM_CHARS).collect::<String>();
        format!("The token is not found: {parts}.")
    }
}

/// The name of the record that users are told of.
pub(super) fn record_name(hostname: &str) -> String {
    format!("{}.{hostname}", LABELS[0])
}

/// The URL of the file that users are told of.
pub(super) fn file_url(hostname: &str) -> String {
    format!("https://{hostname}/.well-known/{}", FILES[0])
}

impl Look {
    /// Looks, first in the way that has shown it last. Blocks, for [`TOTAL`] and one request more at most.
    pub(super) fn look(&self, first: ProofKind) -> Sights {
        let deadline = Instant::now() + TOTAL;
        let mut sights = Sights { dns: Sight::Unasked, file: Sight::Unasked };
        match first {
            ProofKind::Dns => {
                sights.dns = self.dns(deadline);
                if sights.dns != Sight::Proven {
                    sights.file = self.file(deadline);
                }
            }
            ProofKind::File => {
                sights.file = self.file(deadline);
                if sights.file != Sight::Proven {
                    sights.dns = self.dns(deadline);
                }
            }
        }
        sights
    }

    fn dns(&self, deadline: Instant) -> Sight {
        let Some(names) = &self.names else {
            return Sight::Unknown("this server has no name server to ask".to_owned());
        };
        let mut is_there = false;
        let mut unknown = None;
        for label in LABELS {
            let within = QUESTION.min(deadline.saturating_duration_since(Instant::now()));
            match names.records(&format!("{label}.{}", self.hostname), Kind::Txt, within) {
                Ok(records) if records.iter().any(|record| self.is_in(record)) => {
                    return Sight::Proven;
                }
                Ok(_) => is_there = true,
                Err(NoRecords::OfThisKind | NoRecords::NoSuchName) => {}
                Err(NoRecords::Unknown(_)) => {
                    unknown = Some(format!("the name servers of {} do not answer", self.hostname));
                }
            }
        }
        if let Some(how) = unknown {
            return Sight::Unknown(how);
        }
        let name = record_name(&self.hostname);
        Sight::Absent(match is_there {
            true => format!("the TXT record at {name} has another text"),
            false => format!("there is no TXT record at {name}"),
        })
    }

    fn is_in(&self, record: &Record) -> bool {
        matches!(record, Record::Txt(text) if self.is_token(text))
    }

    /// What is not known of one file may be in another; only if it is in none, it is not known.
    fn file(&self, deadline: Instant) -> Sight {
        let (mut unknown, mut absent) = (None, None);
        for file in FILES {
            match self.one_file(file, deadline) {
                Ok(Sight::Absent(how)) => drop(absent.get_or_insert(how)),
                Ok(Sight::Unknown(how)) => drop(unknown.get_or_insert(how)),
                Ok(other) => return other,
                // A host that does not answer is not asked for the others.
                Err(problem) => return Sight::Unknown(problem),
            }
        }
        unknown.map_or_else(|| Sight::Absent(absent.unwrap_or_default()), Sight::Unknown)
    }

    /// What the host answers to who asks for a file; why it does not answer, if it does not.
    fn one_file(&self, file: &str, deadline: Instant) -> Result<Sight, String> {
        let mut problem = "this server opens no connections to websites".to_owned();
        for (scheme, port) in &self.origins {
            let url = match scheme.default_port() == Some(*port) {
                true => format!("{scheme}://{}/.well-known/{file}", self.hostname),
                false => format!("{scheme}://{}:{port}/.well-known/{file}", self.hostname),
            };
            match self.fetched(&url, deadline) {
                Ok(sight) => return Ok(sight),
                Err(fetch::Error::SchemeRefused { .. }) => {}
                Err(error) => problem = unreachable(&error, &self.hostname),
            }
        }
        Err(problem)
    }

    /// What the host answers at a URL. An error says that it did not answer.
    fn fetched(&self, url: &str, deadline: Instant) -> Result<Sight, fetch::Error> {
        let mut url = self.client.url(url)?;
        for _ in 0..=MAX_REDIRECTS {
            let bounds = Bounds {
                wire_bytes: MAX_FILE_BYTES,
                body_bytes: MAX_FILE_BYTES,
                timeout: REQUEST.min(deadline.saturating_duration_since(Instant::now())),
                ..Bounds::default()
            };
            let request = Request { redirects: Redirects::Keep, ..Request::get(url.clone()) };
            let answer = self.client.exchange(request, &bounds)?;
            if !answer.status.is_redirection() {
                return Ok(self.judged(&answer));
            }
            let next = answer.headers.get("location").and_then(|value| value.to_str().ok());
            let next = next.and_then(|location| url.url().join(location).ok());
            let Some(next) = next.filter(|next| self.is_own(url.url(), next)) else {
                let how = format!("{} redirects to another host, which proves nothing", url);
                return Ok(Sight::Absent(how));
            };
            url = self.client.url(next.as_str())?;
        }
        Ok(Sight::Absent(format!("{url} redirects too often")))
    }

    /// Whether a redirect stays at the host, and where it shows files, and does not leave a secure connection.
    fn is_own(&self, from: &Url, to: &Url) -> bool {
        let is_listed = self.origins.iter().any(|(scheme, port)| {
            to.scheme() == scheme.as_str() && to.port_or_known_default() == Some(*port)
        });
        is_listed
            && to.host_str() == Some(self.hostname.as_str())
            && to.username().is_empty()
            && to.password().is_none()
            && (from.scheme() != "https" || to.scheme() == "https")
    }

    fn judged(&self, answer: &Exchange) -> Sight {
        let (url, status) = (&answer.url, answer.status.as_u16());
        if status == 429 || status >= 500 {
            return Sight::Unknown(format!("{url} answers with status {status}"));
        }
        if status != 200 {
            return Sight::Absent(format!("{url} answers with status {status}"));
        }
        match &answer.cut {
            Some(fetch::http::Cut::Lost(_) | fetch::http::Cut::TimedOut) => {
                return Sight::Unknown(format!("the answer of {url} breaks off"));
            }
            Some(_) => return Sight::Absent(format!("{url} answers with something else")),
            None => {}
        }
        // Several organizations may have their tokens in one file.
        match answer.body.split(|byte| *byte == b'\n').any(|line| self.is_token(line)) {
            true => Sight::Proven,
            false => Sight::Absent(format!("{url} has another text")),
        }
    }

    fn is_token(&self, text: &[u8]) -> bool {
        text.trim_ascii().ct_eq(self.token.as_bytes()).into()
    }
}

/// Why a host does not answer. To which address its name leads is nobody's business: it may be one inside of the server's network.
fn unreachable(error: &fetch::Error, hostname: &str) -> String {
    use fetch::Error as E;
    match error {
        E::AddressRefused { .. } => format!(
            "{hostname} has a private or otherwise special address, to which this server does not connect"
        ),
        E::NameNotResolved { .. } => format!("the name {hostname} has no address"),
        E::Tls { .. } => format!("there is no secure connection to {hostname}"),
        E::TimedOut { .. } => format!("{hostname} takes too long to answer"),
        _ => format!("{hostname} cannot be reached"),
    }
}
