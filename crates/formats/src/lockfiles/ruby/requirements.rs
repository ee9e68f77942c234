//! What a `Gemfile` or a `*.gemspec` asks for, as far as its lines tell without running them.

use model::Scope;

/// One call of `gem`, `add_dependency` and their like.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Requirement<'a> {
    pub name: &'a str,
    /// As written: `= 1.2.3`, `~> 2.0`. Empty where there is none.
    pub version: &'a str,
    pub scope: Scope,
}

/// Goes over the lines. `group :development, :test do` counts until the `end` at its own indentation.
pub(super) fn of(text: &str) -> Vec<Requirement<'_>> {
    let mut found = Vec::new();
    let mut group: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        if content == "end" && group.is_some_and(|group| indent <= group) {
            group = None;
        }
        if let Some(names) = content.strip_prefix("group ").or(content.strip_prefix("group("))
            && content.ends_with(" do")
        {
            if group.is_none() && are_for_development(names) {
                group = Some(indent);
            }
            continue;
        }
        let Some((arguments, is_development)) = call(content) else { continue };
        let Some((name, rest)) = string(arguments) else { continue };
        let version = rest.trim_start().strip_prefix(',').and_then(|rest| string(rest));
        let options = ["group: ", "groups: ", ":group => ", ":groups => "];
        let of_group = options.iter().find_map(|option| content.split_once(option));
        let is_development = is_development
            || group.is_some()
            || of_group.is_some_and(|(_, names)| are_for_development(names));
        let scope = if is_development { Scope::Development } else { Scope::Production };
        found.push(Requirement { name, version: version.map_or("", |it| it.0.trim()), scope });
    }
    found
}

/// The arguments of a call that asks for a gem, and whether it is one for development.
fn call(content: &str) -> Option<(&str, bool)> {
    const CALLS: [(&str, bool); 4] = [
        (".add_development_dependency", true),
        (".add_runtime_dependency", false),
        (".add_dependency", false),
        ("gem", false),
    ];
    CALLS.iter().find_map(|(name, is_development)| {
        let at = if *name == "gem" {
            content.starts_with(name).then_some(0)?
        } else {
            // The receiver is a single name.
            content.find(name).filter(|at| !content.get(..*at).unwrap_or_default().contains(' '))?
        };
        let arguments = content.get(at + name.len()..)?;
        let arguments = arguments.strip_prefix(['(', ' '])?.trim_start();
        Some((arguments, *is_development))
    })
}

/// The leading string literal without interpolation (also within `%q<..>`, as RubyGems writes it), and what follows.
fn string(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start().trim_start_matches('[').trim_start();
    let (close, inner) = if let Some(inner) = text.strip_prefix("%q<") {
        ('>', inner)
    } else if let Some(inner) = text.strip_prefix('"') {
        ('"', inner)
    } else {
        ('\'', text.strip_prefix('\'')?)
    };
    let (value, rest) = inner.split_once(close)?;
    let rest = rest.trim_start_matches(".freeze");
    (!value.contains("#{")).then_some((value, rest))
}

/// Whether every group of a list is one that does not ship.
fn are_for_development(names: &str) -> bool {
    let list = names.split([']', ')']).next().unwrap_or_default();
    let mut words = list
        .split([',', '[', ' '])
        .map(|word| word.trim_matches([':', '"', '\'', ' ']))
        .take_while(|word| *word != "do" && !word.contains("=>") && !word.ends_with(':'))
        .filter(|word| !word.is_empty())
        .peekable();
    words.peek().is_some()
        && words.all(|word| matches!(word, "development" | "test" | "ci" | "lint"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_kinds_of_dependency_are_told_apart() {
        let text = "gem 'rails', '~> 7.0'\ngem \"pry\", group: :development\ngem 'a', groups: [:test, :default]\n\
                    group :development, :test do\n  gem 'rspec', require: false\nend\ngemspec\n\
                    s.add_dependency(%q<rack>.freeze, [\"= 2.2.3\".freeze])\n  spec.add_development_dependency 'rake'\n\
                    gem \"#{x}\"\n# gem 'no'\n";
        let found: Vec<_> = of(text).iter().map(|it| (it.name, it.version, it.scope)).collect();
        use Scope::{Development as D, Production as P};
        assert_eq!(
            found,
            [
                ("rails", "~> 7.0", P),
                ("pry", "", D),
                ("a", "", P),
                ("rspec", "", D),
                ("rack", "= 2.2.3", P),
                ("rake", "", D)
            ]
        );
    }
}
