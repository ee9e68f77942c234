//! Which lock file speaks for a manifest.

use super::{Files, paths};

/// The nearest folder, that of the manifest or one above, in which a file of one of these names stands.
pub(crate) fn folder_of_lock<'p>(
    manifest: &'p str,
    locks: &[&str],
    files: &dyn Files,
) -> Option<&'p str> {
    paths::upwards(paths::folder(manifest)).find(|folder| {
        let slash = if folder.is_empty() { "" } else { "/" };
        locks.iter().any(|lock| files.has(&format!("{folder}{slash}{lock}")))
    })
}

/// The manifests of that name for which the lock file at a path speaks, its own among them; as long as there is something left to
/// [spend](Files::spend).
pub(crate) fn manifests_of_lock<'f>(
    lock: &'f str,
    manifest: &'f str,
    locks: &'f [&str],
    files: &'f dyn Files,
) -> impl Iterator<Item = &'f str> {
    let folder = paths::folder(lock);
    files.below(folder).take_while(|_| files.spend(1)).filter(move |path| {
        paths::file_name(path) == manifest && folder_of_lock(path, locks, files) == Some(folder)
    })
}
