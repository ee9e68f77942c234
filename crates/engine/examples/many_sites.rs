//! Scans websites all at once in one process, as workers of a server do, and prints what it took.
//!
//! `many_sites <times> <url>...` on this machine: each URL so many times, every visit on a thread of its own.

#![expect(clippy::unwrap_used, reason = "whoever measures wants to know at once")]

use std::{
    env, fs,
    sync::Arc,
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use checks::{
    secrets::Ruleset,
    web::{Check, catalogue},
};
use engine::{Cancel, HashKey, Progress, Scan, Suppressions};
use fetch::{Client, Policy, Scheme, SystemResolver};
use sources::site::{self, Options};
use url::Url;

fn main() {
    let mut arguments = env::args().skip(1);
    let times: usize = arguments.next().unwrap().parse().unwrap();
    let urls: Vec<Url> = arguments.map(|url| Url::parse(&url).unwrap()).collect();
    let ruleset = Arc::new(Ruleset::builtin().unwrap());
    let checks: Vec<&'static Check> = catalogue().collect();
    let began = Instant::now();
    let (answers, findings) = thread::scope(|scope| {
        let visits: Vec<_> = urls
            .iter()
            .cycle()
            .take(urls.len() * times)
            .map(|url| scope.spawn(|| visit(url, &ruleset, &checks)))
            .collect();
        let visits = visits.into_iter().map(|visit| visit.join().unwrap());
        visits.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    });
    let seconds = began.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("not known");
    println!(
        "{} sites: {answers} answers, {findings} findings, {seconds:.1} s, peak of memory {}",
        urls.len() * times,
        peak.trim()
    );
}

/// How much was answered and found.
fn visit(url: &Url, ruleset: &Arc<Ruleset>, checks: &[&'static Check]) -> (u64, usize) {
    let policy = Policy {
        allow_schemes: [Scheme::Https, Scheme::Http].into(),
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..Policy::default()
    };
    // Each with connections of its own, as those of different organizations have.
    let client = Client::new(policy, SystemResolver).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at_ms = i64::try_from(now.as_millis()).unwrap();
    let crawled = site::crawl(&client, url, &Options::default(), at_ms, &Arc::default()).unwrap();
    let scan = Scan {
        ruleset: Arc::clone(ruleset),
        dependencies: None,
        suppressions: Suppressions::default(),
        key: HashKey::new([0; 32]),
        threads: 1,
        limits: sources::Limits::default(),
        progress: Arc::new(Progress::default()),
        cancel: Cancel::default(),
    };
    let outcome = scan.website(&crawled.site, crawled.notes, checks, &|_| true);
    (outcome.stats.contents, outcome.findings.len())
}
