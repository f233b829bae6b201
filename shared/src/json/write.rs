//! Writing: the canonical form that is signed, and ordinary JSON for files.

use std::io::Write as _;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::Json;

#[derive(Clone, Copy)]
enum Form {
    /// OLPC canonical JSON: only `"` and `\` are escaped, control characters stand as they are.
    Canonical,
    /// JSON of RFC 8259.
    Ordinary,
}

impl Json {
    /// The OLPC canonical form: members sorted, no white space, only `"` and `\` escaped.
    ///
    /// These bytes are signed and hashed; they need not be valid JSON (TUF specification 4.2.1).
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write(self, Form::Canonical, &mut out);
        out
    }

    /// Ordinary JSON on one line, members sorted.
    pub fn to_compact(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write(self, Form::Ordinary, &mut out);
        out
    }

    /// Ordinary JSON with indentation and a final newline, members sorted.
    pub fn to_pretty(&self) -> Vec<u8> {
        let mut out = Vec::new();
        pretty(self, 0, &mut out);
        out.push(b'\n');
        out
    }
}

fn write(value: &Json, form: Form, out: &mut Vec<u8>) {
    match value {
        Json::Array(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(element, form, out);
            }
            out.push(b']');
        }
        Json::Object(members) => {
            out.push(b'{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                string(name, form, out);
                out.push(b':');
                write(member, form, out);
            }
            out.push(b'}');
        }
        scalar => write_scalar(scalar, form, out),
    }
}

fn write_scalar(value: &Json, form: Form, out: &mut Vec<u8>) {
    match value {
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::Int(number) => {
            // Writing into a Vec cannot fail.
            let _ = write!(out, "{number}");
        }
        Json::String(text) => string(text, form, out),
        _ => out.extend_from_slice(b"null"),
    }
}

fn string(text: &str, form: Form, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut plain = 0;
    let bytes = text.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let special = matches!(byte, b'"' | b'\\') || (matches!(form, Form::Ordinary) && *byte < 0x20);
        if !special {
            continue;
        }
        out.extend_from_slice(&bytes[plain..index]);
        plain = index + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            control => {
                let _ = write!(out, "\\u{control:04x}");
            }
        }
    }
    out.extend_from_slice(&bytes[plain..]);
    out.push(b'"');
}

fn pretty(value: &Json, depth: usize, out: &mut Vec<u8>) {
    match value {
        Json::Array(elements) if !elements.is_empty() => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                line(index, depth + 1, out);
                pretty(element, depth + 1, out);
            }
            line(0, depth, out);
            out.push(b']');
        }
        Json::Object(members) if !members.is_empty() => {
            out.push(b'{');
            for (index, (name, member)) in members.iter().enumerate() {
                line(index, depth + 1, out);
                string(name, Form::Ordinary, out);
                out.extend_from_slice(b": ");
                pretty(member, depth + 1, out);
            }
            line(0, depth, out);
            out.push(b'}');
        }
        flat => write(flat, Form::Ordinary, out),
    }
}

fn line(index: usize, depth: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Int(number) => serializer.serialize_i128(*number),
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(elements) => serializer.collect_seq(elements),
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    map.serialize_entry(name, member)?;
                }
                map.end()
            }
        }
    }
}
