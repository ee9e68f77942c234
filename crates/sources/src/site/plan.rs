//! What is asked for next.

use std::collections::{BTreeMap, HashMap, HashSet};

use formats::web::{
    robots::Robots,
    sitemap,
    source_map::{Language, mapping_url},
};
use model::{
    Note, NoteKind, SecretValue,
    site::{Answer, Question, Resource, Role, Site},
};
use url::Url;

use super::{
    Options, ROBOT, is_visible,
    links::{self, Reference},
    note,
};

/// Pages that differ in their query only: more of them are a trap, or a list that says nothing new.
const MAX_OF_PATH: usize = 3;
/// Links of which no more than the status is asked.
const MAX_LINKS: usize = 50;
/// What back ends are asked.
const MAX_QUESTIONS: usize = 64;
/// Site maps.
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
    is_start: bool,
}

impl Job {
    pub(super) fn start(url: Url) -> Self {
        Self { is_start: true, ..Self::new(Role::Page, url) }
    }

    fn new(role: Role, url: Url) -> Self {
        Self { role, url, referrer: None, headers: Vec::new(), is_start: false }
    }

    /// Whether it is what the user asked for.
    pub(super) const fn is_start(&self) -> bool {
        self.is_start
    }
}

/// What has been planned so far.
pub(super) struct Plan<'o> {
    options: &'o Options,
    home: Url,
    seen: HashSet<Url>,
    pages: usize,
    /// Pages by path, whatever their query.
    of_path: HashMap<String, usize>,
    /// Links of the site to itself that are not visited, in the order in which they were met.
    left: Vec<Job>,
    /// What `robots.txt` asks not to visit.
    disallowed: usize,
    over_media: usize,
    over_loaded: usize,
}

impl<'o> Plan<'o> {
    pub(super) fn new(options: &'o Options, start: Url) -> Self {
        Self {
            options,
            home: start.clone(),
            seen: HashSet::from([start]),
            pages: 1,
            of_path: HashMap::new(),
            left: Vec::new(),
            disallowed: 0,
            over_media: 0,
            over_loaded: 0,
        }
    }

    /// Where the site is, now that its first page has been seen.
    pub(super) fn settle(&mut self, home: Url) {
        self.seen.insert(home.clone());
        self.home = home;
    }

    pub(super) fn robots(&mut self) -> Vec<Job> {
        self.at(Role::Robots, "/robots.txt").into_iter().collect()
    }

    /// What is asked for beside pages, if `robots.txt` does not mind.
    pub(super) fn agreed_places(&mut self, robots: &Robots) -> Vec<Job> {
        let mut jobs = Vec::new();
        let named = robots.sitemaps.iter().filter_map(|url| self.home.join(url).ok());
        let own: Vec<Url> =
            named.filter(|url| url.origin() == self.home.origin()).take(MAX_SITEMAPS).collect();
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
        let visitor = robots.visitor(ROBOT);
        jobs.retain(|job| {
            let is_allowed =
                visitor.may_visit(&path_and_query(&job.url)) || job.role == Role::Sitemap;
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

    /// The site maps that an index of them names.
    pub(super) fn further_sitemaps(&mut self, site: &Site) -> Vec<Job> {
        let read = site.answered(Role::Sitemap).filter(|(_, answer)| answer.is_success());
        let indexes =
            read.map(|(_, answer)| sitemap::parse(&answer.body)).filter(|read| read.is_index);
        let urls: Vec<Url> = indexes
            .flat_map(|index| index.entries)
            .filter_map(|entry| Url::parse(&entry.location).ok())
            .filter(|url| url.origin() == self.home.origin())
            .take(MAX_SITEMAPS)
            .collect();
        urls.into_iter().filter_map(|url| self.job(Role::Sitemap, url)).collect()
    }

    /// The pages that those of the last level lead to; at the end those that only a site map names.
    pub(super) fn pages(&mut self, site: &Site, level: &HashSet<Url>, robots: &Robots) -> Vec<Job> {
        let mut jobs = Vec::new();
        let visitor = robots.visitor(ROBOT);
        let pages = site.answered(Role::Page).filter(|(page, _)| level.contains(&page.url));
        let mut candidates: Vec<Job> = Vec::new();
        for (_, answer) in pages.filter(|(_, answer)| answer.is_html()) {
            for link in links::of_page(answer).into_iter().filter(|link| link.role == Role::Page) {
                candidates.push(referred(link, &answer.url));
            }
        }
        if candidates.iter().all(|job| self.seen.contains(&job.url)) {
            let maps = site.answered(Role::Sitemap).filter(|(_, answer)| answer.is_success());
            for (_, answer) in maps {
                let map = sitemap::parse(&answer.body);
                let entries = map.entries.into_iter().filter(|_| !map.is_index);
                let urls = entries.filter_map(|entry| Url::parse(&entry.location).ok());
                candidates.extend(urls.map(|url| Job {
                    referrer: Some((answer.url.clone(), 1)),
                    ..Job::new(Role::Page, url)
                }));
            }
        }
        for mut job in candidates {
            job.url.set_fragment(None);
            if job.url.origin() != self.home.origin() || !self.seen.insert(job.url.clone()) {
                continue;
            }
            if !visitor.may_visit(&path_and_query(&job.url)) {
                self.disallowed += 1;
                continue;
            }
            let of_path = self.of_path.entry(job.url.path().to_owned()).or_default();
            *of_path += 1;
            let is_page = !is_file(&job.url);
            if is_page && self.pages < self.options.pages && *of_path <= MAX_OF_PATH {
                self.pages += 1;
                jobs.push(job);
            } else {
                self.left.push(job);
            }
        }
        jobs
    }

    /// What the pages load.
    pub(super) fn loaded(&mut self, site: &Site) -> Vec<Job> {
        let pages = site.answered(Role::Page).filter(|(_, answer)| answer.is_html());
        let references = pages.flat_map(|(_, answer)| {
            let named = links::of_page(answer).into_iter().filter(|link| link.role != Role::Page);
            named.map(|link| referred(link, &answer.url)).collect::<Vec<_>>()
        });
        let jobs: Vec<Job> = references.collect();
        self.bounded(jobs)
    }

    /// What scripts and style sheets name: fonts, further sheets, source maps.
    pub(super) fn named_by_loaded(&mut self, site: &Site) -> Vec<Job> {
        let mut jobs = Vec::new();
        for (role, language) in [(Role::Script, Language::JavaScript), (Role::Style, Language::Css)]
        {
            for (_, answer) in site.answered(role).filter(|(_, answer)| answer.is_success()) {
                jobs.extend(source_map(answer, language));
            }
        }
        for (_, answer) in site.answered(Role::Style).filter(|(_, answer)| answer.is_success()) {
            jobs.extend(
                links::of_style(answer).into_iter().map(|link| referred(link, &answer.url)),
            );
        }
        self.bounded(jobs)
    }

    /// Links that were not visited.
    pub(super) fn links(&mut self, robots: &Robots) -> Vec<Job> {
        let visitor = robots.visitor(ROBOT);
        let left = std::mem::take(&mut self.left);
        let links = left.into_iter().filter(|job| visitor.may_visit(&path_and_query(&job.url)));
        links.take(MAX_LINKS).map(|job| Job { role: Role::Link, ..job }).collect()
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
        let mut tell = |count: usize, what: &str| {
            if count > 0 {
                notes.push(note(NoteKind::Unvisited, format!("{count} {what}")));
            }
        };
        tell(self.disallowed, "addresses were not visited because robots.txt asks not to");
        tell(self.over_media, "images and fonts were not looked at: there are very many");
        tell(self.over_loaded, "scripts and style sheets were not looked at: there are very many");
        let pages = self.of_path.values().sum::<usize>() + 1;
        if pages > self.pages {
            tell(
                pages - self.pages,
                &format!(
                    "further addresses of the site were met and not visited as pages ({} were)",
                    self.pages
                ),
            );
        }
        notes
    }

    fn bounded(&mut self, jobs: Vec<Job>) -> Vec<Job> {
        let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
        let mut kept = Vec::new();
        for job in jobs {
            let is_media = matches!(job.role, Role::Image | Role::Icon | Role::Font);
            // Of other sites' pictures nothing is said.
            let is_foreign = job.url.origin() != self.home.origin() && job.role == Role::Image;
            if is_foreign || !self.seen.insert(job.url.clone()) {
                continue;
            }
            let (limit, over) = match is_media {
                true => (MAX_MEDIA, &mut self.over_media),
                false => (MAX_LOADED, &mut self.over_loaded),
            };
            let count = counts.entry(is_media).or_default();
            *count += 1;
            match *count <= limit {
                true => kept.push(job),
                false => *over += 1,
            }
        }
        kept
    }

    fn at(&mut self, role: Role, path: &str) -> Option<Job> {
        self.job(role, self.home.join(path).ok()?)
    }

    fn job(&mut self, role: Role, url: Url) -> Option<Job> {
        self.seen.insert(url.clone()).then(|| Job::new(role, url))
    }
}

/// The map of what a script or a style sheet was made of: by its head (ECMA-426, 11.1), or by its last comment.
fn source_map(answer: &Answer, language: Language) -> Option<Job> {
    let head = answer.headers.get("sourcemap").or_else(|| answer.headers.get("x-sourcemap"));
    let comment = || std::str::from_utf8(mapping_url(&answer.body, language)?).ok();
    let named = head.or_else(comment)?.trim();
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
