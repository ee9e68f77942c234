//! Runs scans.
