//! Threads for work that takes long.

use std::thread;

use tokio::sync::oneshot;

/// Runs work on a thread of its own: the runtime's have to end before the process does. An error says that there was none to be
/// had, or that it panicked.
pub(crate) fn on_a_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> oneshot::Receiver<T> {
    let (done, ended) = oneshot::channel();
    // Without a thread the sender is gone, which is heard as well; and nobody may listen any more.
    let _ = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _ = done.send(work());
    });
    ended
}

/// Lets those who ask for something go first: this thread, and those that it begins, take what time is left. The lowest priority
/// is not enough for that: whoever wakes up waits for its slice to end, which on two cores is milliseconds at each step of a
/// request. A thread of the policy `SCHED_IDLE` (sched(7)) makes room at once.
pub(crate) fn stand_back() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy::Idle, ThreadPriority, ThreadSchedulePolicy,
            set_thread_priority_and_policy, thread_native_id,
        };
        let policy = ThreadSchedulePolicy::Normal(Idle);
        // Where it cannot be had, the work is in nobody's way for long.
        let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, policy);
    }
}
