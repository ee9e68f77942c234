//! Scans, findings, problems. Those of repositories hang on a project; those of websites hang on none.

use sea_orm_migration::{prelude::*, schema};

use super::{belongs_to, guard, indexes, organization};

pub(super) struct Step;

/// A scan is one of a repository or one of a website, and has all that such a one has.
const OF_ONE_KIND: &str = "(project_id IS NOT NULL AND number IS NOT NULL AND kind IS NOT NULL
        AND clone_url IS NOT NULL AND target_ref IS NOT NULL AND target_url IS NULL)
     OR (project_id IS NULL AND number IS NULL AND target_url IS NOT NULL
        AND target_hostname IS NOT NULL AND mode IS NOT NULL)";
/// A finding too.
const FOUND_IN_ONE_KIND: &str =
    "(project_id IS NOT NULL AND number IS NOT NULL AND evidence IS NULL)
     OR (project_id IS NULL AND number IS NULL AND category IS NOT NULL AND url IS NOT NULL
        AND evidence IS NOT NULL)";

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0003_scans"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (column, mut key) = organization("scans");
        let scans = Table::create()
            .table("scans")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::uuid_null("project_id"))
            .col(schema::big_integer_null("number"))
            .col(schema::text("trigger"))
            .col(schema::text_null("kind"))
            .col(schema::text_null("clone_url"))
            .col(schema::text_null("target_ref"))
            .col(schema::text_null("target_url"))
            .col(schema::text_null("target_hostname"))
            .col(schema::text_null("mode"))
            .col(schema::text_null("grade"))
            .col(schema::text_null("pushed_to"))
            .col(schema::text_null("pushed_commit"))
            .col(schema::text_null("commit_sha"))
            .col(schema::text("status"))
            .col(schema::boolean("is_cancel_requested"))
            .col(schema::big_integer("progress"))
            .col(schema::text_null("error"))
            .col(schema::big_integer("critical"))
            .col(schema::big_integer("high"))
            .col(schema::big_integer("medium"))
            .col(schema::big_integer("low"))
            .col(schema::big_integer("info"))
            .col(schema::big_integer("new_findings").default(0))
            .col(schema::big_integer("fixed_findings").default(0))
            .col(schema::uuid_null("package_list_id"))
            .col(schema::big_integer_null("advisories_at"))
            .col(schema::big_integer_null("counted_in"))
            .col(schema::big_integer("attempts"))
            .col(schema::uuid_null("lease"))
            .col(schema::big_integer_null("leased_until"))
            .col(schema::big_integer("created_at"))
            .col(schema::big_integer_null("started_at"))
            .col(schema::big_integer_null("completed_at"))
            .foreign_key(&mut key)
            .foreign_key(&mut belongs_to("scans", "project_id", "projects"))
            .check(Expr::cust(OF_ONE_KIND))
            .to_owned();
        manager.create_table(scans).await?;

        let (column, _) = organization("findings");
        let findings = Table::create()
            .table("findings")
            .col(schema::pk_uuid("id"))
            .col(column)
            .col(schema::uuid_null("project_id"))
            .col(schema::uuid("scan_id"))
            .col(schema::big_integer_null("number"))
            .col(schema::text("scanner"))
            .col(schema::text("check_id"))
            .col(schema::text_null("category"))
            .col(schema::small_integer("severity"))
            .col(schema::small_integer("confidence"))
            .col(schema::text("title"))
            .col(schema::text("description"))
            .col(schema::text("remediation"))
            .col(schema::text_null("url"))
            .col(schema::json_binary_null("evidence"))
            .col(schema::text_null("file_path"))
            .col(schema::big_integer_null("line_start"))
            .col(schema::big_integer_null("line_end"))
            .col(schema::big_integer_null("column_start"))
            .col(schema::big_integer_null("column_end"))
            .col(schema::text_null("snippet"))
            .col(schema::text_null("commit_sha"))
            .col(schema::json_binary_null("package"))
            .col(schema::text_null("cwe_id"))
            .col(schema::json_binary("aliases"))
            .col(schema::json_binary("references"))
            .col(schema::text("fingerprint"))
            .col(schema::text("status"))
            .col(schema::boolean("is_current"))
            .col(schema::big_integer("first_seen_at"))
            .col(schema::big_integer("created_at"))
            // The scan has a project and an organization; asking for them again for each finding costs as much as storing it.
            .foreign_key(&mut belongs_to("findings", "scan_id", "scans"))
            .check(Expr::cust(FOUND_IN_ONE_KIND))
            .to_owned();
        manager.create_table(findings).await?;

        let (column, _) = organization("problems");
        let problems = Table::create()
            .table("problems")
            .col(schema::uuid("project_id"))
            .col(schema::text("fingerprint"))
            .col(column)
            .col(schema::big_integer("first_seen_at"))
            .col(schema::text_null("triage"))
            .col(schema::text_null("reason"))
            .col(schema::uuid_null("triaged_by"))
            .col(schema::big_integer_null("triaged_at"))
            .primary_key(Index::create().col("project_id").col("fingerprint"))
            .foreign_key(&mut belongs_to("problems", "project_id", "projects"))
            .to_owned();
        manager.create_table(problems).await?;

        indexes(
            manager,
            "scans",
            &[
                ("ux_scans_number", &["organization_id", "number"]),
                ("ix_scans_project", &["project_id", "created_at", "id"]),
                ("ix_scans_queue", &["status", "created_at"]),
                ("ix_scans_packages", &["package_list_id"]),
            ],
        )
        .await?;
        indexes(
            manager,
            "findings",
            &[
                ("ux_findings_number", &["organization_id", "number"]),
                // Which of one scan's findings another one has again. Without it, PostgreSQL compares each with each as long
                // as it knows little of the table.
                ("ix_findings_again", &["scan_id", "fingerprint"]),
                ("ix_findings_order", &["organization_id", "scan_id", "number"]),
                ("ix_findings_scan", &["scan_id", "created_at", "id"]),
                ("ix_findings_current", &["organization_id", "is_current", "created_at", "id"]),
                ("ix_findings_problem", &["project_id", "fingerprint"]),
            ],
        )
        .await?;
        // Lists of what was seen of websites go through no repository's rows.
        for table in ["scans", "findings"] {
            let index = format!(
                "CREATE INDEX ix_{table}_sites ON {table} (organization_id, created_at, id) WHERE project_id IS NULL"
            );
            manager.get_connection().execute_unprepared(&index).await?;
        }
        for table in ["scans", "findings", "problems"] {
            guard(manager, table).await?;
        }
        Ok(())
    }
}
