//! Projects.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, ProjectId};

/// A repository that is scanned.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "projects")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// The id in the organization, for clients that want integers.
    pub number: i64,
    /// Its name in URLs; one project of an organization has it.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Where it is cloned from.
    pub repo_url: String,
    /// Host and path of `repo_url`, so that two spellings of one repository are equal.
    pub repo_identity: String,
    /// What is scanned unless somebody says otherwise.
    pub default_branch: String,
    /// Name, slug and URL in lower case, each on a line: not every database knows more of case than ASCII's.
    pub search_text: String,
    /// From which severity on an open finding fails a pushed commit, 0 `info` to 4 `critical`; none does without it.
    pub fail_on: Option<i16>,
    /// Sealed: what opens it is not in the database.
    pub sealed_access_token: Option<Vec<u8>>,
    /// The user name that goes with the token.
    pub access_token_user: String,
    /// Sealed: what proves a push.
    pub sealed_webhook_secret: Vec<u8>,
    /// Sealed: the secret before the last rotation.
    pub sealed_previous_webhook_secret: Option<Vec<u8>>,
    /// Until when the previous secret proves a push as well. Milliseconds since 1970 UTC.
    pub previous_webhook_secret_until: Option<i64>,
    /// Milliseconds since 1970 UTC.
    pub created_at: i64,
    /// Milliseconds since 1970 UTC.
    pub updated_at: i64,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Project")
            .field("id", &self.id)
            .field("slug", &self.slug)
            .finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
