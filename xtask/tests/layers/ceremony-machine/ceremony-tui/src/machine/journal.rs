use std::fs::File;

fn note(line: &str) {
    File::create("journal");
}
