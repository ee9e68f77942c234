//! Threads for work that takes long.

use std::thread;

use tokio::sync::oneshot;

/// How far work stands back that nobody waits for (nice(2)): as far as there is, so that whoever asks for something waits for no
/// slice of it.
const NICENESS: i32 = 19;

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

/// Lets those who ask for something go first: this thread, and those that it begins, take what time is left.
pub(crate) fn stand_back() {
    // On Linux a thread has a priority of its own. Where that cannot be had, the work is in nobody's way for long.
    let _ = rustix::process::setpriority_process(None, NICENESS);
}
