//! Projects.

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::Set,
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
    sea_query::{Expr, LikeExpr, OnConflict},
};

use crate::{
    Error, Keyset, Offset, Project, ProjectId, System, Tenant,
    accounts::Counter,
    page::newest_first,
    tables::{project, receipt},
};

/// A project to be.
pub struct NewProject {
    /// Its id, which what is sealed is bound to.
    pub id: ProjectId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Where it is cloned from.
    pub repo_url: String,
    /// Host and path of `repo_url`.
    pub repo_identity: String,
    /// What is scanned unless somebody says otherwise.
    pub default_branch: String,
    /// From which severity on an open finding fails a pushed commit, 0 `info` to 4 `critical`; none does without it.
    pub fail_on: Option<i16>,
    /// Sealed.
    pub sealed_access_token: Option<Vec<u8>>,
    /// The user name that goes with the token.
    pub access_token_user: String,
    /// Sealed.
    pub sealed_webhook_secret: Vec<u8>,
}

/// What changes of a project; `None` stays.
#[derive(Default)]
pub struct ProjectChanges {
    /// Its name for people.
    pub name: Option<String>,
    /// What it is; `Some(None)` takes it away.
    pub description: Option<Option<String>>,
    /// Where it is cloned from, and host and path of that.
    pub repository: Option<(String, String)>,
    /// What is scanned unless somebody says otherwise.
    pub default_branch: Option<String>,
    /// From which severity on an open finding fails a pushed commit; `Some(None)`: none does.
    pub fail_on: Option<Option<i16>>,
    /// Sealed; `Some(None)` takes it away.
    pub sealed_access_token: Option<Option<Vec<u8>>>,
    /// The user name that goes with the token.
    pub access_token_user: Option<String>,
    /// A new secret, sealed, and until when the old one is good as well, in milliseconds since 1970 UTC.
    pub sealed_webhook_secret: Option<(Vec<u8>, i64)>,
}

impl Tenant {
    /// Adds a project.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization has one of that slug.
    pub async fn add_project(&self, project: NewProject, now_ms: i64) -> Result<Project, Error> {
        let number = self.take_numbers(Counter::Project, 1).await?;
        let project = project::ActiveModel {
            id: Set(project.id),
            organization_id: Set(self.organization),
            number: Set(number),
            search_text: Set(search_text(&project.name, &project.slug, &project.repo_url)),
            slug: Set(project.slug),
            name: Set(project.name),
            description: Set(project.description),
            repo_url: Set(project.repo_url),
            repo_identity: Set(project.repo_identity),
            default_branch: Set(project.default_branch),
            fail_on: Set(project.fail_on),
            sealed_access_token: Set(project.sealed_access_token),
            access_token_user: Set(project.access_token_user),
            sealed_webhook_secret: Set(project.sealed_webhook_secret),
            sealed_previous_webhook_secret: Set(None),
            previous_webhook_secret_until: Set(None),
            created_at: Set(now_ms),
            updated_at: Set(now_ms),
        };
        Ok(project.insert(&self.tx).await?)
    }

    /// Projects, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn projects(&self, after: Option<Keyset>, limit: u64) -> Result<Vec<Project>, Error> {
        let rows = self.all_projects();
        let rows =
            newest_first(rows, project::Column::CreatedAt, project::Column::Id, after, limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// A page of the projects, the newest first, and how many there are in all. With `search`, those whose name, slug or URL
    /// holds that text, in either case.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn projects_page(
        &self,
        search: Option<&str>,
        page: Offset,
    ) -> Result<(Vec<Project>, u64), Error> {
        let mut rows = self.all_projects();
        if let Some(text) = search {
            let like = LikeExpr::new(format!("%{}%", escaped(&text.to_lowercase()))).escape('\\');
            rows = rows.filter(Expr::col(project::Column::SearchText).like(like));
        }
        let total = rows.clone().count(&self.tx).await?;
        let rows = rows.order_by_desc(project::Column::Number).offset(page.skip).limit(page.limit);
        Ok((rows.all(&self.tx).await?, total))
    }

    fn all_projects(&self) -> sea_orm::Select<project::Entity> {
        project::Entity::find().filter(project::Column::OrganizationId.eq(self.organization))
    }

    /// The project of that id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn project(&self, id: ProjectId) -> Result<Option<Project>, Error> {
        Ok(self.all_projects().filter(project::Column::Id.eq(id)).one(&self.tx).await?)
    }

    /// The projects of these ids, in no order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn projects_of_ids(
        &self,
        ids: impl IntoIterator<Item = ProjectId>,
    ) -> Result<Vec<Project>, Error> {
        Ok(self.all_projects().filter(project::Column::Id.is_in(ids)).all(&self.tx).await?)
    }

    /// The project of that slug.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn project_by_slug(&self, slug: &str) -> Result<Option<Project>, Error> {
        Ok(self.all_projects().filter(project::Column::Slug.eq(slug)).one(&self.tx).await?)
    }

    /// The project of that number.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn project_by_number(&self, number: i64) -> Result<Option<Project>, Error> {
        Ok(self.all_projects().filter(project::Column::Number.eq(number)).one(&self.tx).await?)
    }

    /// Changes a project.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none of that id.
    pub async fn change_project(
        &self,
        id: ProjectId,
        changes: ProjectChanges,
        now_ms: i64,
    ) -> Result<Project, Error> {
        let before = self.project(id).await?.ok_or(Error::Missing)?;
        let old_secret = before.sealed_webhook_secret.clone();
        let name = changes.name.as_ref().unwrap_or(&before.name);
        let url = changes.repository.as_ref().map_or(&before.repo_url, |(url, _)| url);
        let search_text = search_text(name, &before.slug, url);
        let mut project: project::ActiveModel = before.into();
        project.search_text = Set(search_text);
        if let Some(name) = changes.name {
            project.name = Set(name);
        }
        if let Some(description) = changes.description {
            project.description = Set(description);
        }
        if let Some((url, identity)) = changes.repository {
            project.repo_url = Set(url);
            project.repo_identity = Set(identity);
        }
        if let Some(branch) = changes.default_branch {
            project.default_branch = Set(branch);
        }
        if let Some(severity) = changes.fail_on {
            project.fail_on = Set(severity);
        }
        if let Some(token) = changes.sealed_access_token {
            project.sealed_access_token = Set(token);
        }
        if let Some(user) = changes.access_token_user {
            project.access_token_user = Set(user);
        }
        if let Some((secret, until)) = changes.sealed_webhook_secret {
            project.sealed_webhook_secret = Set(secret);
            project.sealed_previous_webhook_secret = Set(Some(old_secret));
            project.previous_webhook_secret_until = Set(Some(until));
        }
        project.updated_at = Set(now_ms);
        Ok(project.update(&self.tx).await?)
    }

    /// Removes a project with its scans and findings. Says whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_project(&self, id: ProjectId) -> Result<bool, Error> {
        let gone = project::Entity::delete_many()
            .filter(project::Column::OrganizationId.eq(self.organization))
            .filter(project::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected > 0)
    }

    /// Notes a delivery for a project. Says whether it is new.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_delivery(
        &self,
        project: ProjectId,
        delivery: &str,
        now_ms: i64,
    ) -> Result<bool, Error> {
        let receipt = receipt::ActiveModel {
            project_id: Set(project),
            delivery: Set(delivery.to_owned()),
            organization_id: Set(self.organization),
            created_at: Set(now_ms),
        };
        let known = OnConflict::columns([receipt::Column::ProjectId, receipt::Column::Delivery])
            .do_nothing()
            .to_owned();
        let added = receipt::Entity::insert(receipt)
            .on_conflict(known)
            .exec_without_returning(&self.tx)
            .await?;
        Ok(added > 0)
    }
}

impl System {
    /// Forgets deliveries until `until_ms`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_deliveries(&self, until_ms: i64) -> Result<u64, Error> {
        let gone = receipt::Entity::delete_many()
            .filter(receipt::Column::CreatedAt.lte(until_ms))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected)
    }

    /// Projects of a repository, of whatever organization, at most `limit`: of each organization the first before the second of
    /// any.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn projects_of_repository(
        &self,
        identity: &str,
        limit: u64,
    ) -> Result<Vec<Project>, Error> {
        let backend = self.tx.get_database_backend();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let statement = Statement::from_sql_and_values(
            backend,
            "SELECT * FROM (
                 SELECT projects.*, row_number() OVER (PARTITION BY organization_id ORDER BY id) AS place
                 FROM projects WHERE repo_identity = $1
             ) AS ranked
             ORDER BY place, id LIMIT $2",
            [identity.into(), limit.into()],
        );
        Ok(project::Entity::find().from_raw_sql(statement).all(&self.tx).await?)
    }
}

/// What a search looks at.
fn search_text(name: &str, slug: &str, url: &str) -> String {
    format!("{name}\n{slug}\n{url}").to_lowercase()
}

/// A text in which no character of a `LIKE` pattern means anything.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
