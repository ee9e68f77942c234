//! `/v1/orgs/{org}/projects`.

use aide::axum::{ApiRouter, routing::get_with};
use app::{
    App, FailOn, ProjectDraft, ProjectPatch, ProjectView, Repository,
    stored::{OrganizationId, ProjectId},
};
use axum::extract::{OriginalUri, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Body, Caller, InOrganization, InProject, Path, Query, scans::Scan, users::Paging,
};
use crate::kit::{Empty, Id, Millis, Reply, Secret, Word, listed, null_clears};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/v1/orgs/{org}/projects",
            get_with(list, |op| op.id("listProjects").tag("projects").summary("List projects"))
                .post_with(add, |op| {
                    op.id("createProject").tag("projects").summary("Register a repository")
                }),
        )
        .api_route(
            "/v1/orgs/{org}/projects/{project}",
            get_with(get, |op| op.id("getProject").tag("projects").summary("Read a project"))
                .patch_with(change, |op| {
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
    id: Id<ProjectId>,
    org_id: Id<OrganizationId>,
    slug: String,
    name: String,
    description: Option<String>,
    repo_url: String,
    default_branch: String,
    /// Whether a token is stored. The token itself is never told.
    has_access_token: bool,
    /// The user name that goes with the token.
    access_token_user: String,
    created_at: Millis,
    updated_at: Millis,
    /// The newest scan.
    last_scan: Option<Scan>,
}

impl From<ProjectView> for Project {
    fn from(ProjectView { project, last_scan }: ProjectView) -> Self {
        Self {
            id: Id(project.id),
            org_id: Id(project.organization_id),
            slug: project.slug,
            name: project.name,
            description: project.description,
            repo_url: project.repo_url,
            default_branch: project.default_branch,
            has_access_token: project.sealed_access_token.is_some(),
            access_token_user: project.access_token_user,
            created_at: Millis(project.created_at),
            updated_at: Millis(project.updated_at),
            last_scan: last_scan.map(Scan::from),
        }
    }
}

/// A project to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewProject {
    /// Its name in URLs.
    #[schemars(length(min = 2, max = 40), regex(pattern = r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$"))]
    slug: String,
    /// Its name for people.
    #[schemars(length(min = 1, max = 100))]
    name: String,
    /// Where it is cloned from.
    repo_url: String,
    #[serde(default)]
    description: Option<String>,
    /// `main` unless said otherwise.
    #[serde(default)]
    default_branch: Option<String>,
    /// From which severity on an open finding gives a pushed commit the status `failure`; `high` unless said otherwise. The
    /// webhook's setup shows it.
    #[serde(default)]
    fail_on: Option<Word<FailOn>>,
    /// What opens a private repository.
    #[serde(default)]
    access_token: Option<Secret>,
    /// The user name that goes with the token, `x-access-token` unless said otherwise.
    #[serde(default)]
    access_token_user: Option<String>,
}

/// What changes; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProjectChanges {
    #[serde(default)]
    name: Option<String>,
    /// Another host makes the server forget the token.
    #[serde(default)]
    repo_url: Option<String>,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "null_clears")]
    description: Option<String>,
    #[serde(default)]
    default_branch: Option<String>,
    /// From which severity on an open finding fails a pushed commit.
    #[serde(default)]
    fail_on: Option<Word<FailOn>>,
    /// An empty one takes it away.
    #[serde(default)]
    access_token: Option<Secret>,
    #[serde(default)]
    access_token_user: Option<String>,
}

fn repository(url: String) -> Repository {
    Repository { field: "repo_url", url }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    uri: OriginalUri,
    Query { value: query, .. }: Query<Paging>,
) -> Answer<Reply<Vec<Project>>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = app.projects(&caller.ctx, after, query.limit.0).await?;
    Ok(listed(&uri, page, Project::from))
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    Body { value: body, .. }: Body<NewProject>,
) -> Answer<Reply<Project, 201>> {
    let draft = ProjectDraft {
        slug: Some(body.slug),
        name: body.name,
        repository: repository(body.repo_url),
        description: body.description,
        default_branch: body.default_branch,
        fail_on: body.fail_on.map(|word| word.0),
        access_token: body.access_token.map(Secret::into_inner),
        access_token_user: body.access_token_user,
    };
    let project = app.add_project(&caller.ctx, draft).await?;
    Ok(Reply::new(ProjectView { project, last_scan: None }.into()))
}

async fn get(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<InProject>,
) -> Answer<Reply<Project>> {
    Ok(Reply::new(app.project(&caller.ctx, &at.project).await?.into()))
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<InProject>,
    Body { value: body, .. }: Body<ProjectChanges>,
) -> Answer<Reply<Project>> {
    let patch = ProjectPatch {
        name: body.name,
        repository: body.repo_url.map(repository),
        description: body.description,
        default_branch: body.default_branch,
        fail_on: body.fail_on.map(|word| word.0),
        access_token: body.access_token.map(Secret::into_inner),
        access_token_user: body.access_token_user,
    };
    Ok(Reply::new(app.change_project(&caller.ctx, &at.project, patch).await?.into()))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<InProject>,
) -> Answer<Empty> {
    app.remove_project(&caller.ctx, &at.project).await?;
    Ok(Empty)
}
