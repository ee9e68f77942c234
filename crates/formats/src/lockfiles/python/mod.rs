//! What package managers of Python write, conda among them. What is no release of an index (checkouts, addresses, folders) is not listed.

mod conda;
mod graph;
mod logical_lines;
mod manifest;
mod pdm;
mod pipfile;
mod poetry;
mod pylock;
mod requirement;
mod requirements;
#[cfg(test)]
mod tests;
mod uv;

use model::{Dependency, Ecosystem, Relation, one_line};

use super::{Format, repair};

pub(super) const REQUIREMENTS: Format = Format {
    name: "requirements.txt",
    claims: requirements::claims,
    read: requirements::read,
    repair: pin,
};

pub(super) const PIPFILE_LOCK: Format = Format {
    name: "Pipfile.lock",
    claims: |file| file.name == "Pipfile.lock",
    read: pipfile::read,
    repair: |dependency, fixed| repair::command("pipenv upgrade", &[&pin(dependency, fixed)]),
};

pub(super) const POETRY: Format = Format {
    name: "poetry.lock",
    claims: |file| file.name == "poetry.lock",
    read: poetry::read,
    repair: |dependency, fixed| match dependency.relation {
        Relation::Direct => repair::command("poetry add", &[&at_least(dependency, fixed)]),
        _ => repair::command("poetry update", &[&dependency.package.name]),
    },
};

pub(super) const PDM: Format = Format {
    name: "pdm.lock",
    claims: |file| file.name == "pdm.lock",
    read: pdm::read,
    repair: |dependency, fixed| match dependency.relation {
        Relation::Direct => repair::command("pdm add", &[&at_least(dependency, fixed)]),
        _ => repair::command("pdm update --update-all", &[&dependency.package.name]),
    },
};

pub(super) const UV: Format = Format {
    name: "uv.lock",
    claims: |file| file.name == "uv.lock",
    read: uv::read,
    repair: |dependency, fixed| {
        repair::command("uv lock --upgrade-package", &[&pin(dependency, fixed)])
    },
};

pub(super) const PYLOCK: Format = Format {
    name: "pylock.toml",
    claims: pylock::claims,
    read: pylock::read,
    repair: |dependency, fixed| format!("lock again with {}", at_least(dependency, fixed)),
};

pub(super) const CONDA_ENVIRONMENT: Format = Format {
    name: "environment.yml",
    claims: conda::claims_environment,
    read: conda::read_environment,
    repair: |dependency, fixed| match dependency.package.ecosystem {
        Ecosystem::Conda => format!("{}={fixed}", one_line(&dependency.package.name, 200)),
        _ => pin(dependency, fixed),
    },
};

pub(super) const CONDA_LOCK: Format = Format {
    name: "conda-lock.yml",
    claims: conda::claims_lock,
    read: conda::read_lock,
    repair: |dependency, _| {
        repair::command("conda-lock lock --update", &[&dependency.package.name])
    },
};

fn pin(dependency: &Dependency, fixed: &str) -> String {
    format!("{}=={fixed}", one_line(&dependency.package.name, 200))
}

fn at_least(dependency: &Dependency, fixed: &str) -> String {
    format!("{}>={fixed}", one_line(&dependency.package.name, 200))
}
