//! How often somebody may call, and how many scans a user may ask for. Windows slide: there is no moment at which a caller may do
//! twice as much, as there is where windows begin on the minute.

use std::time::Duration;

use store::{Taken, Window};

use crate::{App, Config, Credential, Ctx, Error};

/// The window of a burst.
const BURST: Duration = Duration::from_secs(1);
/// The window of what is steady.
const STEADY: Duration = Duration::from_mins(1);
/// Looks at domains that a user asks for, and within how long.
const MAX_LOOKS: u64 = 30;
const LOOKS: Duration = Duration::from_mins(10);
/// The longest window of all.
pub(crate) const LONGEST: Duration = Duration::from_hours(24);

/// Where a caller stands in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Calls that the window has room for.
    pub limit: u64,
    /// Calls that it has room for now.
    pub remaining: u64,
    /// When it has room for one more than now. Milliseconds since 1970 UTC.
    pub reset_at_ms: i64,
}

impl App {
    /// Counts a request of whoever has shown who it is, by what it has shown. Says how it stands with the minute.
    ///
    /// # Errors
    /// [`Error::RateLimited`] if there were too many within a second or a minute; such a request is not counted.
    pub async fn spend_request(&self, ctx: &Ctx) -> Result<Standing, Error> {
        let key = match ctx.credential {
            Credential::Session(id) => format!("session {id}"),
            Credential::Token(id, _) => format!("token {id}"),
        };
        let steady = window(self.config.request_limit, STEADY);
        let burst = window(self.config.request_burst, BURST);
        self.spend(&key, &[steady, burst]).await
    }

    /// Counts a scan of a website that the user asks for.
    ///
    /// # Errors
    /// [`Error::RateLimited`] if the user has asked for too many of late; such a request is not counted.
    pub async fn spend_submission(&self, ctx: &Ctx) -> Result<Standing, Error> {
        let key = format!("submissions {}", ctx.user.id);
        let Config { submission_limit, submission_window, .. } = self.config;
        self.spend(&key, &[window(submission_limit, submission_window)]).await
    }

    /// Counts a look at a domain that the user asks for: it costs somebody else's servers.
    ///
    /// # Errors
    /// [`Error::RateLimited`] if the user has asked for too many of late; such a request is not counted.
    pub(crate) async fn spend_look(&self, ctx: &Ctx) -> Result<Standing, Error> {
        let key = format!("looks {}", ctx.user.id);
        self.spend(&key, &[window(MAX_LOOKS, LOOKS)]).await
    }

    async fn spend(&self, key: &str, windows: &[Window]) -> Result<Standing, Error> {
        let now_ms = self.now_ms();
        let taken = self.store.take_call(key, windows, now_ms).await?;
        judge(&taken, windows, now_ms)
    }
}

fn window(limit: u64, length: Duration) -> Window {
    Window {
        limit: usize::try_from(limit).unwrap_or(usize::MAX).max(1),
        length_ms: i64::try_from(length.min(LONGEST).as_millis()).unwrap_or(i64::MAX).max(1),
    }
}

/// How a caller stands with the first of the windows, or with the one that it has to wait for longest.
fn judge(taken: &Taken, windows: &[Window], now_ms: i64) -> Result<Standing, Error> {
    let standings = windows.iter().map(|window| standing(taken, *window, now_ms));
    let full = standings.clone().filter(|one| one.remaining == 0).max_by_key(|one| one.reset_at_ms);
    match (taken.is_taken, full) {
        (false, Some(standing)) => {
            let wait_ms = u64::try_from(standing.reset_at_ms.saturating_sub(now_ms)).unwrap_or(0);
            let retry_after = Duration::from_secs(wait_ms.div_ceil(1000).max(1));
            Err(Error::RateLimited { retry_after, standing })
        }
        (false, None) => Err(Error::internal("a call was refused although there was room")),
        (true, _) => {
            standings.into_iter().next().ok_or_else(|| Error::internal("there is no window"))
        }
    }
}

fn standing(taken: &Taken, window: Window, now_ms: i64) -> Standing {
    let end_of = |time_ms: &i64| time_ms.saturating_add(window.length_ms);
    let times = taken.times_ms.iter().take(window.limit);
    let counted: Vec<_> = times.filter(|time_ms| end_of(time_ms) > now_ms).collect();
    Standing {
        limit: u64::try_from(window.limit).unwrap_or(u64::MAX),
        remaining: u64::try_from(window.limit.saturating_sub(counted.len())).unwrap_or(u64::MAX),
        reset_at_ms: counted.last().map_or(now_ms, |time_ms| end_of(time_ms)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_refused_hears_of_the_window_that_takes_longest() {
        let windows = [window(3, STEADY), window(2, BURST)];
        let told = |is_taken, times: &[i64], now_ms| {
            judge(&Taken { is_taken, times_ms: times.to_vec() }, &windows, now_ms)
        };
        let steady = told(true, &[5_000, 1_000], 5_000).unwrap();
        assert_eq!(steady, Standing { limit: 3, remaining: 1, reset_at_ms: 61_000 });
        // The burst's window is full; the minute has room.
        let Err(Error::RateLimited { retry_after, standing }) = told(false, &[5_300, 5_200], 5_300)
        else {
            panic!("it is let through")
        };
        assert_eq!(standing, Standing { limit: 2, remaining: 0, reset_at_ms: 6_200 });
        assert_eq!(retry_after, Duration::from_secs(1));
        let Err(Error::RateLimited { retry_after, standing }) =
            told(false, &[5_300, 5_200, 1_000], 13_500)
        else {
            panic!("it is let through")
        };
        assert_eq!(standing, Standing { limit: 3, remaining: 0, reset_at_ms: 61_000 });
        assert_eq!(retry_after, Duration::from_secs(48));
    }
}
