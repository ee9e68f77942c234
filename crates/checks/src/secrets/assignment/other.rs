//! Values that are something else than a credential: names, versions, settings, paths, code.

use crate::secrets::judge::Shape;

/// Values that belong to another kind of thing, whatever the name says.
pub(super) fn is_something_else(value: &[u8], shape: &Shape) -> bool {
    let starts = |prefix: &[u8]| value.starts_with(prefix);
    let contains = |needle: &[u8]| memchr::memmem::find(value, needle).is_some();
    starts(b"http://")
        || starts(b"https://")
        || starts(b"--")
        || is_version(value)
        || is_setting(value)
        || is_signed(value)
        || is_integrity(value)
        || is_validation(value)
        || is_public_key(value)
        || starts(b"?") && contains(b"=")
        // A JSON Web Token or a piece of one, which has its own judge.
        || starts(b"eyJ") && contains(b".")
        || is_escape(value)
        || starts(b"/") && value.iter().filter(|b| **b == b'/').count() > 1 && !shape.is_random()
        || starts(b"./")
        || starts(b"../")
        || starts(b"~/")
        || contains(b"://") && !contains(b"@")
        || starts(b"#") && shape.length <= 9
        || starts(b"<") && contains(b">")
        || contains(b"()")
        || contains(b"\\u")
        || contains(b"::")
        || starts(b"arn:")
        || starts(b"vault:")
        || starts(b"projects/")
        || starts(b"env.")
        || starts(b"process.env")
        || starts(b"os.")
        || starts(b"self.")
        || starts(b"this.")
        || starts(b"secrets.")
        || starts(b"var.")
        || starts(b"local.")
        || starts(b"data.")
        || starts(b"ENC[")
        || starts(b"ssm:")
        || starts(b"-----BEGIN")
        || starts(b"ssh-rsa ")
        || has_extension(value)
        || is_uuid(value) && value.iter().filter(|b| **b == b'0').count() > 12
}

/// `1.2`, `^3.370.0`, `>=2.0.1`, `7.9.3-rc1`: digits and dots, perhaps an operator before them.
fn is_version(value: &[u8]) -> bool {
    let operator = value
        .iter()
        .take_while(|b| matches!(b, b'^' | b'~' | b'=' | b'<' | b'>' | b'v' | b' '))
        .count();
    let rest = value.get(operator..).unwrap_or_default();
    let end = rest.iter().position(|b| matches!(b, b'-' | b'+')).unwrap_or(rest.len());
    let numbers = rest.get(..end).unwrap_or_default();
    numbers.first().is_some_and(u8::is_ascii_digit)
        && numbers.contains(&b'.')
        && numbers.len() <= 16
        && numbers.split(|b| *b == b'.').all(|part| {
            matches!(part.len(), 1..=4) && part.iter().all(|b| b.is_ascii_digit() || *b == b'x')
        })
}

/// A setting with its own name and value: `spring.datasource.url=x`, `redis.db=2`.
fn is_setting(value: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'=', value) else { return false };
    let name = value.get(..at).unwrap_or_default();
    name.contains(&b'.')
        && name.split(|b| *b == b'.').count() > 1
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && at + 1 < value.len()
        && Shape::of(name).surprise.is_none_or(|s| s < 5.0)
        && Shape::of(name).digits * 6 <= name.len()
}

/// A public key in DER and base64 (SubjectPublicKeyInfo, RFC 5280, section 4.1): of RSA with 1,024, 2,048 or 4,096 bits, of P-256 or P-384.
fn is_public_key(value: &[u8]) -> bool {
    const BEGINNINGS: &[&[u8]] =
        &[b"MIGfMA0GCSqG", b"MIIBIjANBgkq", b"MIICIjANBgkq", b"MFkwEwYHKoZI", b"MHYwEAYHKoZI"];
    BEGINNINGS.iter().any(|beginning| value.starts_with(beginning))
}

/// What a form's field must be: `required|min:8|same:password`.
fn is_validation(value: &[u8]) -> bool {
    value.contains(&b'|')
        && value.split(|b| *b == b'|').all(|rule| {
            let end = rule.iter().position(|b| *b == b':').unwrap_or(rule.len());
            let (name, given) = rule.split_at(end);
            !name.is_empty()
                && name.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
                && given.iter().all(|b| b.is_ascii_alphanumeric() || b":,_.".contains(b))
        })
}

/// The hash of a file as browsers give it, `sha512-…==` (Subresource Integrity, section 3.5), and as npm's lock files do, with SHA-1 too.
fn is_integrity(value: &[u8]) -> bool {
    [b"sha1-".as_slice(), b"sha256-", b"sha384-", b"sha512-"]
        .iter()
        .any(|name| value.starts_with(name))
}

/// A cookie or message with its signature, `BAh7…--5f1d…`, of which the signature may have been cut off: whoever has the key
/// can make it, it is not the key.
fn is_signed(value: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(value, b"--") else { return false };
    let digest = value.get(at + 2..).unwrap_or_default();
    at >= 16
        && (digest.is_empty() || is_digest(digest))
        && value.iter().take(at).all(|b| b.is_ascii_alphanumeric() || b"+/=%_-".contains(b))
}

/// One character, written as its number: `\e033`, of an icon's font.
fn is_escape(value: &[u8]) -> bool {
    let number = value.strip_prefix(b"\\").map(|rest| rest.strip_prefix(b"\\").unwrap_or(rest));
    number.is_some_and(|number| {
        (2..=6).contains(&number.len()) && number.iter().all(u8::is_ascii_hexdigit)
    })
}

/// SHA-1 or SHA-256 in hexadecimal.
pub(super) fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 40 | 64) && value.iter().all(u8::is_ascii_hexdigit)
}

/// Ends like a file: `secret.key`, `token.json`.
fn has_extension(value: &[u8]) -> bool {
    const EXTENSIONS: &[&[u8]] = &[
        b".json",
        b".txt",
        b".key",
        b".pem",
        b".crt",
        b".yml",
        b".yaml",
        b".xml",
        b".js",
        b".ts",
        b".py",
        b".rb",
        b".go",
        b".php",
        b".html",
        b".csv",
        b".md",
        b".conf",
        b".cfg",
        b".ini",
        b".properties",
        b".env",
        b".png",
        b".svg",
        b".css",
        b".java",
        b".sh",
        b".c",
        b".h",
        b".jks",
        b".p12",
        b".pfx",
    ];
    EXTENSIONS.iter().any(|extension| value.ends_with(extension))
}

pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(index, b)| {
            if matches!(index, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() }
        })
}

/// Looks like a name of something in code: `userPassword`, `config.token`, `DB_PASSWORD`, `get-password`.
pub(super) fn is_identifier(value: &[u8], shape: &Shape) -> bool {
    let name_bytes = value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'$' | b'/' | b':'));
    name_bytes
        && shape.digits * 6 <= shape.length
        && shape.surprise.is_none_or(|s| s < 5.0)
        && value.first().is_some_and(|b| !b.is_ascii_digit())
}

/// Two or more words with a joint: `reset_password`, `user-token`, `userPassword`, `auth.password`.
pub(super) fn is_composed_name(value: &[u8]) -> bool {
    let joints =
        value.iter().filter(|b| matches!(b, b'_' | b'-' | b'.' | b':' | b'/' | b'#')).count();
    let humps = value
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    (joints > 0 || humps > 0)
        && letters + joints == value.len()
        && Shape::of(value).surprise.is_none_or(|s| s < 5.4)
}

/// A bare value that is an expression: a call, an index, a member, an operator.
pub(super) fn is_code(value: &[u8]) -> bool {
    value.iter().any(|b| matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'|' | b'*'))
        || memchr::memmem::find(value, b"->").is_some()
        || value.first().is_some_and(|b| {
            matches!(b, b'$' | b'@' | b'&' | b'!' | b'=' | b'+' | b'-' | b'.' | b',')
        })
        || value.iter().filter(|b| **b == b'.').count() > 0
            && value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_'))
}
