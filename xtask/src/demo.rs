//! `cargo xtask demo`: the main job, end to end, on real input, with what each step proved and how long it took.
//!
//! Two machines and the medium between them lie in one folder. The offline program holds a 2-of-3 ceremony with
//! two tokens and a key file; the service is bootstrapped from its payload with the digest that the ceremony
//! showed; the `.crate` files that this workspace is built from are published; clients of other people download
//! some of them and find each with the checksum that Cargo.lock gives it.

pub(crate) mod api;
mod ceremony;
mod chance;
mod crates;
mod dialogue;
mod downloads;
mod ending;
mod folder;
mod service;
mod tokens;

use anyhow::{Context as _, Result, bail};
use hardware_tests::groups::Groups;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checkout::{Checkout, Programs};
use crate::command;
use crate::install;
use crate::narrate::{seconds, step};
use crate::surroundings::Stopwatch;
use api::{Api, Artifact};
use ceremony::{Ceremony, Outcome};
use crates::CachedCrate;
use downloads::Clients;
use folder::Folder;
use service::Service;

/// Options of `demo`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Publish only so many crates
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..))]
    crates: Option<u32>,
    /// Where the service listens on 127.0.0.1 (default: 8787, or a free port when that one is taken; 0: any free one)
    #[arg(long)]
    port: Option<u16>,
    /// Where everything lies
    #[arg(long, default_value = ".demo")]
    data: PathBuf,
    /// Stop the service of an earlier demo and end
    #[arg(long, conflicts_with = "clean")]
    stop: bool,
    /// Stop it, remove its folder, and end
    #[arg(long)]
    clean: bool,
    /// Take the programs as they were built last
    #[arg(long, hide = true)]
    as_built: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let folder = Folder::at(&checkout.root().join(&options.data))?;
    if options.stop || options.clean {
        return end(&folder, options);
    }
    let watch = Stopwatch::start();
    let tools = install::tools(&checkout)?;
    let programs = step("Programs: the ceremony's and the service's", || {
        let programs = if options.as_built { checkout.programs() } else { checkout.build_programs() }?;
        Ok((programs, "built".to_owned()))
    })?;
    let crates = step("Artifacts: the crates that this workspace is built from", || {
        let limit = options.crates.and_then(|count| usize::try_from(count).ok());
        let crates = crates::cached(&checkout, limit)?;
        let proof = format!("{} real .crate files, each with the checksum of Cargo.lock", crates.len());
        Ok((crates, proof))
    })?;
    start_clean(&folder)?;
    let service = make_service(&programs, &folder, options.port)?;
    let outcome = hold_ceremony(&programs, &folder, &service)?;
    bootstrap(&programs, &folder, &service, &outcome)?;
    publish(&folder, &service, &crates)?;
    let clients = Clients { tools: &tools, folder: &folder, service: &service, root: root_file(&folder) };
    let target = judge(&clients, &crates)?;
    println!("==> Done in {}", seconds(watch.elapsed()));
    ending::print(&programs, &clients, &target, &options.data);
    Ok(())
}

/// The API of the demo that runs on this folder.
pub(crate) fn api_of_running(data: &Path) -> Result<Api> {
    let checkout = Checkout::find()?;
    let folder = Folder::at(&checkout.root().join(data))?;
    service::api_of_running(&folder)
}

fn end(folder: &Folder, options: &Options) -> Result<()> {
    match service::stop(folder)? {
        Some(pid) => println!("The demo's service (process {pid}) is stopped."),
        None => println!("No service of a demo in {} runs.", options.data.display()),
    }
    if options.clean {
        folder.remove()?;
        println!("{} is removed.", options.data.display());
    }
    Ok(())
}

/// A demo always starts from nothing: a ceremony is held once for a repository.
fn start_clean(folder: &Folder) -> Result<()> {
    step("A clean start", || {
        let stopped = service::stop(folder)?;
        folder.make()?;
        let before = if stopped.is_some() {
            "the service of the demo before is stopped"
        } else {
            "nothing ran before"
        };
        Ok(((), before.to_owned()))
    })
}

fn make_service(programs: &Programs, folder: &Folder, port: Option<u16>) -> Result<Service> {
    step("Service: its vault makes the online key; the public half goes onto the medium", || {
        let port = service::port(port)?;
        let mut service = Service::init(&programs.online_service, folder, port)?;
        let pid = service.start(&programs.online_service, folder)?;
        let proof = format!("process {pid} answers at {}; it has no repository yet", service.url);
        Ok((service, proof))
    })
}

fn hold_ceremony(programs: &Programs, folder: &Folder, service: &Service) -> Result<Outcome> {
    let tokens =
        step("Tokens: a P-256 key on a virtual YubiKey, an RSA-3072 key on a SoftHSM token", || {
            let tokens = tokens::make(&folder.laptop())?;
            Ok((tokens, "each private key is on its token".to_owned()))
        })?;
    step("Ceremony: alice with the YubiKey, bob with the token, carol with a key file, 2 of 3 sign", || {
        let fingerprint =
            Groups::first_in(&service.screen).context("init showed no fingerprint of the online key")?;
        let ceremony = Ceremony { program: &programs.ceremony_tui, folder, tokens: &tokens, fingerprint };
        let outcome = ceremony.hold()?;
        extract_root(folder)?;
        let proof = format!(
            "{} questions answered; the YubiKey signed {} times; the root carries two verified signatures; document \
             digest\n    {}",
            outcome.questions,
            tokens.signatures_of_yubikey(),
            outcome.digest.typed()
        );
        Ok((outcome, proof))
    })
}

/// Clients trust the root of the ceremony, which they get from the medium and not from the service.
fn extract_root(folder: &Folder) -> Result<()> {
    let path = folder.medium().join("payload.json");
    let text = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let payload: Value = serde_json::from_slice(&text).context("payload.json is no JSON")?;
    let root = &payload["metadata"]["root"];
    let signatures = root["signatures"].as_array().map_or(0, Vec::len);
    if signatures != 2 {
        bail!("the root carries {signatures} signatures; two people signed");
    }
    std::fs::write(root_file(folder), root.to_string()).context("root.json cannot be written")
}

fn root_file(folder: &Folder) -> PathBuf {
    folder.file("root.json")
}

fn bootstrap(programs: &Programs, folder: &Folder, service: &Service, outcome: &Outcome) -> Result<()> {
    step("Bootstrap: the payload, and the digest by another way", || {
        let payload = folder.medium().join("payload.json");
        let refused = command::attempt(&mut service.bootstrap(
            &programs.online_service,
            folder,
            &payload,
            &other(outcome),
        ))?;
        if refused.status.success() {
            bail!("the service took the payload with a digest that is not its own");
        }
        let digest = outcome.digest.typed();
        command::output(&mut service.bootstrap(&programs.online_service, folder, &payload, &digest))?;
        Ok(((), "refused with another digest, accepted with the one that the ceremony showed".to_owned()))
    })
}

/// The digest of some other document.
fn other(outcome: &Outcome) -> String {
    outcome.digest.typed().chars().rev().collect()
}

fn publish(folder: &Folder, service: &Service, crates: &[CachedCrate]) -> Result<()> {
    step("Publish: all of them in one request", || {
        let artifacts =
            crates.iter().map(|cached| put_in_place(cached, folder)).collect::<Result<Vec<_>>>()?;
        let took = Api::new(&service.url, &service.token).add(&artifacts)?;
        Ok(((), format!("{} artifacts visible {} after the request began", artifacts.len(), seconds(took))))
    })
}

/// Copies a file to where the service serves it from.
fn put_in_place(cached: &CachedCrate, folder: &Folder) -> Result<Artifact> {
    let path = cached.locked.target_path();
    let place = folder.content().join(&path);
    let parent = place.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    let length = std::fs::copy(&cached.file, &place).with_context(|| format!("{path} cannot be copied"))?;
    Ok(Artifact { path, length, sha256: cached.locked.checksum.clone() })
}

/// Returns a target that is there.
fn judge(clients: &Clients<'_>, crates: &[CachedCrate]) -> Result<String> {
    let sample = step("Download: ten at random, by python-tuf and tuf-js", || {
        let sample = clients.sample(crates)?;
        clients.download(&sample)?;
        Ok((sample, "20 downloads verified; each file has the checksum of Cargo.lock".to_owned()))
    })?;
    let [removed, kept, ..] = sample.as_slice() else { bail!("there are fewer than two crates to judge") };
    step("Remove one of the ten", || {
        let api = Api::new(&clients.service.url, &clients.service.token);
        let took = api.delete(&[&removed.locked.target_path()])?;
        clients.no_longer_find(removed)?;
        clients.download(&[*kept])?;
        let proof = format!(
            "{} gone {} after the request; no client finds it, with an old cache or a fresh one; another still verifies",
            removed.locked.file_name(),
            seconds(took)
        );
        Ok(((), proof))
    })?;
    Ok(kept.locked.target_path())
}

impl Service {
    fn bootstrap(&self, program: &Path, folder: &Folder, payload: &Path, digest: &str) -> Command {
        let mut bootstrap = self.command(program);
        bootstrap.arg("bootstrap").arg(payload).args(["--expect", digest, "--server", &self.url]);
        bootstrap.arg("--token-file").arg(service::token_file(folder));
        bootstrap
    }
}
