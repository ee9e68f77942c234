//! The official schemas; they are not part of this repository.

use std::path::Path;

use jsonschema::{Draft, Registry, Validator};
use serde_json::Value;

const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/schemas");

/// The schema of a name, which may refer to others of CycloneDX; `None`, visibly, where it is absent.
pub(crate) fn schema(name: &str, others: &[&str]) -> Option<Validator> {
    if !Path::new(SCHEMAS).exists() {
        eprintln!("skipped: validation against the schema {name}, which is not at {SCHEMAS}");
        return None;
    }
    let mut registry = Registry::new();
    for other in others {
        let uri = format!("http://cyclonedx.org/schema/{other}.schema.json");
        registry = registry.add(uri, Draft::Draft7.create_resource(read(other))).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let options = jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .with_registry(&registry);
    Some(options.build(&read(name)).unwrap())
}

fn read(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(format!("{SCHEMAS}/{name}.schema.json")).unwrap())
        .unwrap()
}

/// Holds a document against a schema, where there is one.
pub(crate) fn assert_valid(document: &Value, schema: Option<Validator>) {
    let Some(schema) = schema else { return };
    let errors: Vec<String> = schema
        .iter_errors(document)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}
