//! Asking for resources: redirects hop by hop, within the visit's bounds.

mod behalf;
mod clients;
mod facts;
mod told;

use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use fetch::{
    Client, Error as FetchError,
    http::{Bounds, Exchange, Method, Redirects, Request},
};
use formats::web::robots;
use model::{
    Note, NoteKind,
    site::{Answer, Failure, FailureKind, Headers, Hop, Outcome, Resource, Role},
};
use url::Url;

use behalf::{host_of, is_private};
use clients::Clients;
use facts::gunzipped;
pub(super) use facts::{answer, headers};

use super::{
    Limits, Options, links, own,
    pace::Pace,
    plan::{Job, Territory},
    shown,
};

/// How much of an image or a font is read: what they are stands at their beginning.
const HEAD_OF_MEDIA_BYTES: u64 = 256 << 10;
/// How much is read of what is linked, where a server does not say its status without it. Nobody looks at it.
const HEAD_OF_LINK_BYTES: u64 = 16 << 10;
/// How much of a back end's answer is read: one row has room in it.
const ROW_BYTES: u64 = 1 << 20;
/// So that it is seen that a file is longer than what is read of it.
const ROBOTS_BYTES: u64 = robots::MAX_BYTES as u64 + 1;
/// What a field of a head takes beside its bytes.
const FIELD_BYTES: usize = 64;
/// Addresses of which is said that they were not looked at; of more only how many.
const MAX_NOTES: usize = 50;
/// Naps of those who wait, so that they hear that they should stop.
const NAP: Duration = Duration::from_millis(50);

/// Asks, and keeps count.
pub(super) struct Asker<'c> {
    clients: Clients<'c>,
    options: &'c Options,
    cancel: &'c Arc<AtomicBool>,
    start: Url,
    /// Whether the user's headers are still sent.
    sends_headers: AtomicBool,
    deadline: Instant,
    pace: Pace,
    requests: AtomicUsize,
    bytes: AtomicU64,
    /// Of these for a browser, which has a number of its own.
    rendered: AtomicUsize,
    /// Whether hosts that pages asked for in a browser are private.
    privacy: Mutex<HashMap<String, bool>>,
    /// Hosts that were waited for, and were busy still.
    busy: Mutex<HashSet<String>>,
    notes: Mutex<Vec<Note>>,
    untold: AtomicUsize,
}

/// Why something is not asked for.
pub(super) enum Refusal {
    Failed(Failure),
    /// It must not be asked for; a note says so.
    Refused(String),
    /// It is not asked for any more, or leads away; what is to be said of it was said.
    Left(String),
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
            clients: Clients::new(client),
            options,
            cancel,
            start,
            sends_headers: AtomicBool::new(!options.headers.is_empty()),
            deadline,
            pace: Pace::new(options.limits.requests_per_second),
            requests: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
            rendered: AtomicUsize::new(0),
            privacy: Mutex::default(),
            busy: Mutex::default(),
            notes: Mutex::default(),
            untold: AtomicUsize::new(0),
        }
    }

    /// Where the site is. If it is a stranger's, its pages would choose what is asked with the user's headers: no more of them are sent.
    pub(super) fn settle(&self, home: &Url) {
        let sends = self.sends_headers.load(Relaxed);
        if sends && !own::may_have_headers(&self.start, home) {
            self.sends_headers.store(false, Relaxed);
            let (host, home) = (self.start.host_str(), shown(home));
            let host = host.unwrap_or_default();
            let message =
                format!("{host} leads to {home}, which is visited without the given headers");
            self.tell(NoteKind::Configuration, message);
        }
    }

    /// What `robots.txt` asks for, as far as a visit can wait so long.
    pub(super) fn slow_down(&self, home: &Url, delay: Duration) {
        let most = self.options.limits.crawl_delay;
        let host = home.host_str().unwrap_or_default();
        self.pace.slow_down(host, delay.min(most), Instant::now());
    }

    /// Whether nothing more is going to be asked.
    pub(super) fn is_over(&self) -> bool {
        self.cancel.load(Relaxed) || self.remaining().is_zero()
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    pub(super) fn cancel(&self) -> &Arc<AtomicBool> {
        self.cancel
    }

    pub(super) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Asks for everything, several at a time; the answers come in the order of the jobs.
    pub(super) fn ask_all(&self, jobs: &[Job], within: &Territory<'_>) -> Vec<Resource> {
        let next = AtomicUsize::new(0);
        let answers: Mutex<Vec<Option<Resource>>> = Mutex::new(jobs.iter().map(|_| None).collect());
        let work = || {
            while let Some((at, job)) = next_of(&next, jobs) {
                // A mistake of ours costs the answer that it was made with.
                let asked = catch_unwind(AssertUnwindSafe(|| self.ask(job, Some(within))));
                let resource = asked.unwrap_or_else(|_| self.unread(job));
                if let Some(slot) = locked(&answers).get_mut(at) {
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

    /// Asks for one resource. Without a territory redirects are followed wherever they lead.
    pub(super) fn ask(&self, job: &Job, within: Option<&Territory<'_>>) -> Resource {
        let mut hops = Vec::new();
        let outcome = match self.follow(job, within, &mut hops) {
            Ok(answer) => Outcome::Answered(Box::new(answer)),
            Err(Refusal::Failed(failure)) => {
                self.tell_unvisited(job, &failure.reason);
                Outcome::Failed(failure)
            }
            Err(Refusal::Refused(reason)) => {
                self.tell_unvisited(job, &reason);
                Outcome::Skipped(reason)
            }
            Err(Refusal::Left(reason)) => Outcome::Skipped(reason),
        };
        resource(job, hops, outcome)
    }

    fn unread(&self, job: &Job) -> Resource {
        let reason = "Bartizan made a mistake with its answer".to_owned();
        self.tell_unvisited(job, &reason);
        let failure = Failure { kind: FailureKind::Other, reason };
        resource(job, Vec::new(), Outcome::Failed(failure))
    }

    fn follow(
        &self,
        job: &Job,
        within: Option<&Territory<'_>>,
        hops: &mut Vec<Hop>,
    ) -> Result<Answer, Refusal> {
        let within = within.filter(|_| job.stays());
        let mut url = job.url.clone();
        let mut method = if job.role == Role::Link { Method::HEAD } else { Method::GET };
        loop {
            let exchange = self.patiently(job, &url, &method)?;
            // Some servers have no answer to HEAD, and pages all the same.
            if method == Method::HEAD && is_denial(exchange.status.as_u16()) {
                method = Method::GET;
                continue;
            }
            let headers = headers(&exchange);
            let status = exchange.status.as_u16();
            let is_redirect = matches!(status, 301 | 302 | 303 | 307 | 308);
            let Some(location) = headers.get("location").filter(|_| is_redirect) else {
                return Ok(self.answer(job, url, exchange, headers));
            };
            let next = Some(location).filter(|location| location.len() <= links::MAX_URL_BYTES);
            let next = next.and_then(|location| url.join(location).ok());
            let Some(mut next) = next else {
                return Err(failed(FailureKind::Redirect, "it redirects to what is no URL"));
            };
            if hops.len() >= self.options.limits.redirects {
                let limit = self.options.limits.redirects;
                let reason = format!("it redirects more than {limit} times");
                return Err(failed(FailureKind::Redirect, reason));
            }
            // A fragment of a redirect is the browser's (RFC 9110, 10.2.2).
            next.set_fragment(None);
            hops.push(Hop { url, status, to: next.clone(), headers });
            url = next;
            if !links::is_web(&url) {
                return Err(Refusal::Refused(
                    "it redirects to what is no website, or with a password".to_owned(),
                ));
            }
            if let Some(Err(reason)) = within.map(|within| within.holds(&url)) {
                return Err(Refusal::Left(reason.to_owned()));
            }
        }
    }

    /// Asks again, once, if the connection is lost, or the server says in how many seconds. `Retry-After` as a date is left alone: clocks differ.
    fn patiently(&self, job: &Job, url: &Url, method: &Method) -> Result<Exchange, Refusal> {
        let exchange = match self.exchange(job, url, method) {
            // A server may close a kept connection while it is being used again (RFC 9112, 9.3.1), and what only reads may be asked for
            // again (RFC 9110, 9.2.2).
            Err(Refusal::Failed(failure)) if failure.kind == FailureKind::Lost => {
                self.exchange(job, url, method)?
            }
            exchange => exchange?,
        };
        let is_busy = |exchange: &Exchange| matches!(exchange.status.as_u16(), 429 | 503);
        let seconds = exchange.headers.get("retry-after").filter(|_| is_busy(&exchange));
        let seconds = seconds.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let wait = seconds.map(Duration::from_secs);
        let Some(wait) = wait.filter(|wait| *wait <= self.options.limits.retry_after) else {
            return Ok(exchange);
        };
        let host = url.host_str().unwrap_or_default();
        let until = Instant::now().checked_add(wait).filter(|until| *until < self.deadline);
        let Some(until) = until.filter(|_| !locked(&self.busy).contains(host)) else {
            return Ok(exchange);
        };
        self.pace.hold(host, until);
        let exchange = self.exchange(job, url, method)?;
        if is_busy(&exchange) && locked(&self.busy).insert(host.to_owned()) {
            let status = exchange.status.as_u16();
            let message = format!("{host} asks not to be asked so often (status {status})");
            self.tell(NoteKind::Unvisited, message);
        }
        Ok(exchange)
    }

    fn exchange(&self, job: &Job, url: &Url, method: &Method) -> Result<Exchange, Refusal> {
        self.admit(url, &self.requests, self.options.limits.requests, job.is_of_robot())?;
        let client = match job.role {
            // A back end is asked as a stranger would, wherever it is.
            Role::Backend => Ok(self.clients.verifying()),
            _ => self.clients.of(url, job.is_start),
        };
        let client = client.map_err(|error| self.refused(&error))?;
        let safe = client.url(url.as_str()).map_err(|error| self.refused(&error))?;
        let mut request = Request { redirects: Redirects::Keep, ..Request::get(safe) };
        request.method = method.clone();
        if url.origin() == job.url.origin() {
            for (name, value) in &job.headers {
                let secret = request.secret(name, value.expose());
                request = secret.map_err(|error| self.refused(&error))?;
            }
        }
        let most = match job.role {
            Role::Image | Role::Font | Role::Icon => HEAD_OF_MEDIA_BYTES,
            Role::Link => HEAD_OF_LINK_BYTES,
            Role::Robots => ROBOTS_BYTES,
            Role::Backend => ROW_BYTES,
            _ => self.options.limits.resource_bytes,
        };
        let most = most.min(self.options.limits.resource_bytes);
        let bounds = self.bounds(most);
        let sent = match job.role {
            Role::Backend => client.exchange(request, &bounds),
            _ => self.send(client, job, request, url, &bounds),
        };
        let exchange = sent.map_err(|error| self.refused(&error))?;
        self.count(&exchange);
        if job.is_start {
            let is_private = is_private(&exchange);
            self.clients.settle(is_private);
            locked(&self.privacy).insert(host_of(url), is_private);
        }
        if let Some(cut) = &exchange.cut {
            self.tell_cut(job, url, cut, most > bounds.wire_bytes);
        }
        Ok(exchange)
    }

    /// For at most so much of one answer.
    fn bounds(&self, most: u64) -> Bounds {
        let rest = self.rest_bytes();
        Bounds {
            wire_bytes: most.min(rest),
            body_bytes: most.min(rest),
            timeout: self.options.limits.request.min(self.remaining()),
            cancel: Arc::clone(self.cancel),
        }
    }

    fn count(&self, exchange: &Exchange) {
        let head: usize = exchange
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + FIELD_BYTES)
            .sum();
        let body = exchange.wire_bytes.max(exchange.body.len() as u64);
        self.hold(body.saturating_add(head as u64));
    }

    /// As the site's visitors would, and past a certificate of the site that does not verify: that is what is to be judged.
    fn send(
        &self,
        client: &Client,
        job: &Job,
        bare: Request,
        url: &Url,
        bounds: &Bounds,
    ) -> Result<Exchange, FetchError> {
        match self.send_with_headers(client, bare.clone(), url, bounds) {
            Err(FetchError::Tls { host, reason, is_certificate: true }) if job.is_start => {
                self.clients.go_on_unverified(url);
                let client = self.clients.of(url, job.is_start)?;
                // From here on anybody may be the site: nothing of the user's is sent any more, wherever to.
                let had_headers = self.sends_headers.swap(false, Relaxed);
                self.tell_unverified(&host, &reason, had_headers);
                client.exchange(bare, bounds)
            }
            sent => sent,
        }
    }

    /// With the user's headers where they may go.
    fn send_with_headers(
        &self,
        client: &Client,
        bare: Request,
        url: &Url,
        bounds: &Bounds,
    ) -> Result<Exchange, FetchError> {
        if !self.sends_headers_to(url) {
            return client.exchange(bare, bounds);
        }
        let mut request = bare.clone();
        for (name, value) in &self.options.headers {
            request = request.secret(name, value.expose())?;
        }
        match client.exchange(request, bounds) {
            // Nothing was sent so far.
            Err(
                FetchError::TokenWithheld { host, reason }
                | FetchError::SecretWithheld { host, reason },
            ) => {
                let message = format!("{host} was asked without the given headers: {reason}");
                self.tell(NoteKind::Configuration, message);
                client.exchange(bare, bounds)
            }
            sent => sent,
        }
    }

    /// Whether one more request may be made, and when.
    fn admit(
        &self,
        url: &Url,
        made: &AtomicUsize,
        most: usize,
        is_of_robot: bool,
    ) -> Result<(), Refusal> {
        if self.cancel.load(Relaxed) {
            return Err(cancelled());
        }
        if self.rest_bytes() == 0 {
            return Err(self.over_bytes());
        }
        if made.fetch_add(1, Relaxed) >= most {
            let reason = format!("the visit's limit of {most} requests was reached");
            return Err(self.limit(reason));
        }
        let now = Instant::now();
        let host = url.host_str().unwrap_or_default();
        let wait = match is_of_robot {
            true => self.pace.wait_as_robot(host, now),
            false => self.pace.wait(host, now),
        };
        let until = now + wait;
        loop {
            if self.cancel.load(Relaxed) {
                return Err(cancelled());
            }
            // Who would have to wait for longer than there is time need not begin.
            if self.remaining().is_zero() || until >= self.deadline {
                return Err(self.over_time());
            }
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Ok(());
            }
            thread::sleep(rest.min(NAP));
        }
    }

    /// What the policy does not allow is skipped; everything else has failed.
    fn refused(&self, error: &FetchError) -> Refusal {
        use FetchError as E;
        let kind = match error {
            E::Cancelled => return cancelled(),
            E::TimedOut { .. } if self.remaining().is_zero() => return self.over_time(),
            E::CredentialsInUrl => {
                return Refusal::Refused("its URL carries a user name or password".to_owned());
            }
            E::UnknownScheme { .. } | E::SchemeRefused { .. } | E::Local => {
                return Refusal::Refused("its scheme is not one that is asked here".to_owned());
            }
            E::AddressRefused { .. } | E::OwnListener { .. } => {
                return Refusal::Refused(refused_address(error, self.options));
            }
            E::NameNotResolved { .. } => FailureKind::Name,
            E::ConnectionRefused { .. } => FailureKind::Refused,
            E::Unreachable { .. } => FailureKind::Unreachable,
            E::ConnectionLost { .. } => FailureKind::Lost,
            E::Tls { .. } => FailureKind::Tls,
            E::TimedOut { .. } => FailureKind::TimedOut,
            E::Http { .. } => FailureKind::Http,
            _ => FailureKind::Other,
        };
        failed(kind, error.to_string())
    }

    /// How much may still be read.
    pub(super) fn rest_bytes(&self) -> u64 {
        let own = self.options.limits.site_bytes.saturating_sub(self.bytes.load(Relaxed));
        self.options.seat.as_ref().map_or(own, |seat| own.min(seat.rest()))
    }

    pub(super) fn hold(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Relaxed);
        if let Some(seat) = &self.options.seat {
            seat.hold(bytes);
        }
    }

    fn over_bytes(&self) -> Refusal {
        let limit = self.options.limits.site_bytes;
        match self.bytes.load(Relaxed) < limit {
            true => self.limit("there is no more room for all visits that run now".to_owned()),
            false => self.limit(format!("the visit's limit of {limit} bytes was reached")),
        }
    }

    fn over_time(&self) -> Refusal {
        let seconds = self.options.limits.total.as_secs_f32();
        self.limit(format!("the visit's limit of {seconds} seconds was reached"))
    }

    fn limit(&self, reason: String) -> Refusal {
        let message = format!("{reason}: what was not asked for until then is not known");
        self.tell(NoteKind::Limit, message);
        Refusal::Left(reason)
    }

    fn answer(&self, job: &Job, url: Url, exchange: Exchange, headers: Headers) -> Answer {
        let mut answer = answer(url, exchange, headers);
        if job.role == Role::Sitemap
            && let Some(unpacked) = gunzipped(&answer.body, self.options.limits.resource_bytes)
        {
            answer.is_cut |= unpacked.len() as u64 >= self.options.limits.resource_bytes;
            self.hold(unpacked.len() as u64);
            answer.body = unpacked.into();
        }
        if job.role == Role::Link {
            answer.body = Arc::default();
            answer.is_cut = false;
        }
        answer
    }
}

/// Why an address is not asked, for whoever may or may not know where names lead in the network that the scan runs in.
pub(super) fn refused_address(error: &FetchError, options: &Options) -> String {
    match error {
        FetchError::AddressRefused { host, .. } | FetchError::OwnListener { host, .. }
            if !options.tells_addresses =>
        {
            format!(
                "{host} has a private or otherwise special address, to which this server does not connect"
            )
        }
        _ => error.to_string(),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn next_of<'j>(next: &AtomicUsize, jobs: &'j [Job]) -> Option<(usize, &'j Job)> {
    let at = next.fetch_add(1, Relaxed);
    Some((at, jobs.get(at)?))
}

fn resource(job: &Job, hops: Vec<Hop>, outcome: Outcome) -> Resource {
    Resource { role: job.role, url: job.url.clone(), referrer: job.referrer.clone(), hops, outcome }
}

/// Whether a HEAD may have been refused for being one. Who is busy says so of everything.
const fn is_denial(status: u16) -> bool {
    status >= 400 && !matches!(status, 429 | 503)
}

fn cancelled() -> Refusal {
    Refusal::Left("the scan was cancelled".to_owned())
}

fn failed(kind: FailureKind, reason: impl Into<String>) -> Refusal {
    Refusal::Failed(Failure { kind, reason: reason.into() })
}
