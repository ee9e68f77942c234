//! The audit log.

use sea_orm::entity::prelude::*;

use crate::{EventId, OrganizationId, UserId};

/// Who did what, when, from where.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Who; the user may be gone.
    pub user_id: Option<UserId>,
    /// Who, for people.
    pub actor: String,
    /// What: `project.created` and the like.
    pub action: String,
    /// On what: its id or slug.
    pub subject: String,
    /// From where.
    pub address: Option<String>,
    /// By which program, as it calls itself.
    pub user_agent: Option<String>,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
