//! Running the binary.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

/// The binary with a key of its own and nothing of the user's.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bartizan"));
    command.args(arguments).current_dir(folder).env("XDG_DATA_HOME", folder.join(".key"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("BARTIZAN_") || name == "NO_COLOR" || name == "CLICOLOR_FORCE" {
            command.env_remove(&*name);
        }
    }
    command
}

pub(crate) fn bartizan(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What git prints in `folder`, a repository or one to be.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = test_kit::isolated_git(folder)
        .args(["-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
