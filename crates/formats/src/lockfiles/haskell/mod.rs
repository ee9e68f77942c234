//! Stack and Cabal.

pub(super) mod cabal_freeze;
pub(super) mod stack_lock;
