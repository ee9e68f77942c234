//! Packs of any objects: trees, commits, deltas applied to anything, entries that lie about themselves.

#![no_main]

use std::sync::LazyLock;

use bartizan_fuzz::{
    Place,
    repository::{self, Object},
};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

static PLACE: LazyLock<Place> = LazyLock::new(Place::default);

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    objects: Vec<Object<'a>>,
    tip: u8,
}

fuzz_target!(|input: Input<'_>| {
    if input.objects.is_empty() {
        return;
    }
    let (pack, index) = repository::pack(&input.objects);
    repository::write(PLACE.path(), &pack, &index, input.tip);
    repository::scan(PLACE.path());
});
