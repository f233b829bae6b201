//! What a ceremony keeps about its root keys, for whoever asks later: `root-keys.json`.

use shared::gap::{AnchorName, KeptAttestation, KeptKey, KeptPlace, RootKeysDocument};
use shared::metadata::{Metadata, Root};
use shared::time::UnixTime;

use super::draft::{Draft, Reach, RootKey};
use crate::token::{HostKind, KeyLocator};

/// `root-keys.json`: what this ceremony knows about the keys of that root, which was made at `made` and is signed as far
/// as it will be in this room.
pub(super) fn document(draft: &Draft, root: &Metadata<Root>, made: UnixTime) -> Vec<u8> {
    let roots = draft.options.attestation.anchors.roots();
    let document = RootKeysDocument {
        root: root.document().digest(),
        time: made,
        anchors: roots.map(|(name, digest)| AnchorName { name, digest }).collect(),
        keys: draft.root_keys.iter().map(|key| kept_key(key, root)).collect(),
    };
    document.to_bytes()
}

fn kept_key(key: &RootKey, root: &Metadata<Root>) -> KeptKey {
    let provenance = key.provenance.by_root(root);
    let certificates = provenance.certificates().to_vec();
    KeptKey {
        name: key.name.clone(),
        key: key.key.clone(),
        place: kept_place(key),
        possession: key.proof.clone(),
        attestation: Some(KeptAttestation { certificates }).filter(|kept| !kept.certificates.is_empty()),
        verdict: provenance.verdict(),
    }
}

fn kept_place(root: &RootKey) -> KeptPlace {
    let Some(Reach { locator, host, on, .. }) = root.reach() else { return KeptPlace::Elsewhere };
    match (locator, host, root.device()) {
        (KeyLocator::File { .. }, ..) => KeptPlace::File,
        (KeyLocator::Token { .. }, HostKind::Piv, Some(serial)) => {
            let on = on.as_ref();
            let firmware = on.and_then(|on| on.token.firmware);
            KeptPlace::YubiKey { serial, firmware, policy: on.and_then(|on| on.policy) }
        }
        (KeyLocator::Token { token, .. }, ..) => {
            KeptPlace::Pkcs11 { label: token.label.clone(), serial: token.serial.clone() }
        }
    }
}
