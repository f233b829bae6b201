//! Reads `docs/rstuf-differences.md`: the page that people read is the list that the test follows.

use std::collections::BTreeMap;
use std::path::Path;

/// Under which heading a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Both have the endpoint and answer differently.
    Differences,
    /// Vestry has no such endpoint yet.
    WithoutEndpoint,
}

/// What is said of some exchanges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Under which heading.
    pub(super) section: Section,
    /// The status codes that RSTUF answered with.
    pub(super) theirs: Vec<u16>,
    /// The status code that Vestry answers with.
    pub(super) ours: u16,
    /// Where the answers differ, as `data.result`; everything else is equal. Empty when the status says enough.
    pub(super) places: Vec<String>,
    /// What stands in Vestry's answer.
    pub(super) phrases: Vec<String>,
}

/// The page.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The row of each exchange that differs.
    pub(super) rows: BTreeMap<String, Row>,
    /// Exchanges that may be answered as another one, because RSTUF was asked in the middle of something.
    pub(super) later: BTreeMap<String, String>,
    /// The states of a task that is under way.
    pub(super) under_way: Vec<String>,
}

impl Page {
    /// Reads the page of this checkout.
    pub(super) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rstuf-differences.md");
        Self::parse(&std::fs::read_to_string(path).unwrap())
    }

    /// Reads the tables of a page.
    pub(super) fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading = "";
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                heading = title;
            }
            let Some(cells) = cells(line) else { continue };
            match heading {
                "Differences" => page.add(Section::Differences, &cells),
                "Without endpoint" => page.add(Section::WithoutEndpoint, &cells),
                "Timing" => page.add_timing(&cells),
                _ => {}
            }
        }
        page
    }

    fn add(&mut self, section: Section, cells: &[&str]) {
        let [exchanges, _, theirs, ours, _] = cells else { panic!("{cells:?} are not five cells") };
        let theirs = spans(theirs).iter().map(|status| status.parse().unwrap()).collect();
        let told = spans(ours);
        let (status, rest) = told.split_first().unwrap_or_else(|| panic!("{cells:?} says no status"));
        let is_place =
            |span: &&&str| ["data", "detail", "message"].contains(&span.split('.').next().unwrap());
        let row = Row {
            section,
            theirs,
            ours: status.parse().unwrap(),
            places: rest.iter().filter(is_place).map(ToString::to_string).collect(),
            phrases: rest.iter().filter(|span| !is_place(span)).map(ToString::to_string).collect(),
        };
        for name in names(exchanges) {
            assert!(self.rows.insert(name.clone(), row.clone()).is_none(), "{name} stands twice on the page");
        }
    }

    fn add_timing(&mut self, cells: &[&str]) {
        let [exchanges, under_way, compared] = cells else { panic!("{cells:?} are not three cells") };
        if *exchanges == "task polls" {
            self.under_way = spans(under_way).into_iter().map(str::to_owned).collect();
            return;
        }
        for name in names(exchanges) {
            self.later.insert(name, (*compared).to_owned());
        }
    }
}

/// The cells of a row that is not the head of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let cells: Vec<&str> = inner.split(" | ").map(str::trim).collect();
    (cells.first() != Some(&"exchanges")).then_some(cells)
}

/// What stands between backquotes.
fn spans(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// `bins-006, bins-021 to bins-024`
fn names(cell: &str) -> Vec<String> {
    let number = |name: &str| -> (String, u32) {
        let (session, number) = name.split_once('-').unwrap_or_else(|| panic!("{name} names no exchange"));
        (session.to_owned(), number.parse().unwrap_or_else(|_| panic!("{name} names no exchange")))
    };
    cell.split(", ")
        .flat_map(|part| {
            let (first, last) = part.split_once(" to ").unwrap_or((part, part));
            let ((session, first), (_, last)) = (number(first), number(last));
            (first..=last).map(move |number| format!("{session}-{number:03}"))
        })
        .collect()
}

#[test]
fn a_row_of_the_page_is_what_the_test_follows() {
    let page = Page::parse(
        "## Differences\n\n| exchanges | asked | RSTUF | Vestry | why |\n|---|---|---|---|---|\n| bins-006, bins-021 to bins-022 | x | `202` | `422` with `no signature`, at `data.result` | because |\n## Timing\n| exchanges | RSTUF was | compared with |\n| task polls | `PENDING`, `RUNNING` | x |\n| bins-031 | pre | bins-035 |\n",
    );
    let row = &page.rows["bins-021"];
    assert_eq!((row.section, row.theirs.as_slice(), row.ours), (Section::Differences, &[202][..], 422));
    assert_eq!((row.places.len(), row.phrases.as_slice()), (1, &["no signature".to_owned()][..]));
    assert_eq!(page.rows.keys().collect::<Vec<_>>(), ["bins-006", "bins-021", "bins-022"]);
    assert_eq!((page.later["bins-031"].as_str(), page.under_way.len()), ("bins-035", 2));
}
