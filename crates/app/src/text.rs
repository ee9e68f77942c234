//! What callers write, understood once: each function that reads a field takes the name that the caller knows it by. And digests,
//! as they are written.

use crate::Error;

/// Longest name of anything, in characters.
const MAX_NAME_CHARS: usize = 100;
/// Longest description, in characters.
const MAX_DESCRIPTION_CHARS: usize = 2_000;
/// Longest text that is looked for, in characters.
const MAX_SOUGHT_CHARS: usize = 200;
/// RFC 5321, 4.5.3.1.3, without the angle brackets.
const MAX_EMAIL_BYTES: usize = 254;
/// Longest name of a branch, in bytes: what git's own servers take.
const MAX_BRANCH_BYTES: usize = 250;

/// A digest, in lower case.
pub(crate) fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name in URLs: `^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$`, 2 to 40 characters.
pub(crate) fn slug(text: String) -> Result<String, Error> {
    let length = text.chars().count();
    if !(2..=40).contains(&length) {
        return Err(Error::invalid("slug", format!("slug must be 2–40 chars (got {length})")));
    }
    let is_end = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let bytes = text.as_bytes();
    let is_slug = is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|byte| *byte == b'-' || is_end(Some(byte)));
    if !is_slug {
        return Err(Error::invalid(
            "slug",
            "slug must consist of a-z, 0-9 and hyphens, with a letter or a digit at both ends",
        ));
    }
    Ok(text)
}

/// Makes a slug of any text; `fallback` if nothing of it can stand in one.
pub(crate) fn slug_from(text: &str, fallback: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() == 32 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.len() < 2 { fallback.to_owned() } else { slug.to_owned() }
}

/// A name for people: one line, not empty. The blanks around it are cut off, and count: the documents' limits are those of what is sent.
pub(crate) fn name(field: &str, text: &str) -> Result<String, Error> {
    let given = text.chars().count();
    let text = text.trim();
    one_line(field, text)?;
    let length = if text.is_empty() { 0 } else { given };
    if !(1..=MAX_NAME_CHARS).contains(&length) {
        return Err(Error::invalid(
            field,
            format!("{field} must be 1–{MAX_NAME_CHARS} chars (got {length})"),
        ));
    }
    Ok(text.to_owned())
}

/// A text of several lines; `None` if it is empty.
pub(crate) fn description(field: &str, text: &str) -> Result<Option<String>, Error> {
    let text = text.trim();
    let length = text.chars().count();
    if length > MAX_DESCRIPTION_CHARS {
        return Err(Error::invalid(
            field,
            format!("{field} must be at most {MAX_DESCRIPTION_CHARS} chars (got {length})"),
        ));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::invalid(field, format!("{field} has control characters in it")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// An address, in lower case. That mail arrives there is not shown by any syntax, so little of it is asked for.
pub(crate) fn email(field: &str, text: &str) -> Result<String, Error> {
    let text = text.trim().to_lowercase();
    let parts = text.rsplit_once('@').filter(|(local, domain)| {
        let has_blank = text.chars().any(|c| c.is_whitespace() || c.is_control());
        let is_domain = domain.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c == '-' || c.is_alphanumeric())
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
        !has_blank && is_domain && (1..=64).contains(&local.len()) && !local.contains('@')
    });
    if parts.is_none() || text.len() > MAX_EMAIL_BYTES {
        return Err(Error::invalid(field, format!("{field} must be an e-mail address")));
    }
    Ok(text)
}

/// A branch, tag or commit, as git takes one (git-check-ref-format(1)).
pub(crate) fn branch(field: &str, text: &str) -> Result<String, Error> {
    let is_plain = |c: char| !c.is_control() && !" ~^:?*[\\".contains(c);
    let is_ref = !text.is_empty()
        && text.len() <= MAX_BRANCH_BYTES
        && text.chars().all(is_plain)
        && !text.contains("..")
        && !text.contains("@{")
        && text != "@"
        && !text.starts_with('-')
        && !text.ends_with('.')
        && text
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"));
    if !is_ref {
        return Err(Error::invalid(field, format!("{field} must be the name of a git branch")));
    }
    Ok(text.to_owned())
}

/// Whether any row can hold the text. PostgreSQL refuses even to be asked for one with a NUL in it.
pub(crate) fn can_be_stored(text: &str) -> bool {
    !text.contains('\0')
}

/// A text to look for: one line that is not longer than what it could be found in.
pub(crate) fn sought(field: &str, text: &str) -> Result<(), Error> {
    let length = text.chars().count();
    if length > MAX_SOUGHT_CHARS {
        let message = format!("{field} must be at most {MAX_SOUGHT_CHARS} chars (got {length})");
        return Err(Error::invalid(field, message));
    }
    one_line(field, text)
}

/// A text without control characters, of any length that a request may have.
pub(crate) fn one_line(field: &str, text: &str) -> Result<(), Error> {
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(field, format!("{field} has control characters in it")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["ab", "a1", "acme-inc", "0-0", &"a".repeat(40)] {
            assert_eq!(slug(good.to_owned()).unwrap(), good);
        }
        for bad in ["", "a", "-a", "a-", "A1", "a_b", "äöü", "a b", &"a".repeat(41), "a\0"] {
            assert!(slug(bad.to_owned()).is_err(), "{bad:?}");
        }
        let message = slug("a".to_owned()).unwrap_err().to_string();
        assert_eq!(message, "slug must be 2–40 chars (got 1)");
    }

    #[test]
    fn slugs_of_names() {
        assert_eq!(slug_from("My Web App", "project"), "my-web-app");
        assert_eq!(slug_from("  Über/uns!! ", "project"), "ber-uns");
        assert_eq!(slug_from("日本", "project"), "project");
        assert_eq!(slug_from("x", "project"), "project");
        assert_eq!(slug_from(&"a-".repeat(40), "project").len(), 31);
    }

    #[test]
    fn names() {
        assert_eq!(name("name", " Ada Admin\n").unwrap(), "Ada Admin");
        assert_eq!(name("name", &"a".repeat(100)).unwrap().len(), 100);
        for (bad, length) in [
            ("", 0),
            (" \n", 0),
            (&*"a".repeat(101), 101),
            (&*format!("\r\n{}", "a".repeat(99)), 101),
        ] {
            let message = name("name", bad).unwrap_err().to_string();
            assert_eq!(message, format!("name must be 1–100 chars (got {length})"));
        }
        assert!(name("name", "a\nb").is_err());
    }

    #[test]
    fn addresses() {
        assert_eq!(email("email", " You@Acme.Example ").unwrap(), "you@acme.example");
        assert_eq!(email("email", "root@localhost").unwrap(), "root@localhost");
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c.d", "a@b..c", "a@-b.c", "a\0@b.c"] {
            assert!(email("email", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn branches() {
        for good in ["main", "feature/a-b", "v1.0", "umlaut-ä", "0123456789abcdef"] {
            assert_eq!(branch("branch", good).unwrap(), good);
        }
        let long = "a".repeat(300);
        for bad in
            ["", "-x", "a..b", "a b", "/a", "a/", "a//b", "a.lock", ".a", "a@{1}", "@", &long]
        {
            assert!(branch("branch", bad).is_err(), "{bad:?}");
        }
    }
}
