//! What is asked for next.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use formats::web::{
    robots::{Robots, Visitor},
    sitemap,
    source_map::{Language, mapping_url},
};
use model::{
    Note, NoteKind, SecretValue,
    site::{Answer, Question, Rendering, Resource, Role, Site},
};
use url::{Origin, Url};

use super::{
    Options, ROBOT, is_visible,
    links::{self, Reference, References},
    note,
};

/// Pages that differ in their query only: more of them are a trap, or a list that says nothing new.
const MAX_OF_PATH: usize = 3;
/// Links of which no more than the status is asked.
const MAX_LINKS: usize = 50;
/// What back ends are asked.
const MAX_QUESTIONS: usize = 64;
/// Addresses of pages that `robots.txt` is asked about: a long one takes its time.
const MAX_JUDGED: usize = 5000;
/// What is kept in mind of addresses that pages lead to, and of those that site maps list.
const MAX_MET_BYTES: usize = 16 << 20;
/// What a URL takes beside its text.
const URL_BYTES: usize = 128;
/// Site maps that `robots.txt` names, and as many that indexes of them name.
const MAX_SITEMAPS: usize = 5;
/// Images, of which only the beginning is read, and fonts.
const MAX_MEDIA: usize = 100;
/// Scripts, style sheets and source maps.
const MAX_LOADED: usize = 150;
/// What says so by its name that it is no page.
const NO_PAGES: &[&str] = &[
    "7z", "apk", "avif", "bz2", "csv", "deb", "dmg", "doc", "docx", "epub", "exe", "gif", "gz",
    "ics", "iso", "jar", "jpeg", "jpg", "js", "json", "mov", "mp3", "mp4", "msi", "ogg", "pdf",
    "pkg", "png", "ppt", "pptx", "rar", "rpm", "rss", "svg", "tar", "tgz", "txt", "wav", "webm",
    "webp", "xls", "xlsx", "xml", "xz", "zip", "zst",
];

/// One thing to ask for.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) role: Role,
    pub(super) url: Url,
    pub(super) referrer: Option<(Url, u64)>,
    /// For the origin of `url` alone.
    pub(super) headers: Vec<(&'static str, SecretValue)>,
    /// The page that the visit begins with.
    pub(super) is_start: bool,
}

impl Job {
    pub(super) fn start(url: Url) -> Self {
        Self { is_start: true, ..Self::new(Role::Page, url) }
    }

    fn new(role: Role, url: Url) -> Self {
        Self { role, url, referrer: None, headers: Vec::new(), is_start: false }
    }

    /// Whether `robots.txt` has a say in it: not in what pages load, which every visitor asks for, nor in back ends.
    pub(super) const fn is_of_robot(&self) -> bool {
        use Role as R;
        let is_loaded = matches!(
            self.role,
            R::Script | R::Style | R::Image | R::Font | R::Icon | R::Manifest | R::SourceMap
        );
        !(is_loaded || self.is_start || matches!(self.role, R::Robots | R::PlainHttp | R::Backend))
    }

    /// Whether its redirects are followed on the site only, and where `robots.txt` does not mind: what pages load, and what the site
    /// publishes at agreed places, may be anywhere.
    pub(super) const fn stays(&self) -> bool {
        let is_of_site =
            matches!(self.role, Role::Page | Role::Link | Role::Exposed | Role::Missing);
        is_of_site && !self.is_start
    }
}

/// Where a visit keeps to, once it is known where the site is.
pub(super) struct Territory<'r> {
    home: Origin,
    visitor: Visitor<'r>,
}

impl<'r> Territory<'r> {
    pub(super) fn of(home: &Url, robots: &'r Robots) -> Self {
        Self { home: home.origin(), visitor: robots.visitor(ROBOT) }
    }

    /// Whether a redirect may be followed there.
    pub(super) fn holds(&self, url: &Url) -> Result<(), &'static str> {
        if url.origin() != self.home {
            return Err("it redirects to another site");
        }
        match self.allows(url) {
            true => Ok(()),
            false => Err("it redirects to where robots.txt asks not to go"),
        }
    }

    /// How long `robots.txt` asks to wait between requests.
    pub(super) fn delay(&self) -> Option<Duration> {
        let seconds = self.visitor.crawl_delay?;
        Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    }

    pub(super) fn allows(&self, url: &Url) -> bool {
        self.visitor.may_visit(&path_and_query(url))
    }
}

/// What has been planned so far.
pub(super) struct Plan<'o> {
    options: &'o Options,
    home: Url,
    /// What is asked for; what limits requests limits it.
    asked: HashSet<Url>,
    /// What pages and site maps lead to.
    met: Met,
    pages: usize,
    /// Pages by path, whatever their query.
    of_path: HashMap<String, usize>,
    /// Same-origin pages that site maps list, by site map.
    mapped: Vec<(Url, Vec<Url>)>,
    mapped_bytes: usize,
    /// What pages load, in the order in which they were met.
    loads: Loads,
    /// Links of the site to itself that are not visited, in the order in which they were met; at most [`MAX_LINKS`].
    left: Vec<Job>,
    /// Addresses that were not visited as pages, those of `left` among them.
    further: usize,
    /// How often `robots.txt` was asked about a page.
    judged: usize,
    /// What `robots.txt` asks not to visit.
    disallowed: usize,
    /// Pages and style sheets that name more than is read.
    cut: usize,
}

/// What pages load, within limits.
#[derive(Default)]
struct Loads {
    jobs: Vec<Job>,
    media: usize,
    others: usize,
    is_over_media: bool,
    is_over_others: bool,
}

/// Addresses that were met, as far as there is room for them.
#[derive(Default)]
struct Met {
    urls: HashSet<Url>,
    bytes: usize,
    is_full: bool,
}

impl Met {
    /// Whether it is new. Where there is no room nothing is.
    fn add(&mut self, url: &Url) -> bool {
        if self.urls.contains(url) {
            return false;
        }
        if self.bytes >= MAX_MET_BYTES {
            self.is_full = true;
            return false;
        }
        self.bytes += url.as_str().len() + URL_BYTES;
        self.urls.insert(url.clone())
    }
}

impl<'o> Plan<'o> {
    pub(super) fn new(options: &'o Options, start: Url) -> Self {
        let mut plan = Self {
            options,
            home: start.clone(),
            asked: HashSet::from([start.clone()]),
            met: Met::default(),
            pages: 1,
            of_path: HashMap::new(),
            mapped: Vec::new(),
            mapped_bytes: 0,
            loads: Loads::default(),
            left: Vec::new(),
            further: 0,
            judged: 0,
            disallowed: 0,
            cut: 0,
        };
        plan.met.add(&start);
        plan
    }

    /// Where the site is, now that its first page has been seen.
    pub(super) fn settle(&mut self, home: Url) {
        self.met.add(&home);
        self.asked.insert(home.clone());
        self.home = home;
    }

    /// Asked for even if it is where the visit begins: its rules are wanted, and are to be found among the resources by their role.
    pub(super) fn robots(&mut self) -> Vec<Job> {
        let url = self.home.join("/robots.txt").ok();
        self.asked.extend(url.clone());
        url.into_iter().map(|url| Job::new(Role::Robots, url)).collect()
    }

    /// What is asked for beside pages, if `robots.txt` does not mind.
    pub(super) fn agreed_places(&mut self, robots: &Robots, within: &Territory<'_>) -> Vec<Job> {
        let mut jobs = Vec::new();
        let named = robots.sitemaps.iter().filter(|url| url.len() <= links::MAX_URL_BYTES);
        let named = named.filter_map(|url| self.home.join(url).ok()).filter(links::is_web);
        let own: Vec<Url> =
            named.filter(|url| url.origin() == within.home).take(MAX_SITEMAPS).collect();
        jobs.extend(own.into_iter().filter_map(|url| self.job(Role::Sitemap, url)));
        if jobs.is_empty() {
            jobs.extend(self.at(Role::Sitemap, "/sitemap.xml"));
        }
        jobs.extend(self.at(Role::Icon, "/favicon.ico"));
        jobs.extend(self.at(Role::WellKnown, "/.well-known/security.txt"));
        jobs.extend(self.at(Role::Missing, &format!("/bartizan-{}", self.unlikely())));
        for path in &self.options.exposed {
            jobs.extend(self.at(Role::Exposed, path));
        }
        jobs.retain(|job| {
            let is_allowed = within.allows(&job.url) || job.role == Role::Sitemap;
            self.disallowed += usize::from(!is_allowed);
            is_allowed
        });
        if self.home.scheme() == "https" && self.home.port().is_none() {
            let mut plain = self.home.clone();
            plain.set_path("/");
            plain.set_query(None);
            if plain.set_scheme("http").is_ok() {
                jobs.extend(self.job(Role::PlainHttp, plain));
            }
        }
        jobs
    }

    /// A name that is the same at every visit and nobody has given to a page.
    fn unlikely(&self) -> String {
        let host = self.home.host_str().unwrap_or_default();
        let number = host.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{number:016x}")
    }

    /// Keeps what site maps list; the result are those that indexes of them name, of which there are no indexes again.
    pub(super) fn sitemaps(&mut self, resources: &[Resource], within: &Territory<'_>) -> Vec<Job> {
        let mut jobs = Vec::new();
        let maps = resources.iter().filter(|resource| resource.role == Role::Sitemap);
        for answer in maps.filter_map(Resource::answer).filter(|answer| answer.is_success()) {
            let map = sitemap::parse(&answer.body);
            let named = map.entries.iter().filter(|e| e.location.len() <= links::MAX_URL_BYTES);
            let named = named.filter_map(|entry| Url::parse(&entry.location).ok());
            let mut pages = Vec::new();
            for mut url in named.filter(|url| links::is_web(url) && url.origin() == within.home) {
                url.set_fragment(None);
                if map.is_index {
                    if jobs.len() >= MAX_SITEMAPS {
                        break;
                    }
                    jobs.extend(self.job(Role::Sitemap, url));
                } else if self.mapped_bytes >= MAX_MET_BYTES {
                    self.further += 1;
                } else {
                    self.mapped_bytes += url.as_str().len() + URL_BYTES;
                    pages.push(url);
                }
            }
            self.mapped.push((answer.url.clone(), pages));
        }
        jobs
    }

    /// The pages that those of the last level lead to; at the end those that only a site map names. `is_over` says whether there is still
    /// time to choose.
    pub(super) fn pages(
        &mut self,
        site: &Site,
        level: &HashSet<Url>,
        within: &Territory<'_>,
        is_over: &dyn Fn() -> bool,
    ) -> Vec<Job> {
        let mut jobs = Vec::new();
        for (_, answer) in site.answered(Role::Page).filter(|(page, _)| level.contains(&page.url)) {
            // What redirects there is not another page.
            self.asked.insert(answer.url.clone());
            if !answer.is_page() || answer.url.origin() != within.home {
                continue;
            }
            jobs.extend(self.follow(&answer.url, links::of_page(answer), within, is_over));
        }
        if jobs.is_empty() {
            for (map, urls) in std::mem::take(&mut self.mapped) {
                for url in urls {
                    let referrer = Some((map.clone(), 1));
                    let job = Job { referrer, ..Job::new(Role::Page, url) };
                    jobs.extend(self.page(job, within, is_over));
                }
            }
        }
        jobs
    }

    /// The pages that others lead to once their scripts have run.
    pub(super) fn pages_of_rendered(
        &mut self,
        renderings: &[Rendering],
        within: &Territory<'_>,
        is_over: &dyn Fn() -> bool,
    ) -> Vec<Job> {
        let mut jobs = Vec::new();
        for rendering in renderings {
            let mut references = links::of_document(&rendering.page, &rendering.document);
            // Nobody can look up the lines of a document that scripts made.
            references.list.iter_mut().for_each(|reference| reference.line = 1);
            jobs.extend(self.follow(&rendering.page, references, within, is_over));
        }
        jobs
    }

    /// The pages among what a page names; what it loads is kept for later.
    fn follow(
        &mut self,
        page: &Url,
        references: References,
        within: &Territory<'_>,
        is_over: &dyn Fn() -> bool,
    ) -> Vec<Job> {
        self.cut += usize::from(references.is_cut);
        let mut jobs = Vec::new();
        for link in references.list {
            let job = referred(link, page);
            match job.role {
                Role::Page if job.url.origin() != within.home => {}
                Role::Page => jobs.extend(self.page(job, within, is_over)),
                _ => self.load(job),
            }
        }
        jobs
    }

    /// Whether an address of the site is visited as a page; if not, it may be left as a link.
    fn page(
        &mut self,
        job: Job,
        within: &Territory<'_>,
        is_over: &dyn Fn() -> bool,
    ) -> Option<Job> {
        if self.asked.contains(&job.url) || !self.met.add(&job.url) {
            return None;
        }
        let has_room = self.pages < self.options.pages || self.left.len() < MAX_LINKS;
        if !has_room || self.judged >= MAX_JUDGED || is_over() {
            self.further += 1;
            return None;
        }
        self.judged += 1;
        if !within.allows(&job.url) {
            self.disallowed += 1;
            return None;
        }
        let of_path = self.of_path.entry(job.url.path().to_owned()).or_default();
        *of_path += 1;
        let is_one_of_many = *of_path > MAX_OF_PATH;
        if !is_one_of_many && !is_file(&job.url) && self.pages < self.options.pages {
            self.pages += 1;
            self.asked.insert(job.url.clone());
            return Some(job);
        }
        self.further += 1;
        if !is_one_of_many && self.left.len() < MAX_LINKS {
            self.left.push(job);
        }
        None
    }

    /// What the pages load.
    pub(super) fn loaded(&mut self) -> Vec<Job> {
        let loads = std::mem::take(&mut self.loads);
        self.loads.is_over_media = loads.is_over_media;
        self.loads.is_over_others = loads.is_over_others;
        loads.jobs
    }

    /// What scripts, style sheets and manifests name: source maps, further sheets, fonts, images, icons.
    pub(super) fn named_by_loaded(&mut self, loaded: &[Resource]) -> Vec<Job> {
        for resource in loaded {
            let Some(answer) = resource.answer().filter(|answer| answer.is_success()) else {
                continue;
            };
            let (map, references) = match resource.role {
                Role::Script => (source_map(answer, Language::JavaScript), References::default()),
                Role::Style => (source_map(answer, Language::Css), links::of_style(answer)),
                Role::Manifest => (None, links::of_manifest(answer)),
                _ => continue,
            };
            self.cut += usize::from(references.is_cut);
            let named = references.list.into_iter().map(|link| referred(link, &answer.url));
            map.into_iter().chain(named).for_each(|job| self.load(job));
        }
        self.loaded()
    }

    /// What a browser has asked for is not asked for again.
    pub(super) fn has_asked(&mut self, url: &Url) {
        self.asked.insert(url.clone());
    }

    /// Links that were not visited.
    pub(super) fn links(&mut self) -> Vec<Job> {
        let left = std::mem::take(&mut self.left);
        let left = left.into_iter().filter(|job| self.asked.insert(job.url.clone()));
        left.map(|job| Job { role: Role::Link, ..job }).collect()
    }

    /// What is asked of the back ends that the site names, each question once.
    pub(super) fn questions(&mut self, site: &Site) -> Vec<Job> {
        let questions = self.options.questions.map(|of| of(site)).unwrap_or_default();
        let jobs = questions.into_iter().filter_map(|Question { url, headers }| {
            Some(Job { headers, ..self.job(Role::Backend, url)? })
        });
        jobs.take(MAX_QUESTIONS).collect()
    }

    /// What of the site was not visited.
    pub(super) fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut tell = |message: String| notes.push(note(NoteKind::Unvisited, message));
        if self.disallowed > 0 {
            let count = self.disallowed;
            tell(format!("{count} addresses were not visited because robots.txt asks not to"));
        }
        if self.loads.is_over_media {
            tell(format!(
                "of the images and fonts {MAX_MEDIA} were looked at: there are very many"
            ));
        }
        if self.loads.is_over_others {
            tell(format!(
                "of the scripts and style sheets {MAX_LOADED} were looked at: there are very many"
            ));
        }
        if self.further > 0 {
            let (count, pages) = (self.further, self.pages);
            tell(format!(
                "{count} further addresses of the site were met and not visited as pages: {pages} are at most"
            ));
        }
        if self.cut > 0 || self.met.is_full {
            let message =
                "the site names more addresses than are kept in mind; the rest was not looked at";
            notes.push(note(NoteKind::Limit, message));
        }
        notes
    }

    fn load(&mut self, job: Job) {
        let is_media = matches!(job.role, Role::Image | Role::Icon | Role::Font);
        // Of other sites' pictures nothing is said.
        let is_foreign = job.role == Role::Image && job.url.origin() != self.home.origin();
        if is_foreign || self.asked.contains(&job.url) {
            return;
        }
        let loads = &mut self.loads;
        let (count, limit, is_over) = match is_media {
            true => (&mut loads.media, MAX_MEDIA, &mut loads.is_over_media),
            false => (&mut loads.others, MAX_LOADED, &mut loads.is_over_others),
        };
        if *count >= limit {
            *is_over = true;
            return;
        }
        *count += 1;
        self.asked.insert(job.url.clone());
        loads.jobs.push(job);
    }

    fn at(&mut self, role: Role, path: &str) -> Option<Job> {
        self.job(role, self.home.join(path).ok()?)
    }

    fn job(&mut self, role: Role, url: Url) -> Option<Job> {
        self.asked.insert(url.clone()).then(|| Job::new(role, url))
    }
}

/// The map of what a script or a style sheet was made of: by its head (ECMA-426, 11.1), or by its last comment.
fn source_map(answer: &Answer, language: Language) -> Option<Job> {
    let head = answer.headers.get("sourcemap").or_else(|| answer.headers.get("x-sourcemap"));
    let comment = || std::str::from_utf8(mapping_url(&answer.body, language)?).ok();
    let named = head.or_else(comment)?.trim();
    // Most are `data:` URLs, and long.
    if named.len() > links::MAX_URL_BYTES {
        return None;
    }
    let url = answer.url.join(named).ok().filter(links::is_web)?;
    Some(Job { referrer: Some((answer.url.clone(), 1)), ..Job::new(Role::SourceMap, url) })
}

fn referred(link: Reference, page: &Url) -> Job {
    Job { referrer: Some((page.clone(), link.line)), ..Job::new(link.role, link.url) }
}

fn path_and_query(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn is_file(url: &Url) -> bool {
    let name = url.path().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    name.rsplit_once('.').is_some_and(|(_, extension)| NO_PAGES.contains(&extension))
}

/// The resources whose content a visitor gets.
pub(super) fn visible(site: &Site) -> impl Iterator<Item = &Resource> {
    site.resources.iter().filter(|resource| is_visible(resource.role))
}
