//! What an organization may use, by its plan, and what it has used.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use store::{Plan, ScanId, Tenant, TokenKind};

use crate::{App, Ctx, Error};

/// What a plan holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Scans of websites in a month (UTC) that have not failed. `None`: as many as one likes.
    pub scans: Option<u64>,
    /// Domains that can be verified.
    pub domains: u64,
    /// Tokens of the Web API.
    pub web_tokens: u64,
    /// Whether websites may be scanned actively.
    pub active_scans: bool,
    /// How long scans and findings are kept.
    pub retention: Duration,
}

/// What each plan holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plans {
    /// To try it.
    pub free: Allowance,
    /// For one's own.
    pub hobby: Allowance,
    /// For a business.
    pub pro: Allowance,
    /// Without a cap.
    pub unlimited: Allowance,
}

impl Default for Plans {
    #[rustfmt::skip]
    fn default() -> Self {
        let days = |days: u64| Duration::from_hours(24 * days);
        Self {
            free:      Allowance { scans: Some(3),   domains: 1,  web_tokens: 0,  active_scans: false, retention: days(7) },
            hobby:     Allowance { scans: Some(50),  domains: 1,  web_tokens: 1,  active_scans: true,  retention: days(30) },
            pro:       Allowance { scans: Some(200), domains: 5,  web_tokens: 5,  active_scans: true,  retention: days(90) },
            unlimited: Allowance { scans: None,      domains: 20, web_tokens: 20, active_scans: true,  retention: days(365) },
        }
    }
}

impl Plans {
    /// What a plan holds.
    #[must_use]
    pub const fn of(&self, plan: Plan) -> &Allowance {
        match plan {
            Plan::Free => &self.free,
            Plan::Hobby => &self.hobby,
            Plan::Pro => &self.pro,
            Plan::Unlimited => &self.unlimited,
        }
    }

    /// What a plan holds, to be changed.
    pub const fn of_mut(&mut self, plan: Plan) -> &mut Allowance {
        match plan {
            Plan::Free => &mut self.free,
            Plan::Hobby => &mut self.hobby,
            Plan::Pro => &mut self.pro,
            Plan::Unlimited => &mut self.unlimited,
        }
    }
}

/// How many scans an organization has used of those that its plan holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The plan.
    pub plan: Plan,
    /// Scans that it holds. `None`: as many as one likes.
    pub limit: Option<u64>,
    /// Scans that count.
    pub used: u64,
    /// The month, in milliseconds since 1970 UTC.
    pub period: Period,
}

/// A month in UTC, in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub start_ms: i64,
    /// The first moment of the next one.
    pub end_ms: i64,
}

impl Quota {
    /// Scans that are left. `None`: as many as one likes.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.used))
    }
}

impl Period {
    /// The month that a moment lies in.
    pub(crate) fn of(now_ms: i64) -> Result<Self, Error> {
        let now = Timestamp::from_millisecond(now_ms).map_err(Error::internal)?;
        let first = now.to_zoned(TimeZone::UTC).first_of_month();
        let first = first.and_then(|first| first.start_of_day()).map_err(Error::internal)?;
        let next = first.checked_add(1.month()).map_err(Error::internal)?;
        let ms = |at: &jiff::Zoned| at.timestamp().as_millisecond();
        Ok(Self { start_ms: ms(&first), end_ms: ms(&next) })
    }
}

impl App {
    /// What the caller's plan holds.
    #[must_use]
    pub fn allowance(&self, ctx: &Ctx) -> &Allowance {
        self.config.plans.of(ctx.organization.plan)
    }

    /// How many scans the caller's organization has used this month.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn quota(&self, ctx: &Ctx) -> Result<Quota, Error> {
        let tenant = self.read(ctx).await?;
        self.quota_of(&tenant, ctx.organization.plan).await
    }

    pub(crate) async fn quota_of(&self, tenant: &Tenant, plan: Plan) -> Result<Quota, Error> {
        let period = Period::of(self.now_ms())?;
        let used = tenant.counted_scans(period.start_ms).await?;
        Ok(Quota { plan, limit: self.config.plans.of(plan).scans, used, period })
    }

    /// Counts a scan that has been added in this transaction; without a commit it is not counted either. Of two that want the last
    /// one, the other waits for the end of this transaction, and is refused if it is committed.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`] if the month's are used up.
    pub async fn spend_scan(
        &self,
        ctx: &Ctx,
        tenant: &Tenant,
        scan: ScanId,
    ) -> Result<Quota, Error> {
        let plan = ctx.organization.plan;
        let limit = self.config.plans.of(plan).scans;
        let period = Period::of(self.now_ms())?;
        match tenant.count_scan(scan, period.start_ms, limit).await? {
            Some(used) => Ok(Quota { plan, limit, used, period }),
            None => Err(Error::QuotaExceeded(self.quota_of(tenant, plan).await?)),
        }
    }

    /// Goes on if the caller's plan has room for one more web token. Until the transaction ends, nobody else of the organization adds
    /// one.
    pub(crate) async fn require_token_room(
        &self,
        ctx: &Ctx,
        tenant: &Tenant,
        kinds: &[TokenKind],
    ) -> Result<(), Error> {
        tenant.take_turn().await?;
        let known = tenant.count_tokens(kinds).await?;
        self.require_room_for(ctx, known, self.allowance(ctx).web_tokens, "web tokens")
    }

    /// Goes on if there are fewer of something than the caller's plan holds.
    pub(crate) fn require_room_for(
        &self,
        ctx: &Ctx,
        known: u64,
        limit: u64,
        what: &str,
    ) -> Result<(), Error> {
        if known < limit {
            return Ok(());
        }
        let plan = ctx.organization.plan.as_str();
        Err(Error::PlanRequired(match limit {
            0 => format!("the plan {plan} holds no {what}"),
            _ => format!("the plan {plan} holds no more than {limit} {what}: remove one first"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_utc() {
        let of = |text: &str| {
            let now: Timestamp = text.parse().unwrap();
            let period = Period::of(now.as_millisecond()).unwrap();
            [period.start_ms, period.end_ms]
                .map(|ms| Timestamp::from_millisecond(ms).unwrap().to_string())
        };
        let february = ["2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"];
        for now in ["2028-02-01T00:00:00Z", "2028-02-29T23:59:59.999Z"] {
            assert_eq!(of(now), february);
        }
        assert_eq!(
            of("2026-12-31T23:30:00-01:00"),
            ["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"]
        );
        assert!(Period::of(i64::MAX).is_err());
    }
}
