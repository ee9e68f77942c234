//! A website as a source: one crawl, whose facts all checks share.
//!
//! What a browser would ask for when somebody looks at the pages, and what sites publish or leave at agreed places; if that is wanted,
//! what their scripts could ask of the back ends they name. Nothing crafted, only GET and HEAD, no cookie kept, no form sent. Everything
//! goes through `fetch` and its guard. Pages are visited breadth first and in the order in which they are linked, so that two crawls of
//! one site see the same; `robots.txt` is obeyed for everything but the page that was asked for, what pages load, and back ends.

mod ask;
mod feed;
mod links;
mod pace;
mod plan;

use std::{
    collections::HashSet,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

use fetch::{
    Client,
    dns::{self, Records},
    tls,
};
use formats::web::robots::Robots;
use model::{
    Note, NoteKind, SecretValue,
    site::{Dns, Outcome, Question, Resource, Role, Site, Tls},
};
use url::{Host, Url};

use crate::Error;

use ask::Asker;
pub use feed::feed;
use plan::Plan;

/// The name that `robots.txt` knows us by.
pub const ROBOT: &str = "bartizan";

/// How a website is visited.
#[derive(Clone)]
pub struct Options {
    /// Most pages.
    pub pages: usize,
    /// Sent to the site itself, and to nobody else.
    pub headers: Vec<(String, SecretValue)>,
    /// Whether its TLS is looked at.
    pub tls: bool,
    /// Who is asked what the domain name system says of it; nobody without.
    pub records: Option<Arc<dyn Records>>,
    /// Paths at which sites leave open what should not be.
    pub exposed: Vec<&'static str>,
    /// What the back ends that the site names are asked, once everything else has been seen; nothing without.
    pub questions: Option<fn(&Site) -> Vec<Question>>,
    /// Bounds.
    pub limits: Limits,
}

/// Bounds on a visit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Requests in all.
    pub requests: usize,
    /// Requests a second to one host, after a first burst of as many.
    pub requests_per_second: u32,
    /// Bytes of one resource.
    pub resource_bytes: u64,
    /// Bytes of all of them.
    pub site_bytes: u64,
    /// For one request, redirects apart.
    pub request: Duration,
    /// For the whole visit.
    pub total: Duration,
    /// Redirects from one address.
    pub redirects: usize,
    /// Longest wait that a server may ask for with `Retry-After`.
    pub retry_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 8,
            requests: 600,
            requests_per_second: 50,
            resource_bytes: 10 << 20,
            site_bytes: 64 << 20,
            request: Duration::from_secs(20),
            total: Duration::from_mins(5),
            redirects: 10,
            retry_after: Duration::from_secs(10),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pages: 20,
            headers: Vec::new(),
            tls: true,
            records: None,
            exposed: Vec::new(),
            questions: None,
            limits: Limits::default(),
        }
    }
}

/// What is asked beside pages: once, of the host that the start led to.
struct Around<'a> {
    client: &'a Client,
    options: &'a Options,
    home: &'a Url,
    cancel: &'a Arc<AtomicBool>,
}

impl Around<'_> {
    fn tls(&self) -> (Option<Tls>, Option<Note>) {
        if self.home.scheme() != "https" || !self.options.tls {
            return (None, None);
        }
        let bounds = tls::Bounds { cancel: Arc::clone(self.cancel), ..tls::Bounds::default() };
        let probed = self.client.url(self.home.as_str());
        match probed.and_then(|url| tls::probe(self.client, &url, &bounds)) {
            Ok(facts) => (Some(facts), None),
            Err(error) => {
                (None, Some(note(NoteKind::Unvisited, format!("its TLS was not judged: {error}"))))
            }
        }
    }

    fn dns(&self) -> (Option<Dns>, Option<Note>) {
        let Some(records) = &self.options.records else { return (None, None) };
        if !matches!(self.home.host(), Some(Host::Domain(_))) {
            return (None, None);
        }
        let bounds = dns::Bounds { cancel: Arc::clone(self.cancel), ..dns::Bounds::default() };
        let asked = self.client.url(self.home.as_str());
        match asked.and_then(|url| dns::lookup(records.as_ref(), &url, &bounds)) {
            Ok(facts) => (Some(facts), None),
            Err(error) => (
                None,
                Some(note(NoteKind::Unvisited, format!("its name was not looked up: {error}"))),
            ),
        }
    }
}

/// A site as it was seen, and what was not looked at.
#[derive(Debug)]
pub struct Crawled {
    /// What was seen.
    pub site: Site,
    /// What was passed over.
    pub notes: Vec<Note>,
}

/// Visits a website. `at_ms` is the time of it, in milliseconds since 1970 UTC.
///
/// # Errors
/// [`Error::Site`] if the page that was asked for does not answer.
pub fn crawl(
    client: &Client,
    start: &Url,
    options: &Options,
    at_ms: i64,
    cancel: &Arc<AtomicBool>,
) -> Result<Crawled, Error> {
    let mut start = start.clone();
    start.set_fragment(None);
    let deadline = Instant::now() + options.limits.total;
    let asker = Asker::new(client, options, cancel, deadline, start.clone());
    let first = asker.ask(&plan::Job::start(start.clone()));
    if let Outcome::Failed(reason) | Outcome::Skipped(reason) = &first.outcome {
        return Err(Error::Site { url: shown(&start), reason: reason.clone() });
    }
    let mut crawl = Crawl {
        asker: &asker,
        plan: Plan::new(options, start.clone()),
        site: Site::new(start, at_ms),
        robots: Robots::default(),
    };
    crawl.keep(vec![first]);
    let home = crawl.site.home().clone();
    let around = Around { client, options, home: &home, cancel };
    let (tls, dns) = thread::scope(|scope| {
        let tls = scope.spawn(|| around.tls());
        let dns = scope.spawn(|| around.dns());
        crawl.agreed_places();
        crawl.pages();
        crawl.loaded();
        crawl.links();
        crawl.backends();
        (tls.join().unwrap_or_default(), dns.join().unwrap_or_default())
    });
    let mut notes = asker.notes();
    notes.extend([tls.1, dns.1].into_iter().flatten());
    (crawl.site.tls, crawl.site.dns) = (tls.0, dns.0);
    notes.extend(crawl.plan.notes());
    Ok(Crawled { site: crawl.site, notes })
}

struct Crawl<'c> {
    asker: &'c Asker<'c>,
    plan: Plan<'c>,
    site: Site,
    robots: Robots,
}

impl Crawl<'_> {
    /// What sites publish at agreed places, and what they leave at usual ones.
    fn agreed_places(&mut self) {
        let home = self.site.home().clone();
        self.plan.settle(home.clone());
        let jobs = self.plan.robots();
        let robots = self.ask(jobs);
        let answered =
            robots.iter().filter_map(Resource::answer).find(|answer| answer.is_success());
        if let Some(answer) = answered {
            self.robots = Robots::parse(&answer.body);
        }
        self.keep(robots);
        let jobs = self.plan.agreed_places(&self.robots);
        let places = self.ask(jobs);
        self.keep(places);
        // A site map may name others.
        let jobs = self.plan.further_sitemaps(&self.site);
        let sitemaps = self.ask(jobs);
        self.keep(sitemaps);
    }

    /// Pages, breadth first.
    fn pages(&mut self) {
        let mut level: HashSet<Url> = HashSet::from([self.site.start.clone()]);
        loop {
            let jobs = self.plan.pages(&self.site, &level, &self.robots);
            if jobs.is_empty() {
                return;
            }
            level = jobs.iter().map(|job| job.url.clone()).collect();
            let pages = self.ask(jobs);
            self.keep(pages);
        }
    }

    /// What pages load, and what that names in turn: fonts, images, source maps.
    fn loaded(&mut self) {
        let jobs = self.plan.loaded(&self.site);
        let loaded = self.ask(jobs);
        self.keep(loaded);
        let jobs = self.plan.named_by_loaded(&self.site);
        let named = self.ask(jobs);
        self.keep(named);
    }

    /// The links of the site to itself that were not visited: whether they lead anywhere.
    fn links(&mut self) {
        let jobs = self.plan.links(&self.robots);
        let links = self.ask(jobs);
        self.keep(links);
    }

    /// What the back ends that pages and scripts name answer to any visitor.
    fn backends(&mut self) {
        let jobs = self.plan.questions(&self.site);
        let answers = self.ask(jobs);
        self.keep(answers);
    }

    fn ask(&self, jobs: Vec<plan::Job>) -> Vec<Resource> {
        self.asker.ask_all(&jobs)
    }

    fn keep(&mut self, resources: Vec<Resource>) {
        self.site.resources.extend(resources);
    }
}

/// A URL for a message: without its query, which may be a secret.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    model::one_line(url.as_str(), 200)
}

fn note(kind: NoteKind, message: impl Into<String>) -> Note {
    Note::general(kind, message)
}

/// Whether a resource is part of what a visitor of the site gets to see.
fn is_visible(role: Role) -> bool {
    !matches!(
        role,
        Role::Link
            | Role::PlainHttp
            | Role::Missing
            | Role::Exposed
            | Role::Robots
            | Role::Sitemap
            | Role::Backend
    )
}

#[cfg(test)]
mod tests;
