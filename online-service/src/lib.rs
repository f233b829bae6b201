//! The online repository service: bootstraps from the payload of a ceremony, and from then on signs and publishes
//! with the online key alone.
//!
//! `cli` and `http` are the edges; `usecases` and `publisher` know only `ports`; `composition` alone names `adapters`.
//! The program is [`run`]. What strangers send is read by [`ApiBody`], which needs no service around it.

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

pub use cli::run;
pub use http::api_body::{ApiBody, RefusedBody};
