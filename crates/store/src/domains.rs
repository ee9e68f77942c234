//! Domains: hostnames that organizations say are theirs, and whoever is to look whether they are. A process leases a domain to look,
//! so that no two look at the same time; one that dies loses it to another.

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QuerySelect as _, Select, Statement, UpdateMany,
    sea_query::{Expr, LockType},
};
use uuid::Uuid;

use crate::{
    Domain, DomainId, Error, Keyset, OrganizationId, ProofKind, System, Tenant, UserId,
    page::newest_first, tables::domain,
};

/// A process's right to look at a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DomainLease {
    /// Which.
    pub domain: DomainId,
    /// Whose.
    pub organization: OrganizationId,
    name: Uuid,
}

/// What a look at a domain has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainCheck {
    /// What becomes of its verification.
    pub verification: Verification,
    /// Why it was not found to be the organization's, in a sentence.
    pub problem: Option<String>,
    /// Whether it is looked at often from now on, if it was.
    pub is_watched: bool,
    /// When it is looked at next. Milliseconds since 1970 UTC.
    pub next_check_at: i64,
}

/// What becomes of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It is there from now on, or again, by this proof.
    Proven(ProofKind),
    /// It stays as it is.
    Unchanged,
    /// It is taken away, and the authorization with it.
    Revoked,
}

/// Who signs that a host may be scanned actively.
#[derive(Clone, Debug)]
pub struct NewAuthorization {
    /// Who.
    pub user: UserId,
    /// The user's address.
    pub email: String,
    /// The name that is signed with.
    pub name: String,
    /// What is signed, word for word.
    pub statement: String,
    /// From where.
    pub address: Option<String>,
    /// By which program, as it calls itself.
    pub user_agent: Option<String>,
}

impl Tenant {
    /// Adds a domain.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization has one of that name.
    pub async fn add_domain(
        &self,
        hostname: String,
        token: String,
        now_ms: i64,
    ) -> Result<Domain, Error> {
        let domain = domain::ActiveModel {
            id: Set(DomainId::generate()),
            organization_id: Set(self.organization),
            hostname: Set(hostname),
            token: Set(token),
            created_at: Set(now_ms),
            ..Default::default()
        };
        Ok(domain.insert(&self.tx).await?)
    }

    fn all_domains(&self) -> Select<domain::Entity> {
        domain::Entity::find().filter(domain::Column::OrganizationId.eq(self.organization))
    }

    /// Its domains, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn domains(&self, after: Option<Keyset>, limit: u64) -> Result<Vec<Domain>, Error> {
        let rows = self.all_domains();
        let rows = newest_first(rows, domain::Column::CreatedAt, domain::Column::Id, after, limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// How many domains there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_domains(&self) -> Result<u64, Error> {
        Ok(self.all_domains().count(&self.tx).await?)
    }

    /// The domain of that id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn domain(&self, id: DomainId) -> Result<Option<Domain>, Error> {
        Ok(self.all_domains().filter(domain::Column::Id.eq(id)).one(&self.tx).await?)
    }

    /// The domain of that id, which nobody changes until the transaction ends.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn hold_domain(&self, id: DomainId) -> Result<Option<Domain>, Error> {
        let found = self.all_domains().filter(domain::Column::Id.eq(id));
        Ok(found.lock(LockType::Update).one(&self.tx).await?)
    }

    /// The domain of that hostname.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn domain_of(&self, hostname: &str) -> Result<Option<Domain>, Error> {
        Ok(self.all_domains().filter(domain::Column::Hostname.eq(hostname)).one(&self.tx).await?)
    }

    /// Removes a domain with its verification and authorization. Says whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_domain(&self, id: DomainId) -> Result<bool, Error> {
        let gone = domain::Entity::delete_many()
            .filter(domain::Column::OrganizationId.eq(self.organization))
            .filter(domain::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected > 0)
    }

    /// Lets a domain be looked at often, from `next_check_at` until `until_ms`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn watch_domain(
        &self,
        id: DomainId,
        next_check_at: i64,
        until_ms: i64,
    ) -> Result<(), Error> {
        self.update_domain(id)
            .col_expr(domain::Column::NextCheckAt, Expr::value(next_check_at))
            .col_expr(domain::Column::WatchedUntil, Expr::value(until_ms))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Writes down who signs that a domain may be scanned actively, in place of who did before.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn authorize_domain(
        &self,
        id: DomainId,
        by: NewAuthorization,
        now_ms: i64,
    ) -> Result<(), Error> {
        self.update_domain(id)
            .col_expr(domain::Column::AuthorizedAt, Expr::value(now_ms))
            .col_expr(domain::Column::AuthorizedBy, Expr::value(Uuid::from(by.user)))
            .col_expr(domain::Column::Statement, Expr::value(by.statement))
            .col_expr(domain::Column::SignerName, Expr::value(by.name))
            .col_expr(domain::Column::SignerEmail, Expr::value(by.email))
            .col_expr(domain::Column::SignerAddress, Expr::value(by.address))
            .col_expr(domain::Column::SignerUserAgent, Expr::value(by.user_agent))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Takes an authorization away. Says whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn withdraw_authorization(&self, id: DomainId) -> Result<bool, Error> {
        let withdrawn = without_authorization(self.update_domain(id))
            .filter(domain::Column::AuthorizedAt.is_not_null())
            .exec(&self.tx)
            .await?;
        Ok(withdrawn.rows_affected > 0)
    }

    fn update_domain(&self, id: DomainId) -> UpdateMany<domain::Entity> {
        domain::Entity::update_many()
            .filter(domain::Column::OrganizationId.eq(self.organization))
            .filter(domain::Column::Id.eq(id))
    }

    /// The domain of a lease that holds, and goes on to hold until the transaction ends.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn leased_domain(&self, lease: DomainLease) -> Result<Option<Domain>, Error> {
        let found = self
            .all_domains()
            .filter(domain::Column::Id.eq(lease.domain))
            .filter(domain::Column::Lease.eq(lease.name));
        Ok(found.lock(LockType::Update).one(&self.tx).await?)
    }

    /// Writes down what a look has shown; the lease is over then. Says whether it still held; if not, nothing has changed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_domain_check(
        &self,
        lease: DomainLease,
        check: DomainCheck,
        now_ms: i64,
    ) -> Result<bool, Error> {
        let mut update = self
            .update_domain(lease.domain)
            .filter(domain::Column::Lease.eq(lease.name))
            .col_expr(domain::Column::Lease, Expr::value(Option::<Uuid>::None))
            .col_expr(domain::Column::LeasedUntil, Expr::value(Option::<i64>::None))
            .col_expr(domain::Column::CheckedAt, Expr::value(now_ms))
            .col_expr(domain::Column::Problem, Expr::value(check.problem))
            .col_expr(domain::Column::NextCheckAt, Expr::value(check.next_check_at));
        if !check.is_watched {
            update =
                update.col_expr(domain::Column::WatchedUntil, Expr::value(Option::<i64>::None));
        }
        let update = match check.verification {
            Verification::Unchanged => update,
            Verification::Proven(kind) => {
                let since = Expr::col(domain::Column::VerifiedAt).if_null(now_ms);
                update
                    .col_expr(domain::Column::VerifiedAt, since)
                    .col_expr(domain::Column::VerifiedBy, Expr::value(kind.as_str()))
                    .col_expr(domain::Column::ProvenAt, Expr::value(now_ms))
                    .col_expr(domain::Column::RevokedAt, Expr::value(Option::<i64>::None))
            }
            Verification::Revoked => without_authorization(update)
                .col_expr(domain::Column::VerifiedAt, Expr::value(Option::<i64>::None))
                .col_expr(domain::Column::VerifiedBy, Expr::value(Option::<String>::None))
                .col_expr(domain::Column::ProvenAt, Expr::value(Option::<i64>::None))
                .col_expr(domain::Column::RevokedAt, Expr::value(now_ms)),
        };
        Ok(update.exec(&self.tx).await?.rows_affected > 0)
    }
}

impl System {
    /// Takes the domain that has waited longest to be looked at. `None` if none waits. One that is to be looked at later than
    /// `horizon_ms`, or is leased for longer, was told so by a clock that has been set back, and waits as well.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lease_domain(
        &self,
        now_ms: i64,
        until_ms: i64,
        horizon_ms: i64,
    ) -> Result<Option<(DomainLease, Domain)>, Error> {
        let backend = self.tx.get_database_backend();
        let skip_locked =
            if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE domains SET lease = $1, leased_until = $2 WHERE id = (
                 SELECT id FROM domains
                 WHERE (next_check_at <= $3 OR next_check_at > $4)
                   AND (leased_until IS NULL OR leased_until <= $3 OR leased_until > $4)
                 ORDER BY next_check_at, id
                 LIMIT 1 {skip_locked}
             )
             RETURNING id"
        );
        let name = Uuid::now_v7();
        let values = [name.into(), until_ms.into(), now_ms.into(), horizon_ms.into()];
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let Some(row) = self.tx.query_one_raw(statement).await? else { return Ok(None) };
        let id: DomainId = row.try_get("", "id")?;
        let domain = domain::Entity::find_by_id(id).one(&self.tx).await?.ok_or(Error::Missing)?;
        let lease = DomainLease { domain: id, organization: domain.organization_id, name };
        Ok(Some((lease, domain)))
    }

    /// Whether a domain waits to be looked at, as [`Self::lease_domain`] would find it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_waiting_domain(&self, now_ms: i64, horizon_ms: i64) -> Result<bool, Error> {
        let is_due =
            domain::Column::NextCheckAt.lte(now_ms).or(domain::Column::NextCheckAt.gt(horizon_ms));
        let is_free = domain::Column::LeasedUntil
            .is_null()
            .or(domain::Column::LeasedUntil.lte(now_ms))
            .or(domain::Column::LeasedUntil.gt(horizon_ms));
        let found = domain::Entity::find()
            .select_only()
            .column(domain::Column::Id)
            .filter(is_due)
            .filter(is_free)
            .into_tuple::<DomainId>();
        Ok(found.one(&self.tx).await?.is_some())
    }
}

fn without_authorization(update: UpdateMany<domain::Entity>) -> UpdateMany<domain::Entity> {
    let nothing = || Expr::value(Option::<String>::None);
    update
        .col_expr(domain::Column::AuthorizedAt, Expr::value(Option::<i64>::None))
        .col_expr(domain::Column::AuthorizedBy, Expr::value(Option::<Uuid>::None))
        .col_expr(domain::Column::Statement, nothing())
        .col_expr(domain::Column::SignerName, nothing())
        .col_expr(domain::Column::SignerEmail, nothing())
        .col_expr(domain::Column::SignerAddress, nothing())
        .col_expr(domain::Column::SignerUserAgent, nothing())
}
