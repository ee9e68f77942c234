//! What a `pom.xml` passes on to others: its coordinates, properties, managed versions; and the chain of parents that a
//! file of the repository inherits from.
//!
//! Profiles are taken as if all were active, after everything that stands outside of them.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use foldhash::fast::RandomState;
use model::Scope;

use super::super::{Files, interpolate::interpolate, paths};
use crate::{
    encoding,
    xml::{Node, Tree},
};

/// More parents than this are a circle or an attack.
const MAX_PARENTS: usize = 16;
/// To look for a property in one file takes as long as to read so many bytes.
const PROPERTY_BYTES: usize = 4;
/// Bills of materials that one file may bring in, those of others included.
const MAX_IMPORTS: usize = 32;

/// One file, owned.
#[derive(Debug, Default)]
pub(super) struct Model {
    path: String,
    group: Option<String>,
    artifact: Option<String>,
    version: Option<String>,
    parent: Option<Parent>,
    properties: HashMap<String, String, RandomState>,
    managed: Vec<Managed>,
    /// Indices of managed entries by their artifact, and of those whose artifact has to be interpolated first.
    by_artifact: Indices,
    with_property: Vec<usize>,
    /// Bills of materials.
    imports: Vec<Key>,
}

type Indices = HashMap<String, Vec<usize>, RandomState>;

#[derive(Debug)]
struct Parent {
    group: String,
    artifact: String,
    version: String,
    /// `None` where the file says that its parent is elsewhere.
    relative_path: Option<String>,
}

/// An entry of `<dependencyManagement>`, not interpolated.
#[derive(Debug)]
struct Managed {
    key: Key,
    version: String,
    scope: String,
}

/// What makes two entries the same (Maven's `managementKey`): group, artifact, type, classifier.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub group: String,
    pub artifact: String,
    pub kind: String,
    pub classifier: String,
}

impl Key {
    pub(super) fn of(dependency: Node<'_, '_>) -> Self {
        let text = |name| dependency.text_of(name).unwrap_or_default().to_owned();
        let kind = dependency.text_of("type").unwrap_or("jar").to_owned();
        Self {
            group: text("groupId"),
            artifact: text("artifactId"),
            kind,
            classifier: text("classifier"),
        }
    }
}

impl Model {
    pub(super) fn of(path: &str, project: Node<'_, '_>) -> Self {
        let text = |node: Node<'_, '_>, name| node.text_of(name).map(str::to_owned);
        let parent = project.child("parent").map(|parent| Parent {
            group: text(parent, "groupId").unwrap_or_default(),
            artifact: text(parent, "artifactId").unwrap_or_default(),
            version: text(parent, "version").unwrap_or_default(),
            relative_path: match parent.child("relativePath") {
                None => Some("../pom.xml".to_owned()),
                Some(path) => Some(path.text().to_owned()).filter(|path| !path.is_empty()),
            },
        });
        let mut model = Self {
            path: path.to_owned(),
            group: text(project, "groupId"),
            artifact: text(project, "artifactId"),
            version: text(project, "version"),
            parent,
            ..Self::default()
        };
        for part in parts(project) {
            for property in part.child("properties").into_iter().flat_map(Node::children) {
                let entry = model.properties.entry(property.name().to_owned());
                entry.or_insert_with(|| property.text().to_owned());
            }
            let managed = part.child("dependencyManagement").and_then(|m| m.child("dependencies"));
            for entry in managed.into_iter().flat_map(|list| list.all("dependency")) {
                model.manage(Key::of(entry), text(entry, "version"), text(entry, "scope"));
            }
        }
        model
    }

    fn manage(&mut self, key: Key, version: Option<String>, scope: Option<String>) {
        let scope = scope.unwrap_or_default();
        if scope == "import" && key.kind == "pom" {
            return self.imports.push(key);
        }
        let index = self.managed.len();
        if key.artifact.contains("${") {
            self.with_property.push(index);
        } else {
            self.by_artifact.entry(key.artifact.clone()).or_default().push(index);
        }
        self.managed.push(Managed { key, version: version.unwrap_or_default(), scope });
    }

    fn load(path: &str, files: &dyn Files) -> Option<Arc<Self>> {
        let read = || {
            let utf_8 = encoding::of_xml(files.get(path)?);
            let text = std::str::from_utf8(&utf_8).ok()?;
            let (tree, _) = Tree::parse(text.trim_start_matches('\u{feff}'));
            tree.root("project").map(|project| Arc::new(Self::of(path, project)))
        };
        match files.memo() {
            Some(memo) => Option::clone(&memo.get_or_insert_with(path, read)),
            None => read(),
        }
    }

    fn group(&self) -> &str {
        let inherited = self.parent.as_ref().map(|parent| &*parent.group);
        self.group.as_deref().or(inherited).unwrap_or_default()
    }

    fn version(&self) -> &str {
        let inherited = self.parent.as_ref().map(|parent| &*parent.version);
        self.version.as_deref().or(inherited).unwrap_or_default()
    }
}

/// The project itself, then its profiles.
pub(super) fn parts<'t, 'a>(project: Node<'t, 'a>) -> impl Iterator<Item = Node<'t, 'a>> {
    let profiles = project.child("profiles").into_iter().flat_map(|list| list.all("profile"));
    std::iter::once(project).chain(profiles)
}

/// What an entry without a version of its own gets.
#[derive(Clone, Debug)]
pub(super) struct Management {
    pub version: String,
    pub scope: String,
}

/// A file with those it inherits from, itself first.
pub(super) struct Inheritance<'f> {
    chain: Vec<Arc<Model>>,
    files: &'f dyn Files,
    /// Its bills of materials with their paths, once they were looked for.
    imported: OnceCell<Vec<(String, Self)>>,
    /// For each of the chain, by artifact, the entries whose artifact had to be interpolated.
    interpolated: OnceCell<Vec<Indices>>,
}

impl<'f> Inheritance<'f> {
    pub(super) fn of(model: Arc<Model>, files: &'f dyn Files) -> Self {
        let mut paths = HashSet::from([model.path.clone()]);
        let mut chain = vec![model];
        while let Some(next) = chain.last().and_then(|child| parent_of(child, files)) {
            if chain.len() >= MAX_PARENTS || !paths.insert(next.path.clone()) {
                break;
            }
            chain.push(next);
        }
        Self { chain, files, imported: OnceCell::new(), interpolated: OnceCell::new() }
    }

    /// The text with every `${reference}` replaced; the first reference that nobody defines otherwise.
    pub(super) fn interpolate<'s>(&'s self, text: &'s str) -> Result<String, String> {
        interpolate(text, ("${", '}'), |name| {
            let is_left = self.files.spend(PROPERTY_BYTES * self.chain.len());
            self.property(name).filter(|_| is_left)
        })
    }

    fn property(&self, name: &str) -> Option<&str> {
        if let Some(value) = self.chain.iter().find_map(|model| model.properties.get(name)) {
            return Some(value);
        }
        let model = self.chain.first()?;
        let parent = model.parent.as_ref();
        let value =
            match name.strip_prefix("project.").or(name.strip_prefix("pom.")).unwrap_or(name) {
                "groupId" => model.group(),
                "artifactId" => model.artifact.as_deref().unwrap_or_default(),
                "version" => model.version(),
                "parent.groupId" => &parent?.group,
                "parent.artifactId" => &parent?.artifact,
                "parent.version" => &parent?.version,
                _ => return None,
            };
        Some(value).filter(|value| !value.is_empty())
    }

    pub(super) fn key(&self, key: &Key) -> Option<Key> {
        Some(Key {
            group: self.interpolate(&key.group).ok()?,
            artifact: self.interpolate(&key.artifact).ok()?,
            kind: self.interpolate(&key.kind).ok()?,
            classifier: self.interpolate(&key.classifier).ok()?,
        })
    }

    /// What is managed for an entry of this file: its own and inherited entries count before those of imported bills of materials,
    /// and of those the first (Maven's guide on dependency mechanisms, "Importing Dependencies"). `left` bounds the work for
    /// all entries of a file together.
    pub(super) fn managed(&self, wanted: &Key, left: &mut usize) -> Option<Management> {
        self.managed_within(wanted, left, &mut HashSet::new())
    }

    /// Recurses through imports, of which each file is asked once.
    fn managed_within(
        &self,
        wanted: &Key,
        left: &mut usize,
        seen: &mut HashSet<String>,
    ) -> Option<Management> {
        let interpolated = self.interpolated.get_or_init(|| self.interpolate_artifacts());
        for (model, interpolated) in self.chain.iter().zip(interpolated) {
            *left = left.checked_sub(1)?;
            let found = [&model.by_artifact, interpolated].into_iter();
            let found = found.filter_map(|indices| indices.get(&wanted.artifact)).flatten();
            for index in found {
                *left = left.checked_sub(1)?;
                let Some(entry) = model.managed.get(*index) else { continue };
                if self.means(&entry.key, wanted) {
                    // A version that stays unknown is told where it is asked for.
                    let version = self.interpolate(&entry.version).unwrap_or_default();
                    return Some(Management { version, scope: entry.scope.clone() });
                }
            }
        }
        for (path, imported) in self.imported.get_or_init(|| self.import()) {
            *left = left.checked_sub(1)?;
            if seen.len() >= MAX_IMPORTS || seen.contains(path) {
                continue;
            }
            seen.insert(path.clone());
            let found = imported.managed_within(wanted, left, seen);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    fn interpolate_artifacts(&self) -> Vec<Indices> {
        let of = |model: &Arc<Model>| {
            let mut indices = Indices::default();
            for index in &model.with_property {
                let entry = model.managed.get(*index);
                if let Some(Ok(artifact)) = entry.map(|it| self.interpolate(&it.key.artifact)) {
                    indices.entry(artifact).or_default().push(*index);
                }
            }
            indices
        };
        self.chain.iter().map(of).collect()
    }

    /// The bills of materials that this file names, as far as they are in the repository.
    fn import(&self) -> Vec<(String, Self)> {
        let imports = self.chain.iter().flat_map(|model| &model.imports).take(MAX_IMPORTS);
        let paths = imports.filter_map(|import| self.find(&self.key(import)?));
        let found = paths.filter_map(|path| {
            let model = Model::load(&path, self.files)?;
            Some((path, Self::of(model, self.files)))
        });
        found.collect()
    }

    /// Whether the key of an entry that has the right artifact is this one, once it is interpolated.
    fn means(&self, key: &Key, wanted: &Key) -> bool {
        let is_same = |text: &str, wanted: &str| {
            if text.contains("${") {
                self.interpolate(text).is_ok_and(|text| text == wanted)
            } else {
                text == wanted
            }
        };
        is_same(&key.group, &wanted.group)
            && is_same(&key.kind, &wanted.kind)
            && is_same(&key.classifier, &wanted.classifier)
    }

    /// The file of the repository that has these coordinates. Only what shares the project's organization is looked for.
    fn find(&self, wanted: &Key) -> Option<String> {
        let organization =
            |group: &str| group.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
        let own = self.chain.first()?;
        if organization(own.group()) != organization(&wanted.group) {
            return None;
        }
        let key = (wanted.group.clone(), wanted.artifact.clone());
        match self.files.memo() {
            Some(memo) => {
                memo.get_or_insert_with("", || Projects::of(self.files)).0.get(&key).cloned()
            }
            None => Projects::of(self.files).0.get(&key).cloned(),
        }
    }
}

/// The paths of all files by the group and artifact of their project; of two with the same, the first.
struct Projects(HashMap<(String, String), String>);

impl Projects {
    fn of(files: &dyn Files) -> Self {
        let mut projects = HashMap::new();
        for path in files.below("").filter(|path| paths::file_name(path) == "pom.xml") {
            let Some(model) = Model::load(path, files) else { continue };
            if let Some(artifact) = model.artifact.clone() {
                let key = (model.group().to_owned(), artifact);
                projects.entry(key).or_insert_with(|| path.to_owned());
            }
        }
        Self(projects)
    }
}

/// The path of a parent or module, which may be named by its folder.
fn pom_at(folder: &str, relative: &str) -> Option<String> {
    let path = paths::join(folder, relative)?;
    if path.ends_with(".xml") {
        return Some(path);
    }
    paths::join(&path, "pom.xml")
}

/// The parent, if it lies where the file says and is what it says.
fn parent_of(child: &Model, files: &dyn Files) -> Option<Arc<Model>> {
    let parent = child.parent.as_ref()?;
    let path = pom_at(paths::folder(&child.path), parent.relative_path.as_deref()?)?;
    let model = Model::load(&path, files)?;
    let is_it = model.artifact.as_ref() == Some(&parent.artifact) && model.group() == parent.group;
    is_it.then_some(model)
}

/// What a scope of Maven means here: `provided` is there where the product runs and comes with something else.
pub(super) fn scope_of(word: &str) -> Option<Scope> {
    match word {
        "test" | "provided" => Some(Scope::Development),
        // A file of the machine that builds, of no registry.
        "system" => None,
        _ => Some(Scope::Production),
    }
}
