//! Swift's package manager, CocoaPods, Carthage.

pub(super) mod cartfile;
pub(super) mod package_resolved;
pub(super) mod podfile;
