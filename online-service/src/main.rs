//! The online repository service: bootstraps from the payload of a ceremony, and from then on signs and publishes
//! with the online key alone.
//!
//! `cli` and `http` are the edges; `usecases` and `publisher` know only `ports`; `composition` alone names `adapters`.

mod adapters;
mod cli;
mod composition;
mod config;
mod data_folder;
mod http;
mod ports;
mod publisher;
mod request;
mod scope;
mod secrets;
mod usecases;

fn main() -> std::process::ExitCode {
    cli::run()
}
