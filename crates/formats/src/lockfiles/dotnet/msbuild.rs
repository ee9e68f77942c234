//! As much of MSBuild as tells versions: properties, imports inside the repository, central package versions.
//!
//! Conditions are not evaluated: what stands under one counts if nothing else was said before (`Condition="'$(X)' == ''"`, the
//! most frequent one, means just that).

use std::collections::{HashMap, HashSet};

use super::super::{Files, interpolate::interpolate, paths};
use crate::{
    encoding,
    xml::{Node, Tree},
};

/// Files that one project may bring in.
const MAX_IMPORTS: usize = 32;
/// How large all of them may be: every project of a folder reads them again.
const MAX_IMPORTED_BYTES: usize = 2 << 20;

/// What a project knows: names have no case.
#[derive(Default)]
pub(super) struct Evaluation {
    properties: HashMap<String, String>,
    central: HashMap<String, String>,
    seen: HashSet<String>,
    imported_bytes: usize,
}

impl Evaluation {
    /// A project file in the order in which the SDK reads what is around it.
    pub(super) fn of(path: &str, root: Node<'_, '_>, files: &dyn Files) -> Self {
        let mut evaluation = Self::default();
        evaluation.seen.insert(path.to_owned());
        let folder = paths::folder(path);
        evaluation.nearest("Directory.Build.props", folder, files);
        evaluation.include(path, root, files);
        evaluation.nearest("Directory.Packages.props", folder, files);
        evaluation.nearest("Directory.Build.targets", folder, files);
        evaluation
    }

    /// The central version of a package, not expanded.
    pub(super) fn central(&self, name: &str) -> Option<&str> {
        self.central.get(&name.to_lowercase()).map(String::as_str)
    }

    /// The text with every `$(Property)` replaced; the first that nobody defines otherwise.
    pub(super) fn expand<'s>(&'s self, text: &'s str) -> Result<String, String> {
        interpolate(text, ("$(", ')'), |name| {
            self.properties.get(&name.to_lowercase()).map(String::as_str)
        })
    }

    /// The nearest file of a name in a folder or above it.
    fn nearest(&mut self, name: &str, folder: &str, files: &dyn Files) {
        let found = paths::upwards(folder)
            .filter_map(|folder| paths::join(folder, name))
            .find(|path| files.has(path));
        if let Some(path) = found {
            self.load(&path, files);
        }
    }

    fn load(&mut self, path: &str, files: &dyn Files) {
        if self.seen.len() >= MAX_IMPORTS || !self.seen.insert(path.to_owned()) {
            return;
        }
        let Some(bytes) = files.get(path) else { return };
        let utf_8 = encoding::of_xml(bytes);
        let Ok(text) = std::str::from_utf8(&utf_8) else { return };
        self.imported_bytes += text.len();
        if self.imported_bytes > MAX_IMPORTED_BYTES {
            return;
        }
        let (tree, _) = Tree::parse(text.trim_start_matches('\u{feff}'));
        if let Some(root) = tree.root("Project") {
            self.include(path, root, files);
        }
    }

    /// Recurses through imports, of which there are at most [`MAX_IMPORTS`].
    fn include(&mut self, path: &str, root: Node<'_, '_>, files: &dyn Files) {
        for node in root.children() {
            match node.name() {
                "PropertyGroup" => self.properties_of(node),
                "ItemGroup" => self.versions_of(node),
                "Import" => self.import(path, node, files),
                _ => {}
            }
        }
    }

    fn properties_of(&mut self, group: Node<'_, '_>) {
        let is_group_conditional = group.attribute("Condition").is_some();
        for property in group.children() {
            let name = property.name().to_lowercase();
            let is_conditional = is_group_conditional || property.attribute("Condition").is_some();
            if is_conditional && self.properties.contains_key(&name) {
                continue;
            }
            // A property may be defined by its own former value: that has to be put in now.
            let own = format!("$({name})");
            let text = property.text();
            let value = if text.to_lowercase().contains(&own) {
                self.expand(text).unwrap_or_default()
            } else {
                text.to_owned()
            };
            self.properties.insert(name, value);
        }
    }

    fn versions_of(&mut self, group: Node<'_, '_>) {
        for item in group.all("PackageVersion").chain(group.all("PackageReference")) {
            let is_central = item.name() == "PackageVersion";
            // `Update` of a reference in a file above gives versions to references without one.
            let name = match (item.attribute("Include"), item.attribute("Update")) {
                (Some(name), _) if is_central => name,
                (_, Some(name)) => name,
                _ => continue,
            };
            let version = item.attribute("Version");
            let Some(version) = version.as_deref().or_else(|| item.text_of("Version")) else {
                continue;
            };
            for name in name.split(';') {
                let entry = self.central.entry(name.trim().to_lowercase());
                entry.insert_entry(version.to_owned());
            }
        }
    }

    fn import(&mut self, path: &str, node: Node<'_, '_>, files: &dyn Files) {
        const THIS_FOLDER: &str = "$(MSBuildThisFileDirectory)";
        let folder = paths::folder(path);
        let Some(project) = node.attribute("Project") else { return };
        if project.contains("GetPathOfFileAbove") {
            let above = paths::join(folder, "..");
            if let Some(above) = above.filter(|_| !folder.is_empty()) {
                self.nearest(paths::file_name(path), &above, files);
            }
            return;
        }
        let relative = project.strip_prefix(THIS_FOLDER).unwrap_or(&project);
        if let Ok(relative) = self.expand(relative)
            && let Some(path) = paths::join(folder, &relative)
        {
            self.load(&path, files);
        }
    }
}
