//! `pyproject.toml` and `Pipfile`: what a project asks for, as lock files beside them do not always tell.

use model::Scope;

use super::{
    super::{Files, entries::Entries, paths},
    graph::Graph,
    requirement,
};
use crate::json::Value;

/// One line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) scope: Scope,
    /// The extra or group it stands in; `None` for what is always installed.
    pub(super) group: Option<String>,
}

/// What the `pyproject.toml` beside a lock file asks for.
pub(super) fn asked_beside(lock: &str, files: &dyn Files) -> Vec<Asked> {
    let Some(bytes) = files.get(&paths::beside(lock, "pyproject.toml")) else { return Vec::new() };
    let root = Entries::of(bytes).toml();
    let mut all = List::default();
    let project = root.get("project");
    all.requirements(project.get("dependencies"), Scope::Production, None);
    all.groups(project.get("optional-dependencies"), Scope::Production);
    // PEP 735
    all.groups(root.get("dependency-groups"), Scope::Development);
    let tool = root.get("tool");
    all.groups(tool.get("pdm").get("dev-dependencies"), Scope::Development);
    all.requirements(tool.get("uv").get("dev-dependencies"), Scope::Development, Some("dev"));
    let poetry = tool.get("poetry");
    all.table(poetry.get("dependencies"), Scope::Production, None);
    all.table(poetry.get("dev-dependencies"), Scope::Development, Some("dev"));
    for (group, content) in poetry.get("group").entries() {
        let scope = if group == "main" { Scope::Production } else { Scope::Development };
        all.table(content.get("dependencies"), scope, Some(group));
    }
    all.0
}

/// What the `Pipfile` beside a lock file asks for.
pub(super) fn pipfile_beside(lock: &str, files: &dyn Files) -> Vec<Asked> {
    let Some(bytes) = files.get(&paths::beside(lock, "Pipfile")) else { return Vec::new() };
    let root = Entries::of(bytes).toml();
    let mut all = List::default();
    for (section, content) in root.entries() {
        match &**section {
            "packages" => all.table(content, Scope::Production, None),
            "dev-packages" => all.table(content, Scope::Development, Some("develop")),
            "source" | "requires" | "scripts" | "pipenv" => {}
            category => all.table(content, Scope::Production, Some(category)),
        }
    }
    all.0
}

/// Says to a graph what is asked for.
pub(super) fn ask(asked: &[Asked], graph: &mut Graph) {
    for asked in asked {
        graph.root(&asked.name, None, asked.scope);
    }
}

#[derive(Default)]
struct List(Vec<Asked>);

impl List {
    fn push(&mut self, name: &str, scope: Scope, group: Option<&str>) {
        let (name, group) = (name.to_owned(), group.map(str::to_owned));
        self.0.push(Asked { name, scope, group });
    }

    fn requirements(&mut self, list: &Value<'_>, scope: Scope, group: Option<&str>) {
        let requirements = list.items().iter().filter_map(Value::as_str);
        for requirement in requirements.filter_map(requirement::parse) {
            self.push(requirement.name, scope, group);
        }
    }

    fn groups(&mut self, groups: &Value<'_>, scope: Scope) {
        for (group, list) in groups.entries() {
            self.requirements(list, scope, Some(group));
        }
    }

    fn table(&mut self, table: &Value<'_>, scope: Scope, group: Option<&str>) {
        for (name, _) in table.entries() {
            // Poetry lists the interpreter too.
            if name != "python" {
                self.push(name, scope, group);
            }
        }
    }
}
