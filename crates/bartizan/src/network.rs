//! The way out, as the flags and the environment open it.

use std::{env, path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use fetch::{
    Client, Policy, Scheme, SystemResolver,
    dns::{DnsClient, Records, Server},
    git::Credentials,
    http::Options,
};
use model::SecretValue;

use crate::{cli::Reach, files};

/// The token a git server is given when it asks for one.
const TOKEN_VARIABLE: &str = "BARTIZAN_GIT_TOKEN";
/// The name that goes with it, for hosts that look at it.
const USER_VARIABLE: &str = "BARTIZAN_GIT_USER";
/// What GitHub, GitLab, Gitea and Bitbucket take beside a token.
const DEFAULT_USER: &str = "x-access-token";
/// How we present ourselves to websites.
pub(crate) const VISITOR: &str = concat!(
    "Mozilla/5.0 (compatible; bartizan/",
    env!("CARGO_PKG_VERSION"),
    "; +https://bartizan.dev/visitor)"
);
/// Largest file of certificates, in bytes.
const MAX_CERTIFICATES_BYTES: u64 = 4 << 20;

/// A client for repositories: the schemes and networks that the flags open.
pub(crate) fn client(reach: &Reach) -> Result<Client> {
    let policy = with_schemes(policy(&reach.allow_private_targets)?, &reach.allow_clone_schemes)?;
    connect(reach.ca_cert.as_deref(), policy)
}

/// A client for websites: http as well as https, by a name that says who visits and where to learn more.
pub(crate) fn website_client(reach: &Reach) -> Result<Client> {
    let mut policy = policy(&reach.allow_private_targets)?;
    policy.allow_schemes.insert(Scheme::Http);
    let authorities_pem = match &reach.ca_cert {
        Some(path) => certificates(path)?,
        None => Vec::new(),
    };
    let options =
        Options { authorities_pem, user_agent: Some(VISITOR.to_owned()), ..Options::default() };
    Ok(Client::with_options(policy, SystemResolver, &options)?)
}

/// Who is asked for records of the domain name system: the servers at these addresses, or the system's.
pub(crate) fn names(servers: &[Server]) -> Result<Arc<dyn Records>> {
    let client = if servers.is_empty() { DnsClient::system() } else { DnsClient::at(servers) };
    Ok(Arc::new(client.context("--dns")?))
}

/// A client for advisories: the same.
pub(crate) fn mirror_client(
    schemes: &[String],
    networks: &[String],
    ca_cert: Option<&Path>,
) -> Result<Client> {
    connect(ca_cert, with_schemes(policy(networks)?, schemes)?)
}

/// A client for providers: https only, and patient for a moment only.
pub(crate) fn provider_client(reach: &Reach, limits: fetch::guard::Limits) -> Result<Client> {
    let policy = policy(&reach.allow_private_targets)?;
    connect(reach.ca_cert.as_deref(), Policy { limits, ..policy })
}

fn with_schemes(mut policy: Policy, schemes: &[String]) -> Result<Policy> {
    for scheme in schemes {
        policy.allow_schemes.insert(
            scheme.parse::<Scheme>().with_context(|| format!("--allow-clone-schemes {scheme}"))?,
        );
    }
    Ok(policy)
}

fn policy(networks: &[String]) -> Result<Policy> {
    let mut policy = Policy::default();
    for network in networks {
        let network = fetch::guard::network(network).context("--allow-private-targets")?;
        policy.allow_private.push(network);
    }
    Ok(policy)
}

fn connect(ca_cert: Option<&Path>, policy: Policy) -> Result<Client> {
    let Some(path) = ca_cert else {
        return Ok(Client::new(policy, SystemResolver)?);
    };
    let told = || format!("--ca-cert {}", path.display());
    Client::with_certificates(policy, SystemResolver, &certificates(path)?).with_context(told)
}

fn certificates(path: &Path) -> Result<Vec<u8>> {
    files::bytes(path, MAX_CERTIFICATES_BYTES)
        .with_context(|| format!("--ca-cert {}", path.display()))
}

/// What the environment holds for a git server that asks.
pub(crate) fn credentials() -> Option<Credentials> {
    let token = env::var_os(TOKEN_VARIABLE).filter(|token| !token.is_empty())?;
    let user = env::var(USER_VARIABLE).ok().filter(|user| !user.is_empty());
    Some(Credentials {
        user: user.unwrap_or_else(|| DEFAULT_USER.to_owned()),
        token: SecretValue::new(token.as_encoded_bytes()),
    })
}
