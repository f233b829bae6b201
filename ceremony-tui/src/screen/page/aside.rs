//! Pages over the step: help, the digest in words, and the bytes that are signed.

use crate::machine::{DocumentView, Step, sentence};

use super::{Ink, Page, Paragraph, Span};

/// What was said last, what a person can do here, and every key.
pub fn help(step: Step, can: &str, said: &[(Ink, String)], keys: &[(String, &str)], width: usize) -> Page {
    let mut page = Page::new(&format!("Help: {}", step.name()), width);
    for (ink, text) in said {
        page.text(*ink, text);
    }
    if !said.is_empty() {
        page.blank();
    }
    page.text(Ink::Plain, can);
    page.text(Ink::Quiet, &format!("This step proves: {}", step.proves()));
    page.blank();
    for (key, meaning) in keys {
        page.labelled(Ink::Strong, &format!("{key:<12} "), Ink::Plain, meaning);
    }
    page
}

/// The digest as it is read aloud in words, numbered.
pub fn words(document: &DocumentView<'_>, width: usize) -> Page {
    let mut page = Page::new("The document digest in words", width);
    page.text(Ink::Plain, "Read them aloud; the other side shows the same 24 words.");
    page.blank();
    let mut number = 1;
    for line in sentence::word_lines(&document.digest) {
        page.labelled(Ink::Quiet, &format!("  from {number:>2}  "), Ink::Strong, &line);
        number += line.split(' ').count();
    }
    page
}

/// The bytes that are signed, as text and as numbers.
pub fn bytes(document: &DocumentView<'_>, form: Form, width: usize) -> Page {
    let count = format!("{} bytes", document.bytes.len());
    let mut page = Page::new("The bytes that are signed", width).with_aside(&count);
    let rows = match form {
        Form::Text => text_rows(document.bytes, page.width),
        Form::Hex => hex_rows(document.bytes, page.width),
    };
    let row = |text: String| Paragraph { rows: vec![vec![Span { ink: Ink::Plain, text }]] };
    page.paragraphs.extend(rows.into_iter().map(row));
    page
}

/// How bytes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As text, with what cannot be shown made visible.
    Text,
    /// As hexadecimal numbers.
    Hex,
}

fn text_rows(bytes: &[u8], width: usize) -> Vec<String> {
    let text = crate::text::printable(&String::from_utf8_lossy(bytes));
    crate::text::break_anywhere(&text, width)
}

fn hex_rows(bytes: &[u8], width: usize) -> Vec<String> {
    const BROAD: usize = 76;
    let per_row = if width >= BROAD { 16 } else { 8 };
    let row = |(index, chunk): (usize, &[u8])| {
        let numbers: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown: String = chunk.iter().map(|byte| shown(*byte)).collect();
        format!("{:06x}  {:<width$}  {shown}", index * per_row, numbers.join(" "), width = per_row * 3 - 1)
    };
    bytes.chunks(per_row).enumerate().map(row).collect()
}

fn shown(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }
}
