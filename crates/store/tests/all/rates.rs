use store::{Access, Store, Taken, Window};

use crate::support::{NOW, fresh};

const MINUTE: Window = Window { limit: 60, length_ms: 60_000 };
const SECOND: Window = Window { limit: 10, length_ms: 1_000 };
const BOTH: &[Window] = &[MINUTE, SECOND];

async fn take(store: &Store, key: &str, now_ms: i64) -> Taken {
    store.take_call(key, BOTH, now_ms).await.unwrap()
}

/// How many of so many calls at once are let through.
async fn passed(store: &Store, key: &str, calls: usize, now_ms: i64) -> usize {
    let mut passed = 0;
    for _ in 0..calls {
        passed += usize::from(take(store, key, now_ms).await.is_taken);
    }
    passed
}

#[tokio::test]
async fn ten_a_second_and_sixty_a_minute_pass_wherever_the_window_begins() {
    for at in fresh().await {
        // Irregular, but the same every time.
        let mut now_ms = NOW;
        let mut state = 7_u32;
        let mut passed: Vec<i64> = Vec::new();
        for _ in 0..700 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            now_ms += i64::from(state >> 16) % 300;
            let within = |length_ms: i64| {
                passed.iter().filter(|time_ms| **time_ms > now_ms - length_ms).count()
            };
            let has_room = within(1_000) < 10 && within(60_000) < 60;
            let taken = take(&at.store, "a", now_ms).await;
            assert_eq!(taken.is_taken, has_room, "{}", passed.len());
            if has_room {
                passed.push(now_ms);
            }
            let latest: Vec<_> = passed.iter().rev().take(60).copied().collect();
            assert_eq!(taken.times_ms, latest);
        }
        // Both windows were full now and then.
        assert!((61..600).contains(&passed.len()), "{}", passed.len());
    }
}

#[tokio::test]
async fn a_window_opens_when_its_first_call_is_as_long_ago() {
    for at in fresh().await {
        assert_eq!(passed(&at.store, "a", 12, NOW).await, 10);
        assert_eq!(passed(&at.store, "a", 1, NOW + 999).await, 0);
        assert_eq!(passed(&at.store, "a", 12, NOW + 1_000).await, 10);
        // Somebody else has windows of its own.
        assert_eq!(passed(&at.store, "b", 12, NOW + 1_000).await, 10);
        for second in 2..=5 {
            assert_eq!(passed(&at.store, "a", 12, NOW + second * 1_000).await, 10);
        }
        assert_eq!(passed(&at.store, "a", 1, NOW + 59_999).await, 0);
        assert_eq!(passed(&at.store, "a", 12, NOW + 60_000).await, 10);
        assert_eq!(passed(&at.store, "a", 12, NOW + 61_000).await, 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_from_several_processes_see_one_window() {
    for at in fresh().await {
        let other = at.place.connect().await;
        let calls = (0..200).map(|n| {
            let store = if n % 2 == 0 { at.store.clone() } else { other.clone() };
            tokio::spawn(async move { take(&store, "a", NOW + n % 3).await.is_taken })
        });
        let mut passed = 0;
        for call in calls.collect::<Vec<_>>() {
            passed += usize::from(call.await.unwrap());
        }
        assert_eq!(passed, 10);
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_opens_no_window_and_shuts_none_for_long() {
    for at in fresh().await {
        for (key, back_ms) in [("5 ms", 5), ("a minute", 60_000), ("a year", 365 * 86_400_000)] {
            for second in 0..6 {
                assert_eq!(passed(&at.store, key, 10, NOW + second * 1_000).await, 10);
            }
            // Full, as it was before.
            let now_ms = NOW + 5_000 - back_ms;
            assert_eq!(passed(&at.store, key, 20, now_ms).await, 0, "{key}");
            // By the new clock, open again when the longest window has passed twice.
            let later_ms = now_ms + 2 * 60_000;
            assert_eq!(passed(&at.store, key, 20, later_ms).await, 10, "{key}");
        }
        // What little of it was used is remembered as well.
        assert_eq!(passed(&at.store, "few", 2, NOW).await, 2);
        assert_eq!(passed(&at.store, "few", 20, NOW - 10).await, 8);
    }
}

#[tokio::test]
async fn no_time_is_too_early_or_too_late() {
    for at in fresh().await {
        for now_ms in [i64::MIN, -1, 0, i64::MAX] {
            let taken = take(&at.store, &now_ms.to_string(), now_ms).await;
            assert!(taken.is_taken);
            assert_eq!(taken.times_ms, [now_ms.clamp(0, 9_999_999_999_999)]);
        }
        // The clock goes forward to its end and back.
        assert!(take(&at.store, "a", i64::MAX).await.is_taken);
        assert!(!take(&at.store, "a", NOW).await.is_taken);
        assert!(take(&at.store, "a", NOW + 60_000).await.is_taken);
    }
}

#[tokio::test]
async fn limits_that_are_changed_hold_from_then_on() {
    for at in fresh().await {
        assert_eq!(passed(&at.store, "a", 12, NOW).await, 10);
        let fewer = [Window { limit: 3, length_ms: 60_000 }];
        let taken = at.store.take_call("a", &fewer, NOW + 59_999).await.unwrap();
        assert!(!taken.is_taken);
        let taken = at.store.take_call("a", &fewer, NOW + 60_000).await.unwrap();
        assert_eq!((taken.is_taken, taken.times_ms.len()), (true, 3));
    }
}

#[tokio::test]
async fn who_has_not_called_for_long_is_forgotten() {
    for at in fresh().await {
        for (key, time_ms) in [("old", NOW), ("new", NOW + 1)] {
            take(&at.store, key, time_ms).await;
        }
        let system = at.store.system(Access::Write).await.unwrap();
        assert_eq!(system.forget_calls(NOW).await.unwrap(), 1);
        system.commit().await.unwrap();
        assert_eq!(take(&at.store, "new", NOW + 2).await.times_ms.len(), 2);
        assert_eq!(take(&at.store, "old", NOW + 2).await.times_ms.len(), 1);
    }
}
