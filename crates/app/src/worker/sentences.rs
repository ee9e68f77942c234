//! Why a scan failed, and what it could not look at, for whoever reads it in an API: somebody who cannot change this server, and
//! is not to learn more of it than has to do with the scan.

use std::{collections::BTreeMap, time::Duration};

use model::{Note, NoteKind, TargetPath};
use store::ScanKind;

/// As many notes of a kind are told one by one; the rest is told in one more.
const MAX_NOTES_OF_A_KIND: usize = 1_000;

pub(super) const OF_THIS_SERVER: &str =
    "The scan failed because of this server: ask its operator to look at the log.";
pub(super) const EMPTY: &str = "The repository is empty: push a commit, then scan it again.";
pub(super) const SEALED_TOKEN: &str = "The project's access token cannot be opened with the keys that this server has now: set the token again, or ask the server's operator for the key it was stored under.";

pub(super) const NO_ACTIVE_CHECKS: &str =
    "This version of Bartizan has no active checks yet: start a passive scan.";

/// What happened to the project's access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// There is none.
    Absent,
    /// It is for another host than the one that is cloned from.
    Kept,
    /// It was there for the server that asks.
    Sent,
}

/// Why a scan of that kind fails.
pub(super) fn no_checks(kind: ScanKind) -> String {
    format!(
        "This version of Bartizan has no checks of the kind `{}` yet: start a scan of the kind `full`, `quick`, `secrets` or `dependencies`.",
        kind.as_str()
    )
}

/// Why a repository could not be cloned.
pub(super) fn of_clone(error: &fetch::Error, token: Token) -> String {
    use fetch::Error as E;
    match error {
        E::InvalidUrl { reason } => format!("The clone URL cannot be used: {reason}."),
        E::CredentialsInUrl => {
            "The clone URL carries a user name or password: take it out, and set the project's access token instead.".to_owned()
        }
        E::UnknownScheme { .. } | E::SchemeRefused { .. } => {
            "This server does not clone over the scheme of the clone URL: use its https address.".to_owned()
        }
        // Which address a name leads to is nobody's business: it may be one inside of the server's network.
        E::AddressRefused { host, .. } => format!(
            "{host} has a private or otherwise special address, to which this server does not connect: use a public address, or ask the server's operator to allow it."
        ),
        E::OwnListener { host } => {
            format!("{host} is this server itself, from which it does not clone: check the repository's URL.")
        }
        E::NameNotResolved { host, .. } => format!(
            "The name {host} cannot be found: check the repository's URL, or try again later."
        ),
        E::ConnectionRefused { host, .. } | E::Unreachable { host, .. } => format!(
            "{host} cannot be reached: check the repository's URL, or try again later."
        ),
        E::ConnectionLost { host, .. } => {
            format!("The connection to {host} broke off during the clone: try again later.")
        }
        E::Tls { host, reason, .. } => {
            format!("There is no secure connection to {host}: {reason}.")
        }
        E::TimedOut { host, after } => format!(
            "Cloning from {host} took longer than {}: try again later, or ask the server's operator for more time.",
            duration(*after)
        ),
        E::TooManyRedirects { host, .. } | E::RedirectRefused { host, .. } => format!(
            "{host} redirects to somewhere else: use the address that the repository has now."
        ),
        E::Status { host, status } if error.is_transient() => {
            format!("{host} answered with HTTP status {status}: try again later.")
        }
        E::Status { host, status } => format!(
            "{host} answered with HTTP status {status}: check that the clone URL leads to a git repository."
        ),
        E::AuthenticationRequired { host } => format!("{host} asks for a login. {}", set(token)),
        E::AuthenticationRefused { host } => format!(
            "{host} does not accept the project's access token: it may have expired or been revoked. Set a new one that may read the repository."
        ),
        E::Forbidden { host } => {
            let what = match token {
                Token::Sent => "Check that the project's access token may read it.",
                Token::Absent | Token::Kept => set(token),
            };
            format!("{host} refuses access to the repository. {what}")
        }
        E::TokenWithheld { host, .. } => format!(
            "{host} asks for a login, and the project's access token is not sent there: it goes to the scheme, host and port of the project's repository only, and only over an encrypted connection or inside of a private network."
        ),
        E::SshAuthentication { host, .. } | E::SshHostKey { host } | E::Ssh { host, .. } => format!(
            "Cloning from {host} over ssh failed: use the repository's https address and an access token, or ask the server's operator to look at its ssh keys and known hosts."
        ),
        E::RepositoryNotFound { url } => {
            let what = match token {
                Token::Sent => "the project's access token may not read it",
                Token::Absent => "it is private and the project has no access token that may read it",
                Token::Kept => "it is private: the project's access token is not sent there, because it is not where the project's repository is",
            };
            format!("There is no repository at {url}, or {what}.")
        }
        E::NotARepository { url, reason } => {
            format!("There is no git repository at {url}: {reason}.")
        }
        E::BranchNotFound { branch, known } => {
            no_branch(branch, known, "no branch yet: push a commit")
        }
        E::NoDefaultBranch { .. } => {
            "The repository has no default branch: name a branch to scan.".to_owned()
        }
        E::InvalidBranch { branch } => format!("`{branch}` is not a name for a branch."),
        E::PackTooLarge { limit_bytes } => too_large("The repository", *limit_bytes),
        E::ObjectTooLarge { limit_bytes } => {
            too_large("An object of the repository", *limit_bytes)
        }
        E::DeltasTooLarge { .. } | E::TooManyObjects { .. } => {
            "The repository has more in it than this server clones: ask its operator to raise the limit.".to_owned()
        }
        E::CorruptPack { .. } => {
            "The repository's host sent data that does not decode: try again later; if it stays so, the repository may be damaged (`git fsck`).".to_owned()
        }
        E::Protocol { host, reason } => {
            format!("{host} does not speak the git protocol as expected: {reason}.")
        }
        E::Http { host, .. } | E::BodyTooLarge { host, .. } => {
            format!("{host} does not answer as a git server does: check the repository's URL.")
        }
        E::ObjectFormat { format } => format!(
            "The repository uses the object format `{format}`, which cannot be read: sha1 and sha256 can."
        ),
        E::InvalidHeader { .. } => {
            "The user name that goes with the project's access token cannot be sent: it must have no colon in it.".to_owned()
        }
        other => {
            let error: &dyn std::error::Error = other;
            tracing::error!(error, "a clone failed because of this server");
            OF_THIS_SERVER.to_owned()
        }
    }
}

/// Why a website is not visited.
pub(super) fn of_target(error: &fetch::Error) -> String {
    match error {
        fetch::Error::AddressRefused { .. } | fetch::Error::OwnListener { .. } => {
            "The website has a private or otherwise special address, to which this server does not connect: use a public address, or ask the server's operator to allow it.".to_owned()
        }
        _ => "The address of the website cannot be used: give one that begins with https:// or http://.".to_owned(),
    }
}

/// Why a website could not be visited.
pub(super) fn of_site(error: &sources::Error) -> String {
    match error {
        sources::Error::Site { reason, .. } => {
            format!(
                "The website could not be visited: {reason}. Check its address, or try again later."
            )
        }
        other => of_repository(other),
    }
}

/// Why a repository that is here could not be scanned.
pub(super) fn of_repository(error: &sources::Error) -> String {
    match error {
        sources::Error::NoSuchRevision { name, known } => no_branch(name, known, "none"),
        sources::Error::Damaged { what, .. } => {
            format!("Reading {what} failed: the repository is damaged or incomplete (`git fsck`).")
        }
        sources::Error::Site { .. } => of_site(error),
        sources::Error::Browser(_) => format!("{error}."),
        sources::Error::Open { .. } | sources::Error::NotARepository { .. } => {
            let error: &dyn std::error::Error = error;
            tracing::error!(error, "a repository could not be opened");
            "The repository could not be opened on this server: check the clone URL, or ask the server's operator to look at the log.".to_owned()
        }
    }
}

/// What a scan could not look at that its user would expect it to, and how many findings there was no room for.
pub(super) fn incomplete(notes: &[Note], dropped: usize) -> Option<String> {
    let mut kinds: BTreeMap<NoteKind, Vec<&Note>> = BTreeMap::new();
    for note in notes.iter().filter(|note| note.kind.is_incomplete()) {
        kinds.entry(note.kind).or_default().push(note);
    }
    let told: Vec<String> = kinds
        .into_iter()
        .map(|(kind, notes)| match (kind, notes.as_slice()) {
            // A limit is told in a sentence of its own.
            (NoteKind::Limit | NoteKind::NotJudged, [first, ..]) => first.message.clone(),
            (NoteKind::PackagesUnread, [first, ..]) => {
                let file = first.path.as_ref().map_or("", TargetPath::as_str);
                let others = match notes.len() {
                    1 => String::new(),
                    count => format!(" and {} more", count - 1),
                };
                format!("packages may be missing: {file}: {}{others}", first.message)
            }
            (kind, notes) => counted(kind, notes.len()),
        })
        .collect();
    let looked = (!told.is_empty())
        .then(|| format!("Not everything could be looked at: {}.", told.join("; ")));
    let stored = (dropped > 0).then(|| {
        format!("There are {dropped} findings more than a scan may have; the worst were kept.")
    });
    match (looked, stored) {
        (Some(looked), Some(stored)) => Some(format!("{looked} {stored}")),
        (one, other) => one.or(other),
    }
}

fn counted(kind: NoteKind, count: usize) -> String {
    let what = match kind {
        NoteKind::TooLarge => "larger than the limit",
        NoteKind::Archive => "archives that could not be read, or not to their end",
        NoteKind::MissingObject => "missing from the repository",
        NoteKind::Corrupt => "damaged in the repository",
        _ => "could not be read",
    };
    match count {
        0..=MAX_NOTES_OF_A_KIND => format!("{count} × {what}"),
        _ => format!("more than {MAX_NOTES_OF_A_KIND} × {what}"),
    }
}

fn set(token: Token) -> &'static str {
    match token {
        Token::Absent | Token::Sent => {
            "Set an access token that may read the repository on the project."
        }
        Token::Kept => {
            "The project's access token is not sent there: the clone URL is not on the scheme, host and port of the project's repository."
        }
    }
}

fn no_branch(branch: &str, known: &[String], none: &str) -> String {
    let known = match known {
        [] => none.to_owned(),
        known => known.join(", "),
    };
    format!("There is no branch, tag or commit `{branch}` in the repository (it has: {known}).")
}

fn too_large(what: &str, limit_bytes: u64) -> String {
    let limit = match limit_bytes {
        0..0x10_0000 => format!("{limit_bytes} bytes"),
        _ => format!("{} MiB", limit_bytes >> 20),
    };
    format!(
        "{what} is larger than {limit}, the most that this server clones: ask its operator to raise the limit."
    )
}

fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        0..120 => format!("{} seconds", duration.as_secs()),
        seconds => format!("{} minutes", seconds / 60),
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn host() -> String {
        "git.example".to_owned()
    }

    #[test]
    fn no_sentence_names_a_flag_a_path_or_an_address() {
        let errors = [
            fetch::Error::CredentialsInUrl,
            fetch::Error::SchemeRefused { scheme: fetch::Scheme::Ssh },
            fetch::Error::AddressRefused {
                host: host(),
                address: [10, 9, 8, 7].into(),
                range: "private",
            },
            fetch::Error::OwnListener { host: host() },
            fetch::Error::AuthenticationRequired { host: host() },
            fetch::Error::AuthenticationRefused { host: host() },
            fetch::Error::Forbidden { host: host() },
            fetch::Error::TokenWithheld { host: host(), reason: "x" },
            fetch::Error::RepositoryNotFound { url: "https://git.example/x".to_owned() },
            fetch::Error::NoDefaultBranch { known: Vec::new() },
            fetch::Error::Ssh { host: host(), reason: "/root/.ssh/id_rsa: denied".to_owned() },
            fetch::Error::Destination {
                path: "/srv/clones".into(),
                source: std::io::ErrorKind::StorageFull.into(),
            },
            fetch::Error::PackTooLarge { limit_bytes: 8 << 30 },
            fetch::Error::TimedOut { host: host(), after: Duration::from_mins(15) },
        ];
        for error in &errors {
            for token in [Token::Absent, Token::Kept, Token::Sent] {
                let sentence = of_clone(error, token);
                assert!(sentence.ends_with('.'), "{sentence}");
                for bad in ["--", "BARTIZAN_", "/root", "/srv", "10.9.8.7"] {
                    assert!(!sentence.contains(bad), "{sentence}");
                }
            }
        }
    }

    #[test]
    fn what_was_not_looked_at_is_told_shortly() {
        let at = |kind, path: &str| Note::at(kind, TargetPath::from_bytes(path.as_bytes()), "x");
        let mut notes = vec![at(NoteKind::Binary, "a"), at(NoteKind::Submodule, "b")];
        assert_eq!(incomplete(&notes, 0), None);
        notes.push(at(NoteKind::TooLarge, "c"));
        notes.extend((0..2_000).map(|_| at(NoteKind::Archive, "d")));
        notes.push(Note::general(NoteKind::Limit, "7 objects were not looked at"));
        assert_eq!(
            incomplete(&notes, 0).unwrap(),
            "Not everything could be looked at: 1 × larger than the limit; more than 1000 × archives that could not be read, or not to their end; 7 objects were not looked at."
        );
    }
}
