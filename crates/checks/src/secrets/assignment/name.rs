//! The name around a keyword, and whether it promises a secret.

use std::ops::Range;

use model::Confidence;

use super::operator::may_begin;
use crate::secrets::rule::Wanted;

/// Longest name that is read, to each side of the keyword, in bytes.
const MAX_NAME_BYTES: usize = 60;

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$')
}

pub(super) fn name_around(text: &[u8], keyword: &Range<usize>) -> Option<Range<usize>> {
    let behind = text.get(keyword.end..text.len().min(keyword.end + MAX_NAME_BYTES))?;
    let right = behind.iter().take_while(|b| is_name_byte(**b)).count();
    // Most keywords are of words that are given nothing, which what stands behind them shows.
    if !behind.get(right).is_some_and(|b| may_begin(*b)) {
        return None;
    }
    let before = text.get(keyword.start.saturating_sub(MAX_NAME_BYTES)..keyword.start)?;
    let left = before.iter().rev().take_while(|b| is_name_byte(**b)).count();
    // A name that does not end is a blob of text.
    (left < MAX_NAME_BYTES && right < MAX_NAME_BYTES)
        .then(|| keyword.start - left..keyword.end + right)
}

/// Last parts of a name that say: not the secret itself but something about it.
const ABOUT: &[&[u8]] = &[
    b"name",
    b"names",
    b"id",
    b"ids",
    b"type",
    b"types",
    b"file",
    b"filename",
    b"files",
    b"path",
    b"paths",
    b"dir",
    b"url",
    b"uri",
    b"urls",
    b"endpoint",
    b"host",
    b"hostname",
    b"field",
    b"fields",
    b"label",
    b"input",
    b"placeholder",
    b"hint",
    b"text",
    b"title",
    b"message",
    b"msg",
    b"error",
    b"errors",
    b"length",
    b"len",
    b"size",
    b"count",
    b"min",
    b"max",
    b"limit",
    b"limits",
    b"policy",
    b"policies",
    b"rule",
    b"rules",
    b"regex",
    b"pattern",
    b"validator",
    b"validation",
    b"valid",
    b"format",
    b"prefix",
    b"suffix",
    b"header",
    b"headers",
    b"param",
    b"params",
    b"parameter",
    b"arg",
    b"args",
    b"option",
    b"options",
    b"config",
    b"expiry",
    b"expires",
    b"expiration",
    b"expire",
    b"ttl",
    b"timeout",
    b"age",
    b"lifetime",
    b"version",
    b"algorithm",
    b"alg",
    b"algo",
    b"method",
    b"mode",
    b"provider",
    b"manager",
    b"mgr",
    b"used",
    b"last",
    b"stdin",
    b"digest",
    b"store",
    b"storage",
    b"service",
    b"factory",
    b"builder",
    b"handler",
    b"generator",
    b"encoder",
    b"decoder",
    b"class",
    b"required",
    b"enabled",
    b"disabled",
    b"changed",
    b"reset",
    b"confirm",
    b"prompt",
    b"strength",
    b"env",
    b"var",
    b"variable",
    b"ref",
    b"reference",
    b"location",
    b"source",
    b"index",
    b"offset",
    b"position",
    b"kind",
    b"scope",
    b"scopes",
    b"issuer",
    b"audience",
    b"description",
    b"desc",
    b"comment",
    b"help",
    b"info",
    b"usage",
    b"example",
    b"form",
    b"page",
    b"view",
    b"dialog",
    b"button",
    b"icon",
    b"link",
    b"visible",
    b"hidden",
    b"char",
    b"chars",
    b"set",
    b"list",
    b"map",
    b"cache",
    b"selector",
    b"column",
    b"table",
    b"attribute",
    b"attr",
    b"attrs",
    b"attributes",
    b"encryption",
    b"scheme",
    b"charset",
    b"query",
    b"property",
    b"prop",
    b"schema",
    b"model",
    b"template",
    b"arn",
    b"region",
    b"bucket",
    b"cmd",
    b"command",
    b"script",
    b"function",
    b"func",
    b"callback",
    b"cb",
    b"ize",
    b"izer",
    b"ized",
    b"izers",
    b"stream",
    b"parser",
    b"lexer",
    b"iterator",
    b"bindings",
    b"mount",
    b"username",
    b"user",
    b"email",
    b"hash_algorithm",
    b"rotation",
    b"created",
    b"updated",
    b"at",
    b"date",
    b"time",
    b"timestamp",
    b"status",
    b"state",
    b"level",
    b"count",
    b"public",
    b"pub",
    b"match",
    b"mismatch",
    b"wrong",
    b"incorrect",
];

/// Whether a name, or what of it follows a keyword, says: not the secret itself but something about it.
pub(super) fn is_about(name: &[u8]) -> bool {
    words(name).any(|word| ABOUT.contains(&word.as_slice()))
}

/// Whether a password is given a second time, which labels of forms are called as well.
pub(super) fn is_said_again(name: &[u8]) -> bool {
    words(name).last().is_some_and(|word| word == b"confirmation")
}

/// Whether the name is of several passwords, and not of those that nobody may choose.
pub(super) fn is_of_passwords(name: &[u8]) -> bool {
    const SEVERAL: &[&[u8]] = &[b"passwords", b"passwds", b"passphrases", b"passcodes", b"pwds"];
    const REFUSED: &[&[u8]] = &[
        b"banned",
        b"blacklist",
        b"breached",
        b"common",
        b"denied",
        b"forbidden",
        b"invalid",
        b"leaked",
        b"top",
        b"weak",
    ];
    let lower = name.to_ascii_lowercase();
    SEVERAL.iter().any(|word| lower.ends_with(word))
        && !words(name).any(|word| REFUSED.contains(&word.as_slice()))
}

/// Whether a password is what `pw` may stand for, among pulse widths and powers.
pub(super) fn is_short_for_password(name: &[u8]) -> bool {
    name.to_ascii_lowercase().ends_with(b"_pw")
}

/// Whether the name promises a secret: `db_password` does, `password_field`, `tokenizer` and `keyboard` do not.
pub(super) fn is_telling(name: &[u8], keyword: &[u8], wanted: Wanted) -> bool {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or(name);
    // The keyword must stand in the last part: `password.length` is about something else.
    let lower = last.to_ascii_lowercase();
    let Some(at) = memchr::memmem::rfind(&lower, &keyword.to_ascii_lowercase()) else {
        return false;
    };
    let Some(behind) = last.get(at + keyword.len()..) else { return false };
    let before = last.get(..at).unwrap_or_default();
    let keyword_lower = keyword.to_ascii_lowercase();
    if keyword_lower == b"key" && !is_key_name(before, behind) {
        let owner = name.strip_suffix(last).and_then(|rest| rest.strip_suffix(b"."));
        if !(last == b"key" && owner.is_some_and(owns_a_key)) {
            return false;
        }
    }
    if keyword_lower == b"auth" && !behind.iter().all(|b| !b.is_ascii_alphabetic()) {
        return false;
    }
    if keyword_lower == b"pass" {
        // `pass`, `db_pass`, `DB_PASS`, `dbPass`; neither `bypass` nor `passed`, nor `password` (its own keyword).
        let starts = before.last().is_none_or(|b| !b.is_ascii_lowercase())
            || keyword.first().is_some_and(u8::is_ascii_uppercase);
        let upper_before = before.last().is_some_and(u8::is_ascii_uppercase)
            && keyword.iter().all(u8::is_ascii_uppercase);
        // What `keytool` takes: `-storepass`, `-srckeypass`.
        let of_java =
            before.starts_with(b"-") && (before.ends_with(b"store") || before.ends_with(b"key"));
        if !(starts || of_java)
            || upper_before
            || behind.first().is_some_and(u8::is_ascii_alphabetic)
        {
            return false;
        }
    }
    if is_public(before) {
        return false;
    }
    let rest = behind
        .strip_prefix(b"s")
        .or_else(|| {
            behind.strip_prefix(b"S").filter(|_| keyword.iter().all(u8::is_ascii_uppercase))
        })
        .filter(|rest| rest.first().is_none_or(|b| !b.is_ascii_lowercase()))
        .unwrap_or(behind);
    let about_hash = |word: &[u8]| {
        wanted == Wanted::Token
            && matches!(
                word,
                b"hash" | b"hashes" | b"digest" | b"checksum" | b"fingerprint" | b"thumbprint"
            )
    };
    !is_about(rest)
        && !words(rest).any(|word| about_hash(&word))
        && !rest.first().is_some_and(|b| {
            // `tokenize`, `secretary`, `passwordless`: the word goes on.
            b.is_ascii_lowercase() && !is_known_ending(rest) && behind.len() == rest.len()
        })
}

/// How sure a value can make: of some names the better part promises nothing that must be kept.
pub(super) fn most(name: &[u8], wanted: Wanted) -> Confidence {
    if wanted != Wanted::Token {
        return Confidence::High;
    }
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or(name);
    let parts: Vec<Vec<u8>> = words(last).collect();
    match parts.as_slice() {
        // It stands beside the hash it went into; and what a telephone is called on.
        [salt] if salt == b"salt" => Confidence::Low,
        [.., device, token] if device == b"device" && token == b"token" => Confidence::Low,
        // Of a form, of a page, of a parser.
        [token] if token == b"token" => Confidence::Medium,
        _ => Confidence::High,
    }
}

/// Whether a provider's name may begin at the keyword, or it is its own part of one: `okta_token`, `myOktaToken`, `accesstoken`; not in
/// the middle of another word (`boktas`), nor of what is made anew for each form (`authenticity_token`).
pub(crate) fn begins_a_name(text: &[u8], keyword: &Range<usize>) -> bool {
    let word = text.get(keyword.clone()).unwrap_or_default();
    let behind = text.get(keyword.end..).unwrap_or_default();
    let before = text.get(..keyword.start).and_then(<[u8]>::last);
    let goes_on = |a: Option<&u8>, b: Option<&u8>| {
        a.is_some_and(u8::is_ascii_lowercase) && b.is_some_and(u8::is_ascii_lowercase)
    };
    let inside = goes_on(before, word.first())
        && goes_on(word.last(), behind.first())
        && !is_known_ending(behind.get(..behind.len().min(8)).unwrap_or_default());
    !inside && !is_made_anew(text, keyword.start)
}

/// Whether the name that goes on at `at` is of a token which a page gives to its own form.
fn is_made_anew(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(MAX_NAME_BYTES)..at).unwrap_or_default();
    let before = before.strip_suffix(b"_").or_else(|| before.strip_suffix(b"-")).unwrap_or(before);
    [b"authenticity".as_slice(), b"csrf", b"xsrf"].iter().any(|word| {
        before
            .len()
            .checked_sub(word.len())
            .and_then(|start| before.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(word))
    })
}

/// Small letters that may follow a keyword without making another word of it.
fn is_known_ending(rest: &[u8]) -> bool {
    let lower = rest.to_ascii_lowercase();
    [
        b"word".as_slice(),
        b"wd",
        b"phrase",
        b"code",
        b"key",
        b"token",
        b"value",
        b"val",
        b"hash",
        b"salt",
        b"data",
        b"string",
        b"str",
        b"secret",
        b"base",
        b"or",
    ]
    .iter()
    .any(|ending| lower.starts_with(ending))
}

/// `key` alone says little: it must be the end of the name, as its own word, and not the key of a map or a keyboard.
fn is_key_name(before: &[u8], behind: &[u8]) -> bool {
    const QUALIFIERS: &[&[u8]] = &[
        b"api",
        b"app",
        b"access",
        b"auth",
        b"secret",
        b"private",
        b"priv",
        b"encryption",
        b"encrypt",
        b"enc",
        b"crypt",
        b"crypto",
        b"cipher",
        b"aes",
        b"des",
        b"rsa",
        b"hmac",
        b"signing",
        b"sign",
        b"signature",
        b"master",
        b"shared",
        b"account",
        b"storage",
        b"license",
        b"session",
        b"cookie",
        b"service",
        b"admin",
        b"client",
        b"consumer",
        b"server",
        b"write",
        b"read",
        b"subscription",
        b"root",
        b"deploy",
        b"webhook",
        b"account",
        b"azure",
        b"aws",
        b"google",
        b"maps",
        b"stripe",
        b"twilio",
        b"mailgun",
        b"sendgrid",
        b"firebase",
        b"algolia",
        b"jwt",
        b"token",
        b"data",
        b"user",
        b"pass",
        b"ssh",
        b"security",
        b"bot",
        b"developer",
        b"dev",
        b"integration",
        b"internal",
        b"iv",
        b"fernet",
        b"psk",
        b"preshared",
        b"mac",
        // Of `kubeadm`: encrypts the certificates of a control plane.
        b"certificate",
        // Of WordPress.
        b"logged_in",
        b"loggedin",
        b"secure",
    ];
    const ENDINGS: &[&[u8]] =
        &[b"s", b"_base64", b"_b64", b"b64", b"base64", b"_hex", b"_value", b"value"];
    if !behind.is_empty() && !ENDINGS.iter().any(|ending| behind.eq_ignore_ascii_case(ending)) {
        return false;
    }
    let lower = before.to_ascii_lowercase();
    let lower = lower.strip_suffix(b"_").or_else(|| lower.strip_suffix(b"-")).unwrap_or(&lower);
    QUALIFIERS.iter().any(|qualifier| lower.ends_with(qualifier))
}

/// `app.key`, `encryption.key`: a setting of something that has one key.
fn owns_a_key(owner: &[u8]) -> bool {
    let last = owner.rsplit(|b| *b == b'.').next().unwrap_or(owner);
    [b"app".as_slice(), b"api", b"secret", b"encryption", b"license", b"jwt", b"signing"]
        .iter()
        .any(|word| last.eq_ignore_ascii_case(word))
}

/// What is published on purpose.
fn is_public(before: &[u8]) -> bool {
    // `publicKeyToken`, `public_key_value`.
    let before = match before.len().checked_sub(3).and_then(|at| before.split_at_checked(at)) {
        Some((rest, key)) if key.eq_ignore_ascii_case(b"key") => rest,
        _ => before,
    };
    let lower = before.to_ascii_lowercase();
    [
        b"public".as_slice(),
        b"publishable",
        b"csrf",
        b"xsrf",
        b"authenticity",
        b"next",
        b"page",
        b"continuation",
        b"cancellation",
        b"cancel",
        b"primary",
        b"foreign",
        b"sort",
        b"partition",
        b"no_",
        b"cache",
        b"show",
        b"hide",
        b"forgot",
        b"reset",
        b"confirm_new",
        b"re_enter",
        b"invalid",
        b"missing",
        b"has",
        b"is_",
        b"wrong",
    ]
    .iter()
    .any(|word| {
        let joint = usize::from(!word.ends_with(b"_") && lower.ends_with(b"_"))
            + usize::from(lower.ends_with(b"-"));
        let end = lower.len() - joint;
        let Some(start) = end.checked_sub(word.len()) else { return false };
        // `redis_` does not end in `is_`.
        let begins = match (start.checked_sub(1).and_then(|at| before.get(at)), before.get(start)) {
            (None, _) => true,
            (Some(left), Some(first)) => {
                !left.is_ascii_alphabetic()
                    || (left.is_ascii_lowercase() && first.is_ascii_uppercase())
            }
            (Some(_), None) => false,
        };
        begins && lower.get(start..end) == Some(word)
    })
}

/// The words of a name: split at `_`, `-`, `.`, `$`, digits and at capitals; lower case.
pub(super) fn words(name: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut words = vec![Vec::new()];
    let mut previous_lower = false;
    for &b in name {
        if !b.is_ascii_alphabetic() {
            words.push(Vec::new());
            previous_lower = false;
            continue;
        }
        if b.is_ascii_uppercase() && previous_lower {
            words.push(Vec::new());
        }
        previous_lower = b.is_ascii_lowercase();
        if let Some(word) = words.last_mut() {
            word.push(b.to_ascii_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_is_a_word() {
        let begins = |text: &str, word: &str| {
            let at = text.to_ascii_lowercase().find(word).unwrap();
            begins_a_name(text.as_bytes(), &(at..at + word.len()))
        };
        for (text, word) in [
            ("okta_token = x", "okta"),
            ("myOktaToken = x", "okta"),
            ("MY_OKTA_TOKEN = x", "okta"),
            ("oldoktatoken = x", "okta"),
            ("oktas = x", "okta"),
            ("accesstoken = x", "token"),
        ] {
            assert!(begins(text, word), "{text}");
        }
        for (text, word) in [
            ("boktas = x", "okta"),
            ("authenticity_token = x", "token"),
            ("\"csrfToken\": x", "token"),
        ] {
            assert!(!begins(text, word), "{text}");
        }
    }
}
