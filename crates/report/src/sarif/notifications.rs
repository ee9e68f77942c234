//! What was passed over, as notifications of the invocation.

use model::{Note, NoteKind, Severity};
use serde::Serialize;

use super::{Location, Text, plan::Plan, rules::level};
use crate::{
    ScanReport,
    summary::{by_kind, meaning, speaks},
    text::{counted, grouped, one_line},
};

/// Notes that are told one by one; the others are counted by kind.
const MAX_NOTES: usize = 1_000;
/// What this report itself leaves out.
const LEFT_OUT: &str = "report-limit";

/// A `reportingDescriptor` of a notification.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationKind {
    id: &'static str,
    short_description: Text<&'static str>,
}

/// A `notification`.
#[derive(Serialize)]
pub(super) struct Notification<'a> {
    descriptor: Descriptor,
    level: &'static str,
    message: Text<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Location<'a>; 1]>,
}

#[derive(Serialize)]
struct Descriptor {
    id: &'static str,
}

/// The kinds of notifications that may occur in a log of `report`.
pub(super) fn kinds(report: &ScanReport<'_>) -> Vec<NotificationKind> {
    by_kind(report.notes)
        .into_keys()
        .map(|kind| (kind.as_str(), meaning(kind)))
        .chain([(LEFT_OUT, "left out of this log, to stay within the limits of code hosts")])
        .map(|(id, text)| NotificationKind { id, short_description: Text { text } })
        .collect()
}

/// Notifications about the configuration, and about the scan.
pub(super) fn of<'a>(
    report: &ScanReport<'_>,
    plan: &Plan<'_>,
) -> (Vec<Notification<'a>>, Vec<Notification<'a>>) {
    let (mut configuration, mut execution) = (Vec::new(), limits(plan));
    let mut told = 0;
    for (kind, notes) in by_kind(report.notes) {
        let list =
            if kind == NoteKind::Configuration { &mut configuration } else { &mut execution };
        let mut others = 0_usize;
        for note in notes {
            if speaks(note) && told < MAX_NOTES {
                told += 1;
                list.push(of_note(note));
            } else {
                others += 1;
            }
        }
        if others > 0 {
            list.push(Notification::new(
                kind.as_str(),
                kind_level(kind),
                format!("{} × {}", grouped(others), meaning(kind)),
            ));
        }
    }
    (configuration, execution)
}

fn limits<'a>(plan: &Plan<'_>) -> Vec<Notification<'a>> {
    let left_out = [
        (plan.left_out, "finding", "findings"),
        (plan.places_left_out, "further place of a finding", "further places of findings"),
    ];
    left_out
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, one, many)| {
            let what = counted(count, one, many);
            let message =
                format!("Left out of this log, to stay within the limits of code hosts: {what}.");
            Notification::new(LEFT_OUT, "warning", message)
        })
        .collect()
}

fn of_note<'a>(note: &Note) -> Notification<'a> {
    let message = one_line(&note.message);
    let message = if message.is_empty() { meaning(note.kind).to_owned() } else { message };
    Notification {
        locations: note.path.as_ref().map(|path| [Location::of_path(path)]),
        ..Notification::new(note.kind.as_str(), kind_level(note.kind), message)
    }
}

impl Notification<'_> {
    fn new(id: &'static str, level: &'static str, message: String) -> Self {
        Self {
            descriptor: Descriptor { id },
            level,
            message: Text { text: message },
            locations: None,
        }
    }
}

/// A warning where something is missing from the scan.
const fn kind_level(kind: NoteKind) -> &'static str {
    if kind.is_incomplete() || matches!(kind, NoteKind::Configuration) {
        level(Severity::Medium)
    } else {
        "note"
    }
}
