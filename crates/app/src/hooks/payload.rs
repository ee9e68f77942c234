//! What the code hosts send, understood: which repository, and which branches were pushed. Fields that are not needed are
//! passed over, whatever they hold; a body that is not understood is of no repository.
//!
//! GitHub: "Webhook events and payloads". GitLab: "Webhook events". Forgejo and Gitea: "Webhooks". Bitbucket Cloud: "Event payloads".

#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor},
};
use url::Url;

use super::{Provider, is_branch};
use crate::{projects::identity_of, text};

/// Branches of one push that start scans; Bitbucket tells of several in one delivery.
const MAX_BRANCHES: usize = 20;
/// Longest address of a repository that is looked at, in bytes.
const MAX_URL_BYTES: usize = 2_000;

const PING: &str = "ping";
const OTHER_EVENT: &str = "events of this kind start no scan";
const NO_BRANCH: &str = "no branch was pushed: tags and deletions start no scan";

/// A delivery, understood as far as it is needed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) names: Names,
    pub(super) said: Said,
}

/// What the repository is called.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Hosts and paths, as [`crate::projects::identity`] makes them.
    pub(super) identities: Vec<String>,
    /// Owner and name, if they could be slugs.
    pub(super) full_name: Option<(String, String)>,
}

/// What has happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// These branches have new commits; there is at least one.
    Pushed(Vec<Branch>),
    /// Nothing that starts a scan, and why.
    Ignored(&'static str),
}

impl Default for Said {
    fn default() -> Self {
        Self::Ignored(OTHER_EVENT)
    }
}

/// A branch with new commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Branch {
    pub(super) name: String,
    /// The commit it is at now.
    pub(super) commit: Option<String>,
}

/// Understands a body.
pub(super) fn understand(provider: Provider, event: &str, body: &[u8]) -> Payload {
    match provider {
        Provider::GitHub => by_ref(event, &unwrapped(body), |event: &RefPush| event.deleted),
        // A deletion is an event of its own there.
        Provider::Forgejo => by_ref(event, &unwrapped(body), |_| false),
        Provider::GitLab => gitlab(event, body),
        Provider::Bitbucket => bitbucket(event, body),
    }
}

/// GitHub and Forgejo may be told to send a form with the JSON in it.
fn unwrapped(body: &[u8]) -> Cow<'_, [u8]> {
    if !body.starts_with(b"payload=") {
        return Cow::Borrowed(body);
    }
    match url::form_urlencoded::parse(body).next() {
        Some((_, payload)) => Cow::Owned(payload.into_owned().into_bytes()),
        None => Cow::Borrowed(body),
    }
}

#[derive(Deserialize)]
struct Envelope<R> {
    repository: Option<R>,
}

/// A repository as GitHub, Forgejo and Gitea tell it.
#[derive(Deserialize)]
struct Repository {
    full_name: Option<String>,
    clone_url: Option<String>,
    html_url: Option<String>,
    ssh_url: Option<String>,
}

#[derive(Deserialize)]
struct RefPush {
    #[serde(rename = "ref")]
    reference: String,
    after: Option<String>,
    #[serde(default)]
    deleted: bool,
}

fn by_ref(event: &str, body: &[u8], is_deletion: impl Fn(&RefPush) -> bool) -> Payload {
    let names = json::<Envelope<Repository>>(body).and_then(|envelope| envelope.repository).map(
        |repository| {
            let urls = [&repository.clone_url, &repository.html_url, &repository.ssh_url];
            Names::of(&urls.map(Option::as_deref), repository.full_name.as_deref())
        },
    );
    let said = match event {
        "push" => json::<RefPush>(body)
            .filter(|push| !is_deletion(push))
            .and_then(|push| branch_of_ref(&push.reference, push.after))
            .map_or(Said::Ignored(NO_BRANCH), |branch| Said::Pushed(vec![branch])),
        "ping" => Said::Ignored(PING),
        _ => Said::Ignored(OTHER_EVENT),
    };
    Payload { names: names.unwrap_or_default(), said }
}

/// GitLab's envelope: `project` is the repository, `repository` a shorter form of it.
#[derive(Deserialize)]
struct GitLab {
    project: Option<GitLabProject>,
}

#[derive(Deserialize)]
struct GitLabProject {
    path_with_namespace: Option<String>,
    git_http_url: Option<String>,
    web_url: Option<String>,
    git_ssh_url: Option<String>,
}

fn gitlab(event: &str, body: &[u8]) -> Payload {
    let names = json::<GitLab>(body).and_then(|gitlab| gitlab.project).map(|project| {
        let urls = [&project.git_http_url, &project.web_url, &project.git_ssh_url];
        Names::of(&urls.map(Option::as_deref), project.path_with_namespace.as_deref())
    });
    let said = match event {
        "Push Hook" => json::<RefPush>(body)
            .and_then(|push| branch_of_ref(&push.reference, push.after))
            .map_or(Said::Ignored(NO_BRANCH), |branch| Said::Pushed(vec![branch])),
        "Tag Push Hook" => Said::Ignored(NO_BRANCH),
        _ => Said::Ignored(OTHER_EVENT),
    };
    Payload { names: names.unwrap_or_default(), said }
}

#[derive(Deserialize)]
struct BitbucketRepository {
    full_name: Option<String>,
    links: Option<BitbucketLinks>,
}

#[derive(Deserialize)]
struct BitbucketLinks {
    html: Option<BitbucketLink>,
}

#[derive(Deserialize)]
struct BitbucketLink {
    href: Option<String>,
}

#[derive(Deserialize)]
struct BitbucketPush {
    push: BitbucketChanges,
}

#[derive(Deserialize)]
struct BitbucketChanges {
    #[serde(deserialize_with = "the_first")]
    changes: Vec<BitbucketChange>,
}

#[derive(Deserialize)]
struct BitbucketChange {
    /// `null` where a branch or tag was deleted.
    new: Option<BitbucketRef>,
}

#[derive(Deserialize)]
struct BitbucketRef {
    /// `branch`, `tag`, and others of Mercurial's time.
    #[serde(rename = "type")]
    kind: String,
    name: String,
    target: Option<BitbucketTarget>,
}

#[derive(Deserialize)]
struct BitbucketTarget {
    hash: Option<String>,
}

fn bitbucket(event: &str, body: &[u8]) -> Payload {
    let names = json::<Envelope<BitbucketRepository>>(body)
        .and_then(|envelope| envelope.repository)
        .map(|repository| {
            let html = repository.links.and_then(|links| links.html).and_then(|link| link.href);
            // An address that is not told is on Bitbucket Cloud.
            let full_name = repository.full_name.as_deref();
            let cloud = full_name.map(|name| format!("https://bitbucket.org/{name}"));
            Names::of(&[html.as_deref(), cloud.as_deref()], full_name)
        });
    let said = match event {
        "repo:push" => {
            let changes = json::<BitbucketPush>(body).map(|event| event.push.changes);
            let mut branches: Vec<Branch> = changes
                .unwrap_or_default()
                .into_iter()
                .filter_map(|change| change.new)
                .filter(|new| new.kind == "branch" && is_branch(&new.name))
                .map(|new| Branch {
                    name: new.name,
                    commit: new.target.and_then(|target| target.hash).filter(|id| is_commit(id)),
                })
                .collect();
            branches.truncate(MAX_BRANCHES);
            if branches.is_empty() { Said::Ignored(NO_BRANCH) } else { Said::Pushed(branches) }
        }
        "diagnostics:ping" => Said::Ignored(PING),
        _ => Said::Ignored(OTHER_EVENT),
    };
    Payload { names: names.unwrap_or_default(), said }
}

/// `None` for a tag, and for a branch that was deleted.
fn branch_of_ref(reference: &str, after: Option<String>) -> Option<Branch> {
    let name = reference.strip_prefix("refs/heads/").filter(|name| is_branch(name))?;
    // The commit of a branch that is no more is told as zeros.
    let is_gone = |id: &String| !id.is_empty() && id.bytes().all(|digit| digit == b'0');
    if after.as_ref().is_some_and(is_gone) {
        return None;
    }
    Some(Branch { name: name.to_owned(), commit: after.filter(|id| is_commit(id)) })
}

fn is_commit(id: &str) -> bool {
    matches!(id.len(), 40 | 64) && id.bytes().all(|digit| digit.is_ascii_hexdigit())
}

impl Names {
    fn of(urls: &[Option<&str>], full_name: Option<&str>) -> Self {
        let mut identities: Vec<String> =
            urls.iter().flatten().filter_map(|url| identity(url)).collect();
        identities.sort();
        identities.dedup();
        let slug = |name: &str| text::slug(name.to_lowercase()).ok();
        let full_name = full_name
            .and_then(|name| name.split_once('/'))
            .and_then(|(owner, name)| Some((slug(owner)?, slug(name)?)));
        Self { identities, full_name }
    }
}

/// Host and path of an address, whether we would clone from it or not.
fn identity(address: &str) -> Option<String> {
    if address.len() > MAX_URL_BYTES || address.chars().any(char::is_control) {
        return None;
    }
    let url = match Url::parse(address) {
        Ok(url) if url.has_host() => url,
        _ if address.contains("://") => return None,
        // `git@host:path`, as ssh has it.
        _ => {
            let (authority, path) = address.split_once(':')?;
            let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
            let mut url = Url::parse(&format!("ssh://{host}/")).ok()?;
            url.set_path(path);
            url
        }
    };
    let host = url.host_str()?.trim_matches(['[', ']']).to_lowercase();
    Some(identity_of(&host, url.path()))
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

/// The first entries of a list; all others are passed over, so that a long one takes no memory.
fn the_first<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct First<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for First<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut first = Vec::new();
            while first.len() < 5 * MAX_BRANCHES {
                match list.next_element()? {
                    Some(entry) => first.push(entry),
                    None => return Ok(first),
                }
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(first)
        }
    }

    deserializer.deserialize_seq(First(PhantomData))
}
