//! Domains of organizations.

use sea_orm_migration::{prelude::*, schema};

use super::{guard, indexes, organization};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0005_domains"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (column, mut key) = organization("domains");
        let domains = Table::create()
            .table("domains")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::text("hostname"))
            .col(schema::text("token"))
            .col(schema::big_integer_null("verified_at"))
            .col(schema::text_null("verified_by"))
            .col(schema::big_integer_null("proven_at"))
            .col(schema::big_integer_null("revoked_at"))
            .col(schema::big_integer_null("checked_at"))
            .col(schema::text_null("problem"))
            .col(schema::big_integer_null("watched_until"))
            .col(schema::big_integer_null("next_check_at"))
            .col(schema::uuid_null("lease"))
            .col(schema::big_integer_null("leased_until"))
            .col(schema::big_integer_null("authorized_at"))
            .col(schema::uuid_null("authorized_by"))
            .col(schema::text_null("statement"))
            .col(schema::text_null("signer_name"))
            .col(schema::text_null("signer_email"))
            .col(schema::text_null("signer_address"))
            .col(schema::text_null("signer_user_agent"))
            .col(schema::big_integer("created_at"))
            .foreign_key(&mut key)
            .to_owned();
        manager.create_table(domains).await?;
        indexes(
            manager,
            "domains",
            &[
                ("ux_domains_hostname", &["organization_id", "hostname"]),
                ("ix_domains_time", &["organization_id", "created_at", "id"]),
                ("ix_domains_check", &["next_check_at"]),
            ],
        )
        .await?;
        guard(manager, "domains").await
    }
}
