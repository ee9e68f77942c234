//! Maven and Gradle.

pub(super) mod catalogue;
pub(super) mod gradle;
pub(super) mod pom;
mod pom_model;
