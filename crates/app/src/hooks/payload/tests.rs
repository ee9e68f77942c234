//! Payloads as the providers' documentation shows them, shortened.

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
    let branch = |name: &&str| Branch { name: (*name).to_owned(), commit: Some(COMMIT.to_owned()) };
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
    let form: String =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &body).finish();
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
    let several = [new("branch", "main"), new("tag", "v1"), change("null"), new("branch", "dev")];
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
        for body in ["", "{}", "[]", "null", "\u{0}", "payload=", r#"{"repository": 1}"#, &deep] {
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
