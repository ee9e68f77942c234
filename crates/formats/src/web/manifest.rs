//! Web application manifests (<https://www.w3.org/TR/appmanifest/>).

use crate::{
    Problem,
    json::{self, Value},
};

/// So many icons are read.
const MAX_ICONS: usize = 200;

/// What a page says about itself as an application. Addresses as they stand, relative to the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// `name`
    pub name: Option<String>,
    /// `short_name`
    pub short_name: Option<String>,
    /// `id`
    pub id: Option<String>,
    /// `start_url`
    pub start_url: Option<String>,
    /// `scope`
    pub scope: Option<String>,
    /// `display`, if it is a word of the specification.
    pub display: Option<Display>,
    /// `theme_color`
    pub theme_colour: Option<String>,
    /// `background_color`
    pub background_colour: Option<String>,
    /// `lang`
    pub language: Option<String>,
    /// `icons`; those without an address are left out.
    pub icons: Vec<Icon>,
    /// What makes no sense.
    pub problems: Vec<Problem>,
}

/// How much of a browser is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// `fullscreen`
    Fullscreen,
    /// `standalone`
    Standalone,
    /// `minimal-ui`
    MinimalUi,
    /// `browser`
    Browser,
}

/// An icon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon {
    /// `src`
    pub source: String,
    /// Widths and heights of `sizes` in pixels.
    pub sizes: Vec<(u32, u32)>,
    /// `sizes` says `any`.
    pub is_any_size: bool,
    /// `type`
    pub media_type: Option<String>,
    /// `purpose` says `maskable`.
    pub is_maskable: bool,
}

impl Manifest {
    /// Reads a file; an error if it is no JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let json = json::parse(text)?;
        if !matches!(json, Value::Object(_)) {
            return Err(Problem::general("The manifest is no JSON object").unread());
        }
        let text_of = |key: &str| json.text(key).map(str::trim).map(str::to_owned);
        let mut manifest = Self {
            name: text_of("name").filter(|name| !name.is_empty()),
            short_name: text_of("short_name").filter(|name| !name.is_empty()),
            id: text_of("id"),
            start_url: text_of("start_url"),
            scope: text_of("scope"),
            display: None,
            theme_colour: text_of("theme_color"),
            background_colour: text_of("background_color"),
            language: text_of("lang"),
            icons: json.get("icons").items().iter().take(MAX_ICONS).filter_map(icon).collect(),
            problems: Vec::new(),
        };
        if let Some(word) = json.text("display") {
            manifest.display = match word.trim().to_ascii_lowercase().as_str() {
                "fullscreen" => Some(Display::Fullscreen),
                "standalone" => Some(Display::Standalone),
                "minimal-ui" => Some(Display::MinimalUi),
                "browser" => Some(Display::Browser),
                _ => {
                    manifest.problems.push(Problem::general("`display` is no known word"));
                    None
                }
            };
        }
        Ok(manifest)
    }

    /// Whether some icon is square and at least so large.
    #[must_use]
    pub fn has_icon(&self, pixels: u32) -> bool {
        self.icons
            .iter()
            .any(|icon| icon.is_any_size || icon.sizes.iter().any(|(w, h)| w == h && *w >= pixels))
    }
}

fn icon(json: &Value<'_>) -> Option<Icon> {
    let source = json.text("src").map(str::trim).filter(|source| !source.is_empty())?;
    let words = json.text("sizes").unwrap_or_default().split_ascii_whitespace();
    let size = |word: &str| {
        let (width, height) = word.split_once(['x', 'X'])?;
        Some((width.parse().ok()?, height.parse().ok()?))
    };
    let mut purposes = json.text("purpose").unwrap_or_default().split_ascii_whitespace();
    Some(Icon {
        source: source.to_owned(),
        is_any_size: words.clone().any(|word| word.eq_ignore_ascii_case("any")),
        sizes: words.filter_map(size).take(MAX_ICONS).collect(),
        media_type: json.text("type").map(str::to_owned),
        is_maskable: purposes.any(|word| word.eq_ignore_ascii_case("maskable")),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_members_of_the_specification_are_read() {
        let manifest = Manifest::parse(
            br##"{"name": " A ", "start_url": "/?x", "display": "Standalone", "theme_color": "#fff",
            "icons": [{"src": "a.png", "sizes": "48x48 512x512", "type": "image/png", "purpose": "any maskable"}, {"sizes": "any"}]}"##,
        )
        .unwrap();
        assert_eq!(manifest.name.as_deref(), Some("A"));
        assert_eq!(manifest.display, Some(Display::Standalone));
        assert_eq!(manifest.icons.len(), 1);
        assert!(manifest.icons[0].is_maskable);
        assert!(manifest.has_icon(512) && !manifest.has_icon(513));
    }

    #[test]
    fn what_is_no_manifest_is_told() {
        assert!(Manifest::parse(b"[]").is_err() && Manifest::parse(b"<html>").is_err());
        let odd = Manifest::parse(br#"{"name": 5, "display": "hologram", "icons": "x"}"#).unwrap();
        assert_eq!((odd.name, odd.icons.len(), odd.problems.len()), (None, 0, 1));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "(\\{|\\}|\"icons\":|\"src\"|[\\[\\],:x0-9]|\\PC){0,30}") {
            let _ = Manifest::parse(text.as_bytes());
        }
    }
}
