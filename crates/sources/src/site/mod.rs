//! A website as a source: one crawl, whose facts all checks share.
//!
//! What a browser would ask for when somebody looks at the pages, and what sites publish or leave at agreed places; if that is wanted,
//! what their scripts could ask of the back ends they name, and what becomes of them in a browser. Nothing crafted, only GET and HEAD, no cookie kept, no form sent. Everything
//! goes through `fetch` and its guard. Pages are visited breadth first and in the order in which they are linked, so that two crawls of
//! one site see the same; `robots.txt` is obeyed for everything but the page that was asked for, what pages load, and back ends. Where
//! the server or the network fails to give it, or the server asks for patience (429), everything is taken to be disallowed (RFC 9309,
//! 2.3.1.4); where there is none (any other 4xx), nothing is. A page that redirects to another origin is left there. A site whose
//! certificate does not verify is visited all the same, without anything of the user's: it is there to be judged.

mod around;
mod ask;
mod browsers;
mod feed;
mod links;
mod own;
mod pace;
mod plan;
mod render;
mod room;

use std::{
    collections::HashSet,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

use fetch::{
    Client,
    browser::{self, Browser},
    dns::Records,
};
use formats::web::robots::Robots;
use model::{
    Note, NoteKind, SecretValue,
    site::{FailureKind, Outcome, Question, Resource, Role, Site},
};
use url::Url;

use crate::Error;

use around::{Around, beside};
use ask::Asker;
pub use browsers::{Borrower, Browsers};
use browsers::{Starting, Without};
pub use feed::{STORED, feed};
use plan::{Plan, Territory};
pub use room::{Room, Seat};

/// The name that `robots.txt` knows us by.
pub const ROBOT: &str = "bartizan";

/// How deep style sheets import each other.
const MAX_IMPORTS: usize = 3;

/// How a website is visited.
#[derive(Clone)]
pub struct Options {
    /// Most pages.
    pub pages: usize,
    /// Sent to the origin that was typed, and to nobody else: where http was typed to that host on https too, and with `www.` in front
    /// or without it if the scheme and port fit. Wherever else redirects lead, the start's among them, they are not sent: an open redirect
    /// would hand them to strangers. A site that the start leads away to is visited without them altogether. Over plain http they go to
    /// private networks only, and nowhere any more once a certificate on the way to the site does not verify.
    pub headers: Vec<(String, SecretValue)>,
    /// Whether its TLS is looked at.
    pub tls: bool,
    /// Who is asked what the domain name system says of it; nobody without.
    pub records: Option<Arc<dyn Records>>,
    /// Paths at which sites leave open what should not be.
    pub exposed: Vec<&'static str>,
    /// Whether it is told which special addresses names lead to, as who runs the scan may know. Who only asked for it may not: they are
    /// addresses inside of the network that the scan runs in.
    pub tells_addresses: bool,
    /// What the back ends that the site names are asked, once everything else has been seen; nothing without.
    pub questions: Option<fn(&Site) -> Vec<Question>>,
    /// What renders the pages; without it they are what the server sends.
    pub browser: Option<browser::Options>,
    /// On whose behalf the visit has one of several browsers in turn with others; it has one of its own without. Where it would have to
    /// wait too long, or they do not work, pages are what the server sends, and a note says so.
    pub browsers: Option<Borrower>,
    /// Bounds.
    pub limits: Limits,
    /// A bound on several visits together, if there is one. Whoever has the seat has the room as well: it is kept until what was
    /// seen is let go of.
    pub seat: Option<Arc<Seat>>,
}

/// Bounds on a visit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Requests in all.
    pub requests: usize,
    /// Requests that pages make in a browser, beside these.
    pub rendered_requests: usize,
    /// For one page in a browser.
    pub rendering: Duration,
    /// For all of them.
    pub all_rendering: Duration,
    /// Longest wait for one of several browsers.
    pub browser_wait: Duration,
    /// Requests a second to one host, after a first burst of as many.
    pub requests_per_second: u32,
    /// Bytes of one resource.
    pub resource_bytes: u64,
    /// Bytes of all of them and of the heads of all answers. What is under way when it is reached is still read.
    pub site_bytes: u64,
    /// For one request, redirects apart.
    pub request: Duration,
    /// For the whole visit.
    pub total: Duration,
    /// Redirects from one address.
    pub redirects: usize,
    /// Longest pause between two requests that `robots.txt` may ask for (`Crawl-delay`): with longer ones a visit would not end.
    pub crawl_delay: Duration,
    /// Longest wait that a server may ask for with `Retry-After`, in seconds and not as a date. A host that is busy still after it is
    /// not waited for again.
    pub retry_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 8,
            requests: 600,
            rendered_requests: 1000,
            rendering: Duration::from_secs(20),
            all_rendering: Duration::from_mins(5),
            browser_wait: Duration::from_mins(2),
            requests_per_second: 100,
            resource_bytes: 10 << 20,
            site_bytes: 64 << 20,
            request: Duration::from_secs(20),
            total: Duration::from_mins(5),
            redirects: 10,
            crawl_delay: Duration::from_secs(1),
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
            tells_addresses: true,
            questions: None,
            browser: None,
            browsers: None,
            limits: Limits::default(),
            seat: None,
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
    /// Why one of several browsers did not work, for who runs them: it may tell of the machine.
    pub browser_trouble: Option<String>,
}

/// Visits a website. `at_ms` is the time of it, in milliseconds since 1970 UTC.
///
/// # Errors
/// [`Error::Site`] if the page that was asked for does not answer, unless all there is against it is that its TLS endpoint is older than
/// what is spoken here, which is a fact to judge; [`Error::Browser`] if there shall be a browser and there is none.
pub fn crawl(
    client: &Client,
    start: &Url,
    options: &Options,
    at_ms: i64,
    cancel: &Arc<AtomicBool>,
) -> Result<Crawled, Error> {
    let mut start = start.clone();
    start.set_fragment(None);
    let now = Instant::now();
    // A time that the clock cannot hold is no limit; a year is one that never comes.
    let deadline =
        now.checked_add(options.limits.total).unwrap_or(now + Duration::from_hours(8760));
    let asker = Asker::new(client, options, cancel, deadline, start.clone());
    let first = asker.ask(&plan::Job::start(start.clone()), None);
    let mut site = Site::new(start.clone(), at_ms);
    site.resources.push(first);
    let home = site.home().clone();
    let around = Around { client, options, home: &home, remaining: asker.remaining(), cancel };
    if site.landing().is_none() {
        return unseen(site, &asker, &around);
    }
    let mut plan = Plan::new(options, start);
    plan.settle(home.clone());
    asker.settle(&home);
    let mut crawl = Crawl { asker: &asker, plan, site, notes: Vec::new(), browser_trouble: None };
    let (visited, tls, dns) = thread::scope(|scope| {
        let tls = beside(scope, "its TLS was not judged", || around.tls());
        let dns = beside(scope, "its name was not looked up", || around.dns());
        let browser = options.browser.as_ref().map(|browser| match &options.browsers {
            Some(borrower) => Starting::InTurn(browser, borrower),
            None => {
                let cancel = Arc::clone(cancel);
                Starting::Own(scope.spawn(move || Browser::start(browser, &cancel)))
            }
        });
        let visited = crawl.visit(&home, browser);
        (visited, tls(), dns())
    });
    visited?;
    let mut notes = asker.notes();
    notes.extend(crawl.notes);
    notes.extend([tls.1, dns.1].into_iter().flatten());
    (crawl.site.tls, crawl.site.dns) = (tls.0, dns.0);
    notes.extend(crawl.plan.notes());
    Ok(Crawled { site: crawl.site, notes, browser_trouble: crawl.browser_trouble })
}

/// A site whose start did not answer: what its TLS endpoint speaks, if that is why.
fn unseen(mut site: Site, asker: &Asker<'_>, around: &Around<'_>) -> Result<Crawled, Error> {
    let (reason, is_tls) = match site.resources.first().map(|first| &first.outcome) {
        Some(Outcome::Failed(failure)) => {
            (failure.reason.clone(), failure.kind == FailureKind::Tls)
        }
        Some(Outcome::Skipped(reason)) => (reason.clone(), false),
        Some(Outcome::Answered(_)) | None => (String::new(), false),
    };
    site.tls = is_tls.then(|| around.outdated_tls()).flatten();
    if site.tls.is_none() {
        return Err(Error::Site { url: shown(&site.start), reason });
    }
    let mut notes = asker.notes();
    let (dns, untold) = around.dns();
    site.dns = dns;
    notes.extend(untold);
    Ok(Crawled { site, notes, browser_trouble: None })
}

struct Crawl<'c> {
    asker: &'c Asker<'c>,
    plan: Plan<'c>,
    site: Site,
    notes: Vec<Note>,
    browser_trouble: Option<String>,
}

impl Crawl<'_> {
    fn visit(&mut self, home: &Url, browser: Option<Starting<'_>>) -> Result<(), Error> {
        let jobs = self.plan.robots();
        let robots = self.asker.ask_all(&jobs, &Territory::of(home, &Robots::default()));
        let rules = self.rules(&robots);
        self.site.resources.extend(robots);
        let within = Territory::of(home, &rules);
        if let Some(delay) = within.delay() {
            self.asker.slow_down(home, delay);
        }
        self.agreed_places(&rules, &within);
        self.pages(&within);
        self.loaded(&within);
        match browser {
            Some(browser) => self.rendered(browser, &within)?,
            None => {
                let message = "pages were judged as the server sends them: no browser ran their scripts (--browser)";
                self.notes.push(note(NoteKind::NotRendered, message));
            }
        }
        // Whether the links of the site to itself that were not visited lead anywhere.
        let links = self.plan.links();
        self.ask(&links, &within);
        self.backends(&within);
        Ok(())
    }

    /// The pages as a browser makes them, and what they load then. Pages that only scripts lead to are pages of the site like all others,
    /// and are rendered in turn.
    fn rendered(&mut self, starting: Starting<'_>, within: &Territory<'_>) -> Result<(), Error> {
        let mut lender = match starting.lender() {
            Ok(lender) => lender,
            Err(fetch::Error::Cancelled) => return Ok(()),
            Err(error) => return Err(Error::Browser(error.to_string())),
        };
        let mut time = self.asker.limits().all_rendering;
        let mut from = 0;
        loop {
            let (asker, site) = (self.asker, &self.site);
            let wanted = render::pages_from(site, from).count();
            if wanted == 0 {
                return Ok(());
            }
            let render =
                |browser: &mut Browser| render::pages(browser, asker, site, from, within, time);
            // Whoever has no time for it does not keep others from it.
            let lent = (!time.is_zero()).then(|| lender.lend(asker, render));
            let why = match lent {
                None => "there was no more time",
                Some(Ok((rendered, taken))) => {
                    time = time.saturating_sub(taken);
                    from = self.take(rendered, within);
                    continue;
                }
                Some(Err(Without::Cancelled)) => return Ok(()),
                Some(Err(Without::NeverFree)) => "no browser was free in time",
                Some(Err(Without::Broken(error))) => {
                    self.browser_trouble = Some(error.to_string());
                    "the browser did not work"
                }
            };
            let message = format!("{wanted} pages were judged as the server sends them: {why}");
            self.notes.push(note(NoteKind::Limit, message));
            return Ok(());
        }
    }

    /// What pages have become, what they load then, and the pages that only scripts lead to. Where these begin among the resources.
    fn take(&mut self, rendered: render::Rendered, within: &Territory<'_>) -> usize {
        for resource in &rendered.resources {
            self.plan.has_asked(&resource.url);
        }
        let named = self.plan.named_by_loaded(&rendered.resources);
        self.site.resources.extend(rendered.resources);
        self.load(named, within);
        self.notes.extend(rendered.notes);
        let is_over = || self.asker.is_over();
        let jobs = self.plan.pages_of_rendered(&rendered.renderings, within, &is_over);
        self.site.renderings.extend(rendered.renderings);
        let from = self.ask(&jobs, within);
        self.tell_apart(from);
        self.loaded(within);
        from
    }

    /// What `robots.txt` says (RFC 9309, 2.3.1).
    fn rules(&mut self, asked: &[Resource]) -> Robots {
        let reason = match asked.first().map(|resource| &resource.outcome) {
            Some(Outcome::Answered(answer)) => match answer.status {
                200..=299 => return Robots::parse(&answer.body),
                status @ (429 | 500..) => format!("status {status}"),
                _ => return Robots::default(),
            },
            Some(Outcome::Failed(failure)) => failure.reason.clone(),
            Some(Outcome::Skipped(reason)) => reason.clone(),
            None => return Robots::default(),
        };
        let message =
            format!("robots.txt could not be had, so no further page was visited: {reason}");
        self.notes.push(note(NoteKind::Unvisited, message));
        Robots::parse(b"User-agent: *\nDisallow: /\n")
    }

    /// What sites publish at agreed places, and what they leave at usual ones.
    fn agreed_places(&mut self, robots: &Robots, within: &Territory<'_>) {
        let jobs = self.plan.agreed_places(robots, within);
        let places = self.ask(&jobs, within);
        // A site map may name others, which name none.
        let resources = self.site.resources.get(places..).unwrap_or_default();
        let jobs = self.plan.sitemaps(resources, within);
        let further = self.ask(&jobs, within);
        let resources = self.site.resources.get(further..).unwrap_or_default();
        self.plan.sitemaps(resources, within);
    }

    /// Pages, breadth first.
    fn pages(&mut self, within: &Territory<'_>) {
        let mut level: HashSet<Url> = HashSet::from([self.site.start.clone()]);
        loop {
            let is_over = || self.asker.is_over();
            let jobs = self.plan.pages(&self.site, &level, within, &is_over);
            if jobs.is_empty() {
                return;
            }
            level = jobs.iter().map(|job| job.url.clone()).collect();
            let from = self.ask(&jobs, within);
            self.tell_apart(from);
        }
    }

    /// What redirects to a page that is there on its own is a link to it, not a second page with the same content.
    fn tell_apart(&mut self, from: usize) {
        let pages = self.site.resources.iter().enumerate();
        let mut seen: HashSet<Url> = pages
            .filter(|(at, page)| page.role == Role::Page && (*at < from || page.hops.is_empty()))
            .filter_map(|(_, page)| Some(page.answer()?.url.clone()))
            .collect();
        let level = self.site.resources.iter_mut().skip(from);
        for page in level.filter(|page| !page.hops.is_empty()) {
            if let Outcome::Answered(answer) = &mut page.outcome
                && !seen.insert(answer.url.clone())
            {
                page.role = Role::Link;
                answer.body = Arc::default();
            }
        }
    }

    /// What pages load, and what that names in turn: fonts, images, source maps, style sheets that name more.
    fn loaded(&mut self, within: &Territory<'_>) {
        let jobs = self.plan.loaded();
        self.load(jobs, within);
    }

    fn load(&mut self, mut jobs: Vec<plan::Job>, within: &Territory<'_>) {
        for _ in 0..MAX_IMPORTS {
            let from = self.ask(&jobs, within);
            jobs = self.plan.named_by_loaded(self.site.resources.get(from..).unwrap_or_default());
        }
        self.ask(&jobs, within);
    }

    /// What the back ends that pages and scripts name answer to any visitor.
    fn backends(&mut self, within: &Territory<'_>) {
        let jobs = self.plan.questions(&self.site);
        self.ask(&jobs, within);
    }

    /// Keeps the answers; says from where on.
    fn ask(&mut self, jobs: &[plan::Job], within: &Territory<'_>) -> usize {
        let from = self.site.resources.len();
        self.site.resources.extend(self.asker.ask_all(jobs, within));
        from
    }
}

/// A URL for a message: without its query and user, which may be secrets.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    // Neither fails where there is a host, and without one there are none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
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
