//! Tokens of programs.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TokenId, TokenKind, UserId};

/// A token, without the token: who reads this cannot use it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Who made it; it goes with the user.
    pub user_id: UserId,
    /// What it opens.
    pub kind: TokenKind,
    /// For people.
    pub name: String,
    /// Its first characters, to tell it from others.
    pub prefix: String,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
    /// Milliseconds since 1970 UTC, a minute or so late.
    pub last_used_at: Option<i64>,
    /// Milliseconds since 1970 UTC.
    pub expires_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
