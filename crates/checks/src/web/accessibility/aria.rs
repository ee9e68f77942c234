//! The words of WAI-ARIA 1.2: roles (section 5.4), states and properties (section 6.6).

/// Roles that authors may use, with those of Graphics and Digital Publishing beside.
pub(super) fn is_role(role: &str) -> bool {
    const ROLES: &str = "alert alertdialog application article associationlist associationlistitemkey associationlistitemvalue banner blockquote button caption cell checkbox code columnheader combobox comment complementary contentinfo definition deletion dialog directory document emphasis feed figure form generic graphics-document graphics-object graphics-symbol grid gridcell group heading image img insertion link list listbox listitem log main mark marquee math menu menubar menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong subscript suggestion superscript switch tab table tablist tabpanel term text textbox time timer toolbar tooltip tree treegrid treeitem";
    role.starts_with("doc-") || ROLES.split(' ').any(|known| known == role)
}

/// The values that a state or property takes; `None` for one that there is not.
pub(super) fn values(attribute: &str) -> Option<Values> {
    const TRI_STATE: &[&str] = &["true", "false", "mixed", "undefined"];
    const OPTIONAL: &[&str] = &["true", "false", "undefined"];
    const BOOLEAN: &[&str] = &["true", "false"];
    let values = match attribute {
        "aria-checked" | "aria-pressed" => Values::Words(TRI_STATE),
        "aria-expanded" | "aria-grabbed" | "aria-hidden" | "aria-selected" => {
            Values::Words(OPTIONAL)
        }
        "aria-atomic"
        | "aria-busy"
        | "aria-disabled"
        | "aria-modal"
        | "aria-multiline"
        | "aria-multiselectable"
        | "aria-readonly"
        | "aria-required" => Values::Words(BOOLEAN),
        "aria-autocomplete" => Values::Words(&["inline", "list", "both", "none"]),
        "aria-current" => {
            Values::Words(&["page", "step", "location", "date", "time", "true", "false"])
        }
        "aria-haspopup" => {
            Values::Words(&["true", "false", "menu", "listbox", "tree", "grid", "dialog"])
        }
        "aria-invalid" => Values::Words(&["true", "false", "grammar", "spelling"]),
        "aria-live" => Values::Words(&["assertive", "off", "polite"]),
        "aria-orientation" => Values::Words(&["horizontal", "vertical", "undefined"]),
        "aria-sort" => Values::Words(&["ascending", "descending", "none", "other"]),
        "aria-colcount" | "aria-colindex" | "aria-colspan" | "aria-level" | "aria-posinset"
        | "aria-rowcount" | "aria-rowindex" | "aria-rowspan" | "aria-setsize" | "aria-valuemax"
        | "aria-valuemin" | "aria-valuenow" => Values::Number,
        "aria-activedescendant"
        | "aria-braillelabel"
        | "aria-brailleroledescription"
        | "aria-colindextext"
        | "aria-controls"
        | "aria-describedby"
        | "aria-description"
        | "aria-details"
        | "aria-dropeffect"
        | "aria-errormessage"
        | "aria-flowto"
        | "aria-keyshortcuts"
        | "aria-label"
        | "aria-labelledby"
        | "aria-owns"
        | "aria-placeholder"
        | "aria-relevant"
        | "aria-roledescription"
        | "aria-rowindextext"
        | "aria-valuetext"
        | "aria-actions" => Values::Text,
        _ => return None,
    };
    Some(values)
}

/// What a state or property takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// One of these.
    Words(&'static [&'static str]),
    /// A number.
    Number,
    /// Text, or ids.
    Text,
}

impl Values {
    /// Whether that is one of them. An empty value is as good as none.
    pub(super) fn allow(self, value: &str) -> bool {
        let value = value.trim();
        match self {
            Self::Words(words) => words.iter().any(|word| value.eq_ignore_ascii_case(word)),
            Self::Number => value.parse::<f64>().is_ok(),
            Self::Text => true,
        }
    }
}

/// The states that a role cannot do without, where no native element brings them.
pub(super) fn required(role: &str) -> &'static [&'static str] {
    match role {
        "checkbox" | "switch" | "radio" | "menuitemcheckbox" | "menuitemradio" => &["aria-checked"],
        "combobox" => &["aria-expanded"],
        "slider" | "meter" => &["aria-valuenow"],
        "scrollbar" => &["aria-controls", "aria-valuenow"],
        "heading" => &["aria-level"],
        _ => &[],
    }
}
