//! The `sublet` program.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // The first provider named is the process's; a second start in one process cannot happen.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    cli.run()
}
