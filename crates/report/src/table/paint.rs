//! Colours: the sixteen that every terminal has, so that its owner's theme decides how they look.

use model::Severity;

/// What a colour says.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    Severity(Severity),
    Strong,
    Faint,
    Good,
    Warning,
    Place,
}

/// Puts ANSI escapes (ECMA-48, select graphic rendition) around text, or leaves it alone.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub(super) on: bool,
}

impl Paint {
    pub(super) fn ink(self, ink: Ink, text: &str) -> String {
        if !self.on || text.is_empty() {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Severity(Severity::Critical) => "1;31",
            Ink::Severity(Severity::High) => "31",
            Ink::Severity(Severity::Medium) | Ink::Warning => "33",
            Ink::Severity(Severity::Low) => "34",
            Ink::Severity(Severity::Info) | Ink::Faint => "2",
            Ink::Strong => "1",
            Ink::Good => "32",
            Ink::Place => "36",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}
