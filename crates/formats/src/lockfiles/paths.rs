//! Paths of a target, `/`-separated from its root.

/// The last component.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Whether a name begins with `start`, in any case of ASCII letters.
pub(crate) fn starts_with_in_any_case(name: &str, start: &str) -> bool {
    name.as_bytes()
        .get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()))
}

/// Whether a name ends with `end`, in any case of ASCII letters.
pub(crate) fn ends_with_in_any_case(name: &str, end: &str) -> bool {
    let from = name.len().checked_sub(end.len());
    from.and_then(|from| name.as_bytes().get(from..))
        .is_some_and(|rest| rest.eq_ignore_ascii_case(end.as_bytes()))
}

/// The folder a path lies in, without a slash behind it; empty for the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A file in the same folder.
pub(crate) fn beside(path: &str, name: &str) -> String {
    match folder(path) {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// A relative path, with either slash, seen from a folder. `None` if it is absolute or leads out of the target.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with(['/', '\\']) || relative.len() + folder.len() > 4096 {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder and those above it, the root last.
pub(crate) fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_out() {
        assert_eq!(join("a/b", "../c\\d.props").as_deref(), Some("a/c/d.props"));
        assert_eq!(join("a", "../../etc/passwd"), None);
        assert_eq!(join("a", "/etc/passwd"), None);
        assert_eq!(join("", "./x").as_deref(), Some("x"));
    }

    #[test]
    fn folders_go_up_to_the_root() {
        assert_eq!(upwards("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!(beside("pom.xml", "x"), "x");
        assert_eq!(beside("a/pom.xml", "x"), "a/x");
    }
}
