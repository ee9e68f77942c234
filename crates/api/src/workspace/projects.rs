//! `/api/v1/projects`.

use aide::axum::{ApiRouter, routing::get_with};
use app::{App, ProjectDraft, ProjectPatch, Repository, Statistics, stored};
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Body, ById, Caller, Nothing, Path, Query,
    page::{Limit, PageNumber, Pagination, Place},
    scans::Status,
    success,
};
use crate::kit::{Counts, Millis, Word, null_clears};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/api/v1/projects",
            get_with(list, |op| op.id("listProjects").tag("projects").summary("List projects"))
                .post_with(add, |op| {
                    op.id("createProject").tag("projects").summary("Create a project")
                }),
        )
        .api_route(
            "/api/v1/projects/{id}",
            get_with(get, |op| {
                op.id("getProject").tag("projects").summary("Read a project with its statistics")
            })
            .put_with(change, |op| {
                op.id("updateProject").tag("projects").summary("Change a project")
            })
            .delete_with(remove, |op| {
                op.id("deleteProject")
                    .tag("projects")
                    .summary("Remove a project with its scans and findings")
            }),
        )
}

/// A repository that is scanned.
#[derive(Serialize, JsonSchema)]
struct Project {
    id: i64,
    name: String,
    /// Its name in URLs, made of the name.
    slug: String,
    repository_url: String,
    description: Option<String>,
    default_branch: String,
    created_at: Millis,
    updated_at: Millis,
}

impl From<stored::Project> for Project {
    fn from(project: stored::Project) -> Self {
        Self {
            id: project.number,
            name: project.name,
            slug: project.slug,
            repository_url: project.repo_url,
            description: project.description,
            default_branch: project.default_branch,
            created_at: Millis(project.created_at),
            updated_at: Millis(project.updated_at),
        }
    }
}

/// A project, and what its scans amount to.
#[derive(Serialize, JsonSchema)]
struct DetailedProject {
    #[serde(flatten)]
    project: Project,
    statistics: ProjectStatistics,
}

/// What the scans of a project amount to.
#[derive(Serialize, JsonSchema)]
struct ProjectStatistics {
    total_scans: u64,
    last_scan_at: Option<Millis>,
    last_scan_status: Option<Word<Status>>,
    open_findings: i64,
    /// The open ones.
    findings_by_severity: Counts,
}

impl From<Statistics> for ProjectStatistics {
    fn from(statistics: Statistics) -> Self {
        let open = Counts::from(statistics.open_findings);
        let last = statistics.last_scan;
        Self {
            total_scans: statistics.total_scans,
            last_scan_at: last.as_ref().map(|scan| Millis(scan.created_at)),
            last_scan_status: last.map(|scan| Word(Status(scan.status))),
            open_findings: open.sum(),
            findings_by_severity: open,
        }
    }
}

/// One project.
#[derive(Serialize, JsonSchema)]
struct OneProject {
    project: Project,
}

/// One project in detail.
#[derive(Serialize, JsonSchema)]
struct OneDetailedProject {
    project: DetailedProject,
}

/// A page of projects.
#[derive(Serialize, JsonSchema)]
struct ProjectList {
    projects: Vec<Project>,
    pagination: Pagination,
}

/// Which projects.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[serde(default)]
    page: PageNumber,
    #[serde(default)]
    limit: Limit,
    /// Part of the name, slug or URL.
    #[serde(default)]
    search: Option<String>,
}

/// A project to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewProject {
    #[schemars(length(min = 1, max = 100))]
    name: String,
    /// Where it is cloned from.
    repository_url: String,
    #[serde(default)]
    description: Option<String>,
    /// `main` unless said otherwise.
    #[serde(default)]
    default_branch: Option<String>,
}

/// What changes; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProjectChanges {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    repository_url: Option<String>,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "null_clears")]
    description: Option<String>,
    #[serde(default)]
    default_branch: Option<String>,
}

fn repository(url: String) -> Repository {
    Repository { field: "repository_url", url }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query { value: query, .. }: Query<Filter>,
) -> Answer<ProjectList> {
    let place = Place::new(query.page, query.limit);
    let search = query.search.as_deref();
    let (projects, total) = app.projects_page(&caller.ctx, search, place.offset()).await?;
    let projects = projects.into_iter().map(Project::from).collect();
    Ok(success(ProjectList { projects, pagination: place.of(total) }))
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    Body { value: body, .. }: Body<NewProject>,
) -> Answer<OneProject, 201> {
    let draft = ProjectDraft {
        slug: None,
        name: body.name,
        repository: repository(body.repository_url),
        description: body.description,
        default_branch: body.default_branch,
        fail_on: None,
        access_token: None,
        access_token_user: None,
    };
    let project = app.add_project(&caller.ctx, draft).await?.into();
    Ok(success(OneProject { project }))
}

async fn get(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<ById>,
) -> Answer<OneDetailedProject> {
    let (project, statistics) = app.project_statistics(&caller.ctx, at.id.0).await?;
    let project = DetailedProject { project: project.into(), statistics: statistics.into() };
    Ok(success(OneDetailedProject { project }))
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<ById>,
    Body { value: body, .. }: Body<ProjectChanges>,
) -> Answer<OneProject> {
    let patch = ProjectPatch {
        name: body.name,
        repository: body.repository_url.map(repository),
        description: body.description,
        default_branch: body.default_branch,
        ..ProjectPatch::default()
    };
    let view = app.change_project_by_number(&caller.ctx, at.id.0, patch).await?;
    Ok(success(OneProject { project: view.project.into() }))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<ById>,
) -> Answer<Nothing> {
    app.remove_project_by_number(&caller.ctx, at.id.0).await?;
    Ok(success(Nothing {}))
}
