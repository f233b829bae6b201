//! `/content/…`: the target files themselves, plain and by hash. Open to everybody, streamed, never signed from.

mod stream;

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path as FilePath;
use std::sync::Once;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use shared::target::TargetPath;

use super::error::ApiError;
use super::metadata::missing;
use super::{App, Shared, blocking};
use crate::usecases::files;

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/content/{*path}", get(file))
}

/// An open folder of target files.
#[derive(Debug)]
pub(crate) struct ContentFolder {
    folder: OwnedFd,
    noted: Once,
}

impl ContentFolder {
    /// Opens the folder.
    pub(crate) fn open(path: &FilePath) -> std::io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { folder: rustix::fs::open(path, flags, Mode::empty())?, noted: Once::new() })
    }

    /// Strangers ask as often as they like, so this is said once.
    fn note_unreadable(&self, path: &TargetPath) {
        self.noted.call_once(|| {
            tracing::warn!(%path, "a file of the content folder cannot be read, so it is not served; others may follow");
        });
    }

    /// A regular file below the folder. The kernel keeps the path below it, through symbolic links too.
    fn file(&self, path: &TargetPath) -> std::io::Result<Option<(File, u64)>> {
        let opened = rustix::fs::openat2(
            &self.folder,
            path.as_str(),
            // Not blocking: a named pipe would hold the thread.
            OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK,
            Mode::empty(),
            ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS,
        );
        let file = match opened {
            Ok(file) => File::from(file),
            Err(error) if is_absence(error) => return Ok(None),
            Err(error) if is_closed(error) => {
                self.note_unreadable(path);
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let metadata = file.metadata()?;
        Ok(metadata.is_file().then_some((file, metadata.len())))
    }
}

/// Errors that mean that there is no such file here; the rest mean that nobody knows.
fn is_absence(error: Errno) -> bool {
    [Errno::NOENT, Errno::NOTDIR, Errno::XDEV, Errno::LOOP, Errno::NAMETOOLONG, Errno::NXIO].contains(&error)
}

/// Errors that mean that this service may not read it. For a stranger that is no different from absence.
fn is_closed(error: Errno) -> bool {
    [Errno::ACCESS, Errno::PERM].contains(&error)
}

fn find(app: &App, name: &str) -> Result<Option<(File, u64)>, ApiError> {
    let Some(folder) = &app.content else { return Ok(None) };
    let Some(path) = files::content_path(app.ports.catalog.as_ref(), name)? else { return Ok(None) };
    folder.file(&path).map_err(|error| ApiError::internal(&error))
}

async fn file(
    State(app): State<Shared>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    // What is no text names no file.
    let Ok(Path(name)) = name else { return Ok(missing()) };
    let Some((file, length)) = blocking(&app, move |app| find(app, &name)).await? else {
        return Ok(missing());
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // A plain name says nothing about the bytes; clients check them against the metadata anyway.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((StatusCode::OK, headers, stream::body(file, length)).into_response())
}

#[cfg(test)]
mod tests {
    use super::{ContentFolder, Errno, is_absence, is_closed};

    #[test]
    fn what_may_not_be_read_is_neither_an_error_nor_told_twice() {
        assert!(is_closed(Errno::ACCESS) && is_closed(Errno::PERM));
        assert!(!is_closed(Errno::IO) && !is_absence(Errno::IO), "nobody knows");
        let folder = ContentFolder::open(std::path::Path::new("/")).unwrap();
        let path = shared::target::TargetPath::new("a").unwrap();
        folder.note_unreadable(&path);
        assert!(folder.noted.is_completed());
        folder.note_unreadable(&path);
    }
}
