//! `bartizan sbom`.

use std::process::ExitCode;

use anyhow::anyhow;
use app::Bill;
use engine::{Dependencies, HashKey, Scan};
use report::sbom;

use crate::{
    Failure,
    cli::{SbomArguments, SbomFormat},
    machine, output,
    scan::Look,
    target,
};

pub(crate) fn run(arguments: &SbomArguments) -> Result<ExitCode, Failure> {
    let form = match arguments.format {
        SbomFormat::Spdx => sbom::SbomFormat::Spdx23,
        SbomFormat::Cyclonedx => sbom::SbomFormat::CycloneDx15,
        SbomFormat::Cyclonedx16 => sbom::SbomFormat::CycloneDx16,
    };
    let target = target::understand(&arguments.target, arguments.branch.is_some())?;
    let scan = Scan {
        threads: machine::threads(),
        // Of what is found nothing is said.
        ..Scan::of_packages(Dependencies::default(), HashKey::new([0; 32]))
    };
    let look = Look {
        history: false,
        staged: false,
        branch: arguments.branch.as_deref(),
        honour_ignore_files: !arguments.no_ignore,
        reach: &arguments.reach,
    };
    let looked = look.at(target, &scan)?;
    let mut document_id = [0; 16];
    getrandom::fill(&mut document_id)
        .map_err(|error| Failure::Usage(anyhow!("the system gives no random bytes: {error}")))?;
    let typed = arguments.target.to_string_lossy();
    let bill = Bill {
        target: looked.url.as_deref().unwrap_or(&typed),
        repository: looked
            .commit
            .as_deref()
            .map(|commit| report::Repository { url: looked.url.as_deref(), commit: Some(commit) }),
        created_at_ms: machine::now_ms(),
        document_id,
        listed: &looked.outcome.packages,
        findings: None,
    };
    output::to(arguments.output.as_deref(), |out| bill.write(form, out)).map_err(Failure::Usage)?;
    let mut is_complete = true;
    for note in &looked.outcome.notes {
        if note.kind.leaves_out_packages() || note.kind == model::NoteKind::Format {
            let path = note.path.as_ref().map_or("", model::TargetPath::as_str);
            eprintln!("note: {path}: {}", model::visible(&note.message));
        }
        is_complete &= !note.kind.leaves_out_packages();
    }
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::from(4) })
}
