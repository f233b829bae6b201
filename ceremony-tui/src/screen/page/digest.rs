//! A digest in numbered groups, so that "group 14" is found at a glance.

use shared::digest::DocumentDigest;

use super::{Ink, Page, Paragraph, Span};

const PER_ROW: usize = 8;

impl Page {
    /// Sixteen groups in two rows, each under its number.
    pub(super) fn digest(&mut self, digest: &DocumentDigest) {
        let groups = digest.groups();
        let rows = groups.chunks(PER_ROW).enumerate().flat_map(|(index, groups)| {
            let numbers = (1..=groups.len()).map(|number| format!("{:>4}", index * PER_ROW + number));
            [line(Ink::Quiet, numbers), line(Ink::Strong, groups.iter().cloned())]
        });
        self.paragraphs.push(Paragraph { rows: rows.collect() });
    }
}

fn line(ink: Ink, groups: impl Iterator<Item = String>) -> Vec<Span> {
    let text = groups.collect::<Vec<_>>().join(" ");
    vec![Span { ink, text: format!("  {text}") }]
}
