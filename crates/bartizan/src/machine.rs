//! What this machine says.

/// Milliseconds since 1970 UTC.
pub(crate) fn now_ms() -> i64 {
    app::Clock::system().now_ms()
}

/// Threads that run at once.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
