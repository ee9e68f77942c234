//! Asking for resources: redirects hop by hop, within the visit's bounds.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use fetch::{
    Client, Error as FetchError,
    http::{Bounds, Cut, Exchange, Method, Redirects, Request},
};
use model::{
    Note, NoteKind,
    site::{Answer, Headers, Hop, HttpVersion, Outcome, Resource, Role},
};
use url::Url;

use super::{Options, note, pace::Pace, plan::Job, shown};

/// How much of an image or a font is read: what they are stands at their beginning.
const HEAD_OF_MEDIA_BYTES: u64 = 256 << 10;
/// How much of a back end's answer is read: one row has room in it.
const ROW_BYTES: u64 = 1 << 20;
/// Naps of those who wait, so that they hear that they should stop.
const NAP: Duration = Duration::from_millis(50);

/// Asks, and keeps count.
pub(super) struct Asker<'c> {
    client: &'c Client,
    options: &'c Options,
    cancel: &'c Arc<AtomicBool>,
    deadline: Instant,
    /// Whom the user's own headers are for: the page that was asked for, and where it led.
    own: Mutex<Vec<url::Origin>>,
    pace: Pace,
    requests: AtomicUsize,
    bytes: AtomicU64,
    notes: Mutex<Vec<Note>>,
}

/// Why something is not asked for.
enum Refusal {
    Failed(String),
    Skipped(String),
}

impl<'c> Asker<'c> {
    pub(super) fn new(
        client: &'c Client,
        options: &'c Options,
        cancel: &'c Arc<AtomicBool>,
        deadline: Instant,
        start: Url,
    ) -> Self {
        Self {
            client,
            options,
            cancel,
            deadline,
            own: Mutex::new(vec![start.origin()]),
            pace: Pace::new(options.limits.requests_per_second),
            requests: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
            notes: Mutex::default(),
        }
    }

    /// What was passed over because of a bound.
    pub(super) fn notes(&self) -> Vec<Note> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks for everything, several at a time; the answers come in the order of the jobs.
    pub(super) fn ask_all(&self, jobs: &[Job]) -> Vec<Resource> {
        let next = AtomicUsize::new(0);
        let answers: Mutex<Vec<Option<Resource>>> = Mutex::new(jobs.iter().map(|_| None).collect());
        let work = || {
            while let Some((at, job)) = next_of(&next, jobs) {
                let resource = self.ask(job);
                let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(slot) = answers.get_mut(at) {
                    *slot = Some(resource);
                }
            }
        };
        thread::scope(|scope| {
            let helpers = self.options.limits.connections.min(jobs.len()).saturating_sub(1);
            for _ in 0..helpers {
                // Where no thread is to be had, those that are there do it all.
                let _ = thread::Builder::new().name("crawl".to_owned()).spawn_scoped(scope, work);
            }
            work();
        });
        answers.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
    }

    /// Asks for one resource.
    pub(super) fn ask(&self, job: &Job) -> Resource {
        let mut hops = Vec::new();
        let outcome = match self.follow(job, &mut hops) {
            Ok(answer) => Outcome::Answered(Box::new(answer)),
            Err(Refusal::Failed(reason)) => Outcome::Failed(reason),
            Err(Refusal::Skipped(reason)) => Outcome::Skipped(reason),
        };
        Resource {
            role: job.role,
            url: job.url.clone(),
            referrer: job.referrer.clone(),
            hops,
            outcome,
        }
    }

    fn follow(&self, job: &Job, hops: &mut Vec<Hop>) -> Result<Answer, Refusal> {
        let mut url = job.url.clone();
        loop {
            let exchange = self.patiently(job, &url)?;
            let headers = headers(&exchange);
            let status = exchange.status.as_u16();
            let is_redirect = matches!(status, 301 | 302 | 303 | 307 | 308);
            let Some(location) = headers.get("location").filter(|_| is_redirect) else {
                return Ok(answer(url, exchange, headers));
            };
            let next = url
                .join(location)
                .map_err(|_| Refusal::Failed("it redirects to what is no URL".to_owned()))?;
            if hops.len() >= self.options.limits.redirects {
                let limit = self.options.limits.redirects;
                return Err(Refusal::Failed(format!("it redirects more than {limit} times")));
            }
            hops.push(Hop { url: url.clone(), status, headers });
            // A fragment of a redirect is the browser's (RFC 9110, 10.2.2).
            url = next;
            url.set_fragment(None);
            if job.is_start() {
                let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
                own.push(url.origin());
            }
        }
    }

    /// Asks again, once, if the server says when.
    fn patiently(&self, job: &Job, url: &Url) -> Result<Exchange, Refusal> {
        let exchange = self.exchange(job, url)?;
        let is_busy = matches!(exchange.status.as_u16(), 429 | 503);
        let seconds = exchange.headers.get("retry-after").filter(|_| is_busy);
        let seconds = seconds.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let Some(wait) = seconds.map(Duration::from_secs) else { return Ok(exchange) };
        if wait > self.options.limits.retry_after {
            return Ok(exchange);
        }
        self.pace.hold(url.host_str().unwrap_or_default(), Instant::now() + wait);
        self.exchange(job, url)
    }

    fn exchange(&self, job: &Job, url: &Url) -> Result<Exchange, Refusal> {
        self.admit(url)?;
        let safe = self.client.url(url.as_str()).map_err(|error| refused(&error))?;
        let mut request = Request { redirects: Redirects::Keep, ..Request::get(safe) };
        if job.role == Role::Link {
            request.method = Method::HEAD;
        }
        let is_own = {
            let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            own.contains(&url.origin())
        };
        // A back end is asked as a stranger would, wherever it is.
        if is_own && job.role != Role::Backend {
            for (name, value) in &self.options.headers {
                request = request.secret(name, value.expose()).map_err(|error| refused(&error))?;
            }
        }
        if url.origin() == job.url.origin() {
            for (name, value) in &job.headers {
                request = request.secret(name, value.expose()).map_err(|error| refused(&error))?;
            }
        }
        let rest = self.options.limits.site_bytes.saturating_sub(self.bytes.load(Relaxed));
        let most = match job.role {
            Role::Image | Role::Font | Role::Icon => HEAD_OF_MEDIA_BYTES,
            Role::Backend => ROW_BYTES,
            _ => self.options.limits.resource_bytes,
        };
        let bounds = Bounds {
            wire_bytes: most.min(rest),
            body_bytes: most.min(rest),
            timeout: self.options.limits.request.min(self.remaining()),
            cancel: Arc::clone(self.cancel),
        };
        let exchange = self.client.exchange(request, &bounds).map_err(|error| refused(&error))?;
        self.bytes.fetch_add(exchange.body.len() as u64, Relaxed);
        if matches!(exchange.cut, Some(Cut::WireLimit | Cut::BodyLimit | Cut::Ratio))
            && most == self.options.limits.resource_bytes
        {
            let message =
                format!("{} is larger than the limit; its beginning was looked at", shown(url));
            self.tell(NoteKind::TooLarge, message);
        }
        Ok(exchange)
    }

    /// Whether one more request may be made, and when.
    fn admit(&self, url: &Url) -> Result<(), Refusal> {
        let limits = &self.options.limits;
        if self.bytes.load(Relaxed) >= limits.site_bytes {
            return Err(self.limit(format!(
                "the visit's limit of {} MiB was reached",
                limits.site_bytes >> 20
            )));
        }
        if self.requests.fetch_add(1, Relaxed) >= limits.requests {
            return Err(self
                .limit(format!("the visit's limit of {} requests was reached", limits.requests)));
        }
        let until =
            Instant::now() + self.pace.wait(url.host_str().unwrap_or_default(), Instant::now());
        loop {
            if self.cancel.load(Relaxed) {
                return Err(Refusal::Skipped("the scan was cancelled".to_owned()));
            }
            if self.remaining().is_zero() {
                let seconds = limits.total.as_secs();
                return Err(
                    self.limit(format!("the visit's limit of {seconds} seconds was reached"))
                );
            }
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Ok(());
            }
            thread::sleep(rest.min(NAP));
        }
    }

    fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn limit(&self, reason: String) -> Refusal {
        self.tell(
            NoteKind::Limit,
            format!("{reason}: what was not asked for until then is not known"),
        );
        Refusal::Skipped(reason)
    }

    /// Says something once.
    fn tell(&self, kind: NoteKind, message: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.iter().any(|note| note.message == message) {
            notes.push(note(kind, message));
        }
    }
}

fn next_of<'j>(next: &AtomicUsize, jobs: &'j [Job]) -> Option<(usize, &'j Job)> {
    let at = next.fetch_add(1, Relaxed);
    Some((at, jobs.get(at)?))
}

/// What the policy does not allow is skipped; everything else has failed.
fn refused(error: &FetchError) -> Refusal {
    match error {
        FetchError::AddressRefused { .. }
        | FetchError::SchemeRefused { .. }
        | FetchError::UnknownScheme { .. }
        | FetchError::CredentialsInUrl
        | FetchError::TokenWithheld { .. } => Refusal::Skipped(error.to_string()),
        _ => Refusal::Failed(error.to_string()),
    }
}

fn headers(exchange: &Exchange) -> Headers {
    let mut headers = Headers::default();
    for (name, value) in &exchange.headers {
        headers.add(name.as_str(), value.as_bytes());
    }
    headers
}

fn answer(url: Url, exchange: Exchange, headers: Headers) -> Answer {
    let version = match format!("{:?}", exchange.version).as_str() {
        "HTTP/2.0" => HttpVersion::Http2,
        "HTTP/3.0" => HttpVersion::Http3,
        "HTTP/1.1" => HttpVersion::Http11,
        _ => HttpVersion::Http10,
    };
    Answer {
        url,
        status: exchange.status.as_u16(),
        version,
        headers,
        is_cut: exchange.truncated(),
        wire_bytes: exchange.wire_bytes,
        first_byte: exchange.timing.first_byte,
        end: exchange.timing.end,
        body: exchange.body.into(),
    }
}
