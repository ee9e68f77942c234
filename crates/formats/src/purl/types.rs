//! What single types demand (the `types` folder of the specification). A rule that many documents break and that nothing depends on (a
//! namespace for every Go module, none for any Python package) is not enforced.

use super::{Error, Purl, segments};

/// Types whose namespace and name have no case.
const CASELESS: [&str; 14] = [
    "alpm",
    "apk",
    "bitbucket",
    "bitnami",
    "brew",
    "composer",
    "deb",
    "github",
    "hex",
    "luarocks",
    "oci",
    "otp",
    "pub",
    "vscode-extension",
];

/// Makes the parts canonical.
pub(super) fn apply(purl: &mut Purl) -> Result<(), Error> {
    if purl.name.is_empty() {
        return Err(Error::Name);
    }
    if purl.kind == "git" {
        move_path_to_name(purl);
    }
    let kind = purl.kind.as_str();
    let caseless = CASELESS.contains(&kind)
        || (kind == "git"
            && purl.namespace.as_deref().is_some_and(|host| host.eq_ignore_ascii_case("github")));
    if caseless {
        purl.name = purl.name.to_lowercase();
    }
    if caseless || matches!(kind, "qpkg" | "rpm" | "yocto") {
        purl.namespace = purl.namespace.take().map(|namespace| namespace.to_lowercase());
    }
    if matches!(kind, "huggingface" | "oci" | "pypi" | "vscode-extension") {
        purl.version = purl.version.take().map(|version| version.to_lowercase());
    }
    match kind {
        "pypi" => purl.name = purl.name.to_lowercase().replace('_', "-"),
        "pub" => {
            purl.name = purl.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        }
        // Databricks has no case, Azure has.
        "mlflow" if is_databricks(purl) => purl.name = purl.name.to_lowercase(),
        // The name of a distribution, not of one of its modules.
        "cpan" if purl.name.contains("::") => return Err(Error::Name),
        "chrome-extension" => check_chrome_extension(purl)?,
        "julia" if !purl.qualifiers.contains_key("uuid") => return Err(Error::Qualifier),
        "swid" if !purl.qualifiers.contains_key("tag_id") => return Err(Error::Qualifier),
        "swift" | "vscode-extension" if purl.namespace.is_none() => return Err(Error::Namespace),
        "otp" | "vcpkg" if purl.namespace.is_some() => return Err(Error::Namespace),
        _ => {}
    }
    Ok(())
}

/// A `git` package has its host for a namespace, and the whole path of the repository for a name.
fn move_path_to_name(purl: &mut Purl) {
    let whole = format!("{}/{}", purl.namespace.take().unwrap_or_default(), purl.name);
    let segments = segments(&whole);
    if let [host, path @ ..] = segments.as_slice() {
        if path.is_empty() {
            purl.name = (*host).to_owned();
        } else {
            purl.namespace = Some((*host).to_owned());
            purl.name = path.join("/");
        }
    }
}

fn is_databricks(purl: &Purl) -> bool {
    purl.qualifiers.get("repository_url").is_some_and(|url| url.contains("databricks"))
}

fn check_chrome_extension(purl: &Purl) -> Result<(), Error> {
    if purl.name.len() != 32 || !purl.name.bytes().all(|byte| matches!(byte, b'a'..=b'p')) {
        return Err(Error::Name);
    }
    let Some(version) = &purl.version else { return Ok(()) };
    let numbers = version.split('.');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if numbers.clone().count() > 4 || !numbers.clone().all(is_number) {
        return Err(Error::Version);
    }
    Ok(())
}

/// The name as it stands in the path.
pub(super) fn name_segments(purl: &Purl) -> impl Iterator<Item = &str> {
    let has_segments = purl.kind == "git";
    purl.name.split(move |c| has_segments && c == '/')
}
