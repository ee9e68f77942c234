//! Images as build files and workflows name them.

pub(super) mod dockerfile;
pub(super) mod github_actions;

/// Name and version of `registry/name:tag@digest`: the tag, else the digest, else `latest`, which is what engines take then.
/// `None` for the empty image and for what still has variables in it.
fn image(reference: &str) -> Option<(&str, &str)> {
    let reference = reference.trim();
    if reference.is_empty() || reference == "scratch" || reference.contains(['$', ' ']) {
        return None;
    }
    let (reference, digest) = match reference.split_once('@') {
        Some((reference, digest)) => (reference, Some(digest)),
        None => (reference, None),
    };
    let after_host = reference.rfind('/').map_or(0, |at| at + 1);
    let tag = reference.get(after_host..).and_then(|rest| rest.find(':'));
    let (name, tag) = match tag {
        Some(at) => (reference.get(..after_host + at)?, reference.get(after_host + at + 1..)),
        None => (reference, None),
    };
    Some((name, tag.or(digest).unwrap_or("latest")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_before_a_slash_is_a_port() {
        assert_eq!(image("localhost:5000/a/b"), Some(("localhost:5000/a/b", "latest")));
        assert_eq!(image("localhost:5000/a/b:1"), Some(("localhost:5000/a/b", "1")));
        assert_eq!(image("node:20-alpine@sha256:ab"), Some(("node", "20-alpine")));
        assert_eq!(image("node@sha256:ab"), Some(("node", "sha256:ab")));
        assert_eq!(image("scratch"), None);
        assert_eq!(image("a:${B}"), None);
    }
}
