//! What is reachable and should not be.

mod actuator;
mod actuator_environment;
mod admin_tool;
mod answers;
mod api_explorer;
mod bucket_listing;
mod cross_domain_policy;
mod directory_listing;
mod ds_store;
mod elmah;
mod environment_file;
mod git_repository;
mod go_profiler;
mod graphql_introspection;
mod laravel_telescope;
mod mercurial_repository;
mod metrics;
mod openapi_document;
mod paths;
mod phpinfo;
mod robots_sensitive_path;
mod security_txt_invalid;
mod security_txt_missing;
mod server_status;
mod source_map;
mod subversion_repository;
mod symfony_profiler;
mod wordpress_debug_log;
mod wordpress_users;

use super::Check;

pub use paths::{EXPOSED_PATHS, ExposedPath};

pub(super) static CHECKS: &[&Check] = &[
    &actuator::CHECK,
    &actuator_environment::CHECK,
    &admin_tool::CHECK,
    &api_explorer::CHECK,
    &bucket_listing::CHECK,
    &cross_domain_policy::CHECK,
    &directory_listing::CHECK,
    &ds_store::CHECK,
    &elmah::CHECK,
    &environment_file::CHECK,
    &git_repository::CHECK,
    &go_profiler::CHECK,
    &graphql_introspection::CHECK,
    &laravel_telescope::CHECK,
    &mercurial_repository::CHECK,
    &metrics::CHECK,
    &openapi_document::CHECK,
    &phpinfo::CHECK,
    &robots_sensitive_path::CHECK,
    &security_txt_invalid::CHECK,
    &security_txt_missing::CHECK,
    &server_status::CHECK,
    &source_map::CHECK,
    &subversion_repository::CHECK,
    &symfony_profiler::CHECK,
    &wordpress_debug_log::CHECK,
    &wordpress_users::CHECK,
];
