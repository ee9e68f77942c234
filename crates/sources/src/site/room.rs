//! What several visits may hold in memory together. Each has its own bound; where many come near theirs at once, those that hold more
//! than their share end early, and say so.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Room for the bodies and heads of all visits.
#[derive(Debug)]
pub struct Room {
    bytes: u64,
    held: AtomicU64,
    seats: AtomicU64,
}

/// The place of one visit in a room. What it holds is free when it is dropped.
#[derive(Debug)]
pub struct Seat {
    room: Arc<Room>,
    held: AtomicU64,
}

impl Room {
    /// A room of so many bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self { bytes, held: AtomicU64::new(0), seats: AtomicU64::new(0) })
    }

    /// A place for one more visit; everybody's share becomes smaller.
    #[must_use]
    pub fn enter(self: &Arc<Self>) -> Arc<Seat> {
        self.seats.fetch_add(1, Relaxed);
        Arc::new(Seat { room: Arc::clone(self), held: AtomicU64::new(0) })
    }
}

impl Seat {
    /// Takes room for what was read.
    pub(super) fn hold(&self, bytes: u64) {
        self.held.fetch_add(bytes, Relaxed);
        self.room.held.fetch_add(bytes, Relaxed);
    }

    /// How much more the visit may read: what is free, or what its share has left of it.
    pub(super) fn rest(&self) -> u64 {
        let Room { bytes, held, seats } = &*self.room;
        let free = bytes.saturating_sub(held.load(Relaxed));
        let share = bytes / seats.load(Relaxed).max(1);
        free.max(share.saturating_sub(self.held.load(Relaxed)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.held.fetch_sub(self.held.load(Relaxed), Relaxed);
        self.room.seats.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_little_has_room_even_when_others_hold_much() {
        let room = Room::new(100);
        let first = room.enter();
        first.hold(60);
        assert_eq!(first.rest(), 40);
        let second = room.enter();
        assert_eq!((first.rest(), second.rest()), (40, 50));
        first.hold(40);
        assert_eq!((first.rest(), second.rest()), (0, 50));
        second.hold(50);
        assert_eq!((first.rest(), second.rest()), (0, 0));
        drop(first);
        assert_eq!(second.rest(), 50);
        drop(second);
        assert_eq!((room.held.load(Relaxed), room.seats.load(Relaxed)), (0, 0));
    }
}
