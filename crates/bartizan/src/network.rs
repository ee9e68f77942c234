//! The way out, as the flags and the environment open it.

use std::env;

use anyhow::{Context as _, Result};
use fetch::{Client, Policy, Scheme, SystemResolver, git::Credentials};
use model::SecretValue;

use crate::{cli::Reach, files};

/// The token a git server is given when it asks for one.
const TOKEN_VARIABLE: &str = "BARTIZAN_GIT_TOKEN";
/// The name that goes with it, for hosts that look at it.
const USER_VARIABLE: &str = "BARTIZAN_GIT_USER";
/// What GitHub, GitLab, Gitea and Bitbucket take beside a token.
const DEFAULT_USER: &str = "x-access-token";
/// Largest file of certificates, in bytes.
const MAX_CERTIFICATES_BYTES: u64 = 4 << 20;

/// A client for repositories: the schemes and networks that the flags open.
pub(crate) fn client(reach: &Reach) -> Result<Client> {
    let mut policy = policy(reach)?;
    for scheme in &reach.allow_clone_schemes {
        policy.allow_schemes.insert(
            scheme.parse::<Scheme>().with_context(|| format!("--allow-clone-schemes {scheme}"))?,
        );
    }
    connect(reach, policy)
}

/// A client for providers: https only, and patient for a moment only.
pub(crate) fn provider_client(reach: &Reach, limits: fetch::guard::Limits) -> Result<Client> {
    connect(reach, Policy { limits, ..policy(reach)? })
}

fn policy(reach: &Reach) -> Result<Policy> {
    let mut policy = Policy::default();
    for network in &reach.allow_private_targets {
        let network = fetch::guard::network(network).context("--allow-private-targets")?;
        policy.allow_private.push(network);
    }
    Ok(policy)
}

fn connect(reach: &Reach, policy: Policy) -> Result<Client> {
    let Some(path) = &reach.ca_cert else {
        return Ok(Client::new(policy, SystemResolver)?);
    };
    let told = || format!("--ca-cert {}", path.display());
    let pem = files::bytes(path, MAX_CERTIFICATES_BYTES).with_context(told)?;
    Client::with_certificates(policy, SystemResolver, &pem).with_context(told)
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
