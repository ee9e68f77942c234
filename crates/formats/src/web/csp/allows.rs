//! What policies allow, one by one and together.

use url::Url;

use super::{Directive, Keyword, Policies, Policy, Source};

/// How a source list lets resources in from places nobody named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breadth {
    /// `*`, or `*` with a scheme or port.
    AnyHost,
    /// `https:`
    Https,
    /// `http:`
    Http,
    /// `data:`: whoever writes into the page writes the resource.
    Data,
    /// `blob:`, `filesystem:`
    Blob,
}

/// The directives that govern a resource, the nearest first (section 6.8.3). A directive that has no fallback is alone.
#[must_use]
pub fn fallbacks(directive: &str) -> &'static [&'static str] {
    match directive {
        "script-src-elem" => &["script-src-elem", "script-src", "default-src"],
        "script-src-attr" => &["script-src-attr", "script-src", "default-src"],
        "style-src-elem" => &["style-src-elem", "style-src", "default-src"],
        "style-src-attr" => &["style-src-attr", "style-src", "default-src"],
        "worker-src" => &["worker-src", "child-src", "script-src", "default-src"],
        "frame-src" => &["frame-src", "child-src", "default-src"],
        "fenced-frame-src" => &["fenced-frame-src", "frame-src", "child-src", "default-src"],
        "script-src" => &["script-src", "default-src"],
        "style-src" => &["style-src", "default-src"],
        "child-src" => &["child-src", "default-src"],
        "connect-src" => &["connect-src", "default-src"],
        "font-src" => &["font-src", "default-src"],
        "img-src" => &["img-src", "default-src"],
        "manifest-src" => &["manifest-src", "default-src"],
        "media-src" => &["media-src", "default-src"],
        "object-src" => &["object-src", "default-src"],
        "prefetch-src" => &["prefetch-src", "default-src"],
        "default-src" => &["default-src"],
        "base-uri" => &["base-uri"],
        "form-action" => &["form-action"],
        "frame-ancestors" => &["frame-ancestors"],
        "navigate-to" => &["navigate-to"],
        _ => &[],
    }
}

/// For what inline code stands.
#[derive(Clone, Copy, PartialEq)]
enum Inline {
    Script,
    Style,
}

impl Policy {
    /// The directive that governs what `name` is about, after fallbacks; `None` means that the policy does not restrict it.
    #[must_use]
    pub fn effective(&self, name: &str) -> Option<&Directive> {
        fallbacks(name).iter().find_map(|name| self.directive(name))
    }

    /// Whether any `<script>` element without a nonce runs.
    #[must_use]
    pub fn allows_inline_script(&self) -> bool {
        self.allows_inline("script-src-elem", Inline::Script)
    }

    /// Whether any event handler and any `javascript:` URL runs.
    #[must_use]
    pub fn allows_inline_handler(&self) -> bool {
        self.allows_inline("script-src-attr", Inline::Script)
    }

    /// Whether any `<style>` element applies.
    #[must_use]
    pub fn allows_inline_style(&self) -> bool {
        self.allows_inline("style-src-elem", Inline::Style)
    }

    /// Whether any `style` attribute applies.
    #[must_use]
    pub fn allows_inline_style_attribute(&self) -> bool {
        self.allows_inline("style-src-attr", Inline::Style)
    }

    /// Whether `eval` and its like compile strings (HTML's `EnsureCSPDoesNotBlockStringCompilation`).
    #[must_use]
    pub fn allows_eval(&self) -> bool {
        self.effective("script-src").is_none_or(|d| has(d.sources(), Keyword::UnsafeEval))
    }

    /// Whether WebAssembly is compiled.
    #[must_use]
    pub fn allows_wasm(&self) -> bool {
        self.allows_eval()
            || self
                .effective("script-src")
                .is_some_and(|d| has(d.sources(), Keyword::WasmUnsafeEval))
    }

    /// Whether scripts are trusted through nonces or hashes and what these load, so that hosts do not count (section 8.2).
    #[must_use]
    pub fn is_strict_dynamic(&self) -> bool {
        self.effective("script-src-elem").is_some_and(|d| is_strict(&d.name, d.sources()))
    }

    /// Whether `require-trusted-types-for 'script'` guards the sinks of DOM scripting.
    #[must_use]
    pub fn requires_trusted_types(&self) -> bool {
        self.directive("require-trusted-types-for")
            .is_some_and(|d| d.words().iter().any(|word| word.eq_ignore_ascii_case("'script'")))
    }

    /// Ways in which the directive lets in what nobody named, sorted and without repetition; `None` if it restricts nothing.
    #[must_use]
    pub fn breadth(&self, name: &str) -> Option<Vec<Breadth>> {
        let directive = self.effective(name)?;
        let mut found: Vec<Breadth> = counting(name, directive).filter_map(Breadth::of).collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// Whether the directive lets resources in from any host, or through `data:`: the effective list is absent, or has some
    /// [`Breadth`] other than [`Breadth::Blob`].
    #[must_use]
    pub fn allows_any_host(&self, name: &str) -> bool {
        self.breadth(name).is_none_or(|found| found.iter().any(|breadth| *breadth != Breadth::Blob))
    }

    /// Whether some path on this host (lower case) may be loaded over `https` from its usual port. `'self'` counts for nothing.
    #[must_use]
    pub fn allows_host(&self, name: &str, host: &str) -> bool {
        let Some(directive) = self.effective(name) else { return true };
        counting(name, directive).any(|source| match source {
            Source::Scheme(scheme) => matches!(scheme.as_str(), "https" | "http"),
            Source::Host(source) => {
                let scheme = source.scheme.as_deref().unwrap_or("https");
                let is_port = match source.port {
                    None | Some(super::Port::Any) => true,
                    Some(super::Port::Number(port)) => port == 443 || port == 80,
                };
                matches!(scheme, "https" | "http") && is_port && source.matches_host(host)
            }
            _ => false,
        })
    }

    /// Whether a URL may be loaded without nonce, hash or a trusted script's help. `page` is the page whose policy it is.
    #[must_use]
    pub fn allows_url(&self, name: &str, url: &Url, page: Option<&Url>) -> bool {
        self.effective(name).is_none_or(|directive| {
            counting(name, directive).any(|source| source.matches(url, page))
        })
    }

    /// Section 6.7.3.2, "does a source list allow all inline behavior".
    fn allows_inline(&self, name: &str, inline: Inline) -> bool {
        let Some(directive) = self.effective(name) else { return true };
        let sources = directive.sources();
        let forbids = |source: &Source| match source {
            Source::Nonce(_) | Source::Hash { .. } => true,
            source => inline == Inline::Script && source.is(Keyword::StrictDynamic),
        };
        has(sources, Keyword::UnsafeInline) && !sources.iter().any(forbids)
    }
}

impl Policies {
    /// Those that block.
    pub fn enforced(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().filter(|policy| policy.is_enforced())
    }

    /// Whether there is a policy that blocks anything.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.enforced().any(|policy| !policy.directives.is_empty())
    }

    /// Whether an enforced policy has this very directive.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.enforced().any(|policy| policy.directive(name).is_some())
    }

    /// Whether an enforced policy restricts what this directive is about, itself or through a fallback.
    #[must_use]
    pub fn restricts(&self, name: &str) -> bool {
        self.enforced().any(|policy| policy.effective(name).is_some())
    }

    /// Whether what this directive is about is forbidden altogether: some enforced policy has an empty list for it.
    #[must_use]
    pub fn forbids(&self, name: &str) -> bool {
        self.enforced().any(|p| p.effective(name).is_some_and(|d| d.sources().is_empty()))
    }

    /// [`Policy::allows_inline_script`] of all.
    #[must_use]
    pub fn allows_inline_script(&self) -> bool {
        self.enforced().all(Policy::allows_inline_script)
    }

    /// [`Policy::allows_inline_handler`] of all.
    #[must_use]
    pub fn allows_inline_handler(&self) -> bool {
        self.enforced().all(Policy::allows_inline_handler)
    }

    /// [`Policy::allows_inline_style`] of all.
    #[must_use]
    pub fn allows_inline_style(&self) -> bool {
        self.enforced().all(Policy::allows_inline_style)
    }

    /// [`Policy::allows_inline_style_attribute`] of all.
    #[must_use]
    pub fn allows_inline_style_attribute(&self) -> bool {
        self.enforced().all(Policy::allows_inline_style_attribute)
    }

    /// [`Policy::allows_eval`] of all.
    #[must_use]
    pub fn allows_eval(&self) -> bool {
        self.enforced().all(Policy::allows_eval)
    }

    /// [`Policy::allows_any_host`] of all.
    #[must_use]
    pub fn allows_any_host(&self, name: &str) -> bool {
        self.enforced().all(|policy| policy.allows_any_host(name))
    }

    /// [`Policy::allows_host`] of all.
    #[must_use]
    pub fn allows_host(&self, name: &str, host: &str) -> bool {
        self.enforced().all(|policy| policy.allows_host(name, host))
    }

    /// [`Policy::allows_url`] of all.
    #[must_use]
    pub fn allows_url(&self, name: &str, url: &Url, page: Option<&Url>) -> bool {
        self.enforced().all(|policy| policy.allows_url(name, url, page))
    }

    /// Whether one of them trusts scripts by nonce or hash only.
    #[must_use]
    pub fn is_strict_dynamic(&self) -> bool {
        self.enforced().any(Policy::is_strict_dynamic)
    }

    /// Whether one of them requires trusted types.
    #[must_use]
    pub fn requires_trusted_types(&self) -> bool {
        self.enforced().any(Policy::requires_trusted_types)
    }
}

impl Breadth {
    fn of(source: &Source) -> Option<Self> {
        match source {
            Source::Scheme(scheme) => match scheme.as_str() {
                "https" | "wss" => Some(Self::Https),
                "http" | "ws" => Some(Self::Http),
                "data" => Some(Self::Data),
                "blob" | "filesystem" => Some(Self::Blob),
                _ => None,
            },
            Source::Host(host) if host.is_any_host() => match host.scheme.as_deref() {
                Some("https" | "wss") => Some(Self::Https),
                Some("http" | "ws") => Some(Self::Http),
                _ => Some(Self::AnyHost),
            },
            _ => None,
        }
    }
}

/// The sources that decide about URLs: under `'strict-dynamic'` schemes and hosts do not (section 6.7.1.1).
fn counting<'d>(name: &str, directive: &'d Directive) -> impl Iterator<Item = &'d Source> {
    let is_strict = is_strict(name, directive.sources());
    directive.sources().iter().filter(move |_| !is_strict)
}

/// `'strict-dynamic'` works for scripts only.
fn is_strict(name: &str, sources: &[Source]) -> bool {
    let is_script = matches!(
        name,
        "script-src" | "script-src-elem" | "script-src-attr" | "worker-src" | "default-src"
    );
    is_script && has(sources, Keyword::StrictDynamic)
}

fn has(sources: &[Source], keyword: Keyword) -> bool {
    sources.iter().any(|source| source.is(keyword))
}
