//! Projects, and what came for them.

use sea_orm_migration::{prelude::*, schema};

use super::{belongs_to, guard, indexes, organization};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0002_projects"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (column, mut key) = organization("projects");
        let projects = Table::create()
            .table("projects")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::big_integer("number"))
            .col(schema::text("slug"))
            .col(schema::text("name"))
            .col(schema::text_null("description"))
            .col(schema::text("repo_url"))
            .col(schema::text("repo_identity"))
            .col(schema::text("default_branch"))
            .col(schema::text("search_text"))
            .col(schema::small_integer_null("fail_on"))
            .col(schema::blob_null("sealed_access_token"))
            .col(schema::text("access_token_user"))
            .col(schema::blob("sealed_webhook_secret"))
            .col(schema::blob_null("sealed_previous_webhook_secret"))
            .col(schema::big_integer_null("previous_webhook_secret_until"))
            .col(schema::big_integer("created_at"))
            .col(schema::big_integer("updated_at"))
            .foreign_key(&mut key)
            .to_owned();
        manager.create_table(projects).await?;
        indexes(
            manager,
            "projects",
            &[
                ("ux_projects_slug", &["organization_id", "slug"]),
                ("ux_projects_number", &["organization_id", "number"]),
                ("ix_projects_time", &["organization_id", "created_at", "id"]),
                ("ix_projects_repository", &["repo_identity"]),
            ],
        )
        .await?;
        guard(manager, "projects").await?;

        let (column, mut key) = organization("receipts");
        let receipts = Table::create()
            .table("receipts")
            .col(schema::uuid("project_id"))
            .col(schema::text("delivery"))
            .col(column)
            .col(schema::big_integer("created_at"))
            .primary_key(Index::create().col("project_id").col("delivery"))
            .foreign_key(&mut key)
            .foreign_key(&mut belongs_to("receipts", "project_id", "projects"))
            .to_owned();
        manager.create_table(receipts).await?;
        guard(manager, "receipts").await
    }
}
