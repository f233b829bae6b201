//! Either kind of bins under every scheme that an online key can have, as each client sees it.

use hardware_tests::judges::Judge;
use shared::bins::BinKind;

use crate::ceremony::Options;
use crate::client::{Asked, Seen};
use crate::service::Service;

/// One artifact stays and gets other bytes, the other one goes.
const KEPT: &str = "dir/kept-1.0.txt";
const REMOVED: &str = "removed.txt";

struct Repository {
    service: Service,
    name: String,
}

impl Repository {
    fn publish(kind: BinKind, scheme: &str) -> Self {
        let service = Service::new_with(&["--scheme", scheme]);
        let (service, ceremony) = service.bootstrap(&Options { kind, ..Options::default() });
        std::fs::write(service.path("root.json"), ceremony.root.document().to_bytes()).unwrap();
        service.publish(KEPT, "first");
        service.publish(REMOVED, "second");
        let bins = if kind == BinKind::Prefix { "prefix" } else { "succinct" };
        Self { service, name: format!("{bins} bins, online key {scheme}") }
    }

    fn ask(&self, client: Judge, memory: Memory, target: &str) -> Seen {
        let cache = match memory {
            Memory::Fresh => None,
            Memory::Old => Some(self.service.path(&format!("cache-{}", client.name()))),
        };
        Asked {
            client,
            service: &self.service,
            root: &self.service.path("root.json"),
            cache: cache.as_deref(),
        }
        .about(target)
    }
}

#[derive(Clone, Copy, Debug)]
enum Memory {
    Fresh,
    Old,
}

/// What a client shall say at each stage, and how many times it did.
struct Walk<'a> {
    repository: &'a Repository,
    clients: &'a [Judge],
    memories: &'a [Memory],
    verdicts: usize,
}

impl Walk<'_> {
    fn expect(&mut self, stage: &str, target: &str, verdict: &Seen) {
        for client in self.clients {
            for memory in self.memories {
                let said = self.repository.ask(*client, *memory, target);
                let name = &self.repository.name;
                assert_eq!(said, *verdict, "{} {memory:?}, {name}, {stage}", client.name());
                self.verdicts += 1;
            }
        }
    }

    #[expect(clippy::print_stdout, reason = "the verdicts are figures of the tests")]
    fn tell(&self) {
        let names: Vec<&str> = self.clients.iter().map(|client| client.name()).collect();
        println!("figure: judges: {}: {} follow", self.repository.name, names.join(", "));
        println!("figure: judges: {} verdicts in {}", self.verdicts, self.repository.name);
    }
}

fn found(content: &str) -> Seen {
    Seen::Content(content.to_owned())
}

/// A present artifact, an absent one, an update and a removal, as clients with and without metadata from before see them.
fn walk(repository: &Repository, clients: &[Judge], memories: &[Memory]) {
    let mut walk = Walk { repository, clients, memories, verdicts: 0 };
    walk.expect("at first", KEPT, &found("first"));
    walk.expect("at first", REMOVED, &found("second"));
    walk.expect("at first", "dir/never.txt", &Seen::Absent);
    repository.service.publish(KEPT, "another content");
    walk.expect("after an update", KEPT, &found("another content"));
    let removal = format!(r#"{{"artifacts":["{REMOVED}"]}}"#);
    repository.service.succeed("/api/v1/artifacts/delete", removal.as_bytes());
    walk.expect("after a removal", REMOVED, &Seen::Absent);
    walk.expect("after a removal", KEPT, &found("another content"));
    walk.tell();
}

#[test]
fn every_client_follows_prefix_bins_under_ed25519() {
    walk(&Repository::publish(BinKind::Prefix, "ed25519"), &Judge::ALL, &[Memory::Fresh, Memory::Old]);
}

#[test]
fn every_client_follows_prefix_bins_under_p256() {
    walk(&Repository::publish(BinKind::Prefix, "ecdsa-p256"), &Judge::ALL, &[Memory::Old]);
}

#[test]
fn every_client_follows_prefix_bins_under_rsa_pss() {
    walk(&Repository::publish(BinKind::Prefix, "rsa-pss"), &Judge::ALL, &[Memory::Old]);
}

/// The others do not know TAP 15: tough cannot read such a targets role, and sigstore-tuf finds nothing in it.
#[expect(clippy::print_stdout, reason = "the verdicts are figures of the tests")]
fn walk_succinct(scheme: &str, memories: &[Memory]) {
    let repository = Repository::publish(BinKind::Succinct, scheme);
    for memory in memories {
        let Seen::Refused(said) = repository.ask(Judge::Tough, *memory, KEPT) else {
            panic!("tough reads it")
        };
        assert!(said.contains("missing field `roles`"), "{said}");
        assert_eq!(repository.ask(Judge::SigstoreTuf, *memory, KEPT), Seen::Absent);
    }
    println!("figure: judges: {}: tough refuses targets, sigstore-tuf finds nothing", repository.name);
    walk(&repository, &[Judge::PythonTuf, Judge::TufJs], memories);
}

#[test]
fn the_clients_of_python_and_npm_follow_succinct_bins_under_ed25519() {
    walk_succinct("ed25519", &[Memory::Fresh, Memory::Old]);
}

#[test]
fn the_clients_of_python_and_npm_follow_succinct_bins_under_p256() {
    walk_succinct("ecdsa-p256", &[Memory::Old]);
}

#[test]
fn the_clients_of_python_and_npm_follow_succinct_bins_under_rsa_pss() {
    walk_succinct("rsa-pss", &[Memory::Old]);
}

#[test]
fn every_client_refuses_other_bytes_another_root_and_a_stale_timestamp() {
    let mut repository = Repository::publish(BinKind::Prefix, "ed25519");
    passes(&repository);
    let file = repository.service.path("content").join(KEPT);
    std::fs::write(&file, "fir5t").unwrap();
    refuse(&repository, other_bytes);
    std::fs::write(&file, "first").unwrap();
    passes(&repository);
    let root = repository.service.path("root.json");
    let own = std::fs::read(&root).unwrap();
    let (stranger, _) = Service::bootstrapped();
    std::fs::write(&root, stranger.get("/metadata/1.root.json").bytes).unwrap();
    refuse(&repository, another_root);
    std::fs::write(&root, own).unwrap();
    passes(&repository);
    repository.service.clock = Some("+30h");
    refuse(&repository, stale_timestamp);
    repository.service.clock = None;
    passes(&repository);
}

fn passes(repository: &Repository) {
    for client in Judge::ALL {
        assert_eq!(repository.ask(client, Memory::Fresh, KEPT), found("first"), "{client}");
    }
}

/// Each refuses, and says the words for that.
fn refuse(repository: &Repository, words: fn(Judge) -> &'static str) {
    for client in Judge::ALL {
        let said = repository.ask(client, Memory::Fresh, KEPT);
        let right = matches!(&said, Seen::Refused(said) if said.contains(words(client)));
        assert!(right, "{client} should refuse with {:?}: {said:?}", words(client));
    }
}

fn other_bytes(client: Judge) -> &'static str {
    match client {
        Judge::PythonTuf | Judge::TufJs => "hash",
        Judge::Tough => "Hash mismatch",
        Judge::SigstoreTuf => "integrity",
    }
}

fn another_root(client: Judge) -> &'static str {
    match client {
        Judge::PythonTuf | Judge::TufJs => "timestamp was signed by 0/1 keys",
        Judge::Tough => "Failed to verify timestamp metadata",
        Judge::SigstoreTuf => "signature threshold not met for role timestamp",
    }
}

fn stale_timestamp(client: Judge) -> &'static str {
    match client {
        Judge::PythonTuf | Judge::TufJs => "timestamp.json is expired",
        Judge::Tough => "timestamp metadata is expired",
        Judge::SigstoreTuf => "timestamp metadata expired",
    }
}
