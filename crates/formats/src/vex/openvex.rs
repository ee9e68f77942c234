//! OpenVEX 0.2.0 (its specification, "The VEX document"), and what of 0.0.x differs: products and vulnerabilities as bare texts.

use std::sync::Arc;

use super::{Document, Justification, MAX_ITEMS, Product, Statement, Status};
use crate::{json::Value, lockfiles::entries::quoted};

pub(super) fn is_one(root: &Value<'_>) -> bool {
    root.text("@context").is_some_and(|it| it.starts_with("https://openvex.dev/ns"))
}

pub(super) fn read(root: &Value<'_>, document: &mut Document) {
    let mut left = MAX_ITEMS;
    for (number, statement) in (1..).zip(root.get("statements").items()) {
        if left == 0 {
            return document.problem("The document has too many statements");
        }
        match understand(statement, &mut left) {
            Ok(statement) => {
                if statement.status == Status::NotAffected
                    && statement.justification.is_none()
                    && statement.impact.is_none()
                {
                    document.problem(format!("Statement {number} says `not_affected` and not why"));
                }
                document.statements.push(statement);
            }
            Err(what) => document.problem(format!("Statement {number} has no {what}")),
        }
        if let Some(word) = statement.text("justification")
            && Justification::parse(word).is_none()
        {
            let word = quoted(word);
            document.problem(format!("Statement {number} has an unknown justification: {word}"));
        }
    }
}

fn understand(statement: &Value<'_>, left: &mut usize) -> Result<Statement, &'static str> {
    let status = statement.text("status").and_then(Status::parse).ok_or("known status")?;
    let named = statement.get("vulnerability");
    let names = [named.as_str(), named.text("name")].into_iter().flatten();
    let aliases = named.get("aliases").items().iter().filter_map(Value::as_str);
    let mut vulnerabilities: Vec<Arc<str>> = Vec::new();
    for name in names.chain(aliases).map(str::trim).filter(|name| !name.is_empty()) {
        take(left);
        vulnerabilities.push(name.into());
    }
    // An address of the vulnerability, where it has no other name.
    if let (true, Some(id)) = (vulnerabilities.is_empty(), named.text("@id")) {
        vulnerabilities.push(id.rsplit('/').next().unwrap_or(id).into());
    }
    if vulnerabilities.is_empty() {
        return Err("vulnerability");
    }
    let mut products = Vec::new();
    for product in statement.get("products").items() {
        let Some(id) = id_of(product) else { continue };
        take(left);
        let subcomponents = product.get("subcomponents").items().iter().filter_map(id_of);
        let subcomponents: Vec<Arc<str>> = subcomponents.inspect(|_| take(left)).collect();
        products.push(Product { id, subcomponents });
    }
    if products.is_empty() {
        return Err("products");
    }
    Ok(Statement {
        vulnerabilities,
        products,
        status,
        justification: statement.text("justification").and_then(Justification::parse),
        impact: statement.text("impact_statement").filter(|it| !it.is_empty()).map(Into::into),
    })
}

fn take(left: &mut usize) {
    *left = left.saturating_sub(1);
}

/// The package URL, else whatever names it.
fn id_of(component: &Value<'_>) -> Option<Arc<str>> {
    let identifiers = component.get("identifiers");
    let id = identifiers.text("purl").or(component.text("@id")).or(component.as_str());
    id.map(str::trim).filter(|id| !id.is_empty()).map(Into::into)
}
