//! Project files of .NET: `PackageReference` in `*.csproj`, `*.fsproj`, `*.vbproj`, `Directory.Build.props`, and
//! `PackageVersion` in `Directory.Packages.props`.
//!
//! A plain version and the lower end of a range are what NuGet takes for a direct reference, if they exist ("lowest applicable
//! version"); a floating one (`1.*`) only NuGet can resolve.

use std::borrow::Cow;

use model::{Ecosystem, Relation, Scope};

use super::{
    super::{
        FilePath, Files, Format, List,
        entries::{Entries, quoted},
        paths,
    },
    msbuild::Evaluation,
};
use crate::{encoding, xml::Node};

pub(crate) const FORMAT: Format =
    Format { name: "*.csproj", claims, read, repair: super::add_package };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    const EXTENSIONS: [&str; 3] = [".csproj", ".fsproj", ".vbproj"];
    const NAMES: [&str; 3] =
        ["directory.packages.props", "directory.build.props", "directory.build.targets"];
    EXTENSIONS.iter().any(|extension| paths::ends_with_in_any_case(name, extension))
        || NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let utf_8 = encoding::of_xml(bytes);
    let mut entries = Entries::of(&utf_8);
    let tree = entries.xml();
    let Some(root) = tree.root("Project") else {
        entries.unread(entries.text(), "This is no project of MSBuild");
        return entries.finish();
    };
    let evaluation = Evaluation::of(path, root, files);
    let items = || root.all("ItemGroup").flat_map(Node::children);
    let is_test = is_test_project(root)
        || items()
            .any(|item| item.attribute("Include").as_deref() == Some("Microsoft.NET.Test.Sdk"));
    let mut without = Vec::new();
    for item in items() {
        let is_central = match item.name() {
            "PackageReference" | "DotNetCliToolReference" => false,
            "PackageVersion" | "GlobalPackageReference" => true,
            _ => continue,
        };
        let Some(names) = item.attribute("Include").or_else(|| item.attribute("Update")) else {
            continue;
        };
        let is_development = is_test
            || matches!(item.name(), "GlobalPackageReference" | "DotNetCliToolReference")
            || value(item, "PrivateAssets").is_some_and(|it| it.eq_ignore_ascii_case("all"));
        let own = ["VersionOverride", "Version"].iter().find_map(|name| value(item, name));
        for name in names.split(';').map(str::trim).filter(|name| !name.is_empty()) {
            let Ok(name) = evaluation.expand(name) else {
                entries.problem(item.tag(), "A package's name uses an unknown property");
                continue;
            };
            let central = || evaluation.central(&name).filter(|_| !is_central);
            let Some(version) = own.as_deref().or_else(central) else {
                // An update only adds to what another file says.
                if item.attribute("Update").is_none() {
                    without.push((item, name));
                }
                continue;
            };
            let version = match evaluation.expand(version) {
                Ok(version) => version,
                Err(property) => {
                    let (name, property) = (quoted(&name), quoted(&property));
                    let message = format!(
                        "The version of {name} needs the property {property}, which this repository does not define"
                    );
                    entries.problem(item.tag(), message);
                    continue;
                }
            };
            let Some(version) = lowest(&version) else {
                let message = format!("The version of {} is not exact", quoted(&name));
                entries.problem(item.tag(), message);
                continue;
            };
            let mut dependency = entries.found(Ecosystem::NuGet, &name, version);
            let place = own.as_deref().and_then(|own| entries.span_of(own));
            dependency.span =
                place.or_else(|| entries.span_of(&names)).or_else(|| entries.span_of(item.tag()));
            dependency.relation = Relation::Direct;
            if is_development {
                dependency.scope = Scope::Development;
            }
            entries.push(dependency);
        }
    }
    tell_without(&mut entries, &without);
    entries.finish()
}

/// One sentence for all of them.
fn tell_without(entries: &mut Entries<'_>, without: &[(Node<'_, '_>, String)]) {
    let Some((first, _)) = without.first() else { return };
    let names: Vec<String> = without.iter().take(5).map(|it| quoted(&it.1)).collect();
    let more = if without.len() > names.len() { " and others" } else { "" };
    let message = format!(
        "{} references have no version in this repository: {}{more}",
        without.len(),
        names.join(", ")
    );
    entries.problem(first.tag(), message);
}

/// Whether a project calls itself a test. Files above it mostly do so under conditions, which are not evaluated.
fn is_test_project(root: Node<'_, '_>) -> bool {
    let is_sure = |node: &Node<'_, '_>| node.attribute("Condition").is_none();
    let groups = root.all("PropertyGroup").filter(is_sure);
    let mut properties = groups.flat_map(|group| group.all("IsTestProject")).filter(is_sure);
    properties.any(|property| property.text().eq_ignore_ascii_case("true"))
}

/// Metadata of an item, as an attribute or a child.
fn value<'t>(item: Node<'t, 't>, name: &str) -> Option<Cow<'t, str>> {
    item.attribute(name).or_else(|| item.text_of(name).map(Cow::Borrowed))
}

/// The lowest version that a requirement allows, if it says which (NuGet's "Package versioning").
fn lowest(version: &str) -> Option<&str> {
    let version = version.trim();
    if version.is_empty() || version.contains('*') {
        return None;
    }
    match version.strip_prefix('[') {
        Some(rest) => rest.split([',', ']', ')']).next().map(str::trim).filter(|it| !it.is_empty()),
        None => (!version.starts_with('(')).then_some(version),
    }
}
