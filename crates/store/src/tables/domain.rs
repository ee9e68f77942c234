//! Domains.

use sea_orm::entity::prelude::*;

use crate::{DomainId, OrganizationId, ProofKind, UserId};

/// A hostname that an organization says is its own.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "domains")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DomainId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// In ASCII and lower case, without a dot at its end; an organization has one of each.
    pub hostname: String,
    /// What has to be found there.
    pub token: String,
    /// Since when it has been found; `None` if it is not verified. Milliseconds since 1970 UTC.
    pub verified_at: Option<i64>,
    /// How it was found last; `None` if it is not verified.
    pub verified_by: Option<ProofKind>,
    /// When it was found last; `None` if it is not verified. Milliseconds since 1970 UTC.
    pub proven_at: Option<i64>,
    /// When the verification that it had was taken away; `None` if it has another one by now. Milliseconds since 1970 UTC.
    pub revoked_at: Option<i64>,
    /// When somebody looked last. Milliseconds since 1970 UTC.
    pub checked_at: Option<i64>,
    /// Why it was not found then, in a sentence.
    pub problem: Option<String>,
    /// Until when it is looked for often, if it is. Milliseconds since 1970 UTC.
    pub watched_until: Option<i64>,
    /// When it is looked for next; `None` as long as nobody has asked for it. Milliseconds since 1970 UTC.
    pub next_check_at: Option<i64>,
    /// Which process looks just now; each lease has a name of its own.
    pub lease: Option<Uuid>,
    /// Until when the process has it. Milliseconds since 1970 UTC.
    pub leased_until: Option<i64>,
    /// When somebody signed that it may be scanned actively; `None` if nobody has, or it was withdrawn. Milliseconds since 1970 UTC.
    pub authorized_at: Option<i64>,
    /// Who signed; the user may be gone.
    pub authorized_by: Option<UserId>,
    /// What was signed, word for word.
    pub statement: Option<String>,
    /// The name that was signed with.
    pub signer_name: Option<String>,
    /// The address of the user who signed.
    pub signer_email: Option<String>,
    /// From where it was signed.
    pub signer_address: Option<String>,
    /// By which program, as it calls itself.
    pub signer_user_agent: Option<String>,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
