//! Addresses of repositories, without what must not be told of them.

use std::borrow::Cow;

/// The address without user information (for `ssh` without the password only), query and fragment, any of which may hold a
/// token. What is no URL stays as it is.
pub(crate) fn without_credentials(address: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = address.split_once("://") else { return Cow::Borrowed(address) };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let authority = match authority.rsplit_once('@') {
        None => Cow::Borrowed(authority),
        Some((user, host)) if scheme.eq_ignore_ascii_case("ssh") => {
            Cow::Owned(format!("{}@{host}", user.split(':').next().unwrap_or(user)))
        }
        Some((_, host)) => Cow::Borrowed(host),
    };
    Cow::Owned(format!("{scheme}://{authority}{path}"))
}

/// The address as an absolute URI (RFC 3986), `git@host:path` as `ssh://git@host/path`; `None` for a path on this machine.
pub(crate) fn as_uri(address: &str) -> Option<String> {
    let address = without_credentials(address);
    if let Some((scheme, rest)) = address.split_once("://") {
        let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        return (named && !rest.is_empty()).then(|| format!("{scheme}://{}", encoded(rest)));
    }
    let (host, path) = address.split_once(':')?;
    // git's own rule (git-clone, "Git URLs"): no slash before the colon. One letter is a drive.
    (host.len() > 1 && !host.contains(['/', '\\']))
        .then(|| format!("ssh://{}/{}", encoded(host), encoded(path.trim_start_matches('/'))))
}

/// Percent-encodes what may stand nowhere in a URI; what is encoded already stays.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/@!$&'()*+,;=%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            crate::sarif::percent(byte, &mut out);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_an_address_are_left_out() {
        assert_eq!(
            without_credentials("https://x:tok@en@git.example/a/b.git?private_token=t#u"),
            "https://git.example/a/b.git"
        );
        assert_eq!(
            without_credentials("ssh://git:pw@git.example:22/a"),
            "ssh://git@git.example:22/a"
        );
        assert_eq!(without_credentials("./a?b#c@d"), "./a?b#c@d");
    }

    #[test]
    fn an_address_becomes_a_uri_where_it_names_another_machine() {
        assert_eq!(
            as_uri("git@git.example:a/b c.git").as_deref(),
            Some("ssh://git@git.example/a/b%20c.git")
        );
        assert_eq!(as_uri("https://git.example/a").as_deref(), Some("https://git.example/a"));
        for local in ["/srv/a:b", "C:\\a", "./a", "://x", "1x://a"] {
            assert_eq!(as_uri(local), None, "{local}");
        }
    }
}
