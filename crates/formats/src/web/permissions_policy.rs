//! `Permissions-Policy` (<https://www.w3.org/TR/permissions-policy/>), a structured dictionary, and its predecessor `Feature-Policy`.

use model::one_line;

use super::{
    note,
    structured::{self, BareItem, Invalid, Item, ListEntry},
};

/// Which features a page and its frames may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionsPolicy {
    /// In order.
    pub features: Vec<Feature>,
    /// What is passed over, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub issues: Vec<Issue>,
}

/// One feature and who may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// In lower case.
    pub name: String,
    /// Empty: nobody.
    pub allowed: Vec<Allowed>,
}

/// Who may use a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// `*`
    Everyone,
    /// `self`
    SelfOrigin,
    /// `src`: the origin a frame was made with.
    Src,
    /// An origin as it stands, perhaps with a wildcard.
    Origin(String),
}

/// What is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issue {
    /// No browser knows a feature of this name, cut to a line.
    UnknownFeature(String),
    /// The allow-list of this feature holds something that is neither a token that is known nor an origin.
    InvalidMember(String),
    /// The feature stands there before (`Feature-Policy` only).
    RepeatedFeature(String),
}

impl PermissionsPolicy {
    /// Reads all lines of `Permissions-Policy`. Browsers ignore a field that is no dictionary.
    pub fn parse<'a>(fields: impl IntoIterator<Item = &'a str>) -> Result<Self, Invalid> {
        let mut policy = Self::default();
        for (key, entry) in structured::dictionary(&structured::joined(fields))? {
            let name = key.as_str().to_owned();
            let mut allowed = Vec::new();
            match &entry {
                ListEntry::Item(item) => policy.read_member(&name, item, &mut allowed),
                ListEntry::InnerList(list) => {
                    for item in &list.items {
                        policy.read_member(&name, item, &mut allowed);
                    }
                }
            }
            // An item alone that makes no sense leaves the feature as it would be without a policy.
            if matches!(entry, ListEntry::Item(_)) && allowed.is_empty() {
                continue;
            }
            policy.keep(name, allowed);
        }
        Ok(policy)
    }

    /// Reads a `Feature-Policy`: `feature origin origin; feature ...`, with keywords in single quotes.
    #[must_use]
    pub fn parse_feature_policy(field: &str) -> Self {
        let mut policy = Self::default();
        let mut seen = std::collections::HashSet::new();
        for part in field.split([';', ',']) {
            let mut words = part.split_ascii_whitespace();
            let Some(name) = words.next().map(str::to_ascii_lowercase) else { continue };
            if !seen.insert(name.clone()) {
                note(&mut policy.issues, Issue::RepeatedFeature(one_line(&name, 80)));
                continue;
            }
            let mut allowed = Vec::new();
            let mut is_empty = true;
            for word in words {
                is_empty = false;
                match word.to_ascii_lowercase().as_str() {
                    "*" => allowed.push(Allowed::Everyone),
                    "'self'" => allowed.push(Allowed::SelfOrigin),
                    "'src'" => allowed.push(Allowed::Src),
                    "'none'" => {}
                    origin if is_origin(origin) => allowed.push(Allowed::Origin(origin.to_owned())),
                    _ => note(&mut policy.issues, Issue::InvalidMember(one_line(&name, 80))),
                }
            }
            if is_empty {
                allowed.push(Allowed::SelfOrigin);
            }
            policy.keep(name, allowed);
        }
        policy
    }

    /// What it says of a feature.
    #[must_use]
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.name == name)
    }

    fn keep(&mut self, name: String, allowed: Vec<Allowed>) {
        if !FEATURES.contains(&name.as_str()) {
            note(&mut self.issues, Issue::UnknownFeature(one_line(&name, 80)));
        }
        self.features.push(Feature { name, allowed });
    }

    fn read_member(&mut self, name: &str, item: &Item, allowed: &mut Vec<Allowed>) {
        let member = match &item.bare_item {
            BareItem::Token(token) => match token.as_str() {
                "*" => Some(Allowed::Everyone),
                "self" => Some(Allowed::SelfOrigin),
                "src" => Some(Allowed::Src),
                _ => None,
            },
            BareItem::String(text) => {
                let text = text.as_str();
                is_origin(text).then(|| Allowed::Origin(text.to_owned()))
            }
            _ => None,
        };
        match member {
            Some(member) => allowed.push(member),
            None => note(&mut self.issues, Issue::InvalidMember(one_line(name, 80))),
        }
    }
}

impl Feature {
    /// Whether nobody may use it.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.allowed.is_empty()
    }

    /// Whether every frame may use it that is allowed to by its page.
    #[must_use]
    pub fn is_for_everyone(&self) -> bool {
        self.allowed.contains(&Allowed::Everyone)
    }
}

/// A scheme, `://` and a host; more is for a browser to judge.
fn is_origin(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
    })
}

/// Features that a browser knows or knew (<https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md>).
const FEATURES: &[&str] = &[
    "accelerometer",
    "all-screens-capture",
    "ambient-light-sensor",
    "aria-notify",
    "attribution-reporting",
    "autofill",
    "autoplay",
    "battery",
    "bluetooth",
    "browsing-topics",
    "camera",
    "captured-surface-control",
    "ch-device-memory",
    "ch-downlink",
    "ch-dpr",
    "ch-ect",
    "ch-prefers-color-scheme",
    "ch-prefers-reduced-motion",
    "ch-prefers-reduced-transparency",
    "ch-rtt",
    "ch-save-data",
    "ch-ua",
    "ch-ua-arch",
    "ch-ua-bitness",
    "ch-ua-form-factors",
    "ch-ua-full-version",
    "ch-ua-full-version-list",
    "ch-ua-high-entropy-values",
    "ch-ua-mobile",
    "ch-ua-model",
    "ch-ua-platform",
    "ch-ua-platform-version",
    "ch-ua-wow64",
    "ch-viewport-height",
    "ch-viewport-width",
    "ch-width",
    "clipboard-read",
    "clipboard-write",
    "compute-pressure",
    "conversion-measurement",
    "cross-origin-isolated",
    "deferred-fetch",
    "deferred-fetch-minimal",
    "digital-credentials-create",
    "digital-credentials-get",
    "direct-sockets",
    "display-capture",
    "document-domain",
    "encrypted-media",
    "execution-while-not-rendered",
    "execution-while-out-of-viewport",
    "focus-without-user-activation",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "interest-cohort",
    "join-ad-interest-group",
    "keyboard-map",
    "language-detector",
    "language-model",
    "layout-animations",
    "legacy-image-formats",
    "local-fonts",
    "local-network-access",
    "loopback-network",
    "local-network",
    "magnetometer",
    "mediasession",
    "microphone",
    "midi",
    "navigation-override",
    "notifications",
    "on-device-speech-recognition",
    "otp-credentials",
    "oversized-images",
    "payment",
    "picture-in-picture",
    "popins",
    "private-aggregation",
    "private-state-token-issuance",
    "private-state-token-redemption",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "push",
    "rewriter",
    "run-ad-auction",
    "screen-wake-lock",
    "serial",
    "shared-storage",
    "shared-storage-select-url",
    "smart-card",
    "speaker",
    "speaker-selection",
    "storage-access",
    "sub-apps",
    "summarizer",
    "sync-script",
    "sync-xhr",
    "translator",
    "trust-token-redemption",
    "unload",
    "unoptimized-images",
    "unsized-media",
    "usb",
    "usb-unrestricted",
    "vertical-scroll",
    "vibrate",
    "vr",
    "wake-lock",
    "web-share",
    "window-management",
    "window-placement",
    "writer",
    "xr",
    "xr-spatial-tracking",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_forms_of_an_allow_list_are_read() {
        let policy = PermissionsPolicy::parse([
            "geolocation=(), camera=self, fullscreen=*",
            r#"usb=(self "https://a.example"), midi=(src)"#,
        ])
        .unwrap();
        assert!(policy.feature("geolocation").unwrap().is_denied());
        assert!(policy.feature("fullscreen").unwrap().is_for_everyone());
        assert_eq!(
            policy.feature("usb").unwrap().allowed,
            [Allowed::SelfOrigin, Allowed::Origin("https://a.example".into())]
        );
        assert_eq!(policy.issues, []);
    }

    #[test]
    fn the_old_grammar_in_the_new_header_is_no_policy() {
        assert!(PermissionsPolicy::parse(["geolocation 'none'; camera 'self'"]).is_err());
        let policy = PermissionsPolicy::parse(["camera=none, telepathy=(), usb=(\"x\")"]).unwrap();
        assert_eq!(policy.feature("camera"), None);
        assert!(policy.feature("usb").unwrap().is_denied());
        assert_eq!(policy.issues.len(), 3);
    }

    #[test]
    fn the_old_header_is_read_too() {
        let policy = PermissionsPolicy::parse_feature_policy(
            "geolocation 'none'; camera; usb * 'self' https://a.example; usb 'none'",
        );
        assert!(policy.feature("geolocation").unwrap().is_denied());
        assert_eq!(policy.feature("camera").unwrap().allowed, [Allowed::SelfOrigin]);
        assert_eq!(policy.feature("usb").unwrap().allowed.len(), 3);
        assert_eq!(policy.issues, [Issue::RepeatedFeature("usb".into())]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(field in "(camera|usb|[=(), ;*'\"]|\\PC){0,40}") {
            let _ = PermissionsPolicy::parse([field.as_str()]);
            let _ = PermissionsPolicy::parse_feature_policy(&field);
        }
    }
}
