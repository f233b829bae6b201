//! The embedded catalog: one SQLite file.
//!
//! WAL with `synchronous=FULL`: a method that returned has its change on the disk. One writer connection behind a
//! mutex, and a few readers that see the last commit. The commit that moves the rows of `pointers` is the publish.

mod access;
mod artifacts;
mod bootstrap;
mod commit;
mod connection;
mod files;
mod intake;
mod schema;
mod tasks;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::ports::catalog::access::{AuditEntry, AuditRow, TokenRecord};
use crate::ports::catalog::bootstrap::{
    Abandonment, BootstrapOpening, BootstrapRecord, PendingRoot, RootExtension,
};
use crate::ports::catalog::intake::{IntakeRow, NewIntake, SetAside};
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{
    Counts, CurrentRole, Publication, PublishedFile, RepositoryRecord, StoredArtifact,
};
use crate::ports::catalog::task::{Task, TaskId};
use crate::ports::catalog::{Admission, Catalog, CatalogError, Transition};
use crate::ports::clock::Moment;

impl From<rusqlite::Error> for CatalogError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
        match error {
            FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) => {
                Self::Corrupt(error.to_string())
            }
            error => Self::Unavailable(error.to_string()),
        }
    }
}

/// A catalog in one SQLite file.
#[derive(Debug)]
pub(crate) struct SqliteCatalog {
    path: PathBuf,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
}

/// How many idle read connections are kept.
const READERS: usize = 4;

impl SqliteCatalog {
    /// Creates the file, which must not be there yet, for its owner alone.
    pub(crate) fn create(path: &Path) -> Result<Self, CatalogError> {
        let unavailable = |error: std::io::Error| CatalogError::Unavailable(error.to_string());
        // SQLite gives its other files the mode of this one.
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(unavailable)?;
        let mut writer = connection::writer(path)?;
        schema::create(&mut writer)?;
        Ok(Self::with(path, writer))
    }

    /// Opens the file, which must be there, and brings its schema up to date.
    pub(crate) fn open(path: &Path) -> Result<Self, CatalogError> {
        if !path.exists() {
            return Err(CatalogError::Missing(path.to_owned()));
        }
        let mut writer = connection::writer(path)?;
        schema::update(&mut writer, path)?;
        Ok(Self::with(path, writer))
    }

    fn with(path: &Path, writer: Connection) -> Self {
        Self { path: path.to_owned(), writer: Mutex::new(Some(writer)), readers: Mutex::new(Vec::new()) }
    }

    /// Runs one read transaction.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, CatalogError>) -> Result<T, CatalogError> {
        let idle = lock(&self.readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => connection::reader(&self.path)?,
        };
        let transaction = reader.transaction()?;
        let answer = work(&transaction)?;
        transaction.finish()?;
        let mut readers = lock(&self.readers);
        if readers.len() < READERS {
            readers.push(reader);
        }
        Ok(answer)
    }

    /// Runs one write transaction.
    ///
    /// After a failure of SQLite itself nobody knows what the connection remembers, so it is dropped; the next write
    /// opens the file again and sees what really was kept.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        let mut guard = lock(&self.writer);
        let mut writer = match guard.take() {
            Some(writer) => writer,
            None => connection::writer(&self.path)?,
        };
        let outcome = in_transaction(&mut writer, work);
        if !matches!(outcome, Err(CatalogError::Unavailable(_))) {
            *guard = Some(writer);
        }
        outcome
    }
}

fn in_transaction<T>(
    writer: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, CatalogError>,
) -> Result<T, CatalogError> {
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let answer = work(&transaction)?;
    transaction.commit()?;
    Ok(answer)
}

/// A panic while the mutex was held rolled its transaction back, so the connection is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Catalog for SqliteCatalog {
    fn bootstrap(&self) -> Result<BootstrapRecord, CatalogError> {
        self.read(bootstrap::record)
    }

    fn pending_root(&self) -> Result<Option<PendingRoot>, CatalogError> {
        self.read(bootstrap::pending_root)
    }

    fn repository(&self) -> Result<Option<RepositoryRecord>, CatalogError> {
        self.read(files::repository)
    }

    fn task(&self, id: &TaskId) -> Result<Option<Task>, CatalogError> {
        self.read(|db| tasks::find(db, id))
    }

    fn published(&self, role: &RoleLabel, version: u64) -> Result<Option<PublishedFile>, CatalogError> {
        self.read(|db| files::published(db, role, version))
    }

    fn current(&self, role: &RoleLabel) -> Result<Option<PublishedFile>, CatalogError> {
        self.read(|db| files::current(db, role))
    }

    fn current_roles(&self) -> Result<Vec<CurrentRole>, CatalogError> {
        self.read(files::current_roles)
    }

    fn root_versions(&self) -> Result<Vec<u64>, CatalogError> {
        self.read(files::root_versions)
    }

    fn floors(&self) -> Result<Vec<(RoleLabel, u64)>, CatalogError> {
        self.read(files::floors)
    }

    fn bin(&self, bin: u32) -> Result<Vec<StoredArtifact>, CatalogError> {
        self.read(|db| artifacts::bin(db, bin))
    }

    fn present(&self, wanted: &[(u32, &str)]) -> Result<Vec<bool>, CatalogError> {
        self.read(|db| artifacts::present(db, wanted))
    }

    fn artifact(&self, bin: u32, path: &str) -> Result<Option<StoredArtifact>, CatalogError> {
        self.read(|db| artifacts::one(db, bin, path))
    }

    fn waiting(&self, max_bytes: u64) -> Result<Vec<IntakeRow>, CatalogError> {
        self.read(|db| intake::waiting(db, max_bytes))
    }

    fn waiting_after(&self, after: i64, max_bytes: u64) -> Result<Vec<IntakeRow>, CatalogError> {
        self.read(|db| intake::oldest(db, after, max_bytes))
    }

    fn set_aside(&self) -> Result<Vec<SetAside>, CatalogError> {
        self.read(intake::all_set_aside)
    }

    fn counts(&self) -> Result<Counts, CatalogError> {
        self.read(artifacts::counts)
    }

    fn token(&self, digest: &[u8; 32]) -> Result<Option<TokenRecord>, CatalogError> {
        self.read(|db| access::token(db, digest))
    }

    fn tokens(&self) -> Result<Vec<TokenRecord>, CatalogError> {
        self.read(access::tokens)
    }

    fn audit(&self) -> Result<Vec<AuditRow>, CatalogError> {
        self.read(access::audit)
    }

    fn accept(&self, intake: &NewIntake) -> Result<Admission, CatalogError> {
        self.write(|db| intake::accept(db, intake))
    }

    fn open_bootstrap(&self, opening: &BootstrapOpening) -> Result<Transition, CatalogError> {
        self.write(|db| bootstrap::open(db, opening))
    }

    fn extend_pending_root(&self, extension: &RootExtension) -> Result<Transition, CatalogError> {
        self.write(|db| bootstrap::extend(db, extension))
    }

    fn abandon_bootstrap(&self, abandonment: &Abandonment) -> Result<Transition, CatalogError> {
        self.write(|db| bootstrap::abandon(db, abandonment))
    }

    fn commit(&self, change: &Publication) -> Result<(), CatalogError> {
        self.write(|db| commit::commit(db, change))
    }

    fn add_token(&self, token: &TokenRecord, audit: &AuditEntry) -> Result<(), CatalogError> {
        self.write(|db| access::add_token(db, token, audit))
    }

    fn revoke_token(&self, id: &str, at: Moment, audit: &AuditEntry) -> Result<bool, CatalogError> {
        self.write(|db| access::revoke(db, id, at, audit))
    }
}

#[cfg(test)]
mod tests;
