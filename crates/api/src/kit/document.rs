//! OpenAPI documents: made of the handlers' own types, in 3.1, and rendered in 3.0 for generators that know no 3.1.

use serde_json::{Map, Value};

/// A document in OpenAPI 3.1.
pub(crate) fn in_3_1(mut document: Value) -> Value {
    without_null_defaults(&mut document);
    document
}

/// A document as YAML.
pub(crate) fn in_yaml(document: &Value) -> String {
    // What is made of JSON can be written.
    yaml_serde::to_string(document).unwrap_or_default()
}

/// Takes away what serde says of a member that may be left out: no schema but a nullable one allows it.
fn without_null_defaults(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(without_null_defaults),
        Value::Object(object) => {
            if object.get("default") == Some(&Value::Null) {
                object.remove("default");
            }
            object.values_mut().for_each(without_null_defaults);
        }
        _ => {}
    }
}

/// A document in OpenAPI 3.0.3: what JSON Schema 2020-12 says otherwise is said in the older words.
pub(crate) fn in_3_0(mut document: Value) -> Value {
    if let Some(root) = document.as_object_mut() {
        root.insert("openapi".to_owned(), "3.0.3".into());
        root.remove("jsonSchemaDialect");
        root.remove("webhooks");
        if let Some(info) = root.get_mut("info").and_then(Value::as_object_mut) {
            info.remove("summary");
        }
    }
    without_null_defaults(&mut document);
    rewrite(&mut document);
    document
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(rewrite),
        Value::Object(object) => {
            object.values_mut().for_each(rewrite);
            rewrite_schema(object);
        }
        _ => {}
    }
}

/// Rewrites what only schemas have; other objects of a document do not have these members.
fn rewrite_schema(schema: &mut Map<String, Value>) {
    schema.remove("$schema");
    if let Some(Value::Array(types)) = schema.get("type") {
        let is_nullable = types.iter().any(|one| one == "null");
        let of_value = types.iter().find(|one| *one != "null").cloned();
        if let Some(of_value) = of_value {
            schema.insert("type".to_owned(), of_value);
        }
        if is_nullable {
            schema.insert("nullable".to_owned(), true.into());
        }
    }
    if let Some(value) = schema.remove("const") {
        schema.insert("enum".to_owned(), vec![value].into());
    }
    if schema.get("examples").is_some_and(Value::is_array)
        && let Some(Value::Array(examples)) = schema.remove("examples")
        && let Some(example) = examples.into_iter().next()
    {
        schema.insert("example".to_owned(), example);
    }
    // A reference or nothing.
    if let Some(Value::Array(choices)) = schema.get("anyOf") {
        let is_null = |choice: &Value| choice.get("type").is_some_and(|one| one == "null");
        let rest: Vec<Value> = choices.iter().filter(|choice| !is_null(choice)).cloned().collect();
        if rest.len() < choices.len() {
            schema.insert("nullable".to_owned(), true.into());
            let keyword = if rest.len() == 1 { "allOf" } else { "anyOf" };
            schema.remove("anyOf");
            schema.insert(keyword.to_owned(), rest.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn newer_words_are_said_in_older_ones() {
        let newer = json!({
            "openapi": "3.1.0",
            "components": { "schemas": { "A": { "properties": {
                "a": { "type": ["string", "null"] },
                "b": { "const": "x" },
                "c": { "anyOf": [{ "$ref": "#/components/schemas/B" }, { "type": "null" }] },
                "d": { "type": "string", "examples": ["e", "f"] },
            } } } }
        });
        assert_eq!(
            in_3_0(newer),
            json!({
                "openapi": "3.0.3",
                "components": { "schemas": { "A": { "properties": {
                    "a": { "type": "string", "nullable": true },
                    "b": { "enum": ["x"] },
                    "c": { "allOf": [{ "$ref": "#/components/schemas/B" }], "nullable": true },
                    "d": { "type": "string", "example": "e" },
                } } } }
            })
        );
    }
}
