//! Organizations.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, Plan};

/// An organization. It owns everything below it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// Its name in URLs; there is one of each.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The address of the one user it was made for, if it was made for one alone; there is one of each.
    pub personal_email: Option<String>,
    /// What it may use.
    pub plan: Plan,
    /// The number its next user gets.
    pub next_user: i64,
    /// The number its next project gets.
    pub next_project: i64,
    /// The number its next scan gets.
    pub next_scan: i64,
    /// The number its next finding gets.
    pub next_finding: i64,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
