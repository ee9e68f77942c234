//! Packages: what scans listed, and what each branch is made of, so that it can be judged again without being cloned.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, ExprTrait as _, JsonValue as Json,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use crate::{
    Completion, Coverage, Error, FindingNumbers, Inventory, InventoryId, Lease, NewFinding,
    NewScan, PackageListId, Scan, ScanKind, ScanTrigger, System, Tenant,
    tables::{finding, inventory, package_list, scan},
};

/// What a scan knows of packages.
#[derive(Clone, Debug)]
pub struct Packages {
    /// Those that it listed.
    pub list: PackageList,
    /// It could read all that names packages.
    pub is_whole: bool,
    /// What is known against them, if they were judged.
    pub judgement: Option<Judgement>,
}

/// What is known against packages.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Its digest; empty if nothing is.
    pub verdict: String,
    /// When the advisories were put together that say so. Milliseconds since 1970 UTC.
    pub judged_at: i64,
    /// How old they are. Milliseconds since 1970 UTC.
    pub advisories_at: i64,
}

/// A list of packages.
#[derive(Clone, Debug)]
pub enum PackageList {
    /// One that may be new.
    New {
        /// What it holds, by its digest.
        digest: String,
        /// Entries.
        count: i64,
        /// What it holds; the store does not look into it.
        packages: Vec<u8>,
    },
    /// One that is stored.
    Stored(PackageListId),
}

/// An inventory that is to be judged.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub inventory: Inventory,
    /// How much there is to read for it, in bytes.
    pub size: i64,
}

impl Tenant {
    /// What a list holds.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn package_list(&self, id: PackageListId) -> Result<Option<Vec<u8>>, Error> {
        let list = package_list::Entity::find_by_id(id)
            .filter(package_list::Column::OrganizationId.eq(self.organization))
            .select_only()
            .column(package_list::Column::Packages)
            .into_tuple();
        Ok(list.one(&self.tx).await?)
    }

    /// Stores what a scan knows of packages; if it is the latest of its branch, as what the branch is made of.
    pub(crate) async fn store_packages(
        &self,
        scan: &Scan,
        commit_sha: Option<&String>,
        packages: Packages,
        is_current: bool,
        now_ms: i64,
    ) -> Result<PackageListId, Error> {
        let list = match packages.list {
            PackageList::Stored(id) => id,
            PackageList::New { digest, count, packages } => {
                self.store_list(scan, digest, count, packages, now_ms).await?
            }
        };
        if !is_current {
            return Ok(list);
        }
        inventory::Entity::delete_many()
            .filter(inventory::Column::OrganizationId.eq(self.organization))
            .filter(inventory::Column::ProjectId.eq(scan.project_id))
            .filter(inventory::Column::TargetRef.eq(&scan.target_ref))
            .exec(&self.tx)
            .await?;
        let inventory = inventory::ActiveModel {
            id: Set(InventoryId::generate()),
            organization_id: Set(self.organization),
            project_id: Set(scan.project_id),
            target_ref: Set(scan.target_ref.clone()),
            clone_url: Set(scan.clone_url.clone()),
            commit_sha: Set(commit_sha.cloned()),
            package_list_id: Set(list),
            is_whole: Set(packages.is_whole),
            judged_at: Set(packages.judgement.as_ref().map(|known| known.judged_at)),
            verdict: Set(packages.judgement.map(|known| known.verdict).unwrap_or_default()),
        };
        inventory::Entity::insert(inventory).exec_without_returning(&self.tx).await?;
        Ok(list)
    }

    /// The project is held, so that nobody else stores the same meanwhile.
    async fn store_list(
        &self,
        scan: &Scan,
        digest: String,
        count: i64,
        packages: Vec<u8>,
        now_ms: i64,
    ) -> Result<PackageListId, Error> {
        // That it is in use is written before it is: whoever cleans up sees it.
        let use_again = Query::update()
            .table(package_list::Entity)
            .value(package_list::Column::UsedAt, now_ms)
            .and_where(package_list::Column::OrganizationId.eq(self.organization))
            .and_where(package_list::Column::ProjectId.eq(scan.project_id))
            .and_where(package_list::Column::Digest.eq(&digest))
            .returning(Query::returning().column(package_list::Column::Id))
            .to_owned();
        if let Some(row) = self.tx.query_one(&use_again).await? {
            return Ok(row.try_get_by_index(0)?);
        }
        let id = PackageListId::generate();
        let list = package_list::ActiveModel {
            id: Set(id),
            organization_id: Set(self.organization),
            project_id: Set(scan.project_id),
            digest: Set(digest),
            count: Set(count),
            size: Set(i64::try_from(packages.len()).unwrap_or(i64::MAX)),
            packages: Set(packages),
            used_at: Set(now_ms),
        };
        package_list::Entity::insert(list).exec_without_returning(&self.tx).await?;
        Ok(id)
    }

    /// What is told of packages by the findings that are current on the branch of an inventory, by their fingerprints.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn packages_of_findings(
        &self,
        of: &Inventory,
    ) -> Result<HashMap<String, Json>, Error> {
        let scans = Query::select()
            .column(scan::Column::Id)
            .from(scan::Entity)
            .and_where(scan::Column::ProjectId.eq(of.project_id))
            .and_where(scan::Column::TargetRef.eq(&of.target_ref))
            .to_owned();
        let rows: Vec<(String, Json)> = finding::Entity::find()
            .filter(finding::Column::OrganizationId.eq(self.organization))
            .filter(finding::Column::ProjectId.eq(of.project_id))
            .filter(finding::Column::IsCurrent.eq(true))
            .filter(finding::Column::ScanId.in_subquery(scans))
            .filter(finding::Column::Package.is_not_null())
            .select_only()
            .columns([finding::Column::Fingerprint, finding::Column::Package])
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Completes a scan that nobody had to run: what is known by now against the packages of an inventory. Says whether that was still
    /// what its branch is made of; if not, nothing has changed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn complete_judgement(
        &self,
        of: &Inventory,
        judgement: Judgement,
        coverage: Coverage,
        (numbers, findings): (FindingNumbers, Vec<NewFinding>),
        now_ms: i64,
    ) -> Result<bool, Error> {
        self.hold_project(of.project_id).await?;
        let held = inventory::Entity::find_by_id(of.id)
            .filter(inventory::Column::OrganizationId.eq(self.organization));
        if held.one(&self.tx).await?.is_none() {
            return Ok(false);
        }
        let scan = NewScan {
            project: of.project_id,
            trigger: ScanTrigger::Schedule,
            kind: ScanKind::Dependencies,
            clone_url: of.clone_url.clone(),
            target_ref: of.target_ref.clone(),
            pushed: None,
        };
        let mut scan = self.new_scan(scan, now_ms).await?;
        let lease = Lease {
            scan: *scan.id.as_ref(),
            organization: self.organization,
            name: Uuid::now_v7(),
        };
        scan.status = Set(crate::ScanStatus::Running);
        scan.lease = Set(Some(lease.name));
        scan.leased_until = Set(Some(now_ms));
        scan.started_at = Set(Some(now_ms));
        scan.insert(&self.tx).await?;
        let completion = Completion {
            commit_sha: of.commit_sha.clone(),
            error: None,
            coverage,
            packages: Some(Packages {
                list: PackageList::Stored(of.package_list_id),
                is_whole: of.is_whole,
                judgement: Some(judgement),
            }),
        };
        self.complete_scan(lease, completion, (numbers, findings), now_ms).await
    }
}

impl System {
    /// What was last judged by advisories that were put together before this moment, in the order of ids, from `after` on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn waiting_inventories(
        &self,
        judged_at: i64,
        after: Option<InventoryId>,
        limit: u64,
    ) -> Result<Vec<Waiting>, Error> {
        let last = inventory::Column::JudgedAt;
        let mut rows = inventory::Entity::find()
            .filter(last.is_null().or(last.lt(judged_at)))
            .order_by_asc(inventory::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            rows = rows.filter(inventory::Column::Id.gt(after));
        }
        let rows = rows.all(&self.tx).await?;
        let sizes: Vec<(PackageListId, i64)> = package_list::Entity::find()
            .filter(package_list::Column::Id.is_in(rows.iter().map(|row| row.package_list_id)))
            .select_only()
            .columns([package_list::Column::Id, package_list::Column::Size])
            .into_tuple()
            .all(&self.tx)
            .await?;
        let sizes = HashMap::<_, _>::from_iter(sizes);
        let size = |row: &Inventory| sizes.get(&row.package_list_id).copied().unwrap_or(0);
        let with_size = |row| Waiting { size: size(&row), inventory: row };
        Ok(rows.into_iter().map(with_size).collect())
    }

    /// What lists hold.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn package_lists(
        &self,
        ids: impl IntoIterator<Item = PackageListId>,
    ) -> Result<Vec<(PackageListId, Vec<u8>)>, Error> {
        let lists = package_list::Entity::find()
            .filter(package_list::Column::Id.is_in(ids))
            .select_only()
            .columns([package_list::Column::Id, package_list::Column::Packages])
            .into_tuple();
        Ok(lists.all(&self.tx).await?)
    }

    /// Notes that these say the same by newer advisories.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn judged_alike(
        &self,
        ids: impl IntoIterator<Item = InventoryId>,
        judged_at: i64,
    ) -> Result<(), Error> {
        inventory::Entity::update_many()
            .col_expr(inventory::Column::JudgedAt, Expr::value(judged_at))
            .filter(inventory::Column::Id.is_in(ids))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Forgets at most so many lists that nothing leads to any more and that no scan has listed since. Says how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_package_lists(&self, until_ms: i64, limit: u64) -> Result<u64, Error> {
        // `used_at` is asked twice: a scan that lists the same just now has written it anew.
        const UNUSED: &str = "DELETE FROM package_lists WHERE used_at <= $1 AND id IN (
            SELECT id FROM package_lists WHERE used_at <= $1
              AND NOT EXISTS (SELECT 1 FROM scans WHERE scans.package_list_id = package_lists.id)
              AND NOT EXISTS (
                  SELECT 1 FROM inventories WHERE inventories.package_list_id = package_lists.id
              )
            LIMIT $2
        )";
        let backend = self.tx.get_database_backend();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [until_ms.into(), limit.into()];
        let unused = Statement::from_sql_and_values(backend, UNUSED, values);
        Ok(self.tx.execute_raw(unused).await?.rows_affected())
    }
}
