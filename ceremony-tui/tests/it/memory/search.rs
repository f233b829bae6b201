//! Looks for secrets in a memory, in every spelling that a program may keep one in.

use super::reading::Memory;
use crate::processes::command_line;

/// Zeros are most of a memory.
const ZEROS: [u8; 256] = [0; 256];

/// Digits of a PIN spell too few bytes to be looked for; those of a key do not.
const SHORTEST_KEY: usize = 16;

/// What is given back to the allocator is overwritten so far.
const TAKEN_BACK: usize = 16;

/// What is looked for, by its first byte: it is never a zero.
struct Needles {
    by_first: Vec<Vec<(&'static str, Vec<u8>)>>,
}

impl Needles {
    fn of(secrets: &[&str]) -> Needles {
        let mut by_first = vec![Vec::new(); 256];
        for (spelling, needle) in secrets.iter().flat_map(|secret| spellings(secret)) {
            by_first[usize::from(needle[0])].push((spelling, needle));
        }
        assert!(by_first[0].is_empty());
        Needles { by_first }
    }

    /// Every place of one, with its spelling.
    fn places(&self, bytes: &[u8]) -> Vec<(usize, &'static str)> {
        let mut places = Vec::new();
        for start in (0..bytes.len()).step_by(ZEROS.len()) {
            let end = bytes.len().min(start + ZEROS.len());
            if bytes[start..end] == ZEROS[..end - start] {
                continue;
            }
            for at in start..end {
                for (spelling, needle) in &self.by_first[usize::from(bytes[at])] {
                    if bytes[at..].starts_with(needle) {
                        places.push((at, *spelling));
                    }
                }
            }
        }
        places
    }
}

fn spellings(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Without its last zero it is the same with the high byte first.
    wide.pop();
    let mut spellings = vec![
        ("UTF-8", secret.as_bytes().to_vec()),
        ("UTF-16", wide),
        ("UTF-32", secret.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect()),
        ("hexadecimal", hex::encode(secret).into_bytes()),
    ];
    let mut padded = secret.as_bytes().to_vec();
    padded.resize(padded.len().max(8), 0xff);
    spellings.push(("padded for a card", padded));
    if let Ok(key) = hex::decode(secret)
        && key.len() >= SHORTEST_KEY
    {
        spellings.push(("the key that it spells", key));
    }
    if let Some(rest) = secret.as_bytes().get(TAKEN_BACK..).filter(|rest| rest.len() >= 8) {
        spellings.push(("the end of it", rest.to_vec()));
    }
    spellings
}

/// Where the memory of a process has one of these.
pub(super) fn search(pid: u32, secrets: &[&str]) -> Vec<String> {
    let needles = Needles::of(secrets);
    let memory = Memory::of(pid);
    let mut found = Vec::new();
    for (mapping, bytes) in &memory.pieces {
        for (at, spelling) in needles.places(bytes) {
            found.push(format!("{spelling} in {:?}, {mapping:?}, at {at:x}", command_line(pid)));
        }
    }
    found
}

#[test]
fn a_secret_is_found_in_each_spelling_wherever_it_stands() {
    let secret = "a secret that is longer than others";
    let needles = Needles::of(&[secret]);
    let mut all: Vec<Vec<u8>> = spellings(secret).into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(all.len(), 6);
    all.push(secret.encode_utf16().flat_map(u16::to_be_bytes).collect());
    all.push([&[0; TAKEN_BACK], &secret.as_bytes()[TAKEN_BACK..]].concat());
    for spelled in all {
        for before in [0, 1, 255, 256, 300] {
            let memory = [vec![0; before], spelled.clone(), vec![0; 700]].concat();
            assert!(!needles.places(&memory).is_empty(), "{spelled:x?} after {before}");
        }
        let most = &spelled[..spelled.len() - 2];
        assert!(needles.places(most).is_empty(), "{spelled:x?}");
    }
}
