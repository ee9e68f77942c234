//! `deny.toml`, without a tool to install: licences, banned crates and where crates come from.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the allowances for tests do not reach their helpers"
)]

use std::process::Command;

use serde_json::Value;

/// Everything that is in `Cargo.lock`, for whatever platform.
fn packages() -> Vec<Value> {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--all-features", "--format-version", "1", "--locked"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: Value = serde_json::from_slice(&out.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn deny() -> toml::Table {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deny.toml");
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

#[test]
fn every_dependency_is_what_deny_toml_allows() {
    let deny = deny();
    let texts = |value: &toml::Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let allowed: Vec<spdx::Licensee> = texts(&deny["licenses"]["allow"])
        .iter()
        .map(|licence| spdx::Licensee::parse(licence).unwrap())
        .collect();
    let registries = texts(&deny["sources"]["allow-registry"]);
    let banned: Vec<&str> = deny["bans"]["deny"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["name"].as_str().unwrap())
        .collect();
    let packages = packages();
    let mut bad = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        if banned.contains(&name) {
            bad.push(format!("{name}: banned"));
        }
        let Some(source) = package["source"].as_str() else { continue };
        if !registries.iter().any(|registry| source == format!("registry+{registry}")) {
            bad.push(format!("{name}: from {source}"));
        }
        let licence = package["license"].as_str().unwrap_or("none");
        let holds =
            spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX).is_ok_and(|terms| {
                terms.evaluate(|wanted| allowed.iter().any(|licence| licence.satisfies(wanted)))
            });
        if !holds {
            bad.push(format!("{name}: licence {licence}"));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(packages.len() > 100, "cargo listed {} packages", packages.len());
}

/// `docs/dependencies.md` gives the reason for each that we name ourselves.
#[test]
fn every_dependency_has_a_reason() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let manifest: toml::Table =
        std::fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let reasons = std::fs::read_to_string(root.join("docs/dependencies.md")).unwrap();
    let named: Vec<&str> = reasons
        .lines()
        .filter_map(|line| line.split('|').nth(2))
        .flat_map(|cell| cell.split(','))
        .filter_map(|name| name.split_whitespace().next())
        .collect();
    let missing: Vec<&String> = manifest["workspace"]["dependencies"]
        .as_table()
        .unwrap()
        .iter()
        .filter(|(_, value)| value.get("path").is_none())
        .map(|(name, _)| name)
        .filter(|name| !named.contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty(), "docs/dependencies.md does not name {missing:?}");
}
