//! Runs scans. A worker leases the scan that is next, says again and again that it is still at it, stores what was found and
//! completes it. One that falls silent loses its scan to another; a scan that three workers lost has failed.

mod job;
pub(crate) mod rows;
mod sentences;
#[cfg(test)]
mod tests;
mod visit;

use std::{sync::Arc, time::Duration};

use engine::{Cancel, Progress};
use store::{
    Access, Answer, Completion, Lease, Leased, ScanStatus, SiteCompletion, SiteScan, System, Tenant,
};
use tokio::{
    sync::{oneshot::error::RecvError, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at, sleep},
};

use crate::{
    App, Error,
    threads::{on_a_thread, stand_back},
};
use job::{Found, Prepared};
use visit::Seen;

/// A scan whose findings are not stored yet is not done.
const ALMOST_DONE: i64 = 99;

/// Why a scan is stopped before its end. What comes later here matters more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    /// This process ends.
    Draining,
    /// A user wants it.
    Cancelled,
    /// The scan is another worker's by now, or gone.
    Lost,
}

/// How the work for a scan ended.
enum Ended {
    /// Well.
    Found(Finds),
    /// In vain.
    Failed(String),
    /// Before its end.
    Stopped,
}

/// What was found.
enum Finds {
    InRepository(Box<Found>),
    OnSite(Box<Seen>),
}

/// What becomes of a scan.
enum Conclusion {
    Completed(Finds),
    Failed(String),
    Cancelled,
    /// It waits again, as if nobody had taken it.
    GivenBack,
    /// It waits again, and the attempt counts.
    GivenUp,
}

impl App {
    /// Wakes workers when other processes on the same PostgreSQL tell that a scan waits, until `stop` is true or its sender is
    /// gone. Returns at once where they cannot.
    pub async fn hear_of_scans(&self, mut stop: watch::Receiver<bool>) {
        let mut listener = None;
        while !is_stopped(&stop) {
            let heard = async {
                match &mut listener {
                    Some(listener) => store::Listener::heard(listener).await.map(|()| true),
                    None => {
                        listener = self.store.listen().await?;
                        Ok(listener.is_some())
                    }
                }
            };
            let heard = tokio::select! {
                heard = heard => heard,
                () = stopped(&mut stop) => return,
            };
            match heard {
                Ok(true) => {
                    self.wake.notify_one();
                    self.wake_sites.notify_one();
                }
                Ok(false) => return,
                // Until it is back, workers look for themselves now and then.
                Err(error) => {
                    tracing::warn!(%error, "the database does not tell of scans");
                    sleep(self.config.poll_interval).await;
                }
            }
        }
    }

    /// Runs scans of repositories, one after the other, until `stop` is true or its sender is gone; the scan at hand is given back to the queue
    /// then. A process may run several workers.
    pub async fn run_worker(&self, mut stop: watch::Receiver<bool>) {
        while !is_stopped(&stop) {
            match self.run_next_scan(&mut stop).await {
                Ok(true) => continue,
                Ok(false) => {}
                // It may be back in a moment, and the queue is still there.
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(error, "the queue of scans cannot be asked");
                }
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = sleep(self.config.poll_interval) => {}
                () = stopped(&mut stop) => {}
            }
        }
    }

    /// Runs scans of websites, so many at a time, until `stop` is true or its sender is gone; those at hand are given back to the queue
    /// then. Such scans wait for answers most of the time.
    pub async fn run_site_scans(&self, at_once: usize, mut stop: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        while !is_stopped(&stop) {
            let has_room = running.len() < at_once;
            if has_room {
                match self.lease_site().await {
                    Ok(Some(leased)) => {
                        let (app, mut stop) = (self.clone(), stop.clone());
                        running.spawn(async move { app.run_site_scan(leased, &mut stop).await });
                        continue;
                    }
                    Ok(None) => {}
                    Err(error) => {
                        let error: &dyn std::error::Error = &error;
                        tracing::warn!(error, "the queue of scans cannot be asked");
                    }
                }
            }
            tokio::select! {
                Some(ended) = running.join_next() => {
                    // Its lease runs out.
                    if let Err(error) = ended {
                        tracing::error!(%error, "a scan of a website was left");
                    }
                }
                () = self.wake_sites.notified(), if has_room => {}
                () = sleep(self.config.poll_interval), if has_room => {}
                () = stopped(&mut stop) => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Runs the scan of a website that is next, as [`Self::run_next_scan`] does.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the queue cannot be asked. What goes wrong with a scan is told in the scan.
    pub async fn run_next_site_scan(
        &self,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<bool, Error> {
        let Some(leased) = self.lease_site().await? else { return Ok(false) };
        self.run_site_scan(leased, stop).await;
        Ok(true)
    }

    async fn run_site_scan(&self, leased: Leased<SiteScan>, stop: &mut watch::Receiver<bool>) {
        let Leased { lease, scan } = leased;
        tracing::info!(scan = %lease.scan, attempt = scan.attempts, "scan of a website begins");
        let conclusion = match self.visit(&scan) {
            Ok(visit) => {
                self.attend(lease, stop, move |progress, cancel| visit.run(progress, cancel)).await
            }
            Err(sentence) => Some(Conclusion::Failed(sentence)),
        };
        if let Some(conclusion) = conclusion {
            self.conclude(lease, conclusion, stop).await;
        }
    }

    /// Runs the scan of a repository that is next, to its end or until `stop` is true. Says whether one was waiting.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the queue cannot be asked. What goes wrong with a scan is told in the scan.
    pub async fn run_next_scan(&self, stop: &mut watch::Receiver<bool>) -> Result<bool, Error> {
        let Some(leased) = self.lease().await? else { return Ok(false) };
        let scan = leased.scan.id;
        tracing::info!(%scan, attempt = leased.scan.attempts, "scan begins");
        let conclusion = match self.prepare(&leased.scan).await {
            Ok(Prepared::Ready(job)) => {
                let work = move |progress, cancel| job.run(progress, cancel);
                self.attend(leased.lease, stop, work).await
            }
            Ok(Prepared::Hopeless(sentence)) => Some(Conclusion::Failed(sentence)),
            Ok(Prepared::Gone) => None,
            // The scan has nothing to do with it.
            Err(Error::Unavailable) => Some(Conclusion::GivenBack),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(%scan, error, "a scan could not be prepared");
                Some(Conclusion::GivenUp)
            }
        };
        if let Some(conclusion) = conclusion {
            self.conclude(leased.lease, conclusion, stop).await;
            self.tell_of_end(&leased.scan).await;
        }
        Ok(true)
    }

    async fn lease(&self) -> Result<Option<Leased>, Error> {
        let now_ms = self.now_ms();
        let system = self.begin_lease(now_ms).await?;
        let leased = system.lease_scan(now_ms, self.lease_end(now_ms)).await?;
        system.commit().await?;
        Ok(leased)
    }

    async fn lease_site(&self) -> Result<Option<Leased<SiteScan>>, Error> {
        let now_ms = self.now_ms();
        let system = self.begin_lease(now_ms).await?;
        let leased = system.lease_site_scan(now_ms, self.lease_end(now_ms)).await?;
        system.commit().await?;
        Ok(leased)
    }

    /// A transaction in which what fell silent waits again.
    async fn begin_lease(&self, now_ms: i64) -> Result<System, Error> {
        let system = self.store.system(Access::Write).await?;
        let reclaimed = system.reclaim_scans(now_ms).await?;
        if reclaimed > 0 {
            tracing::warn!(scans = reclaimed, "taken away from workers that fell silent");
        }
        Ok(system)
    }

    fn lease_end(&self, now_ms: i64) -> i64 {
        let life_ms = i64::try_from(self.config.lease_life.as_millis()).unwrap_or(i64::MAX);
        now_ms.saturating_add(life_ms)
    }

    /// Lets `work` run on a thread of its own and holds the lease meanwhile. `None` if there is nothing left to conclude.
    async fn attend(
        &self,
        lease: Lease,
        stop: &mut watch::Receiver<bool>,
        work: impl FnOnce(Arc<Progress>, Cancel) -> Ended + Send + 'static,
    ) -> Option<Conclusion> {
        let progress = Arc::<Progress>::default();
        let cancel = Cancel::default();
        let _leash = Leash(cancel.clone());
        // Without a thread the attempt has failed, as if it had panicked.
        let mut running = on_a_thread("scan", {
            let (progress, cancel) = (Arc::clone(&progress), cancel.clone());
            move || {
                stand_back();
                work(progress, cancel)
            }
        });
        let every = (self.config.lease_life / 3).max(Duration::from_millis(1));
        let mut heartbeat = interval_at(Instant::now() + every, every);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut why = None;
        let ended = loop {
            tokio::select! {
                ended = &mut running => break ended,
                () = stopped(stop), if why.is_none() => why = Some(Stop::Draining),
                _ = heartbeat.tick() => why = why.max(self.beat(lease, &progress).await),
            }
            if why.is_some() {
                cancel.cancel();
            }
        };
        concluded(lease, why, ended)
    }

    /// Says that the scan is still being run, and hears whether it is to be.
    async fn beat(&self, lease: Lease, progress: &Progress) -> Option<Stop> {
        let percent = progress.percent().map_or(0, i64::from).min(ALMOST_DONE);
        let beat = async {
            let now_ms = self.now_ms();
            let tenant = self.of_scan(lease).await?;
            let answer = tenant.extend_lease(lease, self.lease_end(now_ms), percent).await?;
            tenant.commit().await?;
            Ok::<_, Error>(answer)
        };
        match beat.await {
            Ok(Answer::GoOn) => None,
            Ok(Answer::Cancel) => Some(Stop::Cancelled),
            Ok(Answer::Lost) => Some(Stop::Lost),
            // Whether the lease still holds shows when the database is back.
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(scan = %lease.scan, error, "a lease could not be extended");
                None
            }
        }
    }

    async fn of_scan(&self, lease: Lease) -> Result<Tenant, Error> {
        Ok(self.store.tenant(lease.organization, Access::Write).await?)
    }

    /// Writes down what becomes of a scan, as soon as the database answers. If it does not until the end, the lease runs out.
    async fn conclude(
        &self,
        lease: Lease,
        mut conclusion: Conclusion,
        stop: &mut watch::Receiver<bool>,
    ) {
        let scan = lease.scan;
        loop {
            let error = match self.write_down(lease, &conclusion).await {
                Ok(()) => {
                    let word = conclusion.word();
                    metrics::counter!("bartizan_scans_total", "end" => word).increment(1);
                    return tracing::info!(%scan, "scan ends: {word}");
                }
                Err(error) => error,
            };
            let is_unavailable = matches!(error, Error::Unavailable);
            {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(%scan, error, "the end of a scan is not stored");
            }
            match is_unavailable {
                // The lease runs out.
                true if is_stopped(stop) => return,
                false if matches!(conclusion, Conclusion::GivenUp) => return,
                false => conclusion = Conclusion::GivenUp,
                true => tokio::select! {
                    () = sleep(self.config.poll_interval) => {}
                    () = stopped(stop) => {}
                },
            }
        }
    }

    /// Doing it twice is doing it once: the first time may have worked although the connection broke.
    async fn write_down(&self, lease: Lease, conclusion: &Conclusion) -> Result<(), Error> {
        let now_ms = self.now_ms();
        if let Conclusion::Completed(finds) = conclusion {
            let began = Instant::now();
            match finds {
                Finds::InRepository(found) => self.write_findings(lease, found).await?,
                Finds::OnSite(seen) => self.write_site_findings(lease, seen).await?,
            }
            let took = began.elapsed().as_secs_f64();
            metrics::histogram!("bartizan_scan_store_seconds").record(took);
            return Ok(());
        }
        let tenant = self.of_scan(lease).await?;
        match conclusion {
            Conclusion::Completed(_) => {}
            Conclusion::Failed(sentence) => {
                let sentence = Some(sentence.clone());
                tenant.end_scan(lease, ScanStatus::Failed, sentence, now_ms).await?;
            }
            Conclusion::Cancelled => {
                tenant.end_scan(lease, ScanStatus::Cancelled, None, now_ms).await?;
            }
            Conclusion::GivenBack => tenant.give_back(lease).await?,
            // A lease that has run out is found by whoever asks for a scan next.
            Conclusion::GivenUp => drop(tenant.extend_lease(lease, now_ms, 0).await?),
        }
        Ok(tenant.commit().await?)
    }

    /// Begins to store what was found, unless the scan is another worker's by now or was cancelled: then that is stored.
    async fn begin_completion(&self, lease: Lease, now_ms: i64) -> Result<Option<Tenant>, Error> {
        let tenant = self.of_scan(lease).await?;
        match tenant.extend_lease(lease, self.lease_end(now_ms), ALMOST_DONE).await? {
            Answer::Lost => Ok(None),
            Answer::Cancel => {
                tenant.end_scan(lease, ScanStatus::Cancelled, None, now_ms).await?;
                tenant.commit().await?;
                Ok(None)
            }
            Answer::GoOn => Ok(Some(tenant)),
        }
    }

    async fn write_findings(&self, lease: Lease, found: &Found) -> Result<(), Error> {
        let now_ms = self.now_ms();
        let count = found.findings.len();
        let Some(tenant) = self.begin_completion(lease, now_ms).await? else { return Ok(()) };
        let numbers = tenant.take_finding_numbers(count).await?;
        tenant.commit().await?;
        let completion = Completion {
            commit_sha: found.commit.clone(),
            error: found.incomplete.clone(),
            coverage: found.coverage.clone(),
            packages: found.packages.clone(),
        };
        let tenant = self.of_scan(lease).await?;
        let rows = found.findings.iter().map(rows::of).collect();
        tenant.complete_scan(lease, completion, (numbers, rows), now_ms).await?;
        tenant.commit().await?;
        self.tell_of_growth(count).await;
        Ok(())
    }

    async fn write_site_findings(&self, lease: Lease, seen: &Seen) -> Result<(), Error> {
        let now_ms = self.now_ms();
        let Some(tenant) = self.begin_completion(lease, now_ms).await? else { return Ok(()) };
        let completion = SiteCompletion {
            error: seen.incomplete.clone(),
            grade: seen.grade.map(str::to_owned),
            advisories_at: seen.advisories_at,
        };
        let rows = seen.findings.iter().map(rows::of_site).collect();
        tenant.complete_site_scan(lease, completion, rows, now_ms).await?;
        tenant.commit().await?;
        self.tell_of_growth(seen.findings.len()).await;
        Ok(())
    }

    /// What was stored is stored; only plans are worse without it.
    async fn tell_of_growth(&self, count: usize) {
        if let Err(error) = self.store.has_grown(count).await {
            tracing::warn!(%error, "the database could not be told that it has grown");
        }
    }
}

/// What follows from how the work ended.
fn concluded(
    lease: Lease,
    why: Option<Stop>,
    ended: Result<Ended, RecvError>,
) -> Option<Conclusion> {
    let scan = lease.scan;
    match (why, ended) {
        (Some(Stop::Lost), _) => {
            tracing::warn!(%scan, "a scan is another worker's by now, or gone");
            None
        }
        (Some(Stop::Cancelled), _) => Some(Conclusion::Cancelled),
        (_, Ok(Ended::Found(found))) => Some(Conclusion::Completed(found)),
        (_, Ok(Ended::Failed(sentence))) => Some(Conclusion::Failed(sentence)),
        (_, Ok(Ended::Stopped)) => Some(Conclusion::GivenBack),
        (_, Err(error)) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(%scan, error, "a scan panicked, or has no thread");
            Some(Conclusion::GivenUp)
        }
    }
}

impl Conclusion {
    const fn word(&self) -> &'static str {
        match self {
            Self::Completed(_) => "completed",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
            Self::GivenBack => "given back",
            Self::GivenUp => "given up",
        }
    }
}

/// Whoever stops waiting for a scan stops the scan.
struct Leash(Cancel);

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

pub(crate) fn is_stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Waits until `stop` is true or nobody can make it so any more.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that the sender is gone.
    let _ = stop.wait_for(|is_stopped| *is_stopped).await;
}
