//! One scan of a website: what is to be done for it, and the doing, which knows no database.

use std::sync::Arc;

use checks::{secrets::Ruleset, web};
use engine::{Cancel, Dependencies, HashKey, Progress, Suppressions};
use model::Finding;
use sources::site;
use store::{ScanMode, SiteScan};
use tokio::{runtime::Handle, sync::Semaphore};
use url::Url;
use uuid::Uuid;

use super::{Ended, Finds, sentences};
use crate::App;

/// A scan of a website that can be run.
pub(super) struct Visit {
    client: fetch::Client,
    url: Url,
    options: site::Options,
    at_ms: i64,
    ruleset: Arc<Ruleset>,
    dependencies: Dependencies,
    key: HashKey,
    threads: usize,
    max_findings: usize,
    /// Whose turn it is to judge. Visits wait for answers most of the time, and may be many; what a site was parsed into is many times
    /// as large as the site.
    judging: Arc<Semaphore>,
    runtime: Handle,
}

/// What a visit saw.
pub(super) struct Seen {
    pub(super) findings: Vec<Finding>,
    /// What it could not look at, in a sentence.
    pub(super) incomplete: Option<String>,
    pub(super) grade: Option<&'static str>,
    /// How old the advisories were that libraries were judged by. Milliseconds since 1970 UTC.
    pub(super) advisories_at: Option<i64>,
}

impl App {
    /// What is to be done for a scan of a website; if nothing can be, why. Called within a runtime.
    pub(super) fn visit(&self, scan: &SiteScan) -> Result<Box<Visit>, String> {
        // A scan of nothing would say that all is well.
        if scan.mode == ScanMode::Active {
            return Err(sentences::NO_ACTIVE_CHECKS.to_owned());
        }
        let url = self.visitor.url(&scan.target_url);
        let url = url.map_err(|error| sentences::of_target(&error))?;
        Ok(Box::new(Visit {
            client: self.visitor.clone(),
            url: url.url().clone(),
            options: site::Options {
                records: self.records.clone(),
                browser: self.config.browser.clone(),
                browsers: Some(self.browsers.borrower(Uuid::from(scan.organization_id).as_u128())),
                limits: self.config.site_limits,
                seat: Some(self.room.enter()),
                tells_addresses: false,
                ..engine::website_options()
            },
            at_ms: self.now_ms(),
            ruleset: Arc::clone(&self.ruleset),
            dependencies: Dependencies { index: self.advisories(), ..Dependencies::default() },
            key: self.keys.hash_key(scan.organization_id),
            threads: self.config.scan_threads,
            max_findings: self.config.max_site_findings,
            judging: Arc::clone(&self.judging),
            runtime: Handle::current(),
        }))
    }
}

impl Visit {
    /// Visits and judges. Blocks until `cancel` or the end.
    pub(super) fn run(self, progress: Arc<Progress>, cancel: Cancel) -> Ended {
        let crawled =
            site::crawl(&self.client, &self.url, &self.options, self.at_ms, cancel.flag());
        if cancel.is_cancelled() {
            return Ended::Stopped;
        }
        let crawled = match crawled {
            Ok(crawled) => crawled,
            Err(error) => return Ended::Failed(sentences::of_site(&error)),
        };
        if let Some(trouble) = &crawled.browser_trouble {
            tracing::error!(trouble, "pages of a website could not be rendered");
        }
        // It is never closed; if it were, nobody would have to wait.
        let _turn = self.runtime.block_on(self.judging.acquire());
        let index = self.dependencies.index.clone();
        let scan = engine::Scan {
            ruleset: self.ruleset,
            dependencies: Some(self.dependencies),
            suppressions: Suppressions::default(),
            key: self.key,
            threads: self.threads,
            limits: sources::Limits::default(),
            progress,
            cancel,
        };
        let checks: Vec<_> = web::catalogue().collect();
        let mut outcome = scan.website(&crawled.site, crawled.notes, &checks, &|_| true);
        if scan.cancel.is_cancelled() {
            return Ended::Stopped;
        }
        // The worst stand first.
        let dropped = outcome.findings.len().saturating_sub(self.max_findings);
        outcome.findings.truncate(self.max_findings);
        Ended::Found(Finds::OnSite(Box::new(Seen {
            incomplete: sentences::incomplete(&outcome.notes, dropped),
            grade: outcome.grade.map(|grade| grade.letter.as_str()),
            // A source that does not tell how old it is may be of any age.
            advisories_at: index.map(|index| index.status().advisories_at_ms.unwrap_or_default()),
            findings: outcome.findings,
        })))
    }
}
