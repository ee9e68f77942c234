//! What the code hosts send, understood: which repository, and which branches were pushed. Fields that are not needed are
//! passed over, whatever they hold; a body that is not understood is of no repository.
//!
//! GitHub: "Webhook events and payloads". GitLab: "Webhook events". Forgejo and Gitea: "Webhooks". Bitbucket Cloud: "Event payloads".

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

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
    const ZEROS: &str = "0000000000000000000000000000000000000000";

    fn github(reference: &str, after: &str, deleted: bool) -> String {
        format!(
            r#"{{"ref": "{reference}", "before": "{ZEROS}", "after": "{after}", "created": false, "deleted": {deleted},
            "forced": false, "base_ref": null, "compare": "https://github.com/Octo-Org/Hello-World/compare/a...b",
            "commits": [{{"id": "{COMMIT}", "message": "mend", "added": [], "modified": ["a"]}}],
            "repository": {{"id": 35129377, "name": "Hello-World", "full_name": "Octo-Org/Hello-World", "private": false,
              "owner": {{"name": "Octo-Org", "email": null}}, "html_url": "https://github.com/Octo-Org/Hello-World",
              "url": "https://github.com/Octo-Org/Hello-World", "git_url": "git://github.com/Octo-Org/Hello-World.git",
              "ssh_url": "git@github.com:Octo-Org/Hello-World.git",
              "clone_url": "https://github.com/Octo-Org/Hello-World.git", "default_branch": "main"}},
            "pusher": {{"name": "octo", "email": "octo@example.org"}}, "sender": {{"login": "octo", "id": 1}}}}"#
        )
    }

    fn names(host: &str, owner: &str, name: &str) -> Names {
        Names {
            identities: vec![format!("{host}/{owner}/{name}")],
            full_name: Some((owner.to_owned(), name.to_owned())),
        }
    }

    fn pushed(names: &[&str]) -> Said {
        let branch =
            |name: &&str| Branch { name: (*name).to_owned(), commit: Some(COMMIT.to_owned()) };
        Said::Pushed(names.iter().map(branch).collect())
    }

    fn said(provider: Provider, event: &str, body: &str) -> Said {
        understand(provider, event, body.as_bytes()).said
    }

    #[test]
    fn a_push_on_github() {
        let body = github("refs/heads/feature/x", COMMIT, false);
        let payload = understand(Provider::GitHub, "push", body.as_bytes());
        assert_eq!(payload.names, names("github.com", "octo-org", "hello-world"));
        assert_eq!(payload.said, pushed(&["feature/x"]));
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &body)
            .finish();
        assert_eq!(understand(Provider::GitHub, "push", form.as_bytes()), payload);
        for body in [
            github("refs/tags/v1", COMMIT, false),
            github("refs/heads/gone", ZEROS, true),
            github("refs/heads/a..b", COMMIT, false),
        ] {
            assert_eq!(said(Provider::GitHub, "push", &body), Said::Ignored(NO_BRANCH));
        }
    }

    #[test]
    fn a_ping_on_github_names_its_repository() {
        let body = r#"{"zen": "Design for failure.", "hook_id": 1, "hook": {"type": "Repository", "active": true},
            "repository": {"full_name": "Octo-Org/Hello-World", "clone_url": "https://github.com/Octo-Org/Hello-World.git"}}"#;
        let payload = understand(Provider::GitHub, "ping", body.as_bytes());
        assert_eq!(payload.names, names("github.com", "octo-org", "hello-world"));
        assert_eq!(payload.said, Said::Ignored(PING));
        assert_eq!(said(Provider::GitHub, "issues", body), Said::Ignored(OTHER_EVENT));
    }

    #[test]
    fn a_push_on_gitlab() {
        let body = |reference: &str, after: &str| {
            format!(
                r#"{{"object_kind": "push", "event_name": "push", "before": "{ZEROS}", "after": "{after}",
                "ref": "{reference}", "ref_protected": true, "checkout_sha": "{after}", "user_id": 4,
                "user_name": "John Smith", "project_id": 15,
                "project": {{"id": 15, "name": "Diaspora", "description": "", "web_url": "http://git.example/mike/diaspora",
                  "avatar_url": null, "git_ssh_url": "git@git.example:mike/diaspora.git",
                  "git_http_url": "http://git.example/mike/diaspora.git", "namespace": "Mike", "visibility_level": 0,
                  "path_with_namespace": "mike/diaspora", "default_branch": "master"}},
                "repository": {{"name": "Diaspora", "url": "git@git.example:mike/diaspora.git", "visibility_level": 0}},
                "commits": [], "total_commits_count": 0}}"#
            )
        };
        let main = body("refs/heads/main", COMMIT);
        let payload = understand(Provider::GitLab, "Push Hook", main.as_bytes());
        assert_eq!(payload.names, names("git.example", "mike", "diaspora"));
        assert_eq!(payload.said, pushed(&["main"]));
        let gone = body("refs/heads/main", ZEROS);
        assert_eq!(said(Provider::GitLab, "Push Hook", &gone), Said::Ignored(NO_BRANCH));
        let tag = body("refs/tags/v1", COMMIT);
        assert_eq!(said(Provider::GitLab, "Tag Push Hook", &tag), Said::Ignored(NO_BRANCH));
        assert_eq!(said(Provider::GitLab, "Issue Hook", &main), Said::Ignored(OTHER_EVENT));
    }

    #[test]
    fn a_push_on_forgejo() {
        let body = format!(
            r#"{{"ref": "refs/heads/develop", "before": "{ZEROS}", "after": "{COMMIT}",
            "compare_url": "https://git.example:3000/gitea/webhooks/compare/a...b", "commits": [], "total_commits": 1,
            "repository": {{"id": 140, "owner": {{"id": 1, "login": "gitea"}}, "name": "webhooks", "full_name": "gitea/webhooks",
              "html_url": "https://git.example:3000/gitea/webhooks", "ssh_url": "ssh://git@git.example:2222/gitea/webhooks.git",
              "clone_url": "https://git.example:3000/gitea/webhooks.git", "default_branch": "master"}},
            "pusher": {{"id": 1, "login": "gitea"}}, "sender": {{"id": 1, "login": "gitea"}}}}"#
        );
        let payload = understand(Provider::Forgejo, "push", body.as_bytes());
        assert_eq!(payload.names, names("git.example", "gitea", "webhooks"));
        assert_eq!(payload.said, pushed(&["develop"]));
        assert_eq!(said(Provider::Forgejo, "delete", &body), Said::Ignored(OTHER_EVENT));
    }

    #[test]
    fn a_push_on_bitbucket_may_be_of_several_branches() {
        let change = |new: &str| {
            format!(
                r#"{{"forced": false, "old": null, "links": {{}}, "new": {new}, "truncated": false}}"#
            )
        };
        let new = |kind: &str, name: &str| {
            change(&format!(
                r#"{{"name": "{name}", "type": "{kind}", "links": {{}}, "target": {{"type": "commit", "hash": "{COMMIT}"}}}}"#
            ))
        };
        let body = |changes: &[String]| {
            format!(
                r#"{{"push": {{"changes": [{}]}}, "actor": {{"display_name": "Emma"}},
                "repository": {{"type": "repository", "full_name": "acme-team/web-app", "name": "web-app", "uuid": "{{673a6070}}",
                  "links": {{"self": {{"href": "https://api.bitbucket.org/2.0/repositories/acme-team/web-app"}},
                    "html": {{"href": "https://bitbucket.org/acme-team/web-app"}}}}}}}}"#,
                changes.join(",")
            )
        };
        let several =
            [new("branch", "main"), new("tag", "v1"), change("null"), new("branch", "dev")];
        let payload = understand(Provider::Bitbucket, "repo:push", body(&several).as_bytes());
        assert_eq!(payload.names, names("bitbucket.org", "acme-team", "web-app"));
        assert_eq!(payload.said, pushed(&["main", "dev"]));
        let many: Vec<String> = (0..500).map(|at| new("branch", &format!("b{at}"))).collect();
        match said(Provider::Bitbucket, "repo:push", &body(&many)) {
            Said::Pushed(branches) => assert_eq!(branches.len(), MAX_BRANCHES),
            other => panic!("{other:?}"),
        }
        for changes in [&[new("tag", "v1")][..], &[change("null")], &[]] {
            let said = said(Provider::Bitbucket, "repo:push", &body(changes));
            assert_eq!(said, Said::Ignored(NO_BRANCH));
        }
    }

    #[test]
    fn what_is_not_understood_is_of_no_repository() {
        let deep = "[".repeat(100_000);
        for provider in Provider::ALL {
            for body in ["", "{}", "[]", "null", "\u{0}", "payload=", r#"{"repository": 1}"#, &deep]
            {
                for event in ["push", "Push Hook", "repo:push", "ping", ""] {
                    let payload = understand(provider, event, body.as_bytes());
                    assert_eq!(payload.names, Names::default());
                    assert!(matches!(payload.said, Said::Ignored(_)));
                }
            }
        }
    }

    #[test]
    fn spellings_of_one_address_have_one_identity() {
        for address in [
            "https://Git.Example/Team/App.git",
            "https://git.example:8443/team/app/",
            "ssh://git@git.example:22/team/app.git",
            "git@git.example:team/app.git",
            "http://user@git.example/team/app",
        ] {
            assert_eq!(identity(address).as_deref(), Some("git.example/team/app"), "{address}");
        }
        for bad in ["", "app", "https://", "git.example/team/app", "a\0:b"] {
            assert_eq!(identity(bad), None, "{bad:?}");
        }
    }
}
