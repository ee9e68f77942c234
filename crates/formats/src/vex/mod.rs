//! Statements about whether vulnerabilities matter in a product (Vulnerability Exploitability eXchange): OpenVEX 0.2 and CSAF 2.0 with
//! the profile `csaf_vex`, both as JSON.

mod csaf;
mod openvex;

use std::sync::Arc;

use crate::{Problem, json};

/// More statements, products and identifiers than this in one document are passed over.
const MAX_ITEMS: usize = 1_000_000;
/// As many sentences as a person would read.
const MAX_PROBLEMS: usize = 50;

/// A document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// In the order of the file; those that come later say what is known later.
    pub statements: Vec<Statement>,
    /// What was not understood.
    pub problems: Vec<Problem>,
}

/// That some vulnerability has some status in some products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// All names of the vulnerability, aliases too. Never empty.
    pub vulnerabilities: Vec<Arc<str>>,
    /// Never empty.
    pub products: Vec<Product>,
    /// What is said.
    pub status: Status,
    /// Why a product is not affected.
    pub justification: Option<Justification>,
    /// Why, in words.
    pub impact: Option<Arc<str>>,
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Product {
    /// A package URL; with OpenVEX any other identifier, where that is all there is.
    pub id: Arc<str>,
    /// The parts of it that are meant, each as the product is named. Empty if it is meant as a whole.
    pub subcomponents: Vec<Arc<str>>,
}

/// The four statuses that both standards share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Nothing has to be done.
    NotAffected,
    /// Something should be done.
    Affected,
    /// It is repaired in these products.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

impl Status {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "not_affected" => Self::NotAffected,
            "affected" => Self::Affected,
            "fixed" => Self::Fixed,
            "under_investigation" => Self::UnderInvestigation,
            _ => return None,
        })
    }
}

macro_rules! justifications {
    ($($name:ident = $word:literal;)*) => {
        /// Why a product is not affected (CISA, "Vulnerability Exploitability eXchange: Status Justifications").
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Justification {
            $(#[doc = concat!("`", $word, "`")] $name,)*
        }

        impl Justification {
            /// The word of both standards.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

justifications! {
    ComponentNotPresent = "component_not_present";
    VulnerableCodeNotPresent = "vulnerable_code_not_present";
    VulnerableCodeNotInExecutePath = "vulnerable_code_not_in_execute_path";
    VulnerableCodeCannotBeControlledByAdversary = "vulnerable_code_cannot_be_controlled_by_adversary";
    InlineMitigationsAlreadyExist = "inline_mitigations_already_exist";
}

/// Whether a content is a document of either standard.
#[must_use]
pub fn looks_like_vex(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    bytes.first() == Some(&b'{') && (holds("https://openvex.dev/ns") || holds("\"csaf_version\""))
}

/// Reads a document of either standard.
#[must_use]
pub fn read(bytes: &[u8]) -> Document {
    let mut document = Document::default();
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        document.problems.push(Problem::general("The file is not UTF-8"));
        return document;
    };
    match json::parse(text) {
        Err(problem) => document.problems.push(problem),
        Ok(root) if root.get("document").text("csaf_version").is_some() => {
            csaf::read(&root, &mut document);
        }
        Ok(root) if openvex::is_one(&root) => openvex::read(&root, &mut document),
        Ok(_) => document.problems.push(Problem::general("This is neither OpenVEX nor CSAF")),
    }
    document
}

impl Document {
    fn problem(&mut self, message: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::general(message));
        }
    }
}
