//! `bartizan advisories import` and `export`.

use std::{
    collections::HashSet,
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
    process::ExitCode,
};

use advisories::{
    Library, Update,
    import::{Imported, Limits},
};
use anyhow::{Result, anyhow, bail};
use report::{counted, grouped};

use super::{ExportArguments, INCOMPLETE, ImportArguments, complain, print, sync};
use crate::{
    Failure,
    machine::{now_ms, threads},
    output::Aside,
};

pub(super) fn run(library: &Library, arguments: &ImportArguments) -> Result<ExitCode, Failure> {
    let named = names(arguments).map_err(Failure::Usage)?;
    let mut update = library.update().map_err(Failure::target)?;
    if arguments.accept_fewer {
        update.accept_fewer();
    }
    let (mut failed, mut unreadable) = (0, 0);
    let mut out = String::new();
    for (path, name) in &named {
        match import(&mut update, path, name) {
            Ok(sources) => {
                for (name, imported) in sources {
                    unreadable += imported.unreadable;
                    out += &told(&name, &imported);
                }
            }
            Err(error) => {
                failed += 1;
                complain(&format!("error: {}: {error:#}", path.display()));
            }
        }
    }
    if failed < named.len() {
        let status = update.build(now_ms(), threads()).map_err(Failure::target)?;
        out += &sync::built(&status);
    }
    print(&out)?;
    Ok(ExitCode::from(match failed {
        0 if unreadable == 0 => 0,
        failed if failed == named.len() => 3,
        _ => INCOMPLETE,
    }))
}

fn import(update: &mut Update, path: &Path, name: &str) -> Result<Vec<(String, Imported)>> {
    let limits = Limits::default();
    if let Some(sources) = update.import_export(path, &limits)? {
        return Ok(sources.into_iter().map(|(head, imported)| (head.name, imported)).collect());
    }
    Ok(vec![(name.to_owned(), update.import(name, None, path, &limits)?)])
}

fn told(name: &str, imported: &Imported) -> String {
    for (file, problem) in &imported.problems {
        complain(&format!("{name}: {file}: {problem}"));
    }
    let documents = counted(imported.documents, "document", "documents");
    let unreadable = match imported.unreadable {
        0 => String::new(),
        number => format!(", {} unreadable", grouped(number)),
    };
    format!("{name}  {documents}{unreadable}\n")
}

/// Under which name each path is stored: no two under one.
fn names(arguments: &ImportArguments) -> Result<Vec<(PathBuf, String)>> {
    if arguments.source.is_some() && arguments.paths.len() > 1 {
        bail!("--source names one path; there are {}", arguments.paths.len());
    }
    let mut taken = HashSet::new();
    let mut out = Vec::new();
    for path in &arguments.paths {
        let name = match &arguments.source {
            Some(name) => name.clone(),
            None => {
                source_name(path).ok_or_else(|| anyhow!("name {} with --source", path.display()))?
            }
        };
        if !taken.insert(name.clone()) {
            bail!(
                "two of the paths are called {name}, and the second would take the place of the first: import them \
                 one by one, with --source"
            );
        }
        out.push((path.clone(), name));
    }
    Ok(out)
}

/// The file's name without extensions. What OSV calls `all.zip` everywhere is called as the folder it is in.
fn source_name(path: &Path) -> Option<String> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name()?.to_str()?;
    let mut stem = name.strip_suffix(".gz").unwrap_or(name);
    for extension in [".zip", ".json", ".yaml", ".yml", ".csv", ".md"] {
        stem = stem.strip_suffix(extension).unwrap_or(stem);
    }
    if stem == "all" {
        stem = path.parent()?.file_name()?.to_str()?;
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = stem.chars().map(|c| if allowed(c) { c } else { '-' }).take(100).collect();
    let name = name.trim_start_matches(['.', '-']);
    (!name.is_empty()).then(|| name.to_owned())
}

pub(super) fn export(library: &Library, arguments: &ExportArguments) -> Result<ExitCode, Failure> {
    let path = &arguments.file;
    if library.sources().map_err(Failure::target)?.is_empty() {
        return Err(Failure::Target(anyhow!(
            "nothing is stored in {}",
            library.folder().display()
        )));
    }
    let aside = Aside::of(path).map_err(Failure::Usage)?;
    let exported = library.export(BufWriter::new(aside.file.as_file())).map_err(Failure::target)?;
    aside.put().map_err(Failure::Usage)?;
    print(&format!(
        "{} of {} in {}\n",
        counted(exported.documents, "document", "documents"),
        counted(exported.sources, "source", "sources"),
        model::visible(&path.display().to_string())
    ))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_called_as_its_file() {
        let name = |path: &str| source_name(Path::new(path));
        assert_eq!(name("/x/go-osv.zip").as_deref(), Some("go-osv"));
        assert_eq!(name("/x/kev.json.gz").as_deref(), Some("kev"));
        assert_eq!(name("/x/epss_scores-current.csv.gz").as_deref(), Some("epss_scores-current"));
        assert_eq!(name("/mirror/GitHub Actions/all.zip").as_deref(), Some("GitHub-Actions"));
        assert_eq!(name("/x/crates.io").as_deref(), Some("crates.io"));
        assert_eq!(name("/"), None);
    }
}
