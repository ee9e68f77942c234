//! What `.gitignore` and the like leave out.
//!
//! Patterns are matched by a library; which files hold, and where, is decided here as git decides it (gitignore(5)): a repository's rules end at
//! its own top, so that those around it and those of a repository in it are apart. Rules of `.ignore` know no repositories.

use std::{
    borrow::Cow,
    ffi::OsStr,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use cap_std::fs::Dir;
use ignore::gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path};

use super::without_waiting;

/// Largest `.gitignore` and the like.
const MAX_IGNORE_BYTES: u64 = 1 << 20;
/// Largest `.git` file and `commondir`: each holds one path.
const MAX_POINTER_BYTES: u64 = 8 << 10;

/// A folder's rules are a link, a pipe, too large, or cannot be read.
#[derive(Debug)]
pub(super) struct Unusable;

/// What is left out in one folder.
#[derive(Clone)]
pub(super) struct Ignored {
    /// The innermost folder that has rules, or is a repository's top.
    level: Option<Arc<Level>>,
    /// The user's own rules, of all repositories.
    global: Arc<Gitignore>,
    /// The folder that is walked, if rules from above it hold in it.
    root: Option<Arc<Path>>,
}

/// The rules of one folder, and of those around it.
struct Level {
    around: Option<Arc<Level>>,
    /// Below the folder that is walked; absolute if it is above that.
    folder: PathBuf,
    is_above: bool,
    /// A repository's top folder.
    is_top: bool,
    /// `.ignore`, which goes before
    ignore: Gitignore,
    /// those of git, by precedence: `.gitignore`, `info/exclude`.
    git: [Gitignore; 2],
}

/// Which of the names that matter a folder has.
#[derive(Clone, Copy, Default)]
pub(super) struct Present {
    ignore: bool,
    gitignore: bool,
    git: bool,
}

impl Present {
    pub(super) fn see(&mut self, name: &OsStr) {
        self.ignore |= name == ".ignore";
        self.gitignore |= name == ".gitignore";
        self.git |= name == ".git";
    }
}

impl Ignored {
    /// What the user's own rules leave out in `root`, and those of the folders above it.
    pub(super) fn around(root: &Path) -> Self {
        let own = gitconfig_excludes_path().and_then(|path| read(&path, MAX_IGNORE_BYTES).ok());
        let global = Arc::new(parsed(Path::new(""), &own.unwrap_or_default()));
        let Ok(root) = std::fs::canonicalize(root) else {
            return Self { level: None, global, root: None };
        };
        let above: Vec<&Path> = root.ancestors().skip(1).collect();
        // Where there is no repository, a `.gitignore` above is about something else.
        let top = above.iter().position(|folder| folder.join(".git").exists());
        let mut level = None;
        for (up, folder) in above.iter().enumerate().rev() {
            let text = |name: &str| read(&folder.join(name), MAX_IGNORE_BYTES).unwrap_or_default();
            let (is_top, is_inside) = (top == Some(up), top.is_some_and(|top| up <= top));
            let exclude = is_top.then(|| excluded(folder).unwrap_or_default());
            let gitignore = if is_inside { text(".gitignore") } else { Vec::new() };
            level = Level {
                around: level,
                folder: folder.to_path_buf(),
                is_above: true,
                is_top,
                ignore: parsed(folder, &text(".ignore")),
                git: [parsed(folder, &gitignore), parsed(folder, &exclude.unwrap_or_default())],
            }
            .unless_empty();
        }
        let root = level.is_some().then(|| root.into());
        Self { level, global, root }
    }

    /// What is left out in the folder that `dir` is, `relative` to the one that is walked and at `path`, which has what is `present`.
    pub(super) fn inside(
        &self,
        dir: &Dir,
        relative: &Path,
        path: &Path,
        present: Present,
    ) -> Result<Self, Unusable> {
        let text = |is_present: bool, name: &str| match is_present {
            true => or_nothing(read_in(dir, Path::new(name))),
            false => Ok(Vec::new()),
        };
        let exclude = if present.git { excluded(path)? } else { Vec::new() };
        let level = Level {
            around: self.level.clone(),
            folder: relative.to_owned(),
            is_above: false,
            is_top: present.git,
            ignore: parsed(relative, &text(present.ignore, ".ignore")?),
            git: [
                parsed(relative, &text(present.gitignore, ".gitignore")?),
                parsed(relative, &exclude),
            ],
        };
        Ok(Self { level: level.unless_empty(), ..self.clone() })
    }

    /// Whether the entry `name` of the folder is left out.
    pub(super) fn leaves_out(&self, folder: &Path, name: &OsStr, is_folder: bool) -> bool {
        if self.level.is_none() && self.global.is_empty() {
            return false;
        }
        let relative = folder.join(name);
        let absolute = self.root.as_ref().map(|root| root.join(&relative));
        let path_for = |level: &Level| match &absolute {
            Some(absolute) if level.is_above => absolute.as_path(),
            _ => relative.as_path(),
        };
        let says = |rules: &Gitignore, path: &Path| {
            let said = rules.matched(path, is_folder);
            (!said.is_none()).then(|| said.is_ignore())
        };
        // The innermost folder that says something of it decides.
        let by_ignore = self.levels().find_map(|level| says(&level.ignore, path_for(level)));
        let by_git = |kind: usize| {
            self.in_repository().find_map(|level| says(level.git.get(kind)?, path_for(level)))
        };
        let by_user = || {
            let top = self.in_repository().find(|level| level.is_top);
            // They are about paths from a repository's top.
            let path = top.and_then(|top| path_for(top).strip_prefix(&top.folder).ok());
            says(&self.global, path.unwrap_or(&relative))
        };
        by_ignore.or_else(|| by_git(0)).or_else(|| by_git(1)).or_else(by_user).unwrap_or_default()
    }

    /// From the innermost one on.
    fn levels(&self) -> impl Iterator<Item = &Level> {
        std::iter::successors(self.level.as_deref(), |level| level.around.as_deref())
    }

    /// Those up to the top of the innermost repository.
    fn in_repository(&self) -> impl Iterator<Item = &Level> {
        std::iter::successors(self.level.as_deref(), |level| {
            level.around.as_deref().filter(|_| !level.is_top)
        })
    }
}

impl Level {
    /// A folder without rules needs no level of its own.
    fn unless_empty(self) -> Option<Arc<Self>> {
        let is_empty = self.ignore.is_empty() && self.git.iter().all(Gitignore::is_empty);
        if is_empty && !self.is_top { self.around } else { Some(Arc::new(self)) }
    }
}

/// The rules of a file in `folder`. A line that is no rule, or no text, is passed over.
fn parsed(folder: &Path, text: &[u8]) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    // As git has it: `[a` is no rule.
    builder.allow_unclosed_class(false);
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    for line in text.split(|byte| *byte == b'\n') {
        if let Ok(line) = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)) {
            let _ = builder.add_line(None, &as_git_reads(line));
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// A line, so written that the library reads what git does: braces are braces, and of blanks only spaces are cut off at its end.
fn as_git_reads(line: &str) -> Cow<'_, str> {
    let ends_blank = line.ends_with(|last: char| last.is_whitespace() && last != ' ');
    if !ends_blank && !line.contains(['{', '}']) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len() + 8);
    let (mut is_escaped, mut is_class) = (false, false);
    for char in line.chars() {
        match char {
            '{' | '}' if !is_escaped && !is_class => out.extend(['\\', char]),
            _ => out.push(char),
        }
        is_class = !is_escaped && (char == '[' || is_class && char != ']');
        is_escaped = char == '\\' && !is_escaped;
    }
    if ends_blank && let Some(last) = out.pop() {
        out.extend(['[', last, ']']);
    }
    Cow::Owned(out)
}

/// The content of `info/exclude` of the repository whose top `folder` is, if it is one.
fn excluded(folder: &Path) -> Result<Vec<u8>, Unusable> {
    or_nothing(git_folder(folder).and_then(|git| match git {
        Some(git) => read(&git.join("info/exclude"), MAX_IGNORE_BYTES),
        None => Ok(Vec::new()),
    }))
}

/// The directory that all work trees of a repository share, by the `.git` of one of them, a folder or a file
/// (`gitrepository-layout`). It may lie outside of what is walked.
fn git_folder(folder: &Path) -> io::Result<Option<PathBuf>> {
    let pointer = folder.join(".git");
    if std::fs::metadata(&pointer)?.is_dir() {
        return Ok(Some(pointer));
    }
    let first_line = |text: &[u8]| {
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        std::str::from_utf8(line).ok().map(|line| line.trim_end().to_owned())
    };
    let target = read(&pointer, MAX_POINTER_BYTES)?;
    let Some(own) = target.strip_prefix(b"gitdir: ").and_then(first_line) else { return Ok(None) };
    let own = folder.join(own);
    match read(&own.join("commondir"), MAX_POINTER_BYTES) {
        Ok(common) => Ok(first_line(&common).map(|common| own.join(common))),
        Err(error) if is_absent(&error) => Ok(Some(own)),
        Err(error) => Err(error),
    }
}

/// A file that is not there has no rules.
fn or_nothing(read: io::Result<Vec<u8>>) -> Result<Vec<u8>, Unusable> {
    match read {
        Err(error) if !is_absent(&error) => Err(Unusable),
        read => Ok(read.unwrap_or_default()),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A file of a folder that is walked, if it is a plain one: git does not follow a linked `.gitignore` either.
fn read_in(dir: &Dir, name: &Path) -> io::Result<Vec<u8>> {
    let file = dir.open_with(name, &without_waiting())?;
    let is_file = file.metadata()?.is_file();
    read_plain(file, is_file, MAX_IGNORE_BYTES)
}

/// A file of the machine, wherever links lead.
fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut how = std::fs::OpenOptions::new();
    how.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // To open a pipe would be to wait for somebody at its other end.
        how.custom_flags(super::flags(rustix::fs::OFlags::NONBLOCK));
    }
    let file = how.open(path)?;
    let is_file = file.metadata()?.is_file();
    read_plain(file, is_file, most)
}

fn read_plain(file: impl Read, is_file: bool, most: u64) -> io::Result<Vec<u8>> {
    if !is_file {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut text = Vec::new();
    let read = file.take(most + 1).read_to_end(&mut text)?;
    if read as u64 > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(text)
}
