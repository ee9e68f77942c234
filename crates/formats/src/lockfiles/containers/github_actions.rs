//! `uses:` of GitHub Actions, in workflows and in actions that are made of others.
//!
//! A version is a tag, or what the comment behind a pinned commit says it is. A branch has none. All of it counts as
//! production: a workflow holds the project's credentials and makes what is shipped.

use model::{Dependency, Ecosystem, Relation};

use super::{
    super::{
        FilePath, Files, Format, List,
        entries::{Entries, quoted},
        paths,
    },
    image,
};

pub(crate) const FORMAT: Format = Format { name: "GitHub Actions", claims, read, repair };

fn claims(FilePath { path, name }: FilePath<'_>) -> bool {
    if matches!(name, "action.yml" | "action.yaml") {
        return true;
    }
    let folder = paths::folder(path);
    (name.ends_with(".yml") || name.ends_with(".yaml"))
        && (folder == ".github/workflows" || folder.ends_with("/.github/workflows"))
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    let package = &dependency.package;
    if package.ecosystem == Ecosystem::Docker {
        return format!("uses: docker://{}:{fixed}", package.name);
    }
    // Advisories name versions, repositories tag them with a `v`.
    let v = if package.version.starts_with('v') && !fixed.starts_with('v') { "v" } else { "" };
    format!("uses: {}@{v}{fixed}", package.name)
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let file = entries.yaml();
    let jobs = file.get("jobs").entries().iter().map(|(_, job)| job);
    let runs = file.get("runs");
    for user in jobs.chain([runs]) {
        // A job that is another workflow, the steps of any other.
        let steps = user.get("steps").items().iter();
        for value in steps.chain([user]).filter_map(|user| user.text("uses")) {
            let found = uses(value, &mut entries);
            push(found, &mut entries);
        }
    }
    // An action that runs in an image.
    let found = runs.text("image").and_then(|value| docker(value, &entries));
    push(found, &mut entries);
    entries.finish()
}

fn push(found: Option<Dependency>, entries: &mut Entries<'_>) {
    if let Some(mut dependency) = found {
        dependency.relation = Relation::Direct;
        entries.push(dependency);
    }
}

fn docker(value: &str, entries: &Entries<'_>) -> Option<Dependency> {
    let (name, version) = image(value.strip_prefix("docker://")?)?;
    Some(entries.found(Ecosystem::Docker, name, version))
}

fn uses(value: &str, entries: &mut Entries<'_>) -> Option<Dependency> {
    // A folder of this repository; what only a template engine can read.
    if value.is_empty() || value.starts_with(['.', '$', '{']) {
        return None;
    }
    if value.starts_with("docker://") {
        return docker(value, entries);
    }
    let (action, reference) = value.split_once('@')?;
    let mut parts = action.match_indices('/');
    parts.next()?;
    // Behind owner and repository comes the folder of an action or the path of a workflow.
    let name = parts.next().map_or(action, |(at, _)| action.get(..at).unwrap_or(action));
    let version = if is_commit(reference) {
        let comment = entries.rest_of_line(value).split_once('#').map_or("", |it| it.1);
        let mut words = comment.split([' ', '\t', '@', '=', ':', ',', ';', '(', ')', '/']);
        words.find(|word| is_release(word))
    } else {
        // `release/v1`
        Some(reference.rsplit('/').next().unwrap_or(reference)).filter(|it| is_version(it))
    };
    let Some(version) = version else {
        let message = format!("{} is used without a version: {}", quoted(name), quoted(reference));
        entries.problem(value, message);
        return None;
    };
    Some(entries.found(Ecosystem::GitHubActions, name, version))
}

fn is_commit(reference: &str) -> bool {
    let is_hexadecimal = reference.bytes().all(|b| b.is_ascii_hexdigit());
    let has_letter = reference.bytes().any(|b| b.is_ascii_alphabetic());
    is_hexadecimal && (reference.len() >= 40 || (reference.len() >= 7 && has_letter))
}

fn is_version(word: &str) -> bool {
    let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let begins_well = digits.starts_with(|c: char| c.is_ascii_digit());
    begins_well && !word.contains(char::is_whitespace) && !is_commit(word)
}

/// A version as the comment behind a commit has it (`v4`, `v4.1.1`, `4.1.1`). A date or a number among other words is none: it would be
/// later than any version.
fn is_release(word: &str) -> bool {
    let digits = word.strip_prefix(['v', 'V']);
    let numbers = digits.unwrap_or(word).split(['-', '+']).next().unwrap_or_default();
    let longest = if digits.is_some() { 6 } else { 3 };
    let is_number = |number: &str| {
        (1..=longest).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_told = digits.is_some() || numbers.contains('.');
    is_told && numbers.split('.').all(is_number) && !is_commit(word)
}
