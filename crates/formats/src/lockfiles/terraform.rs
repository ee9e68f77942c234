//! `.terraform.lock.hcl` (Terraform, OpenTofu): a block per provider, written by the tool, one attribute a line.

use model::{Dependency, Ecosystem};

use super::{FilePath, Files, Format, List, entries::Entries};

pub(crate) const FORMAT: Format = Format { name: ".terraform.lock.hcl", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == ".terraform.lock.hcl"
}

fn repair(_: &Dependency, fixed: &str) -> String {
    format!("version = {:?}", format!("~> {fixed}"))
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let mut provider = None;
    for line in entries.text().lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("provider ") {
            provider = rest.split('"').nth(1);
        } else if line.starts_with('}') {
            provider = None;
        } else if let Some(name) = provider
            && let Some(value) = line.strip_prefix("version").map(str::trim_start)
            && let Some(value) = value.strip_prefix('=')
        {
            let version = value.split('"').nth(1).unwrap_or_default();
            let dependency = entries.found(Ecosystem::Terraform, name, version);
            entries.push(dependency);
        }
    }
    entries.finish()
}
