//! The packages of scans: stored, so that they can be told as bills of materials, and judged again when more is known.

mod bill;
mod judgement;
mod list;

pub use bill::Bill;
pub use judgement::Judged;
pub(crate) use list::{Unpacker, pack};

use advisories::{Error, Index, Status};
use engine::Listed;
use model::{Note, NoteKind, Package};
use sha2::{Digest as _, Sha256};
use store::{Judgement, PackageList, Packages};

use crate::text::hexadecimal;

/// What is stored of the packages that a scan listed. Where they cannot be kept, a note says so.
pub(crate) fn of_scan(
    index: Option<&Index>,
    listed: &[Listed],
    notes: &mut Vec<Note>,
) -> Option<Packages> {
    let is_whole = !notes.iter().any(|note| note.kind.leaves_out_packages());
    let judgement = index.and_then(|index| {
        let mut verdict = Verdict::default();
        let mut packages = listed.iter().flat_map(|file| &file.list.dependencies);
        // That the index is damaged, the scan's own notes tell.
        let is_judged = packages.all(|one| verdict.add(index, &one.package).is_ok());
        is_judged.then(|| verdict.finish(index))
    });
    let Some(packed) = pack(listed) else {
        let message = "its packages are too many to be kept: there is no bill of materials, and new advisories are not applied to them";
        notes.push(Note::general(NoteKind::Limit, message));
        return None;
    };
    Some(Packages {
        list: PackageList::New {
            digest: packed.digest,
            count: packed.count,
            packages: packed.bytes,
        },
        is_whole,
        judgement,
    })
}

/// What is known against packages, as a digest: as long as it is the same, nobody has to be told anything. How likely it is
/// that a vulnerability is exploited changes every day, and is left out.
#[derive(Default)]
pub(crate) struct Verdict(Option<Sha256>);

impl Verdict {
    /// Adds what the index says of one more.
    ///
    /// # Errors
    /// The index is damaged.
    pub(crate) fn add(&mut self, index: &Index, package: &Package) -> Result<(), Error> {
        let matches = index.judge(package)?;
        for found in matches.iter() {
            let hash = self.0.get_or_insert_default();
            let mut part = |text: &str| {
                hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
                hash.update(text);
            };
            part(package.ecosystem.as_str());
            part(package.release.as_deref().unwrap_or_default());
            part(&package.name);
            part(&package.version);
            part(found.severity().as_str());
            part(if found.exploited()?.is_some() { "exploited" } else { "" });
            for list in [found.ids()?, found.fixed_versions()?] {
                part(&list.len().to_string());
                list.into_iter().for_each(&mut part);
            }
        }
        Ok(())
    }

    /// What the index has said of all of them.
    pub(crate) fn finish(self, index: &Index) -> Judgement {
        let Status { built_at_ms, advisories_at_ms, .. } = *index.status();
        Judgement {
            verdict: self.0.map(|hash| hexadecimal(&hash.finalize())).unwrap_or_default(),
            judged_at: built_at_ms,
            // A source that does not tell how old it is may be of any age, however late the index was built of it.
            advisories_at: advisories_at_ms.unwrap_or_default(),
        }
    }
}
