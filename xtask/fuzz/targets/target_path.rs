//! Target paths: whatever the door lets in obeys every rule of the door, as it is seen from outside.
#![no_main]

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use shared::bins::{BinCount, BinKind, Bins};
use shared::target::TargetPath;
use unicode_normalization::UnicodeNormalization as _;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(path) = TargetPath::new(text) else { return };
    assert_eq!(path.as_str(), text);
    assert_eq!(TargetPath::new(path.as_str()).as_ref(), Ok(&path));
    assert!(!text.is_empty() && text.len() <= 512);
    assert!(Path::new(text).components().all(|part| matches!(part, Component::Normal(_))));
    assert_eq!(Path::new(text).components().count(), text.split('/').count());
    assert!(text.chars().all(|c| !c.is_control() && !c.is_whitespace() && c <= '\u{ffff}'));
    assert!(!text.contains(['\\', '%', '#', '?']));
    assert!(text.nfc().eq(text.chars()));
    falls_into_one_bin(&path);
});

fn falls_into_one_bin(path: &TargetPath) {
    let bins = Bins { kind: BinKind::Prefix, count: BinCount::new(256).expect("a number of bins") };
    let index = bins.index_of(path);
    assert!(index < 256);
    let matching = bins
        .hash_prefixes(index)
        .into_iter()
        .filter(|prefix| shared::metadata::PathMatch::HashPrefixes(vec![prefix.clone()]).matches(path));
    assert_eq!(matching.count(), 1);
}
