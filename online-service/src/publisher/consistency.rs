//! Whether the catalog still says what was signed last.
//!
//! The online key signs what the catalog holds. Somebody who can write its file could have anything signed that way, so
//! a bin is signed again only when its stored artifacts are those of its last signed file.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::Key;
use shared::threshold::{RoleKeys, count_signatures};

use super::PublishError;
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{PublishedFile, StoredArtifact};

/// Refuses when the last file of a bin is not signed by one of these keys, or lists something else than what is stored.
pub(crate) fn check(
    role: &RoleLabel,
    keys: &[Key],
    stored: &[StoredArtifact],
    file: Option<&PublishedFile>,
) -> Result<(), PublishError> {
    let differs = |at: &str| PublishError::Differs { role: role.clone(), at: at.to_owned() };
    let document = compare(role, stored, file)?;
    let online =
        RoleKeys { keyids: keys.iter().map(|key| key.id().clone()).collect(), threshold: NonZeroU32::MIN };
    let keys: BTreeMap<_, _> = keys.iter().map(|key| (key.id().clone(), key.clone())).collect();
    if count_signatures(&document, &keys, &online).is_met() {
        return Ok(());
    }
    Err(differs("the signature of its last file"))
}

/// Refuses when the last file of a bin lists something else than what is stored.
pub(crate) fn compare(
    role: &RoleLabel,
    stored: &[StoredArtifact],
    file: Option<&PublishedFile>,
) -> Result<SignedDocument, PublishError> {
    let differs = |at: &str| PublishError::Differs { role: role.clone(), at: at.to_owned() };
    let file = file.ok_or_else(|| differs("its last file, which is gone"))?;
    let document =
        SignedDocument::parse(&file.bytes).map_err(|_| differs("its last file, which is no JSON"))?;
    let listed = document.signed().get("targets").and_then(Json::as_object);
    let listed = listed.ok_or_else(|| differs("its last file, which lists no targets"))?;
    for artifact in stored {
        let info = Json::parse(&artifact.info).ok();
        if info.is_none() || listed.get(&artifact.path) != info.as_ref() {
            return Err(differs(&artifact.path));
        }
    }
    // Paths are unique in both, so equal numbers and every stored one listed mean the same set.
    if listed.len() != stored.len() {
        let known = |path: &&String| stored.iter().any(|artifact| artifact.path == **path);
        let missing = listed.keys().find(|path| !known(path));
        return Err(differs(missing.map_or("its number of artifacts", String::as_str)));
    }
    Ok(document)
}
