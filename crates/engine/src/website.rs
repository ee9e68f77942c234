//! Judges a visit to a website: every check over what was fetched, and the secret rules over its texts.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use checks::{
    secrets::{Ruleset, Scanner as SecretScanner},
    web::{self, Check, Found, Guide, Visit},
};
use formats::lockfiles::{Format, List};
use model::{
    Confidence, Dependency, Ecosystem, Evidence, Finding, Mask, Note, NoteKind, Package, Place,
    Position, Relation, Scanner, Severity, Span, TargetPath, one_line,
    site::{Role, Site},
};
use sources::{git, site};
use url::Url;

use crate::{
    Outcome, Scan,
    collect::Collector,
    dependencies::{Listed, judge_listed},
    identity::{LineId, fingerprint},
    suppress::Stood,
};

/// Further places of one finding that are kept; all are counted.
const MAX_PLACES: usize = 100;
/// Longest query of a URL that is shown whole, in bytes: longer ones hold what is nobody else's business.
const MAX_QUERY: usize = 40;
/// Longest text of a finding, in characters.
const MAX_TEXT: usize = 4_000;

/// How a website is visited so that the checks have all that they judge, but for what the domain name system says: whose servers are
/// asked is the caller's to say.
#[must_use]
pub fn website_options() -> site::Options {
    site::Options {
        questions: Some(web::backend_questions),
        exposed: web::EXPOSED_PATHS.iter().map(|place| place.path).collect(),
        ..site::Options::default()
    }
}

/// What one check found of one kind, wherever it stands.
struct Group {
    lead: Found,
    places: Vec<Place>,
    total: u64,
}

impl Scan {
    /// Judges a website by `checks`. `notes` are the crawl's. Credentials are told of where `tells` says so of their rule; all are
    /// masked.
    #[must_use]
    pub fn website(
        &self,
        site: &Site,
        notes: Vec<Note>,
        checks: &[&'static Check],
        tells: &dyn Fn(&str) -> bool,
    ) -> Outcome {
        let began = Instant::now();
        let mut outcome = self.secrets_of(site, checks, tells);
        let visit = Visit::of(site);
        let mut masker = Masker::new(Arc::clone(&self.ruleset));
        let mut findings = Vec::new();
        for check in checks {
            if self.cancel.is_cancelled() {
                break;
            }
            // What was fetched is foreign: a fault in one check takes no other along.
            match catch_unwind(AssertUnwindSafe(|| check.judge(&visit))) {
                Ok(found) if found.is_empty() => {}
                Ok(found) => {
                    let guide = check.guide();
                    let told = |group| self.finding(check, &guide, group, site, &mut masker);
                    findings.extend(groups(found).into_iter().filter_map(told));
                }
                Err(_) => outcome.notes.push(Note::general(
                    NoteKind::Unreadable,
                    format!("the check {} failed on this site; please report it", check.id),
                )),
            }
        }
        if checks.iter().any(|check| check.id == web::KNOWN_VULNERABILITY.id) {
            findings.extend(self.libraries_of(&visit, &mut outcome));
        }
        for page in visit.pages.iter().filter(|page| page.document.is_cut()) {
            outcome.notes.push(Note::at(
                NoteKind::TooLarge,
                path_of(page.url()),
                "the page is larger or deeper than what is looked at; its beginning was",
            ));
        }
        outcome.grade = Some(web::grade(&visit));
        outcome.notes.extend(notes);
        outcome.notes.sort();
        outcome.stats.contents =
            site.resources.iter().filter(|one| one.answer().is_some()).count() as u64;
        outcome.add(findings);
        outcome.stats.elapsed = began.elapsed();
        outcome
    }

    /// What the secret rules find in pages, scripts, style sheets and source maps.
    fn secrets_of(
        &self,
        site: &Site,
        checks: &[&'static Check],
        tells: &dyn Fn(&str) -> bool,
    ) -> Outcome {
        let collector = Collector::new(self);
        sources::site::feed(site, &self.limits, &collector);
        let mut outcome = collector.finish(self, |_, _| git::Attribution::default());
        let roles: HashMap<TargetPath, Role> = site
            .resources
            .iter()
            .filter_map(|resource| {
                Some((
                    TargetPath::from_bytes(resource.answer()?.url.as_str().as_bytes()),
                    resource.role,
                ))
            })
            .collect();
        outcome.retain(|finding| {
            let check = check_of(&roles, finding);
            tells(finding.check.as_str()) && checks.iter().any(|wanted| wanted.id == check.id)
        });
        let rules = self.ruleset.rules().iter();
        let meant: HashMap<&str, Severity> =
            rules.filter_map(|rule| Some((rule.id.as_str(), rule.in_browsers?))).collect();
        for finding in &mut outcome.findings {
            let rule = finding.check.as_str();
            if let Some(severity) = meant.get(rule)
                && self.suppressions.severity(rule).is_none()
            {
                finding.severity = finding.severity.min(*severity);
            }
            let check = check_of(&roles, finding);
            let place = match check.id == web::JS_BUNDLE_SWEEP.id {
                true => "exposed in a JavaScript bundle",
                false if finding.place.path.as_str().contains(sources::site::STORED) => {
                    "kept in the browser's storage"
                }
                false => "exposed in a page",
            };
            finding.title = format!("{} {place}", finding.title).into();
            finding.evidence.push(Evidence::new("rule", finding.check.as_str()));
            finding.place.path = shown(&finding.place.path);
            for place in &mut finding.other_places {
                place.path = shown(&place.path);
            }
            finding.evidence.push(Evidence::new("url", finding.place.path.as_str()));
            finding.check = check.id.clone();
            finding.scanner = Scanner::Website;
        }
        outcome
    }

    /// What is known against the libraries that pages load.
    fn libraries_of(&self, visit: &Visit<'_>, outcome: &mut Outcome) -> Vec<Finding> {
        let Some(dependencies) = &self.dependencies else { return Vec::new() };
        let mut by_place: BTreeMap<TargetPath, List> = BTreeMap::new();
        let found = web::libraries(visit).into_iter();
        // A banner in the middle of a bundle may be a quotation.
        for library in found.filter(|library| library.confidence > Confidence::Low) {
            let (name, version) = (library.package.as_str(), library.version.as_str());
            let package = Package::new(Ecosystem::Npm, name, version);
            let span = library.line.map(line_span);
            let dependency =
                Dependency { span, relation: Relation::Direct, ..Dependency::new(package) };
            by_place.entry(path_of(&library.url)).or_default().dependencies.push(dependency);
        }
        let listed =
            by_place.into_iter().map(|(path, list)| Listed { path, format: &LOADED, list });
        let judged = judge_listed(self, dependencies, &[], listed.collect(), &BTreeMap::new());
        outcome.notes.extend(judged.notes);
        let mut findings = judged.findings;
        for finding in &mut findings {
            finding.check = web::KNOWN_VULNERABILITY.id.clone();
            finding.scanner = Scanner::Website;
        }
        findings
    }

    fn finding(
        &self,
        check: &'static Check,
        guide: &Guide<'static>,
        group: Group,
        site: &Site,
        masker: &mut Masker,
    ) -> Option<Finding> {
        let id = check.id.as_str();
        let Group { lead, places, total } = group;
        let host = site.home().host_str().unwrap_or_default();
        let fingerprint = fingerprint(id, host, LineId::of(&lead.key), 0);
        let stood = || {
            places.iter().map(|place| Stood {
                place: place.clone(),
                lines_into_match: 0,
                is_allowed: false,
            })
        };
        if !places.iter().any(|place| self.suppressions.wants(&place.path)) {
            return None;
        }
        let suppression = self.suppressions.reason(id, fingerprint, None, stood);
        let severity = lead.severity.unwrap_or(check.severity);
        let severity = self.suppressions.severity(id).unwrap_or(severity);
        let confidence: Confidence = lead.confidence.unwrap_or(check.confidence);
        let description = match &lead.detail {
            Some(detail) => format!("{} {}", masker.masked(detail), guide.what),
            None => guide.what.clone(),
        };
        let title = lead.title.as_deref().unwrap_or(guide.title);
        let evidence =
            lead.evidence.iter().map(|(name, value)| Evidence::new(name, &masker.masked(value)));
        let evidence = evidence.collect();
        let mut places = places.into_iter();
        let first = places.next()?;
        let builder = Finding::builder(check.id.clone(), Scanner::Website, first, fingerprint)
            .rated(severity, confidence)
            .told(
                masker.masked(&one_line(title, 200)),
                one_line(&description, MAX_TEXT),
                lead.repair.as_deref().map_or(guide.repair.clone(), |repair| masker.masked(repair)),
            )
            .classified(check.cwe, vec![check.reference.into()])
            .seen(evidence, places.collect(), total.saturating_sub(1))
            .suppressed(suppression);
        Some(builder.build())
    }
}

/// Scripts as a place where packages are named.
static LOADED: Format = Format {
    name: "script",
    claims: |_| false,
    read: |_, _, _| List::default(),
    repair: |dependency, fixed_version| {
        format!("Load {} {fixed_version} or a later version.", dependency.package.name)
    },
};

/// Under which check a secret of a website is told. A source inside of a source map stands at the map's URL, `!/` and its own.
fn check_of(roles: &HashMap<TargetPath, Role>, finding: &Finding) -> &'static Check {
    let path = finding.place.path.as_str();
    let around = path.match_indices("!/").filter_map(|(at, _)| path.get(..at));
    let mut homes = std::iter::once(path).chain(around);
    match homes.find_map(|home| roles.get(&TargetPath::from_bytes(home.as_bytes()))) {
        Some(Role::Script | Role::SourceMap) => &web::JS_BUNDLE_SWEEP,
        _ => &web::PATTERNS,
    }
}

/// Findings of one check with the same key are one, at several places.
fn groups(found: Vec<Found>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_key: HashMap<String, usize> = HashMap::new();
    for one in found {
        let place = place_of(&one);
        match by_key.get(&one.key).and_then(|at| groups.get_mut(*at)) {
            Some(group) => {
                if !group.places.contains(&place) {
                    group.total += 1;
                    if group.places.len() < MAX_PLACES {
                        group.places.push(place);
                    }
                }
            }
            None => {
                by_key.insert(one.key.clone(), groups.len());
                groups.push(Group { places: vec![place], total: 1, lead: one });
            }
        }
    }
    groups
}

fn place_of(found: &Found) -> Place {
    let span = found.line.filter(|line| *line > 0).map(line_span);
    Place { path: path_of(&found.url), span, commit: None }
}

const fn line_span(line: u64) -> Span {
    let at = Position { line, column: 1 };
    Span { start: at, end: at }
}

/// A URL as reports show it.
fn path_of(url: &Url) -> TargetPath {
    match url.query() {
        Some(query) if query.len() > MAX_QUERY => {
            let mut short = url.clone();
            short.set_query(None);
            TargetPath::from_bytes(format!("{short}?…").as_bytes())
        }
        _ => TargetPath::from_bytes(url.as_str().as_bytes()),
    }
}

/// A place in a text of a site as reports show it: a URL, and behind it what is inside of that.
fn shown(path: &TargetPath) -> TargetPath {
    let path = path.as_str();
    let (url, inside) = path.split_at(path.find("!/").unwrap_or(path.len()));
    match Url::parse(url) {
        Ok(url) => TargetPath::from_bytes(format!("{}{inside}", path_of(&url).as_str()).as_bytes()),
        Err(_) => TargetPath::from_bytes(path.as_bytes()),
    }
}

/// Takes credentials out of what is shown as evidence.
struct Masker(SecretScanner);

impl Masker {
    fn new(ruleset: Arc<Ruleset>) -> Self {
        Self(SecretScanner::new(ruleset))
    }

    fn masked(&mut self, text: &str) -> String {
        let mut found = self.0.scan(text.as_bytes());
        found.sort_by_key(|candidate| std::cmp::Reverse(candidate.masked.start));
        let mut masked = text.to_owned();
        for candidate in found {
            let range = candidate.masked;
            if masked.is_char_boundary(range.start)
                && masked.is_char_boundary(range.end)
                && range.end <= masked.len()
            {
                masked.replace_range(range, Mask::of(candidate.secret.expose()).as_str());
            }
        }
        masked
    }
}
