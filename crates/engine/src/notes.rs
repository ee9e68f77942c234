//! The notes of a scan. Of a kind that there are very many of, the same ones are kept whichever worker was first.

use std::collections::{BinaryHeap, HashMap};

use model::{Note, NoteKind};

/// Notes of one kind that are kept one by one; the others are counted.
const MAX_OF_A_KIND: usize = 1_000;

/// All of them.
#[derive(Default)]
pub(crate) struct Notes(HashMap<NoteKind, OfKind>);

#[derive(Default)]
struct OfKind {
    /// The first ones in the order of reports.
    first: BinaryHeap<Note>,
    others: u64,
}

impl Notes {
    pub(crate) fn add(&mut self, note: Note) {
        let OfKind { first, others } = self.0.entry(note.kind).or_default();
        if first.len() < MAX_OF_A_KIND {
            return first.push(note);
        }
        *others += 1;
        if let Some(mut last) = first.peek_mut()
            && note < *last
        {
            *last = note;
        }
    }

    /// Those that are kept, and for each kind of which there are others one that says how many.
    pub(crate) fn into_notes(self) -> impl Iterator<Item = Note> {
        self.0.into_iter().flat_map(|(kind, OfKind { first, others })| {
            let counted = (others > 0)
                .then(|| Note::general(kind, format!("and {others} more of this kind")));
            first.into_iter().chain(counted)
        })
    }
}

#[cfg(test)]
mod tests {
    use model::TargetPath;

    use super::*;

    #[test]
    fn the_same_notes_are_kept_in_whatever_order_they_come() {
        let note = |number: usize| {
            let path = TargetPath::from_bytes(format!("{number:05}").as_bytes());
            Note::at(NoteKind::Binary, path, "binary content")
        };
        let kept = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut notes = Notes::default();
            numbers.for_each(|number| notes.add(note(number)));
            notes.add(Note::general(NoteKind::Limit, "a limit"));
            let mut kept: Vec<Note> = notes.into_notes().collect();
            kept.sort();
            kept
        };
        let many = 3 * MAX_OF_A_KIND;
        let forward = kept(&mut (0..many));
        assert_eq!(forward, kept(&mut (0..many).rev()));
        // 7 has no factor in common with their number.
        assert_eq!(forward, kept(&mut (0..many).map(|number| number * 7 % many)));
        let (general, placed): (Vec<_>, Vec<_>) =
            forward.into_iter().partition(|note| note.path.is_none());
        assert_eq!(placed.len(), MAX_OF_A_KIND);
        assert!(placed.iter().all(|one| one.path <= note(999).path));
        let messages: Vec<_> = general.into_iter().map(|note| note.message).collect();
        assert_eq!(messages.len(), 2);
        assert!(messages.contains(&"and 2000 more of this kind".to_owned()), "{messages:?}");
    }
}
