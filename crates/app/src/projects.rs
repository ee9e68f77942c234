//! Projects: the repositories of an organization.

use fetch::SafeUrl;
use model::Severity;
use store::{
    FindingFilter, FindingStatus, Keyset, NewProject, Offset, Project, ProjectChanges, ProjectId,
    Role, Scan, ScanFilter, Tenant, Totals,
};
use zeroize::Zeroizing;

use crate::{
    App, Ctx, Error, Page,
    findings::{severity_of_rank, severity_rank},
    keys::{Belonging, random_token},
    page, text,
};

/// The user name that GitHub, GitLab, Gitea and Bitbucket take beside a token.
const DEFAULT_TOKEN_USER: &str = "x-access-token";
const DEFAULT_BRANCH: &str = "main";
/// Longest access token, in bytes; GitLab's and Bitbucket's longest are a quarter of it.
const MAX_TOKEN_BYTES: usize = 4_096;
/// Longest address of a repository: PostgreSQL's indexes take no more than 2,704 bytes.
const MAX_URL_BYTES: usize = 2_000;
/// Slugs that are tried for a project whose name is made into one.
const MAX_SLUGS: u64 = 1_000;

/// A project to be.
pub struct ProjectDraft {
    /// Its name in URLs; made of the name if there is none.
    pub slug: Option<String>,
    /// Its name for people.
    pub name: String,
    /// Where it is cloned from.
    pub repository: Repository,
    /// What it is.
    pub description: Option<String>,
    /// `main` unless said otherwise.
    pub default_branch: Option<String>,
    /// From which severity on an open finding fails a pushed commit; `high` unless said otherwise.
    pub fail_on: Option<FailOn>,
    /// What opens the repository.
    pub access_token: Option<Zeroizing<String>>,
    /// The user name that goes with the token.
    pub access_token_user: Option<String>,
}

/// From which severity on an open finding fails a pushed commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// From this one.
    Severity(Severity),
    /// None does.
    Never,
}

/// A repository's address, and what the caller calls that field.
pub struct Repository {
    /// The field's name.
    pub field: &'static str,
    /// The URL.
    pub url: String,
}

/// What changes of a project; `None` stays.
#[derive(Default)]
pub struct ProjectPatch {
    /// Its name for people.
    pub name: Option<String>,
    /// Where it is cloned from. A token of another host is forgotten.
    pub repository: Option<Repository>,
    /// What it is; empty takes it away.
    pub description: Option<String>,
    /// What is scanned unless somebody says otherwise.
    pub default_branch: Option<String>,
    /// From which severity on an open finding fails a pushed commit.
    pub fail_on: Option<FailOn>,
    /// What opens the repository; empty takes it away.
    pub access_token: Option<Zeroizing<String>>,
    /// The user name that goes with the token.
    pub access_token_user: Option<String>,
}

impl FailOn {
    /// All of them, the strictest last.
    pub const ALL: [Self; 6] = [
        Self::Never,
        Self::Severity(Severity::Critical),
        Self::Severity(Severity::High),
        Self::Severity(Severity::Medium),
        Self::Severity(Severity::Low),
        Self::Severity(Severity::Info),
    ];

    /// The word used in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Severity(severity) => severity.as_str(),
            Self::Never => "never",
        }
    }

    /// As the database writes it.
    fn rank(self) -> Option<i16> {
        match self {
            Self::Severity(severity) => Some(severity_rank(severity)),
            Self::Never => None,
        }
    }

    /// What the database wrote.
    #[must_use]
    pub fn of_rank(rank: Option<i16>) -> Self {
        rank.map_or(Self::Never, |rank| Self::Severity(severity_of_rank(rank)))
    }
}

/// A project, and how it stands.
#[derive(Clone, Debug)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// Its newest scan.
    pub last_scan: Option<Scan>,
}

/// What the scans of a project amount to.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Scans of whatever status.
    pub total_scans: u64,
    /// The newest scan.
    pub last_scan: Option<Scan>,
    /// Findings that are open, by severity.
    pub open_findings: Totals,
}

impl App {
    /// The projects, the newest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn projects(
        &self,
        ctx: &Ctx,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<ProjectView>, Error> {
        let tenant = self.read(ctx).await?;
        let projects = tenant.projects(after, limit + 1).await?;
        let page = page(projects, limit, |project| Keyset::of(project.created_at, project.id));
        Ok(Page { items: with_last_scans(&tenant, page.items).await?, next: page.next })
    }

    /// A numbered page of the projects, and how many there are. With `search`, those whose name, slug or URL holds it.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub async fn projects_page(
        &self,
        ctx: &Ctx,
        search: Option<&str>,
        at: Offset,
    ) -> Result<(Vec<Project>, u64), Error> {
        if let Some(text) = search {
            text::sought("search", text)?;
        }
        let search = search.filter(|text| !text.is_empty());
        Ok(self.read(ctx).await?.projects_page(search, at).await?)
    }

    /// The project of that slug.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn project(&self, ctx: &Ctx, slug: &str) -> Result<ProjectView, Error> {
        let tenant = self.read(ctx).await?;
        let project = by_slug(&tenant, slug).await?;
        with_last_scan(&tenant, project).await
    }

    /// The project of that number, and what its scans amount to.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn project_statistics(
        &self,
        ctx: &Ctx,
        number: i64,
    ) -> Result<(Project, Statistics), Error> {
        let tenant = self.read(ctx).await?;
        let project = by_number(&tenant, number).await?;
        let of_project = ScanFilter { project: Some(project.id), ..ScanFilter::default() };
        let open = FindingFilter {
            project: Some(project.id),
            status: Some(FindingStatus::Open),
            ..FindingFilter::default()
        };
        let statistics = Statistics {
            total_scans: tenant.count_scans(of_project).await?,
            last_scan: tenant.last_scans(&[project.id]).await?.into_iter().next(),
            open_findings: tenant.finding_totals(&open).await?,
        };
        Ok((project, statistics))
    }

    /// Adds a project.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::Conflict`] if the slug is taken.
    pub async fn add_project(&self, ctx: &Ctx, draft: ProjectDraft) -> Result<Project, Error> {
        ctx.require(Role::Member)?;
        let name = text::name("name", &draft.name)?;
        let url = self.repository(&draft.repository)?;
        let description =
            draft.description.as_deref().map(|it| text::description("description", it));
        let branch = draft.default_branch.as_deref().unwrap_or(DEFAULT_BRANCH);
        let branch = text::branch("default_branch", branch)?;
        let token_user = draft.access_token_user.as_deref().unwrap_or(DEFAULT_TOKEN_USER);
        let token_user = text::name("access_token_user", token_user)?;
        let id = ProjectId::generate();
        let slug = draft.slug.map(text::slug).transpose()?;
        let new = NewProject {
            id,
            slug: slug.clone().unwrap_or_else(|| text::slug_from(&name, "project")),
            name,
            description: description.transpose()?.flatten(),
            repo_identity: identity(&url),
            repo_url: draft.repository.url.trim().to_owned(),
            default_branch: branch,
            fail_on: draft.fail_on.unwrap_or(FailOn::Severity(Severity::High)).rank(),
            sealed_access_token: self.seal_token(ctx, id, draft.access_token)?,
            access_token_user: token_user,
            sealed_webhook_secret: self.new_webhook_secret(ctx, id)?,
        };
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        let new = match slug {
            Some(_) => new,
            None => {
                tenant.take_turn().await?;
                NewProject { slug: free_slug(&tenant, &new.slug).await?, ..new }
            }
        };
        let taken = Error::Conflict(format!("a project with the slug {} exists already", new.slug));
        let project = match tenant.add_project(new, now_ms).await {
            Err(store::Error::Conflict) => return Err(taken),
            added => added?,
        };
        ctx.log(&tenant, "project.created", &project.slug, now_ms).await?;
        tenant.commit().await?;
        Ok(project)
    }

    /// Changes the project of that slug.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn change_project(
        &self,
        ctx: &Ctx,
        slug: &str,
        patch: ProjectPatch,
    ) -> Result<ProjectView, Error> {
        ctx.require(Role::Member)?;
        let tenant = self.write(ctx).await?;
        let project = by_slug(&tenant, slug).await?;
        self.change(ctx, tenant, project, patch).await
    }

    /// Changes the project of that number.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn change_project_by_number(
        &self,
        ctx: &Ctx,
        number: i64,
        patch: ProjectPatch,
    ) -> Result<ProjectView, Error> {
        ctx.require(Role::Member)?;
        let tenant = self.write(ctx).await?;
        let project = by_number(&tenant, number).await?;
        self.change(ctx, tenant, project, patch).await
    }

    async fn change(
        &self,
        ctx: &Ctx,
        tenant: Tenant,
        project: Project,
        patch: ProjectPatch,
    ) -> Result<ProjectView, Error> {
        let mut changes = ProjectChanges::default();
        if let Some(name) = &patch.name {
            changes.name = Some(text::name("name", name)?);
        }
        if let Some(description) = &patch.description {
            changes.description = Some(text::description("description", description)?);
        }
        if let Some(branch) = &patch.default_branch {
            changes.default_branch = Some(text::branch("default_branch", branch)?);
        }
        changes.fail_on = patch.fail_on.map(FailOn::rank);
        if let Some(user) = &patch.access_token_user {
            changes.access_token_user = Some(text::name("access_token_user", user)?);
        }
        if let Some(repository) = &patch.repository {
            let url = self.repository(repository)?;
            // Who may edit a project does not get to send its token elsewhere.
            let stays = self
                .fetch
                .url(&project.repo_url)
                .is_ok_and(|before| before.origin() == url.origin());
            if !stays {
                changes.sealed_access_token = Some(None);
            }
            changes.repository = Some((repository.url.trim().to_owned(), identity(&url)));
        }
        if let Some(token) = patch.access_token {
            changes.sealed_access_token = Some(self.seal_token(ctx, project.id, Some(token))?);
        }
        let now_ms = self.now_ms();
        let project = tenant.change_project(project.id, changes, now_ms).await?;
        ctx.log(&tenant, "project.changed", &project.slug, now_ms).await?;
        let view = with_last_scan(&tenant, project).await?;
        tenant.commit().await?;
        Ok(view)
    }

    /// Removes the project of that slug with its scans and findings.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators, [`Error::NotFound`].
    pub async fn remove_project(&self, ctx: &Ctx, slug: &str) -> Result<(), Error> {
        ctx.require(Role::Admin)?;
        let tenant = self.write(ctx).await?;
        let project = by_slug(&tenant, slug).await?;
        self.remove(ctx, tenant, &project).await
    }

    /// Removes the project of that number with its scans and findings.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators, [`Error::NotFound`].
    pub async fn remove_project_by_number(&self, ctx: &Ctx, number: i64) -> Result<(), Error> {
        ctx.require(Role::Admin)?;
        let tenant = self.write(ctx).await?;
        let project = by_number(&tenant, number).await?;
        self.remove(ctx, tenant, &project).await
    }

    async fn remove(&self, ctx: &Ctx, tenant: Tenant, project: &Project) -> Result<(), Error> {
        tenant.remove_project(project.id).await?;
        ctx.log(&tenant, "project.removed", &project.slug, self.now_ms()).await?;
        Ok(tenant.commit().await?)
    }

    /// Understands a repository's address, without asking anybody.
    pub(crate) fn repository(&self, repository: &Repository) -> Result<SafeUrl, Error> {
        let field = repository.field;
        let text = repository.url.trim();
        text::one_line(field, text)?;
        if text.len() > MAX_URL_BYTES {
            let message = format!("{field} must be at most {MAX_URL_BYTES} bytes");
            return Err(Error::invalid(field, message));
        }
        self.fetch.url(text).map_err(|error| {
            let told = match error {
                fetch::Error::CredentialsInUrl => {
                    "it carries a user name or password; use access_token instead".to_owned()
                }
                other => other.to_string(),
            };
            Error::invalid(field, format!("{field} cannot be cloned: {told}"))
        })
    }

    fn seal_token(
        &self,
        ctx: &Ctx,
        project: ProjectId,
        token: Option<Zeroizing<String>>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(token) = token else { return Ok(None) };
        let token = token.trim();
        if token.is_empty() {
            return Ok(None);
        }
        let is_plain = token.chars().all(|c| c.is_ascii_graphic());
        if !is_plain || token.len() > MAX_TOKEN_BYTES {
            let message = format!(
                "access_token must be at most {MAX_TOKEN_BYTES} printable ASCII characters"
            );
            return Err(Error::invalid("access_token", message));
        }
        let of = Belonging { purpose: "access token", organization: ctx.organization.id, project };
        self.keys.seal(token.as_bytes(), of).map(Some)
    }

    /// A webhook's secret, sealed.
    pub(crate) fn new_webhook_secret(
        &self,
        ctx: &Ctx,
        project: ProjectId,
    ) -> Result<Vec<u8>, Error> {
        let of =
            Belonging { purpose: "webhook secret", organization: ctx.organization.id, project };
        self.keys.seal(random_token()?.as_bytes(), of)
    }
}

/// The project of that slug.
pub(crate) async fn by_slug(tenant: &Tenant, slug: &str) -> Result<Project, Error> {
    if !text::can_be_stored(slug) {
        return Err(Error::NotFound("project"));
    }
    tenant.project_by_slug(slug).await?.ok_or(Error::NotFound("project"))
}

/// The project of that number.
pub(crate) async fn by_number(tenant: &Tenant, number: i64) -> Result<Project, Error> {
    tenant.project_by_number(number).await?.ok_or(Error::NotFound("project"))
}

async fn with_last_scan(tenant: &Tenant, project: Project) -> Result<ProjectView, Error> {
    let last_scan = tenant.last_scans(&[project.id]).await?.into_iter().next();
    Ok(ProjectView { project, last_scan })
}

async fn with_last_scans(
    tenant: &Tenant,
    projects: Vec<Project>,
) -> Result<Vec<ProjectView>, Error> {
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    let scans = tenant.last_scans(&ids).await?;
    let view = |project: Project| {
        let last_scan = scans.iter().find(|scan| scan.project_id == project.id).cloned();
        ProjectView { project, last_scan }
    };
    Ok(projects.into_iter().map(view).collect())
}

/// A slug that no project of the organization has.
async fn free_slug(tenant: &Tenant, wanted: &str) -> Result<String, Error> {
    let mut slug = wanted.to_owned();
    for number in 2..MAX_SLUGS {
        if tenant.project_by_slug(&slug).await?.is_none() {
            return Ok(slug);
        }
        slug = format!("{wanted}-{number}");
    }
    Err(Error::Conflict("there are too many projects of this name".to_owned()))
}

/// Host and path of a repository, by which two spellings of one are equal: in lower case, without `.git`.
pub(crate) fn identity(url: &SafeUrl) -> String {
    identity_of(url.host(), url.path())
}

/// See [`identity`].
pub(crate) fn identity_of(host: &str, path: &str) -> String {
    let path = path.trim_matches('/').to_lowercase();
    let path = path.strip_suffix(".git").unwrap_or(&path);
    format!("{host}/{path}")
}
