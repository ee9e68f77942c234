//! The log, on standard error.

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;

use crate::{LogFormat, Settings};

/// Begins to log.
pub(crate) fn begin(settings: &Settings) -> Result<()> {
    let filter = EnvFilter::builder()
        .parse(&settings.log)
        .with_context(|| format!("--log {} makes no sense", settings.log))?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    // Another log that has begun in this process is as good.
    let _ = match settings.log_format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
    Ok(())
}
