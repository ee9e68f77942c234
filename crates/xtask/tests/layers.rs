//! Which crate may depend on which. A new edge is a decision: make it here, in the same commit.

#![expect(clippy::unwrap_used, reason = "the allowances for tests do not reach their helpers")]

use std::{collections::BTreeMap, process::Command};

/// `(crate, what it may use of the workspace, what guarded outside crates it may use)`.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("model", &[], &[]),
    ("formats", &["model"], &["serde", "serde_json", "toml"]),
    ("advisories", &["formats", "model"], &["serde", "serde_json"]),
    ("checks", &["formats", "model"], &["serde", "serde_json", "toml"]),
    ("report", &["model"], &["serde", "serde_json"]),
    ("fetch", &["model"], &["gix", "hickory-resolver", "reqwest", "rustls", "serde_json", "tokio"]),
    ("sources", &["fetch", "formats", "model"], &["gix"]),
    ("store", &[], &["sea-orm", "sea-orm-migration", "sqlx", "tokio"]),
    (
        "engine",
        &["advisories", "checks", "formats", "model", "sources"],
        &["serde", "serde_json", "toml"],
    ),
    (
        "app",
        &[
            "advisories",
            "checks",
            "engine",
            "fetch",
            "formats",
            "model",
            "report",
            "sources",
            "store",
        ],
        &["serde", "serde_json", "tokio"],
    ),
    ("api", &["app", "model"], &["axum", "serde", "serde_json", "tokio"]),
    (
        "server",
        &["api", "app", "checks", "fetch", "model", "store"],
        &["axum", "hyper-util", "rustls", "serde", "tokio"],
    ),
    (
        "bartizan",
        &[
            "advisories",
            "app",
            "checks",
            "engine",
            "fetch",
            "formats",
            "model",
            "report",
            "server",
            "sources",
        ],
        &["clap", "serde", "serde_json"],
    ),
    ("test-kit", &["fetch", "model"], &[]),
    ("xtask", &[], &[]),
];

/// Outside crates that only the crates naming them may use: sockets, git, databases, wire formats, the command line.
const GUARDED: &[&str] = &[
    "axum",
    "clap",
    "gix",
    "hickory-resolver",
    "hyper",
    "hyper-util",
    "reqwest",
    "rustls",
    "sea-orm",
    "sea-orm-migration",
    "serde",
    "serde_json",
    "sqlx",
    "tokio",
    "toml",
];

fn metadata() -> serde_json::Value {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .output()
        .unwrap();
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn edges_point_down() {
    let metadata = metadata();
    let allowed: BTreeMap<_, _> =
        LAYERS.iter().map(|(name, ours, theirs)| (*name, (*ours, *theirs))).collect();
    let mut bad = Vec::new();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let Some((ours, theirs)) = allowed.get(name) else {
            bad.push(format!("{name}: no row in LAYERS"));
            continue;
        };
        seen += 1;
        for dependency in package["dependencies"].as_array().unwrap() {
            // Dev-dependencies may point anywhere.
            if dependency["kind"].is_string() {
                continue;
            }
            let dependency = dependency["name"].as_str().unwrap();
            if allowed.contains_key(dependency) && !ours.contains(&dependency) {
                bad.push(format!("{name} -> {dependency}"));
            }
            if name != "test-kit" && GUARDED.contains(&dependency) && !theirs.contains(&dependency)
            {
                bad.push(format!("{name} -> {dependency} (guarded)"));
            }
        }
    }
    assert!(bad.is_empty(), "edges not in LAYERS: {bad:#?}");
    assert_eq!(seen, LAYERS.len(), "a row without a crate");
}

#[test]
fn only_the_edge_serializes_and_only_sources_and_fetch_open_things() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // (crate, texts that must not stand in its sources)
    let absences: &[(&str, &[&str])] = &[
        ("model", &["serde", "std::fs", "std::net"]),
        ("checks", &["std::fs", "std::net", "std::process", "std::env"]),
        ("formats", &["std::fs", "std::net", "std::process", "std::env"]),
        ("advisories", &["std::net", "std::process", "std::env"]),
        ("report", &["std::fs", "std::net", "std::process"]),
        ("engine", &["std::net", "std::fs", "std::process", "reqwest"]),
        ("store", &["std::net", "std::process", "std::env"]),
        ("sources", &["std::net", "std::process", "reqwest"]),
        ("bartizan", &["std::net", "reqwest", "TcpStream"]),
    ];
    let mut bad = Vec::new();
    for (name, texts) in absences {
        for file in rust_files(&root.join(name).join("src")) {
            let source = std::fs::read_to_string(&file).unwrap();
            bad.extend(
                texts
                    .iter()
                    .filter(|text| source.contains(*text))
                    .map(|text| format!("{}: {text}", file.display())),
            );
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

/// The one crate that may map a file into memory: what is forbidden cannot be excepted for a line, what is denied can.
const MAPS_FILES: &str = "advisories";

#[test]
fn the_workspace_forbids_unsafe_code_and_every_crate_obeys_its_lints() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let workspace = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
    let lints = |manifest: &str, path: &[&str]| {
        let table: toml::Table = manifest.parse().unwrap();
        let table = path.iter().fold(toml::Value::Table(table), |value, name| value[name].clone());
        table.as_table().unwrap().clone()
    };
    for package in metadata()["packages"].as_array().unwrap() {
        let manifest = std::fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        if package["name"] != MAPS_FILES {
            assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package["name"]);
            continue;
        }
        let mut own = lints(&manifest, &["lints"]);
        let word =
            own["rust"].as_table_mut().unwrap().insert("unsafe_code".into(), "forbid".into());
        assert_eq!(word, Some("deny".into()));
        assert_eq!(own, lints(&workspace, &["workspace", "lints"]));
    }
    let sources: Vec<_> = rust_files(&root.join("crates").join(MAPS_FILES))
        .into_iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let count = |text: &str| sources.iter().map(|s| s.matches(text).count()).sum::<usize>();
    assert_eq!((count("unsafe {"), count("unsafe_code")), (1, 1), "one line, once excepted");
}

fn rust_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
