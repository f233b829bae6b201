//! Writes `shared/tests/data/malformed`: one folder for each way in which metadata can be malformed, with the document
//! and the sentence that refuses it. `cargo run -p shared --example malformed` makes the very same bytes again.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a developer's command that stops at the first surprise"
)]

#[path = "reader.rs"]
mod reader;
#[path = "vectors.rs"]
mod vectors;

use std::path::Path;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/malformed");
    // What is no longer made is no longer there.
    drop(std::fs::remove_dir_all(&folder));
    let vectors = vectors::all();
    for vector in &vectors {
        let place = folder.join(vector.name);
        std::fs::create_dir_all(&place).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        std::fs::write(place.join(vector.file), &vector.bytes).unwrap();
        let sentence = match reader::read(vector.file, &vector.bytes) {
            Err(sentence) => sentence,
            Ok(()) => panic!("{} was accepted", vector.name),
        };
        std::fs::write(place.join("expected.txt"), format!("{sentence}\n")).unwrap();
    }
    println!("{} folders below {}", vectors.len(), folder.display());
}
