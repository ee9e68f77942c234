//! What a scan listed, as the database keeps it: the files and what they name, in [postcard]'s format
//! (<https://postcard.jamesmunns.com/wire-format>) behind the number of this form, compressed with zstd.

use std::{borrow::Cow, io, iter::Peekable, slice, sync::Arc};

use engine::Listed;
use formats::lockfiles::{FORMATS, List};
use model::{
    Dependency, Ecosystem, Package, Position, Relation, Scope, SourcePackage, Span, TargetPath,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::text::hexadecimal;

/// The form that this version writes: the files, and then what their entries are built of.
const FORM: u8 = 2;
/// The form before it, which is read: the files alone.
const WITHOUT_SOURCES: u8 = 1;
/// As much as this is kept of one scan, before it is compressed: two million packages, more or less.
const MAX_BYTES: usize = 128 << 20;
/// Little time, and a quarter of the size.
const LEVEL: i32 = 1;

/// A list to be stored.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    /// Of what it holds, hexadecimal.
    pub(crate) digest: String,
    /// Entries.
    pub(crate) count: i64,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct File<'a> {
    path: Cow<'a, str>,
    format: Cow<'a, str>,
    /// Those that entries name by their place here.
    #[serde(borrow)]
    ecosystems: Vec<&'a str>,
    #[serde(borrow)]
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    ecosystem: u8,
    release: Option<&'a str>,
    name: &'a str,
    version: &'a str,
    /// Line and column of the start and of the end.
    span: Option<[u64; 4]>,
    relation: u8,
    is_development: bool,
    needed_by: Vec<u32>,
    licence: Option<&'a str>,
    is_withdrawn: bool,
}

/// What an entry is built of.
#[derive(Serialize, Deserialize)]
struct Source<'a> {
    /// Its number among those of all files, from 0.
    entry: u32,
    name: &'a str,
    version: Option<&'a str>,
}

/// What is stored of a list. `None` for one that is too large.
pub(crate) fn pack(listed: &[Listed]) -> Option<Packed> {
    let files: Vec<File<'_>> = listed.iter().map(file).collect();
    let raw = postcard::to_extend(&files, vec![FORM]).ok()?;
    let raw = postcard::to_extend(&sources(listed), raw).ok()?;
    if raw.len() > MAX_BYTES {
        return None;
    }
    let count = files.iter().map(|file| file.entries.len()).sum::<usize>();
    Some(Packed {
        digest: hexadecimal(&Sha256::digest(&raw)),
        count: i64::try_from(count).unwrap_or(i64::MAX),
        bytes: zstd::encode_all(raw.as_slice(), LEVEL).ok()?,
    })
}

/// In the order of the entries.
fn sources(listed: &[Listed]) -> Vec<Source<'_>> {
    let entries = listed.iter().flat_map(|file| &file.list.dependencies);
    let told = (0..).zip(entries).filter_map(|(entry, dependency)| {
        let SourcePackage { name, version } = dependency.package.source.as_deref()?;
        Some(Source { entry, name, version: version.as_deref() })
    });
    told.collect()
}

fn file(listed: &Listed) -> File<'_> {
    let mut ecosystems = Vec::new();
    let entries = listed.list.dependencies.iter().map(|dependency| {
        let word = dependency.package.ecosystem.as_str();
        let ecosystem = ecosystems.iter().position(|known| *known == word).unwrap_or_else(|| {
            ecosystems.push(word);
            ecosystems.len() - 1
        });
        // There are fewer ecosystems than a byte has values.
        entry(dependency, u8::try_from(ecosystem).unwrap_or(u8::MAX))
    });
    let entries = entries.collect();
    File {
        path: listed.path.as_str().into(),
        format: listed.format.name.into(),
        ecosystems,
        entries,
    }
}

fn entry(dependency: &Dependency, ecosystem: u8) -> Entry<'_> {
    let Dependency { package, span, relation, scope, needed_by, licence, withdrawn } = dependency;
    Entry {
        ecosystem,
        release: package.release.as_deref(),
        name: &package.name,
        version: &package.version,
        span: span.map(|Span { start, end }| [start.line, start.column, end.line, end.column]),
        relation: match relation {
            Relation::Unknown => 0,
            Relation::Direct => 1,
            Relation::Transitive => 2,
        },
        is_development: *scope == Scope::Development,
        needed_by: needed_by.clone(),
        licence: licence.as_deref(),
        is_withdrawn: *withdrawn,
    }
}

/// Lists of packages that were stored, read one after the other; what one needed is used for the next.
#[derive(Default)]
pub(crate) struct Unpacker {
    raw: Vec<u8>,
}

impl Unpacker {
    /// What a scan listed.
    ///
    /// # Errors
    /// This version did not write it.
    pub(crate) fn listed(&mut self, packed: &[u8]) -> io::Result<Vec<Listed>> {
        let Content { files, sources } = self.content(packed)?;
        let mut sources = Sources::of(&sources);
        files.iter().map(|file| listed(file, &mut sources).ok_or_else(foreign)).collect()
    }

    /// The packages alone.
    ///
    /// # Errors
    /// As [`Self::listed`]; and those of `each`.
    pub(crate) fn packages<E: From<io::Error>>(
        &mut self,
        packed: &[u8],
        mut each: impl FnMut(&Package) -> Result<(), E>,
    ) -> Result<(), E> {
        let Content { files, sources } = self.content(packed)?;
        let mut sources = Sources::of(&sources);
        for file in files {
            let ecosystems = ecosystems(&file);
            for entry in &file.entries {
                each(&package(entry, &ecosystems, &mut sources).ok_or_else(foreign)?)?;
            }
        }
        Ok(())
    }

    fn content(&mut self, packed: &[u8]) -> io::Result<Content<'_>> {
        self.raw.clear();
        let mut decoder = io::Read::take(zstd::Decoder::new(packed)?, MAX_BYTES as u64);
        io::Read::read_to_end(&mut decoder, &mut self.raw)?;
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let (form, rest) = self.raw.split_first().ok_or_else(foreign)?;
        let (files, rest) = postcard::take_from_bytes(rest).map_err(invalid)?;
        let sources = match *form {
            FORM => postcard::from_bytes(rest).map_err(invalid)?,
            WITHOUT_SOURCES => Vec::new(),
            _ => return Err(foreign()),
        };
        Ok(Content { files, sources })
    }
}

/// A list, its texts where it was unpacked.
struct Content<'a> {
    files: Vec<File<'a>>,
    sources: Vec<Source<'a>>,
}

/// What the entries are built of, asked of one after the other.
struct Sources<'a> {
    told: Peekable<slice::Iter<'a, Source<'a>>>,
    entry: u32,
}

impl<'a> Sources<'a> {
    fn of(sources: &'a [Source<'a>]) -> Self {
        Self { told: sources.iter().peekable(), entry: 0 }
    }

    fn of_next(&mut self) -> Option<Arc<SourcePackage>> {
        let entry = self.entry;
        self.entry = entry.saturating_add(1);
        let Source { name, version, .. } = self.told.next_if(|source| source.entry == entry)?;
        let (name, version) = ((*name).into(), version.map(Arc::from));
        Some(Arc::new(SourcePackage { name, version }))
    }
}

fn foreign() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "a list of packages is in a form that is not known here",
    )
}

fn ecosystems(file: &File<'_>) -> Vec<Option<Ecosystem>> {
    file.ecosystems.iter().map(|word| Ecosystem::parse(word)).collect()
}

/// The package of the entry that comes next.
fn package(
    entry: &Entry<'_>,
    ecosystems: &[Option<Ecosystem>],
    sources: &mut Sources<'_>,
) -> Option<Package> {
    Some(Package {
        ecosystem: (*ecosystems.get(usize::from(entry.ecosystem))?)?,
        release: entry.release.map(Arc::from),
        name: entry.name.into(),
        version: entry.version.into(),
        source: sources.of_next(),
    })
}

fn listed(file: &File<'_>, sources: &mut Sources<'_>) -> Option<Listed> {
    let ecosystems = ecosystems(file);
    let dependency = |entry: &Entry<'_>| {
        let position = |line, column| Position { line, column };
        Some(Dependency {
            package: package(entry, &ecosystems, sources)?,
            span: entry.span.map(|[line, column, end_line, end_column]| Span {
                start: position(line, column),
                end: position(end_line, end_column),
            }),
            relation: match entry.relation {
                1 => Relation::Direct,
                2 => Relation::Transitive,
                _ => Relation::Unknown,
            },
            scope: match entry.is_development {
                true => Scope::Development,
                false => Scope::Production,
            },
            needed_by: entry.needed_by.clone(),
            licence: entry.licence.map(Arc::from),
            withdrawn: entry.is_withdrawn,
        })
    };
    Some(Listed {
        path: TargetPath::from_escaped(&*file.path),
        format: FORMATS.iter().find(|format| format.name == file.format)?,
        list: List {
            dependencies: file.entries.iter().map(dependency).collect::<Option<_>>()?,
            problems: Vec::new(),
            // Only who states what does not concern a project asks, and a server hears nobody.
            tells_all_needs: false,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use formats::lockfiles::format_of;

    use super::*;

    const LOCK: &str = r#"{"lockfileVersion": 3, "packages": {
        "": {"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}},
        "node_modules/a": {"version": "1.0.0", "license": "MIT", "dependencies": {"c": "1"}},
        "node_modules/b": {"version": "1.0.0", "dev": true, "deprecated": "old"},
        "node_modules/c": {"version": "1.0.0"}}}"#;

    fn read(path: &str, text: &str) -> Listed {
        let format = format_of(path).unwrap();
        let list = (format.read)(path, text.as_bytes(), &BTreeMap::new());
        assert!(!list.dependencies.is_empty() && list.problems.is_empty(), "{list:?}");
        Listed { path: TargetPath::from_escaped(path), format, list }
    }

    #[test]
    fn what_was_listed_comes_back_as_it_was() {
        let listed = [
            read("web/package-lock.json", LOCK),
            read("requirements.txt", "django==4.2 # x\n"),
            read(
                "bom.json",
                r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
                {"type": "library", "name": "x", "version": "1-1", "purl": "pkg:deb/debian/x@1-1?distro=debian-12"},
                {"type": "library", "name": "y", "version": "1-1", "purl": "pkg:deb/debian/y@1-1?upstream=x"},
                {"type": "library", "name": "z", "version": "1-1", "purl": "pkg:deb/debian/z@1-1?upstream=x@1-0"}]}"#,
            ),
            read("more/requirements.txt", "flask==1.0\n"),
        ];
        let packed = pack(&listed).unwrap();
        assert_eq!(packed.count, 8);
        assert_eq!(pack(&listed).unwrap().digest, packed.digest);
        assert_ne!(pack(&listed[1..]).unwrap().digest, packed.digest);
        let mut unpacker = Unpacker::default();
        for _ in 0..2 {
            let again = unpacker.listed(&packed.bytes).unwrap();
            assert_eq!(again.len(), listed.len());
            for (again, listed) in again.iter().zip(&listed) {
                // A server hears no statements, which are all that this is for.
                let list = List { tells_all_needs: false, ..listed.list.clone() };
                assert_eq!((&again.path, &again.list), (&listed.path, &list));
                assert_eq!(again.format.name, listed.format.name);
            }
        }
        let mut packages = Vec::new();
        let each = |package: &Package| {
            packages.push(package.clone());
            Ok::<_, io::Error>(())
        };
        unpacker.packages(&packed.bytes, each).unwrap();
        let all = listed.iter().flat_map(|file| &file.list.dependencies);
        assert!(packages.iter().eq(all.map(|one| &one.package)));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let whole = pack(&[read("web/package-lock.json", LOCK)]).unwrap().bytes;
        let of_another_form = zstd::encode_all([3, 0, 0].as_slice(), LEVEL).unwrap();
        let cut = zstd::decode_all(whole.as_slice()).unwrap();
        let cut = zstd::encode_all(&cut[..cut.len() / 2], LEVEL).unwrap();
        for packed in [b"".as_slice(), b"no", &whole[..whole.len() / 2], &of_another_form, &cut] {
            assert!(Unpacker::default().listed(packed).is_err(), "{packed:?}");
        }
    }

    #[test]
    fn a_list_of_the_form_before_is_read() {
        let listed = [read("web/package-lock.json", LOCK)];
        let whole = pack(&listed).unwrap().bytes;
        let mut raw = zstd::decode_all(whole.as_slice()).unwrap();
        // It ends with the number of its sources: none.
        assert_eq!((raw[0], raw.pop()), (FORM, Some(0)));
        raw[0] = WITHOUT_SOURCES;
        let before = zstd::encode_all(raw.as_slice(), LEVEL).unwrap();
        let again = Unpacker::default().listed(&before).unwrap();
        assert_eq!(again[0].list.dependencies, listed[0].list.dependencies);
    }

    /// Stored lists name them.
    #[test]
    fn no_two_formats_have_one_name() {
        let names: HashSet<_> = FORMATS.iter().map(|format| format.name).collect();
        assert_eq!(names.len(), FORMATS.len());
    }
}
