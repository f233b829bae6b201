use shared::json::Json;

use super::SqliteCatalog;
use crate::ports::catalog::access::{AuditEntry, TokenRecord};
use crate::ports::catalog::bootstrap::{Abandonment, BootstrapOpening, BootstrapState, RootExtension};
use crate::ports::catalog::intake::{Computed, Growth, NewIntake, SetAside, Urgency};
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{ArtifactChange, Basis, NewFile, Publication, RoleSize};
use crate::ports::catalog::task::{Task, TaskId, TaskName, TaskState};
use crate::ports::catalog::{Admission, Catalog, CatalogError, Transition};
use crate::ports::clock::Moment;
use crate::usecases::audit;

const NOW: Moment = Moment::from_micros(1_000_000);

fn entry() -> AuditEntry {
    AuditEntry { at: NOW, actor: "test".to_owned(), action: "tested", subject: Json::Null }
}

fn task(id: &str) -> Task {
    Task::started(TaskId::from_text(id), TaskName::AddArtifacts, NOW)
}

fn open() -> (tempfile::TempDir, SqliteCatalog) {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::create(&folder.path().join("catalog.sqlite")).unwrap();
    (folder, catalog)
}

fn opening(state: BootstrapState) -> BootstrapOpening {
    BootstrapOpening {
        state,
        task: task("boot"),
        root: b"root".to_vec(),
        settings: b"{}".to_vec(),
        audit: entry(),
    }
}

fn file(role: &str, version: u64) -> NewFile {
    let bytes = format!("{role} {version}").into_bytes();
    NewFile { role: RoleLabel::new(role), version, bytes, expires: 100 }
}

fn publication(basis: Basis, files: Vec<NewFile>) -> Publication {
    Publication {
        basis,
        at: NOW,
        artifacts: Vec::new(),
        files,
        sizes: Vec::new(),
        done: Vec::new(),
        set_aside: Vec::new(),
        tasks: Vec::new(),
        audit: entry(),
    }
}

fn bootstrapped() -> (tempfile::TempDir, SqliteCatalog) {
    let (folder, catalog) = open();
    assert_eq!(catalog.open_bootstrap(&opening(BootstrapState::Pre)).unwrap(), Transition::Made);
    let files = ["root", "targets", "snapshot", "timestamp", "bins-0", "bins-1"].map(|role| file(role, 1));
    catalog.commit(&publication(Basis::Bootstrap, files.to_vec())).unwrap();
    (folder, catalog)
}

fn intake(id: &str, urgency: Urgency, bytes: u64) -> NewIntake {
    NewIntake {
        task: task(id),
        urgency,
        packed: b"packed".to_vec(),
        growth: vec![Growth { role: RoleLabel::new("bins-0"), bytes, computed: None }],
        limit: 100,
        audit: entry(),
    }
}

#[test]
fn a_bootstrap_happens_once() {
    let (_folder, catalog) = bootstrapped();
    let record = catalog.bootstrap().unwrap();
    assert_eq!((record.state, record.task.unwrap().as_str()), (BootstrapState::Finished, "boot"));
    assert!(catalog.pending_root().unwrap().is_none());
    assert_eq!(catalog.repository().unwrap().unwrap().root, b"root 1");
    let again = catalog.open_bootstrap(&opening(BootstrapState::Pre)).unwrap();
    assert_eq!(again, Transition::Refused(BootstrapState::Finished));
    let again = catalog.commit(&publication(Basis::Bootstrap, Vec::new()));
    assert!(matches!(again, Err(CatalogError::Fenced(_))));
}

#[test]
fn a_signature_on_an_older_pending_root_is_fenced() {
    let (_folder, catalog) = open();
    catalog.open_bootstrap(&opening(BootstrapState::Signing)).unwrap();
    let extension = |previous: &[u8], root: &[u8]| RootExtension {
        previous: previous.to_vec(),
        root: root.to_vec(),
        state: BootstrapState::Signing,
        task: task("sign"),
        audit: entry(),
    };
    assert_eq!(catalog.extend_pending_root(&extension(b"root", b"root+1")).unwrap(), Transition::Made);
    let late = catalog.extend_pending_root(&extension(b"root", b"root+2"));
    assert!(matches!(late, Err(CatalogError::Fenced(_))));
    assert_eq!(catalog.pending_root().unwrap().unwrap().root, b"root+1");
}

#[test]
fn a_version_follows_its_floor_or_nothing_is_kept() {
    let (_folder, catalog) = bootstrapped();
    catalog.commit(&publication(Basis::Root(1), vec![file("bins-0", 2)])).unwrap();
    for wrong in [file("bins-1", 3), file("bins-1", 1), file("unknown", 2)] {
        let refused = catalog.commit(&publication(Basis::Root(1), vec![file("bins-0", 3), wrong]));
        assert!(matches!(refused, Err(CatalogError::Fenced(_))));
    }
    let refused = catalog.commit(&publication(Basis::Root(2), vec![file("bins-0", 3)]));
    assert!(matches!(refused, Err(CatalogError::Fenced(_))));
    assert_eq!(catalog.current(&RoleLabel::new("bins-0")).unwrap().unwrap().version, 2);
    assert_eq!(catalog.published(&RoleLabel::new("bins-0"), 1).unwrap().unwrap().bytes, b"bins-0 1");
    assert!(catalog.published(&RoleLabel::new("bins-0"), 3).unwrap().is_none());
    assert_eq!(catalog.root_versions().unwrap(), [1]);
}

#[test]
fn requests_wait_until_one_of_them_is_urgent_and_are_published_once() {
    let (_folder, catalog) = bootstrapped();
    assert_eq!(catalog.accept(&intake("a", Urgency::Deferred, 1)).unwrap(), Admission::Accepted);
    assert!(catalog.waiting(1_000).unwrap().is_empty());
    assert_eq!(catalog.accept(&intake("b", Urgency::Now, 1)).unwrap(), Admission::Accepted);
    let rows = catalog.waiting(1_000).unwrap();
    assert_eq!(rows.iter().map(|row| row.task.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(catalog.waiting(1).unwrap().len(), 1);
    assert_eq!((catalog.counts().unwrap().waiting, catalog.counts().unwrap().deferred), (1, 1));

    let mut change = publication(Basis::Root(1), vec![file("bins-0", 2)]);
    change.done = rows.iter().map(|row| row.id).collect();
    change.artifacts = vec![ArtifactChange { bin: 0, path: "x".to_owned(), info: Some(b"{}".to_vec()) }];
    catalog.commit(&change).unwrap();
    assert!(catalog.waiting(1_000).unwrap().is_empty());
    assert_eq!(catalog.artifact(0, "x").unwrap().unwrap().info, b"{}");

    change.files = vec![file("bins-0", 3)];
    assert!(matches!(catalog.commit(&change), Err(CatalogError::Fenced(_))));
    assert_eq!(catalog.bin(0).unwrap().len(), 1);
}

#[test]
fn a_bin_that_would_be_too_large_is_refused_while_requests_wait() {
    let (_folder, catalog) = bootstrapped();
    assert_eq!(catalog.accept(&intake("a", Urgency::Now, 60)).unwrap(), Admission::Accepted);
    let full = Admission::BinFull { role: RoleLabel::new("bins-0"), bytes: 120, seen: 1 };
    assert_eq!(catalog.accept(&intake("b", Urgency::Now, 60)).unwrap(), full);
    assert!(catalog.task(&TaskId::from_text("b")).unwrap().is_none());
    // Published, the bin is smaller than announced: there is room again.
    let mut change = publication(Basis::Root(1), vec![file("bins-0", 2)]);
    change.sizes = vec![RoleSize { role: RoleLabel::new("bins-0"), bytes: 30, settled: 60 }];
    catalog.commit(&change).unwrap();
    assert_eq!(catalog.accept(&intake("b", Urgency::Now, 60)).unwrap(), Admission::Accepted);
}

#[test]
fn nothing_is_taken_in_before_the_bootstrap() {
    let (_folder, catalog) = open();
    let refused = catalog.accept(&intake("a", Urgency::Now, 1)).unwrap();
    assert_eq!(refused, Admission::NotReady(BootstrapState::None));
    assert!(catalog.task(&TaskId::from_text("a")).unwrap().is_none());
    assert!(catalog.audit().unwrap().is_empty());
}

#[test]
fn what_was_committed_is_there_after_the_file_is_opened_again() {
    let (folder, catalog) = bootstrapped();
    catalog.accept(&intake("a", Urgency::Now, 1)).unwrap();
    drop(catalog);
    let catalog = SqliteCatalog::open(&folder.path().join("catalog.sqlite")).unwrap();
    assert_eq!(catalog.waiting(1_000).unwrap().len(), 1);
    assert_eq!(catalog.task(&TaskId::from_text("a")).unwrap().unwrap().state, TaskState::Started);
    assert_eq!(catalog.current_roles().unwrap().len(), 6);
    assert_eq!(catalog.floors().unwrap().len(), 6);
}

#[test]
fn a_changed_audit_line_is_found() {
    let (folder, catalog) = bootstrapped();
    catalog.accept(&intake("a", Urgency::Now, 1)).unwrap();
    assert_eq!(audit::check(&catalog).unwrap().lines, 3);
    let db = rusqlite::Connection::open(folder.path().join("catalog.sqlite")).unwrap();
    db.execute("UPDATE audit SET line = replace(line, 'test', 'best') WHERE number = 2", []).unwrap();
    assert!(matches!(audit::check(&catalog), Err(CatalogError::Corrupt(_))));
}

#[test]
fn tokens_are_found_by_the_digest_of_their_secret_and_revoked_once() {
    let (_folder, catalog) = open();
    let token = TokenRecord {
        id: "1a2b3c4d".to_owned(),
        name: "ci".to_owned(),
        digest: [7; 32],
        scopes: vec!["artifacts:write=a/".to_owned(), "read".to_owned()],
        created: NOW,
        expires: None,
        revoked: None,
    };
    catalog.add_token(&token, &entry()).unwrap();
    assert_eq!(catalog.token(&[7; 32]).unwrap().unwrap().scopes, token.scopes);
    assert!(catalog.token(&[8; 32]).unwrap().is_none());
    assert!(catalog.revoke_token("1a2b3c4d", NOW, &entry()).unwrap());
    assert!(!catalog.revoke_token("ffffffff", NOW, &entry()).unwrap());
    assert_eq!(catalog.tokens().unwrap()[0].revoked, Some(NOW));
}

#[test]
fn a_lost_catalog_does_not_become_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    assert!(matches!(SqliteCatalog::open(&path), Err(CatalogError::Missing(_))));
    assert!(!path.exists());
    std::fs::write(&path, b"").unwrap();
    assert!(matches!(SqliteCatalog::open(&path), Err(CatalogError::Missing(_))));
    assert!(SqliteCatalog::create(&path).is_err(), "something stands there");
}

#[test]
fn the_catalog_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, catalog) = bootstrapped();
    catalog.accept(&intake("a", Urgency::Now, 1)).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}

#[test]
fn a_computed_size_counts_as_long_as_nothing_else_was_taken_in() {
    let (_folder, catalog) = bootstrapped();
    assert_eq!(catalog.accept(&intake("a", Urgency::Deferred, 90)).unwrap(), Admission::Accepted);
    let replay = |id: &str, seen| {
        let mut again = intake(id, Urgency::Deferred, 90);
        again.growth[0].computed = Some(Computed { bytes: 95, seen });
        again
    };
    assert!(matches!(catalog.accept(&replay("b", 0)).unwrap(), Admission::BinFull { seen: 1, .. }));
    assert_eq!(catalog.accept(&replay("b", 1)).unwrap(), Admission::Accepted);
    assert!(matches!(catalog.accept(&replay("c", 1)).unwrap(), Admission::BinFull { seen: 2, .. }));
}

#[test]
fn not_more_waits_than_the_disk_can_bear() {
    let (_folder, catalog) = bootstrapped();
    let mut large = intake("large", Urgency::Deferred, 1);
    large.packed = vec![b'x'; 100 << 20];
    assert_eq!(catalog.accept(&large).unwrap(), Admission::Accepted);
    large.task = task("larger");
    large.packed = vec![b'x'; 160 << 20];
    assert_eq!(catalog.accept(&large).unwrap(), Admission::QueueFull);
    let mut change = publication(Basis::Root(1), Vec::new());
    change.done = vec![1];
    catalog.commit(&change).unwrap();
    assert_eq!(catalog.accept(&large).unwrap(), Admission::Accepted);
}

#[test]
fn what_is_set_aside_no_longer_waits_and_is_kept() {
    let (_folder, catalog) = bootstrapped();
    catalog.accept(&intake("a", Urgency::Now, 1)).unwrap();
    let row = SetAside { id: 1, task: TaskId::from_text("a"), at: NOW };
    let mut change = publication(Basis::Root(1), Vec::new());
    change.set_aside = vec![row.clone()];
    catalog.commit(&change).unwrap();
    assert!(catalog.waiting(1_000).unwrap().is_empty());
    assert_eq!(catalog.set_aside().unwrap(), [row]);
}

#[test]
fn files_carry_their_hash_also_those_of_an_older_schema() {
    let (folder, catalog) = bootstrapped();
    let hash = shared::digest::sha256(b"bins-0 1");
    let file = || catalog.current(&RoleLabel::new("bins-0")).unwrap().unwrap();
    assert_eq!(file().sha256, hash);
    let db = rusqlite::Connection::open(folder.path().join("catalog.sqlite")).unwrap();
    db.execute("UPDATE versions SET sha256 = NULL", []).unwrap();
    assert_eq!(file().sha256, hash);
}

fn abandonment(root: &[u8]) -> Abandonment {
    Abandonment { root: root.to_vec(), task: task("end"), audit: entry() }
}

fn extension(previous: &[u8], root: &[u8], state: BootstrapState) -> RootExtension {
    RootExtension {
        previous: previous.to_vec(),
        root: root.to_vec(),
        state,
        task: task("sign"),
        audit: entry(),
    }
}

#[test]
fn only_the_root_that_was_read_is_abandoned_and_nothing_of_it_stays() {
    let (_folder, catalog) = open();
    let refused = |outcome| matches!(outcome, Ok(Transition::Refused(_)));
    assert!(refused(catalog.abandon_bootstrap(&abandonment(b"root"))));
    catalog.open_bootstrap(&opening(BootstrapState::Signing)).unwrap();
    catalog.extend_pending_root(&extension(b"root", b"more", BootstrapState::Signing)).unwrap();
    assert!(matches!(catalog.abandon_bootstrap(&abandonment(b"root")), Err(CatalogError::Fenced(_))));
    assert_eq!(catalog.pending_root().unwrap().unwrap().root, b"more");
    assert_eq!(catalog.abandon_bootstrap(&abandonment(b"more")).unwrap(), Transition::Made);
    let record = catalog.bootstrap().unwrap();
    assert_eq!((record.state, record.task), (BootstrapState::None, None));
    assert!(catalog.pending_root().unwrap().is_none());
    assert!(catalog.task(&TaskId::from_text("end")).unwrap().is_some());
    // A signature that was made for what is gone.
    assert!(refused(catalog.extend_pending_root(&extension(b"more", b"all", BootstrapState::Pre))));
    // And an end that was meant for what is complete.
    catalog.open_bootstrap(&opening(BootstrapState::Signing)).unwrap();
    catalog.extend_pending_root(&extension(b"root", b"all", BootstrapState::Pre)).unwrap();
    assert!(refused(catalog.abandon_bootstrap(&abandonment(b"root"))));
    assert!(audit::check(&catalog).is_ok());
}
