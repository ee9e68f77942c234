//! Packages are judged again when more is known of them: nobody has to scan, and nothing is cloned.

use std::{
    collections::HashMap,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use ::advisories::Index;
use engine::{Dependencies, HashKey, Listed, Outcome, Scan};
use model::{Finding, Reachable, Scanner};
use store::{Access, Coverage, Inventory, Judgement, PackageListId, ProjectId, Waiting};
use tokio::{sync::watch, time::sleep};

use super::{Verdict, list::Unpacker};
use crate::{
    App, Error,
    threads::{on_a_thread, stand_back},
    worker::{is_stopped, rows, stopped},
};

/// Inventories that are asked for at a time.
const PART: u64 = 500;
/// How much of their lists is read at a time, in bytes; one list at least.
const MAX_READ: i64 = 8 << 20;
/// A scan that began with older advisories may end after those before it were judged.
const AGAIN: Duration = Duration::from_mins(1);

/// How much was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Branches whose packages were judged.
    pub inventories: u64,
    /// Packages of theirs.
    pub packages: u64,
    /// Branches of which now something else is known.
    pub changed: u64,
}

/// What is known now against the packages of an inventory.
struct Known {
    packages: u64,
    judgement: Result<Judgement, Box<dyn std::error::Error + Send + Sync>>,
}

impl App {
    /// Judges what scans listed whenever there are newer advisories, until `stop` is true or its sender is gone.
    pub async fn keep_judged(&self, mut stop: watch::Receiver<bool>) {
        let mut last: Option<(i64, Instant)> = None;
        while !is_stopped(&stop) {
            if let Some(index) = self.advisories() {
                let built_at = index.status().built_at_ms;
                let is_due = |(of, at): (i64, Instant)| of != built_at || at.elapsed() >= AGAIN;
                if last.is_none_or(is_due) {
                    match self.judge_packages(&index, &stop).await {
                        Ok(_) => last = Some((built_at, Instant::now())),
                        Err(error) => {
                            let error: &dyn std::error::Error = &error;
                            tracing::warn!(error, "packages are not judged by new advisories yet");
                        }
                    }
                }
            }
            tokio::select! {
                () = sleep(self.config.poll_interval) => {}
                () = stopped(&mut stop) => {}
            }
        }
    }

    /// Judges what was last judged by older advisories than these, until `stop` is true. Where something else is known than before, the
    /// project has a new scan that says so.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: the rest is done the next time.
    pub async fn judge_packages(
        &self,
        index: &Arc<Index>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Judged, Error> {
        let began = Instant::now();
        let built_at = index.status().built_at_ms;
        let mut judged = Judged::default();
        let mut after = None;
        loop {
            let system = self.store.system(Access::Read).await?;
            let waiting = system.waiting_inventories(built_at, after, PART).await?;
            drop(system);
            let Some(last) = waiting.last() else { break };
            after = Some(last.inventory.id);
            for group in groups(waiting) {
                if is_stopped(stop) {
                    return Ok(judged);
                }
                self.judge_group(index, group, &mut judged).await?;
            }
        }
        if judged.inventories > 0 {
            let took = began.elapsed().as_secs_f64();
            let Judged { inventories, packages, changed } = judged;
            metrics::histogram!("bartizan_judge_packages_seconds").record(took);
            metrics::counter!("bartizan_judged_packages_total").increment(packages);
            tracing::info!(inventories, packages, changed, took, "packages judged again");
        }
        Ok(judged)
    }

    async fn judge_group(
        &self,
        index: &Arc<Index>,
        group: Vec<Inventory>,
        judged: &mut Judged,
    ) -> Result<(), Error> {
        let system = self.store.system(Access::Read).await?;
        let lists = system.package_lists(group.iter().map(|one| one.package_list_id)).await?;
        drop(system);
        let lists = Arc::new(HashMap::<PackageListId, Vec<u8>>::from_iter(lists));
        let known = {
            let (index, lists) = (Arc::clone(index), Arc::clone(&lists));
            let wanted: Vec<_> = group.iter().map(|one| one.package_list_id).collect();
            on_a_thread("packages", move || known(&index, &lists, &wanted))
        };
        let known = known.await.map_err(Error::internal)?;
        let built_at = index.status().built_at_ms;
        let mut alike = Vec::new();
        for (inventory, known) in group.into_iter().zip(known) {
            judged.inventories += 1;
            judged.packages += known.packages;
            match known.judgement {
                Ok(known) if known.verdict == inventory.verdict => alike.push(inventory.id),
                Ok(known) => {
                    let packed = lists.get(&inventory.package_list_id).cloned().unwrap_or_default();
                    let project = inventory.project_id;
                    match self.judge_anew(index, inventory, packed, known).await {
                        Ok(is_changed) => judged.changed += u64::from(is_changed),
                        Err(Error::Unavailable) => return Err(Error::Unavailable),
                        // It waits for the next time, the others do not wait for it.
                        Err(error) => tell(project, &error),
                    }
                }
                Err(error) => {
                    tell(inventory.project_id, &*error);
                    alike.push(inventory.id);
                }
            }
        }
        let system = self.store.system(Access::Write).await?;
        system.judged_alike(alike, built_at).await?;
        Ok(system.commit().await?)
    }

    /// Something else is known of these packages now: it is told as a scan. Says whether they were still those of their branch.
    async fn judge_anew(
        &self,
        index: &Arc<Index>,
        inventory: Inventory,
        packed: Vec<u8>,
        judgement: Judgement,
    ) -> Result<bool, Error> {
        let key = self.keys.hash_key(inventory.organization_id);
        let work = {
            let index = Arc::clone(index);
            move || Ok::<_, io::Error>(judge(index, key, Unpacker::default().listed(&packed)?))
        };
        let outcome = on_a_thread("packages", work).await.map_err(Error::internal)?;
        let outcome = outcome.map_err(Error::internal)?;
        let is_judged = outcome.is_complete();
        let mut findings = outcome.findings;
        let is_cut = findings.len() > self.config.max_findings;
        findings.truncate(self.config.max_findings);
        let coverage = match inventory.is_whole && is_judged && !is_cut {
            true => vec![Scanner::Dependencies.as_str()],
            false => Vec::new(),
        };
        let now_ms = self.now_ms();
        let organization = inventory.organization_id;
        let tenant = self.store.tenant(organization, Access::Write).await?;
        let numbers = tenant.take_finding_numbers(findings.len()).await?;
        tenant.commit().await?;
        let tenant = self.store.tenant(organization, Access::Write).await?;
        let before = tenant.packages_of_findings(&inventory).await?;
        for finding in &mut findings {
            keep_reach(finding, &before);
        }
        let rows = findings.iter().map(rows::of).collect();
        let coverage = Coverage::Of(coverage);
        let done = tenant
            .complete_judgement(&inventory, judgement, coverage, (numbers, rows), now_ms)
            .await?;
        tenant.commit().await?;
        Ok(done)
    }
}

fn tell(project: ProjectId, error: &(dyn std::error::Error + 'static)) {
    tracing::error!(%project, error, "packages cannot be judged again");
}

/// Parts of a list that do not take much to read.
fn groups(waiting: Vec<Waiting>) -> Vec<Vec<Inventory>> {
    let mut groups: Vec<Vec<Inventory>> = Vec::new();
    let mut room = 0;
    for Waiting { inventory, size } in waiting {
        match groups.last_mut().filter(|_| size <= room) {
            Some(group) => group.push(inventory),
            None => {
                groups.push(vec![inventory]);
                room = MAX_READ;
            }
        }
        room -= size;
    }
    groups
}

/// What is known against each of these inventories, in their order.
fn known(
    index: &Index,
    lists: &HashMap<PackageListId, Vec<u8>>,
    wanted: &[PackageListId],
) -> Vec<Known> {
    stand_back();
    let mut unpacker = Unpacker::default();
    let mut known = |list: &PackageListId| {
        let mut verdict = Verdict::default();
        let mut packages = 0;
        let packed = lists.get(list).map(Vec::as_slice).unwrap_or_default();
        let read = unpacker.packages(packed, |package| {
            packages += 1;
            Ok(verdict.add(index, package)?)
        });
        Known { packages, judgement: read.map(|()| verdict.finish(index)) }
    };
    wanted.iter().map(&mut known).collect()
}

fn judge(index: Arc<Index>, key: HashKey, listed: Vec<Listed>) -> Outcome {
    stand_back();
    let judge = Dependencies { index: Some(index), ..Dependencies::default() };
    Scan::of_packages(judge, key).packages(listed)
}

/// The code was looked at by the scan before; it is not at hand now.
fn keep_reach(finding: &mut Finding, before: &HashMap<String, serde_json::Value>) {
    let known = before.get(&finding.fingerprint.to_string()).and_then(rows::package_of);
    if let (Some(known), Some(package)) = (known, &mut finding.package)
        && known.reachable != Reachable::Unknown
    {
        Arc::make_mut(package).reachable = known.reachable;
    }
}
