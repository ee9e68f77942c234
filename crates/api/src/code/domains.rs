//! `/v1/orgs/{org}/domains`: hosts that an organization shows to be its own, and lets be scanned actively.

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use app::{
    App, DomainStatus, DomainView, Signature,
    stored::{DomainId, ProofKind, UserId},
};
use axum::extract::{OriginalUri, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Body, Caller, InOrganization, Path, Query, users::Paging};
use crate::kit::{Empty, Id, Millis, Reply, Word, listed};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/v1/orgs/{org}/domains",
            get_with(list, |op| op.id("listDomains").tag("domains").summary("List domains"))
                .post_with(add, |op| {
                    op.id("createDomain").tag("domains").summary("Add a domain").description(
                        "Then publish its `token`, in the TXT record or in the file, and have it verified.",
                    )
                }),
        )
        .api_route(
            "/v1/orgs/{org}/domains/{domain}",
            get_with(get, |op| op.id("getDomain").tag("domains").summary("Read a domain"))
                .delete_with(remove, |op| {
                    op.id("deleteDomain")
                        .tag("domains")
                        .summary("Remove a domain with its verification and authorization")
                }),
        )
        .api_route(
            "/v1/orgs/{org}/domains/{domain}/verify",
            post_with(verify, |op| {
                op.id("verifyDomain").tag("domains").summary("Have a domain verified").description(
                    "The token is looked for at once and every 30 seconds, for 10 minutes or until it is found; once a day from \
                     then on. Poll the domain.",
                )
            }),
        )
        .api_route(
            "/v1/orgs/{org}/domains/{domain}/authorization",
            post_with(authorize, |op| {
                op.id("authorizeDomain")
                    .tag("domains")
                    .summary("Sign that a verified domain may be scanned actively")
            })
            .delete_with(withdraw, |op| {
                op.id("withdrawDomainAuthorization")
                    .tag("domains")
                    .summary("Take back that a domain may be scanned actively")
            }),
        )
}

/// A host that an organization says is its own.
#[derive(Serialize, JsonSchema)]
struct Domain {
    id: Id<DomainId>,
    hostname: String,
    /// `pending`: not shown yet; `revoked`: shown once, and not any more.
    status: Word<DomainStatus>,
    /// What has to be found at the host, in one of the two ways.
    token: String,
    dns_record: DnsRecord,
    file: File,
    verified_at: Option<Millis>,
    /// How the token was found last.
    verified_by: Option<Word<ProofKind>>,
    revoked_at: Option<Millis>,
    /// When it was looked for last.
    checked_at: Option<Millis>,
    /// Why it was not found then.
    problem: Option<String>,
    next_check_at: Option<Millis>,
    /// What has to be signed before the host may be scanned actively.
    authorization_statement: String,
    authorization: Option<Authorization>,
    created_at: Millis,
}

/// A record of the domain name system.
#[derive(Serialize, JsonSchema)]
struct DnsRecord {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

/// A file at the host.
#[derive(Serialize, JsonSchema)]
struct File {
    url: String,
    content: String,
}

/// Who has signed that a host may be scanned actively.
#[derive(Serialize, JsonSchema)]
struct Authorization {
    statement: String,
    /// The name that was signed with.
    name: Option<String>,
    /// The user may be gone.
    user_id: Option<Id<UserId>>,
    email: Option<String>,
    ip_address: Option<String>,
    user_agent: Option<String>,
    signed_at: Millis,
}

impl From<DomainView> for Domain {
    fn from(view: DomainView) -> Self {
        let DomainView { domain, status, record_name, file_url, statement } = view;
        let authorization = domain.authorized_at.map(|signed_at| Authorization {
            statement: domain.statement.unwrap_or_default(),
            name: domain.signer_name,
            user_id: domain.authorized_by.map(Id),
            email: domain.signer_email,
            ip_address: domain.signer_address,
            user_agent: domain.signer_user_agent,
            signed_at: Millis(signed_at),
        });
        Self {
            id: Id(domain.id),
            hostname: domain.hostname,
            status: Word(status),
            dns_record: DnsRecord { name: record_name, kind: "TXT", value: domain.token.clone() },
            file: File { url: file_url, content: domain.token.clone() },
            token: domain.token,
            verified_at: domain.verified_at.map(Millis),
            verified_by: domain.verified_by.map(Word),
            revoked_at: domain.revoked_at.map(Millis),
            checked_at: domain.checked_at.map(Millis),
            problem: domain.problem,
            next_check_at: domain.next_check_at.map(Millis),
            authorization_statement: statement,
            authorization,
            created_at: Millis(domain.created_at),
        }
    }
}

/// A domain to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewDomain {
    /// A name like `www.example.com`, without a scheme, port or path.
    hostname: String,
}

/// A signature.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewAuthorization {
    /// The domain's `authorization_statement`, word for word.
    statement: String,
    /// The full name of who signs.
    #[schemars(length(min = 1, max = 100))]
    name: String,
}

/// `{org}/domains/{domain}`.
#[derive(Deserialize, JsonSchema)]
struct AtDomain {
    /// The organization's slug, which is the token's.
    #[expect(dead_code, reason = "the caller's extractor has compared it with the token's")]
    org: String,
    /// The domain's id.
    domain: Id<DomainId>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    uri: OriginalUri,
    Query { value: query, .. }: Query<Paging>,
) -> Answer<Reply<Vec<Domain>>> {
    let after = query.cursor.map(|cursor| cursor.0);
    let page = app.domains(&caller.ctx, after, query.limit.0).await?;
    Ok(listed(&uri, page, Domain::from))
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    Body { value: body, .. }: Body<NewDomain>,
) -> Answer<Reply<Domain, 201>> {
    Ok(Reply::new(app.add_domain(&caller.ctx, &body.hostname).await?.into()))
}

async fn get(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtDomain>,
) -> Answer<Reply<Domain>> {
    Ok(Reply::new(app.domain(&caller.ctx, at.domain.0).await?.into()))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtDomain>,
) -> Answer<Empty> {
    app.remove_domain(&caller.ctx, at.domain.0).await?;
    Ok(Empty)
}

async fn verify(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtDomain>,
) -> Answer<Reply<Domain, 202>> {
    Ok(Reply::new(app.verify_domain(&caller.ctx, at.domain.0).await?.into()))
}

async fn authorize(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtDomain>,
    Body { value: body, .. }: Body<NewAuthorization>,
) -> Answer<Reply<Domain>> {
    let signature = Signature { statement: body.statement, name: body.name };
    Ok(Reply::new(app.authorize_domain(&caller.ctx, at.domain.0, signature).await?.into()))
}

async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtDomain>,
) -> Answer<Empty> {
    app.withdraw_authorization(&caller.ctx, at.domain.0).await?;
    Ok(Empty)
}
