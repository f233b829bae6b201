//! The markers, and everywhere that they are searched for.

use std::path::Path;

use crate::processes::descendants;

pub(super) const PIN: &str = "73519064";
pub(super) const NEW_PIN: &str = "28460317";
pub(super) const WRONG_PIN: &str = "95173048";
pub(super) const PUK: &str = "60284517";
pub(super) const WRONG_PUK: &str = "39718062";
pub(super) const PASSPHRASE: &str = "marker-passphrase-8841-quokka";
/// The factory's: a virtual YubiKey knows no other.
pub(super) const MANAGEMENT_KEY: &str = "010203040506070801020304050607080102030405060708";
pub(super) const WRONG_MANAGEMENT_KEY: &str = "f1e2d3c4b5a69788f1e2d3c4b5a69788f1e2d3c4b5a69788";

const MARKERS: [&str; 8] =
    [PIN, NEW_PIN, WRONG_PIN, PUK, WRONG_PUK, PASSPHRASE, MANAGEMENT_KEY, WRONG_MANAGEMENT_KEY];

/// What is left without control sequences: a secret that is shown key by key is one word again.
pub(super) fn printed(received: &[u8]) -> Vec<u8> {
    let mut printed = Vec::new();
    let mut rest = received;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == 0x1b {
            let end = after.iter().skip(1).position(|byte| (0x40..=0x7e).contains(byte));
            rest = end.and_then(|end| after.get(end + 2..)).unwrap_or_default();
        } else {
            printed.push(*byte);
        }
    }
    printed
}

pub(super) fn look_at_processes(pid: u32) {
    let everybody = [vec![pid], descendants(pid).into_keys().collect()].concat();
    for pid in everybody {
        for file in ["cmdline", "environ", "comm"] {
            let bytes = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            assert_clean(&format!("/proc/{pid}/{file}"), &bytes);
        }
    }
}

pub(super) fn look_at_files(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            look_at_files(&path);
        } else if kind.is_file() {
            assert_clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
        }
    }
}

pub(super) fn assert_clean(place: &str, bytes: &[u8]) {
    assert!(!holds_marker(bytes), "a marker secret is in {place}");
}

pub(super) fn holds_marker(bytes: &[u8]) -> bool {
    let found = |spelling: Vec<u8>| bytes.windows(spelling.len()).any(|window| window == spelling.as_slice());
    MARKERS.iter().any(|marker| spellings(marker).into_iter().any(found))
}

/// As it is, as logs write bytes, and a management key as the bytes that its digits mean.
fn spellings(marker: &str) -> Vec<Vec<u8>> {
    let text = [marker.to_owned(), hex::encode(marker), spaced(marker), marker.to_uppercase()];
    let meant = Some(marker).filter(|marker| marker.len() == MANAGEMENT_KEY.len());
    text.map(String::into_bytes)
        .into_iter()
        .chain(meant.and_then(|digits| hex::decode(digits).ok()))
        .collect()
}

/// The bytes of a text as smart card programs log them.
pub(super) fn spaced(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}
