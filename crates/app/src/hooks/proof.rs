//! Proofs that a webhook's sender knows a secret.

use hmac::{Hmac, KeyInit as _, Mac as _};
use model::SecretValue;
use sha2::{Digest as _, Sha256};
use store::Project;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::Provider;
use crate::{App, Error, keys::Belonging};

/// So many secrets are tried at least, those of nobody if there are no others: an unknown repository takes as long as one of two
/// projects whose secrets have just been changed.
const MIN_TRIED: usize = 4;
/// What is hashed at most for one delivery. A push's body is seldom larger than a hundred KiB.
const MAX_HASHED_BYTES: usize = 256 << 20;

/// What is to be proven.
pub(super) struct Tried {
    pub(super) provider: Provider,
    /// As the header says it.
    pub(super) proof: Option<Zeroizing<String>>,
    pub(super) body: Vec<u8>,
}

/// A secret, and the project that it is of; without one it is the installation's.
struct Known {
    project: Option<usize>,
    secret: SecretValue,
}

impl App {
    /// The projects of `matched` of which the proof is one.
    pub(super) async fn prove(
        &self,
        tried: Tried,
        matched: Vec<Project>,
    ) -> Result<Vec<Project>, Error> {
        let mut known = Vec::new();
        if let Some(secret) = &self.config.webhook_secret
            && !secret.expose().is_empty()
        {
            known.push(Known { project: None, secret: secret.clone() });
        }
        for (project, at) in matched.iter().zip(0..) {
            for secret in self.webhook_secrets(project) {
                known.push(Known { project: Some(at), secret });
            }
        }
        let proven =
            tokio::task::spawn_blocking(move || tried.by(&known)).await.map_err(Error::internal)?;
        let is_proven = |at: usize| proven.iter().any(|one| one.is_none_or(|one| one == at));
        Ok(matched
            .into_iter()
            .zip(0..)
            .filter_map(|(project, at)| is_proven(at).then_some(project))
            .collect())
    }

    /// The secrets that prove a push to a project now.
    fn webhook_secrets(&self, project: &Project) -> Vec<SecretValue> {
        let now_ms = self.now_ms();
        let previous = project
            .sealed_previous_webhook_secret
            .as_ref()
            .filter(|_| project.previous_webhook_secret_until.is_some_and(|until| now_ms < until));
        let open = |sealed: &Vec<u8>| match self.open_webhook_secret(project, sealed) {
            Ok(secret) => Some(secret),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(project = %project.id, error, "a webhook secret cannot be opened");
                None
            }
        };
        [Some(&project.sealed_webhook_secret), previous]
            .into_iter()
            .flatten()
            .filter_map(open)
            .collect()
    }

    pub(super) fn open_webhook_secret(
        &self,
        project: &Project,
        sealed: &[u8],
    ) -> Result<SecretValue, Error> {
        let of = Belonging {
            purpose: "webhook secret",
            organization: project.organization_id,
            project: project.id,
        };
        self.keys.open(sealed, of)
    }
}

impl Tried {
    /// Which of these secrets it proves, all of which are tried.
    fn by(&self, known: &[Known]) -> Vec<Option<usize>> {
        let bytes = self.body.len().max(1);
        let most = (MAX_HASHED_BYTES / bytes).max(MIN_TRIED);
        if known.len() > most {
            tracing::warn!(projects = known.len(), "too many projects of one repository");
        }
        let nobodys = SecretValue::new(&[]);
        let others = MIN_TRIED.saturating_sub(known.len());
        for _ in 0..others {
            self.is_by(&nobodys);
        }
        let is_proven = |one: &&Known| self.is_by(&one.secret);
        known.iter().take(most).filter(is_proven).map(|one| one.project).collect()
    }

    fn is_by(&self, secret: &SecretValue) -> bool {
        let proof = self.proof.as_deref().map_or("", String::as_str);
        match self.provider {
            // Of equal length, whatever was sent.
            Provider::GitLab => {
                let sent = Sha256::digest(proof.as_bytes());
                sent.as_slice().ct_eq(Sha256::digest(secret.expose()).as_slice()).into()
            }
            Provider::GitHub | Provider::Forgejo | Provider::Bitbucket => {
                let signature = hex(proof.strip_prefix("sha256=").unwrap_or(proof));
                // HMAC takes keys of any length.
                let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose()) else {
                    return false;
                };
                mac.update(&self.body);
                mac.verify_slice(&signature.unwrap_or_default()).is_ok()
            }
        }
    }
}

fn hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let digit =
            |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}
