//! Elixir's Mix and Erlang's rebar3, which share the packages of Hex.

pub(super) mod mix;
pub(super) mod rebar;
