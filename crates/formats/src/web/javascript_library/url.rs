//! Libraries by address: delivery networks, and names of files.

use std::ops::Range;

use model::Confidence;

use super::{Evidence, Library, names};

/// So many packages one address may put together.
const MAX_PACKAGES: usize = 100;
/// Addresses beyond this length are data.
const MAX_URL_BYTES: usize = 8 * 1024;

/// The libraries that an address, absolute or relative, names with their versions. A version that is a range (`@3`, `@latest`) is
/// none.
#[must_use]
pub fn in_url(url: &str) -> Vec<Library> {
    let mut found = Vec::new();
    if url.len() > MAX_URL_BYTES {
        return found;
    }
    let (path, query) = match url.split_once(['?', '#']) {
        Some((path, query)) => (path, query),
        None => (url, ""),
    };
    found.extend(ajax_libs(url, path));
    if found.is_empty() {
        packages(url, path, &mut found);
    }
    if found.is_empty() {
        found.extend(file_name(url, path, query));
    }
    found
}

/// `/ajax/libs/<name>/<version>/` (cdnjs, Google).
fn ajax_libs(url: &str, path: &str) -> Option<Library> {
    let (_, rest) = path.split_once("/ajax/libs/")?;
    let mut segments = rest.split('/');
    let (name, version) = (segments.next()?, segments.next()?);
    // Something of a version stands behind: a file.
    segments.next()?;
    is_version(version).then_some(())?;
    let (package, confidence) = match names::package(name) {
        Some(package) => (package.to_owned(), Confidence::High),
        // Most are called there as at npm.
        None if is_package(name) => (name.to_owned(), Confidence::Medium),
        None => return None,
    };
    let evidence = Evidence::DeliveryNetwork;
    Some(Library {
        package,
        version: version.into(),
        evidence,
        confidence,
        range: place(url, version)?,
    })
}

/// `<name>@<version>` as a segment, with `@<scope>/` before it (jsDelivr, unpkg, esm.sh, skypack); several with commas between
/// them (jsDelivr's `combine`).
fn packages(url: &str, path: &str, found: &mut Vec<Library>) {
    for list in path.split(',') {
        let mut before = "";
        for segment in list.split('/') {
            let scope = std::mem::replace(&mut before, segment);
            let Some((name, version)) = segment.rsplit_once('@') else { continue };
            if name.is_empty() || !is_exact(version) || found.len() >= MAX_PACKAGES {
                continue;
            }
            let package = match scope.strip_prefix('@') {
                Some(_) => format!("{scope}/{name}"),
                None => name.to_owned(),
            };
            // GitHub's tags on jsDelivr are not npm's.
            let is_npm = !path.contains("/gh/") && !path.contains("/wp/");
            let Some(range) = place(url, version).filter(|_| is_npm && is_package(name)) else {
                continue;
            };
            found.push(Library {
                package,
                version: version.to_owned(),
                evidence: Evidence::DeliveryNetwork,
                confidence: Confidence::High,
                range,
            });
            break;
        }
    }
}

/// `<name>-<version>.min.js`, `<version>/<name>.min.js`, `<name>/<version>/js/<name>.min.js`, `<name>.min.js?ver=<version>`.
fn file_name(url: &str, path: &str, query: &str) -> Option<Library> {
    let mut segments = path.rsplit('/');
    let file = segments.next()?;
    let stem = stem_of(file)?;
    let evidence = Evidence::FileName;
    if let Some((name, version)) = split_version(stem)
        && let Some(package) = names::package(name)
    {
        let (package, version) = (package.to_owned(), version.to_owned());
        let range = place(url, stem).map(|stem| stem.start + name.len() + 1)?;
        let range = range..range + version.len();
        return Some(Library { package, version, evidence, confidence: Confidence::Medium, range });
    }
    let package = names::package(stem)?.to_owned();
    if let Some(version) = segments.take(2).find(|segment| is_version(segment)) {
        let (range, version) = (place(url, version)?, version.to_owned());
        return Some(Library { package, version, evidence, confidence: Confidence::Medium, range });
    }
    let mut parameters = query.split(['&', '#']).filter_map(|pair| pair.split_once('='));
    let version = parameters.find_map(|(key, value)| {
        (matches!(key, "ver" | "v" | "version") && is_exact(value)).then_some(value)
    })?;
    let (range, version) = (place(url, version)?, version.to_owned());
    Some(Library { package, version, evidence, confidence: Confidence::Low, range })
}

/// A script's name without its ending and what builds are called by.
fn stem_of(file: &str) -> Option<&str> {
    let script = file.strip_suffix(".js").or_else(|| file.strip_suffix(".mjs"))?;
    const BUILDS: [&str; 17] = [
        ".min",
        "-min",
        ".slim",
        ".bundle",
        ".prod",
        ".production",
        ".development",
        ".global",
        ".umd",
        ".esm",
        ".esm-browser",
        ".runtime",
        ".debug",
        ".core",
        ".pkgd",
        ".compressed",
        ".full",
    ];
    let mut stem = script;
    while let Some(shorter) = BUILDS.iter().find_map(|build| stem.strip_suffix(build)) {
        stem = shorter;
    }
    // The name of a library may end like a build.
    Some(if stem.is_empty() { script } else { stem })
}

/// `jquery-3.4.1`, `jquery.3.4.1`, `swfobject_2.2`, `d3.v5.16.0`: the name, and the version behind a separator of one byte.
fn split_version(stem: &str) -> Option<(&str, &str)> {
    stem.match_indices(['-', '.', '_', '@']).find_map(|(at, _)| {
        let (name, rest) = stem.split_at_checked(at)?;
        let version = rest.get(1..)?;
        is_version(version).then_some((name, version))
    })
}

/// Two or three numbers, perhaps a pre-release.
fn is_version(text: &str) -> bool {
    let (numbers, pre_release) = match text.find(|c: char| !c.is_ascii_digit() && c != '.') {
        Some(at) => text.split_at_checked(at).unwrap_or((text, "")),
        None => (text, ""),
    };
    let parts = numbers.trim_end_matches('.').split('.');
    let is_number = |part: &str| (1..=5).contains(&part.len());
    (2..=3).contains(&parts.clone().count())
        && parts.into_iter().all(is_number)
        && pre_release.len() <= 32
        && pre_release.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte))
}

/// Three numbers: two of them are a range at delivery networks.
fn is_exact(text: &str) -> bool {
    is_version(text) && text.split('.').count() >= 3
}

/// A name that npm takes.
fn is_package(name: &str) -> bool {
    (1..=214).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        && !name.starts_with(['.', '_'])
}

/// Where a slice of the address stands in it.
fn place(url: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(url.as_ptr() as usize)?;
    Some(start..start.checked_add(part.len())?)
}
