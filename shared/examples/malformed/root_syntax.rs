//! Roots that are no JSON, or JSON that parsers understand differently.

use super::base::{root, root_text};
use super::{Vector, vector};

/// Adds a member to the signed part, as text.
fn with_member(member: &str) -> Vec<u8> {
    root_text("{\"signed\":{", &format!("{{\"signed\":{{{member},"))
}

pub(super) fn all() -> Vec<Vector> {
    let whole = root();
    let text = String::from_utf8(whole.clone()).unwrap();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let nested = |open: &str, close: &str| {
        with_member(&format!("\"x-acme-a\":{}1{}", open.repeat(100), close.repeat(100)))
    };
    let root = |name, bytes: Vec<u8>| vector(name, "root.json", bytes);
    vec![
        root("empty-file", Vec::new()),
        root("white-space-alone", b" \n\t".to_vec()),
        root("cut-in-the-middle", whole[..whole.len() / 2].to_vec()),
        root("something-after-the-end", [&whole[..], b"x"].concat()),
        root("nul-after-the-end", [&whole[..], b"\0"].concat()),
        root("two-documents", [&whole[..], &whole[..]].concat()),
        root("byte-order-mark", [&b"\xef\xbb\xbf"[..], &whole].concat()),
        root("utf-16", [&b"\xff\xfe"[..], &utf16].concat()),
        root("invalid-utf-8", [&b"{\"a\":\"\xff\"}"[..]].concat()),
        root("overlong-utf-8", [&b"{\"a\":\"\xc0\xaf\"}"[..]].concat()),
        root("surrogate-in-utf-8", [&b"{\"a\":\"\xed\xa0\x80\"}"[..]].concat()),
        root("member-twice", root_text("\"version\":1", "\"version\":1,\"version\":1")),
        root("member-twice-with-other-values", root_text("\"version\":1", "\"version\":1,\"version\":2")),
        root("member-twice-escaped", root_text("\"version\":1", "\"version\":1,\"v\\u0065rsion\":1")),
        root("member-twice-at-the-top", root_text("{\"signed\"", "{\"signatures\":[],\"signed\"")),
        root("member-twice-deep-down", with_member("\"x-acme-a\":[{\"b\":{\"c\":1,\"c\":1}}]")),
        root("long-member-twice", with_member(&format!("\"{0}\":1,\"{0}\":1", "x".repeat(5000)))),
        root("member-twice-that-steers-the-terminal", with_member("\"\\u001b[2J\":1,\"\\u001b[2J\":1")),
        root("lone-high-surrogate", with_member("\"x-acme-a\":\"\\ud800\"")),
        root("lone-low-surrogate", with_member("\"x-acme-a\":\"\\udc00\"")),
        root("surrogates-in-the-wrong-order", with_member("\"x-acme-a\":\"\\ude00\\ud83d\"")),
        root("lone-surrogate-in-a-name", with_member("\"\\ud800\":1")),
        root("raw-newline-in-a-string", with_member("\"x-acme-a\":\"a\nb\"")),
        root("unknown-escape", with_member("\"x-acme-a\":\"\\x41\"")),
        root("fraction", with_member("\"x-acme-a\":1.5")),
        root("fraction-of-zero", with_member("\"x-acme-a\":1.0")),
        root("exponent", with_member("\"x-acme-a\":1e3")),
        root("huge-exponent", with_member("\"x-acme-a\":1e400")),
        root("minus-zero", with_member("\"x-acme-a\":-0")),
        root("leading-zero", with_member("\"x-acme-a\":01")),
        root("plus-sign", with_member("\"x-acme-a\":+1")),
        root("not-a-number", with_member("\"x-acme-a\":NaN")),
        root("infinity", with_member("\"x-acme-a\":-Infinity")),
        root("integer-beyond-64-bits", with_member("\"x-acme-a\":18446744073709551616")),
        root("integer-below-64-bits", with_member("\"x-acme-a\":-9223372036854775809")),
        root("hundred-lists-deep", nested("[", "]")),
        root("hundred-objects-deep", nested("{\"a\":", "}")),
        root("comma-at-the-end", with_member("\"x-acme-a\":[1,]")),
        root("comment", with_member("/* */\"x-acme-a\":1")),
        root("single-quotes", text.replace('"', "'").into_bytes()),
        root("a-list", b"[]".to_vec()),
        root("a-string", b"\"root\"".to_vec()),
        root("null", b"null".to_vec()),
    ]
}
