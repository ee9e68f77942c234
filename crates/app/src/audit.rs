//! The audit log.

use store::{Event, Keyset, Role};

use crate::{App, Ctx, Error, Page, page};

impl App {
    /// Who did what, when, from where, the latest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators.
    pub async fn audit_log(
        &self,
        ctx: &Ctx,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<Event>, Error> {
        ctx.require(Role::Admin)?;
        let events = self.read(ctx).await?.events(after, limit + 1).await?;
        Ok(page(events, limit, |event| Keyset::of(event.created_at, event.id)))
    }
}
