//! `gradle.lockfile` and `buildscript-gradle.lockfile` (Gradle 6.8 and later, one line per module), and the older
//! `gradle/dependency-locks/*.lockfile` (one file per configuration, lines without configurations).

use model::{Dependency, Ecosystem, Scope};

use super::super::{FilePath, Files, Format, List, entries::Entries, paths, repair::command};

pub(crate) const FORMAT: Format = Format { name: "gradle.lockfile", claims, read, repair };

fn claims(FilePath { path, name }: FilePath<'_>) -> bool {
    let is_in_folder = || paths::file_name(paths::folder(path)) == "dependency-locks";
    matches!(name, "gradle.lockfile" | "buildscript-gradle.lockfile")
        || (name.ends_with(".lockfile") && is_in_folder())
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    let module = format!("{}:{fixed}", dependency.package.name);
    command("./gradlew dependencies --update-locks", &[&module])
}

fn read(path: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let name = paths::file_name(path);
    let is_build_script = name.starts_with("buildscript");
    let configuration = name.strip_suffix(".lockfile").unwrap_or_default();
    for line in entries.text().lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let (coordinates, configurations) = line.split_once('=').unwrap_or((line, configuration));
        let Some((module, version)) = coordinates.rsplit_once(':').filter(|it| it.0.contains(':'))
        else {
            entries.problem(line, "This is no module of Gradle");
            continue;
        };
        let mut dependency = entries.found(Ecosystem::Maven, module, version);
        if is_build_script || configurations.split(',').all(is_for_development) {
            dependency.scope = Scope::Development;
        }
        entries.push(dependency);
    }
    entries.finish()
}

/// Whether a configuration is one of tests or of a tool that checks or generates.
fn is_for_development(configuration: &str) -> bool {
    const TOOLS: [&str; 9] = [
        "annotationprocessor",
        "checkstyle",
        "detekt",
        "errorprone",
        "jacoco",
        "kapt",
        "ktlint",
        "pmd",
        "spotbugs",
    ];
    let name = configuration.to_ascii_lowercase();
    name.contains("test")
        || name.ends_with("annotationprocessor")
        || TOOLS.iter().any(|tool| name.starts_with(tool))
}
