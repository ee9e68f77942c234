//! The audit log. Nothing changes it; it goes with its organization.

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _,
};

use crate::{Error, Event, EventId, Keyset, Tenant, UserId, page::newest_first, tables::event};

/// Something that has happened.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// Who.
    pub user: Option<UserId>,
    /// Who, for people.
    pub actor: &'a str,
    /// What: `project.created` and the like.
    pub action: &'a str,
    /// On what: its id or slug.
    pub subject: &'a str,
    /// From where.
    pub address: Option<&'a str>,
    /// By which program, as it calls itself.
    pub user_agent: Option<&'a str>,
}

impl Tenant {
    /// Writes down what has happened.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn log(&self, event: NewEvent<'_>, now_ms: i64) -> Result<(), Error> {
        let event = event::ActiveModel {
            id: Set(EventId::generate()),
            organization_id: Set(self.organization),
            user_id: Set(event.user),
            actor: Set(event.actor.to_owned()),
            action: Set(event.action.to_owned()),
            subject: Set(event.subject.to_owned()),
            address: Set(event.address.map(str::to_owned)),
            user_agent: Set(event.user_agent.map(str::to_owned)),
            created_at: Set(now_ms),
        };
        event.insert(&self.tx).await?;
        Ok(())
    }

    /// What has happened, the latest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn events(&self, after: Option<Keyset>, limit: u64) -> Result<Vec<Event>, Error> {
        let events =
            event::Entity::find().filter(event::Column::OrganizationId.eq(self.organization));
        let events =
            newest_first(events, event::Column::CreatedAt, event::Column::Id, after, limit);
        Ok(events.all(&self.tx).await?)
    }
}
