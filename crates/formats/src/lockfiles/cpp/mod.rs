//! Conan and vcpkg.

pub(super) mod conan;
pub(super) mod vcpkg;
