//! Bundler and RubyGems.

pub(super) mod gemfile_lock;
pub(super) mod gemspec;
mod requirements;
