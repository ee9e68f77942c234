//! Users.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, Role, UserId, UserStatus};

/// A user of one organization.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// The id in the organization, for clients that want integers.
    pub number: i64,
    /// In lower case; one user of an organization has it.
    pub email: String,
    /// For people.
    pub name: Option<String>,
    /// In the PHC string format.
    pub password_hash: String,
    /// What the user may do.
    pub role: Role,
    /// Whether the user may log in.
    pub status: UserStatus,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
    /// Milliseconds since 1970 UTC.
    pub updated_at: i64,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
