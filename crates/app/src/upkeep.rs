//! What is done now and then, whoever asks for what: scans of workers that fell silent are taken up again, and what is too old is
//! forgotten.

use std::time::Duration;

use store::{Access, Plan, System};

use crate::{App, Error, rates};

/// Scans that are forgotten in one transaction; each may have very many findings.
const PART: u64 = 20;
/// How long a list of packages is kept that no scan needs any more: one that is just ending may be about to.
const LIST_LIFE: Duration = Duration::from_hours(1);
/// How long a delivery of a webhook is known again: providers repeat one for some days at most.
const DELIVERY_LIFE: Duration = Duration::from_hours(30 * 24);

impl App {
    /// Puts the store in order. May run in several processes at once, and as often as one likes; once in an hour is enough.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; the rest is done the next time.
    pub async fn upkeep(&self) -> Result<(), Error> {
        let now_ms = self.now_ms();
        let until = |life: Duration| {
            now_ms.saturating_sub(i64::try_from(life.as_millis()).unwrap_or(i64::MAX))
        };
        let window = self.config.login_window;
        let system = self.begin_upkeep().await?;
        let scans = system.reclaim_scans(now_ms).await?;
        let sessions = system.forget_sessions(now_ms).await?;
        let attempts = system.forget_attempts(until(window)).await?;
        let deliveries = system.forget_deliveries(until(DELIVERY_LIFE)).await?;
        let callers = system.forget_calls(until(rates::LONGEST)).await?;
        system.commit().await?;
        if scans > 0 {
            tracing::warn!(scans, "taken away from workers that fell silent");
            self.wake.notify_one();
        }
        tracing::debug!(sessions, attempts, deliveries, callers, "forgotten");
        for plan in Plan::ALL {
            self.forget_scans(*plan, until(self.config.plans.of(*plan).retention)).await?;
        }
        self.forget_package_lists(until(LIST_LIFE)).await
    }

    async fn forget_package_lists(&self, until_ms: i64) -> Result<(), Error> {
        loop {
            let system = self.begin_upkeep().await?;
            let forgotten = system.forget_package_lists(until_ms, PART).await?;
            system.commit().await?;
            if forgotten < PART {
                return Ok(());
            }
        }
    }

    async fn forget_scans(&self, plan: Plan, until_ms: i64) -> Result<(), Error> {
        loop {
            let system = self.begin_upkeep().await?;
            let forgotten = system.forget_scans(plan, until_ms, PART).await?;
            system.commit().await?;
            if forgotten > 0 {
                tracing::info!(scans = forgotten, plan = plan.as_str(), "forgotten");
            }
            if forgotten < PART {
                return Ok(());
            }
        }
    }

    async fn begin_upkeep(&self) -> Result<System, Error> {
        Ok(self.store.system(Access::Write).await?)
    }
}
