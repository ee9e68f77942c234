//! Puts the APIs on a listener and the workers behind them.
