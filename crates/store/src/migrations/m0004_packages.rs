//! Packages: what scans listed, and what is watched of each branch.

use sea_orm_migration::{prelude::*, schema};

use super::{belongs_to, guard, indexes, organization};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0004_packages"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (column, _) = organization("package_lists");
        let lists = Table::create()
            .table("package_lists")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::uuid("project_id"))
            .col(schema::text("digest"))
            .col(schema::big_integer("count"))
            .col(schema::big_integer("size"))
            .col(schema::blob("packages"))
            .col(schema::big_integer("used_at"))
            .foreign_key(&mut belongs_to("package_lists", "project_id", "projects"))
            .to_owned();
        manager.create_table(lists).await?;

        let (column, _) = organization("inventories");
        let inventories = Table::create()
            .table("inventories")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::uuid("project_id"))
            .col(schema::text("target_ref"))
            .col(schema::text("clone_url"))
            .col(schema::text_null("commit_sha"))
            .col(schema::uuid("package_list_id"))
            .col(schema::boolean("is_whole"))
            .col(schema::text("verdict"))
            .col(schema::big_integer_null("judged_at"))
            .foreign_key(&mut belongs_to("inventories", "project_id", "projects"))
            .foreign_key(&mut belongs_to("inventories", "package_list_id", "package_lists"))
            .to_owned();
        manager.create_table(inventories).await?;

        indexes(
            manager,
            "package_lists",
            &[
                ("ux_package_lists_digest", &["project_id", "digest"]),
                ("ix_package_lists_used", &["used_at"]),
            ],
        )
        .await?;
        indexes(
            manager,
            "inventories",
            &[
                ("ux_inventories_branch", &["project_id", "target_ref"]),
                ("ix_inventories_packages", &["package_list_id"]),
            ],
        )
        .await?;
        for table in ["package_lists", "inventories"] {
            guard(manager, table).await?;
        }
        Ok(())
    }
}
