//! `/v1/orgs/{org}/audit-log`, for administrators.

use aide::axum::{ApiRouter, routing::get_with};
use app::{
    App,
    stored::{self, EventId, UserId},
};
use axum::extract::{OriginalUri, State};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Answer, Caller, InOrganization, Path, Query, users::Paging};
use crate::kit::{Id, Millis, Reply, listed};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route(
        "/v1/orgs/{org}/audit-log",
        get_with(list, |op| op.id("listAuditLog").tag("audit log").summary("Who did what")),
    )
}

/// Something that has happened.
#[derive(Serialize, JsonSchema)]
struct Event {
    id: Id<EventId>,
    /// Who; the user may be gone.
    user_id: Option<Id<UserId>>,
    /// Who, for people.
    actor: String,
    /// What: `project.created` and the like.
    action: String,
    /// On what.
    subject: String,
    /// From where.
    ip_address: Option<String>,
    /// By which program, as it calls itself.
    user_agent: Option<String>,
    created_at: Millis,
}

impl From<stored::Event> for Event {
    fn from(event: stored::Event) -> Self {
        Self {
            id: Id(event.id),
            user_id: event.user_id.map(Id),
            actor: event.actor,
            action: event.action,
            subject: event.subject,
            ip_address: event.address,
            user_agent: event.user_agent,
            created_at: Millis(event.created_at),
        }
    }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    uri: OriginalUri,
    Query { value: query, .. }: Query<Paging>,
) -> Answer<Reply<Vec<Event>>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = app.audit_log(&caller.ctx, after, query.limit.0).await?;
    Ok(listed(&uri, page, Event::from))
}
