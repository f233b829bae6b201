//! Whole numbers that are spelt like fractions: `630.0` means 630 where RSTUF's clients may send it.
//!
//! What is signed has integers only, and a fraction anywhere else stays what it is: unacceptable. So the spelling is
//! corrected in the text, at the places that are named here and nowhere else, before the text is read.

use shared::json::MAX_DEPTH;

/// Where such numbers may stand. `*` is any member or element.
const PLACES: [&[&str]; 9] = [
    &["artifacts", "*", "info", "length"],
    &["targets", "*", "info", "length"],
    &["add_task_id_to_custom"],
    &["publish_artifacts"],
    &["publish_targets"],
    &["settings", "roles", "*", "expiration"],
    &["settings", "roles", "bins", "number_of_delegated_bins"],
    &["timeout"],
    &["settings", "expiration", "*"],
];
/// No place is deeper.
const DEEPEST: usize = 4;
/// Up to here every integer is a number of its own in every language.
const EXACT: i64 = 9_007_199_254_740_992;
/// No such number has more digits.
const MOST_DIGITS: usize = 16;

/// The text with such numbers spelt as integers; `None` when there are none.
pub(super) fn respelt(text: &[u8]) -> Option<Vec<u8>> {
    let mut walk = Walk { text, at: 0, path: Vec::new(), copied: 0, out: Vec::new() };
    while let Some(byte) = text.get(walk.at) {
        // A text of brackets must not become a large list of them.
        if walk.path.len() > MAX_DEPTH {
            return None;
        }
        walk.step(*byte);
    }
    (walk.copied > 0).then(|| [&walk.out, text.get(walk.copied..).unwrap_or_default()].concat())
}

/// What encloses the place of the walk.
enum Level<'a> {
    Array,
    /// With the member that was named last, if its name is spelt without escapes.
    Object(&'a [u8]),
}

struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    path: Vec<Level<'a>>,
    copied: usize,
    out: Vec<u8>,
}

impl<'a> Walk<'a> {
    /// Malformed text goes through like any other: it is refused by whoever reads it next.
    fn step(&mut self, byte: u8) {
        match byte {
            b'{' => self.path.push(Level::Object(b"")),
            b'[' => self.path.push(Level::Array),
            b'}' | b']' => drop(self.path.pop()),
            b'"' => return self.string(),
            b'-' | b'0'..=b'9' => return self.number(),
            _ => {}
        }
        self.at += 1;
    }

    /// Of the strings in an object, the last one before a number is its name.
    fn string(&mut self) {
        let start = self.at + 1;
        self.at = start;
        while let Some(byte) = self.text.get(self.at) {
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == b'"' {
                break;
            }
        }
        let content = self.text.get(start..self.at.saturating_sub(1)).unwrap_or_default();
        if let Some(Level::Object(name)) = self.path.last_mut() {
            *name = content;
        }
    }

    fn number(&mut self) {
        let start = self.at;
        let part = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
        let rest = self.text.get(start..).unwrap_or_default();
        let end = start + rest.iter().position(|byte| !part(byte)).unwrap_or(rest.len());
        self.at = end;
        let token = self.text.get(start..end).unwrap_or_default();
        if !self.is_lenient() {
            return;
        }
        let Some(whole) = whole(token) else { return };
        self.out.extend_from_slice(self.text.get(self.copied..start).unwrap_or_default());
        self.out.extend_from_slice(whole.to_string().as_bytes());
        self.copied = end;
    }

    fn is_lenient(&self) -> bool {
        self.path.len() <= DEEPEST && PLACES.iter().any(|place| self.is_at(place))
    }

    fn is_at(&self, place: &[&str]) -> bool {
        place.len() == self.path.len()
            && place.iter().zip(&self.path).all(|(step, level)| match level {
                Level::Array => *step == "*",
                Level::Object(name) => *step == "*" || step.as_bytes() == *name,
            })
    }
}

/// The integer behind a spelling with a fraction or an exponent, by its digits: none is rounded. A zero below zero
/// stays what it is.
fn whole(token: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(token).ok().filter(|text| text.contains(['.', 'e', 'E']))?;
    // What is no number in JSON stays as it is.
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{}", after.trim_end_matches('0'));
    let digits = digits.trim_start_matches('0');
    let number = match digits {
        "" => 0,
        _ => shifted(digits, exponent.parse::<i64>().ok()?, after.trim_end_matches('0').len())?,
    };
    (number <= EXACT && (number, sign) != (0, -1)).then_some(sign * number)
}

/// The number of these digits, the last `places` of which stand behind the point, times ten to the power of `exponent`.
fn shifted(digits: &str, exponent: i64, places: usize) -> Option<i64> {
    let zeros = exponent.checked_sub(i64::try_from(places).ok()?)?;
    let cut = usize::try_from(zeros.unsigned_abs()).ok()?;
    if zeros >= 0 {
        let wanted = cut < MOST_DIGITS && digits.len() + cut <= MOST_DIGITS;
        return wanted.then(|| format!("{digits}{}", "0".repeat(cut)))?.parse().ok();
    }
    let (kept, fraction) = digits.split_at(digits.len().checked_sub(cut)?);
    if kept.len() > MOST_DIGITS || fraction.bytes().any(|digit| digit != b'0') {
        return None;
    }
    kept.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::respelt;

    fn of(text: &str) -> String {
        respelt(text.as_bytes()).map_or_else(|| "-".to_owned(), |text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn whole_numbers_lose_their_fraction_where_the_api_reads_an_integer() {
        assert_eq!(
            of(r#"{"artifacts": [{"path": "1.0", "info": {"hashes": {"a": "\"9.0"}, "length": 630.0}}]}"#),
            r#"{"artifacts": [{"path": "1.0", "info": {"hashes": {"a": "\"9.0"}, "length": 630}}]}"#
        );
        assert_eq!(
            of(r#"{"timeout":3e2,"publish_artifacts":0.0}"#),
            r#"{"timeout":300,"publish_artifacts":0}"#
        );
        for (spelt, whole) in [
            ("-5.00E0", "-5"),
            ("0.5e1", "5"),
            ("5000e-3", "5"),
            ("0.0e999", "0"),
            ("9007199254740991.0", "9007199254740991"),
            ("900719925474099.1e1", "9007199254740991"),
        ] {
            assert_eq!(of(&format!("{{\"timeout\":{spelt}}}")), format!("{{\"timeout\":{whole}}}"));
        }
        assert_eq!(
            of(r#"{"settings":{"roles":{"bins":{"expiration":1.0,"number_of_delegated_bins":4.0}}}}"#),
            r#"{"settings":{"roles":{"bins":{"expiration":1,"number_of_delegated_bins":4}}}}"#
        );
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for text in [
            r#"{"timeout":300}"#,
            r#"{"timeout":300.5}"#,
            r#"{"timeout":-0}"#,
            r#"{"timeout":-0.0}"#,
            r#"{"timeout":1e400}"#,
            r#"{"timeout":1e-400}"#,
            r#"{"timeout":1e99999999999999999999}"#,
            r#"{"timeout":630.00000000000000001}"#,
            r#"{"timeout":9007199254740991.4}"#,
            r#"{"timeout":9007199254740993.0}"#,
            r#"{"timeout":-0e5}"#,
            r#"{"timeout":1e30}"#,
            r#"{"timeout":01.0}"#,
            r#"{"timeout":"300.0"}"#,
            r#"{"artifacts":[{"info":{"custom":{"length":1.0}}}]}"#,
            r#"{"metadata":{"root":{"signed":{"version":1.0}}}}"#,
            r#"{"metadata":{"timeout":1.0}}"#,
            r#"[{"timeout":1.0}]"#,
            r#"{"a":{"timeout":"#,
            r#""timeout"#,
            r#"}]}1.0"#,
            "1.0",
        ] {
            assert_eq!(of(text), "-", "{text}");
        }
        let deep = format!("{{\"timeout\":1.0,\"a\":{}", "[".repeat(1_000_000));
        assert_eq!(of(&deep), "-", "deeper than anything that is read");
    }
}
