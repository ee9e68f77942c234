//! Where a report goes and what it looks like there.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use report::{SarifStyle, ScanReport, TableStyle};

use crate::cli::Format;

/// Columns where the width of the terminal is not known.
const DEFAULT_WIDTH: usize = 100;

/// Writes the report into the file, or to standard output. A file appears whole or not at all.
pub(crate) fn write(
    report: &ScanReport<'_>,
    format: Format,
    file: Option<&Path>,
    show_suppressed: bool,
) -> Result<()> {
    let to_terminal = file.is_none() && io::stdout().is_terminal();
    let format = match format {
        Format::Table => report::Format::Table(TableStyle {
            color: wants_color(to_terminal),
            width: terminal_size::terminal_size()
                .filter(|_| to_terminal)
                .map_or(DEFAULT_WIDTH, |(width, _)| width.0.into()),
            show_suppressed,
        }),
        Format::Json => report::Format::Json,
        Format::Sarif => report::Format::Sarif(SarifStyle { show_suppressed }),
        Format::Csv => report::Format::Csv,
    };
    to(file, |out| report::write(report, format, out))
}

/// Writes into the file, or to standard output. A file appears whole or not at all.
pub(crate) fn to(
    file: Option<&Path>,
    write: impl Fn(&mut dyn io::Write) -> io::Result<()>,
) -> Result<()> {
    let Some(path) = file.filter(|path| *path != Path::new("-")) else {
        return print(|out| write(out));
    };
    let told = || format!("cannot write {}", path.display());
    if std::fs::symlink_metadata(replaced(path)).is_ok_and(|metadata| !metadata.is_file()) {
        // A device or a pipe is written, not replaced.
        let mut file = std::fs::OpenOptions::new().write(true).open(path).with_context(told)?;
        return write(&mut file).with_context(told);
    }
    let mut aside = Aside::of(path)?;
    write(&mut aside.file).with_context(told)?;
    aside.put()
}

/// Writes to standard output.
pub(crate) fn print(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        // `| head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot write to standard output"),
    }
}

/// Behind a link it is the file that is replaced.
fn replaced(path: &Path) -> PathBuf {
    let resolved = std::fs::canonicalize(path).ok().filter(|resolved| resolved.is_file());
    resolved.unwrap_or_else(|| path.to_owned())
}

/// A file that is written before it takes its place.
pub(crate) struct Aside {
    pub(crate) file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Aside {
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let path = replaced(path);
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new()
            .permissions(permissions())
            .tempfile_in(folder)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { file, path })
    }

    pub(crate) fn put(mut self) -> Result<()> {
        let told = || format!("cannot write {}", self.path.display());
        self.file.flush().with_context(told)?;
        self.file.persist(&self.path).with_context(told)?;
        Ok(())
    }
}

/// A report holds no secrets, so others may read it as far as the user's umask lets them.
#[cfg(unix)]
fn permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

/// `NO_COLOR` (no-color.org) forbids colours wherever it is set to anything, `CLICOLOR_FORCE` asks for them in a pipe.
fn wants_color(to_terminal: bool) -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        return false;
    }
    is_set("CLICOLOR_FORCE") && env::var("CLICOLOR_FORCE").as_deref() != Ok("0")
        || to_terminal && env::var("TERM").as_deref() != Ok("dumb")
}
