//! One module for each table; two where its rows are of two kinds.

pub(crate) mod attempt;
pub(crate) mod domain;
pub(crate) mod event;
pub(crate) mod finding;
pub(crate) mod inventory;
pub(crate) mod organization;
pub(crate) mod package_list;
pub(crate) mod problem;
pub(crate) mod project;
pub(crate) mod rate;
pub(crate) mod receipt;
pub(crate) mod scan;
pub(crate) mod session;
pub(crate) mod site_finding;
pub(crate) mod site_scan;
pub(crate) mod token;
pub(crate) mod usage;
pub(crate) mod user;
