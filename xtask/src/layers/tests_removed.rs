//! Takes test code out of a file: the layer rules bind what is shipped.

use super::lexer::{Kind, Token};

/// What is left of a file without its tests.
pub(crate) struct Shipped {
    /// The tokens outside `#[cfg(test)]`.
    pub(crate) tokens: Vec<Token>,
    /// Modules that the file declares under `#[cfg(test)]` and keeps in files of their own.
    pub(crate) test_modules: Vec<String>,
}

/// Removes every item under `#[cfg(test)]`.
pub(crate) fn without_tests(tokens: &[Token]) -> Shipped {
    let mut shipped = Shipped { tokens: Vec::new(), test_modules: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        let Some(attribute) = Attribute::at(tokens, at) else {
            shipped.tokens.push(tokens[at].clone());
            at += 1;
            continue;
        };
        if !attribute.is_cfg_test(tokens) {
            shipped.tokens.extend_from_slice(&tokens[at..attribute.end]);
            at = attribute.end;
        } else if attribute.inner {
            return Shipped { tokens: Vec::new(), test_modules: shipped.test_modules };
        } else {
            let end = item_end(tokens, attribute.end);
            shipped.test_modules.extend(declared_module(&tokens[attribute.end..end]));
            at = end;
        }
    }
    shipped
}

struct Attribute {
    /// `#![…]`, which speaks about the whole file.
    inner: bool,
    start: usize,
    end: usize,
}

impl Attribute {
    fn at(tokens: &[Token], start: usize) -> Option<Self> {
        if !tokens[start].is_mark('#') {
            return None;
        }
        let inner = tokens.get(start + 1)?.is_mark('!');
        let open = start + 1 + usize::from(inner);
        if !tokens.get(open)?.is_mark('[') {
            return None;
        }
        Some(Self { inner, start: open + 1, end: group_end(tokens, open) })
    }

    /// `cfg(test)` and `cfg(all(test, …))`, but not `cfg(not(test))` nor `cfg(any(test, …))`.
    fn is_cfg_test(&self, tokens: &[Token]) -> bool {
        let inside = &tokens[self.start..self.end];
        let says = |word: &str| inside.iter().any(|token| token.is_word(word));
        inside.first().is_some_and(|token| token.is_word("cfg"))
            && says("test")
            && !says("not")
            && !says("any")
    }
}

/// One past the end of the item that starts here, further attributes included.
fn item_end(tokens: &[Token], mut at: usize) -> usize {
    while at < tokens.len() {
        let Some(attribute) = Attribute::at(tokens, at) else { break };
        at = attribute.end;
    }
    let is_import = tokens[at..].iter().find(|token| !is_visibility(token)).is_some_and(|t| t.is_word("use"));
    while at < tokens.len() {
        match tokens[at].kind {
            Kind::Mark(';') => return at + 1,
            Kind::Mark('{') if is_import => at = group_end(tokens, at),
            Kind::Mark('{') => return group_end(tokens, at),
            Kind::Mark('(' | '[') => at = group_end(tokens, at),
            // A field or a match arm may end with the block that holds it.
            Kind::Mark('}') => return at,
            _ => at += 1,
        }
    }
    at
}

fn is_visibility(token: &Token) -> bool {
    ["pub", "crate", "super"].iter().any(|word| token.is_word(word))
        || token.is_mark('(')
        || token.is_mark(')')
}

/// One past the bracket that closes the one at `open`.
fn group_end(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in tokens[open..].iter().enumerate() {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    tokens.len()
}

/// `mod NAME;`, a module in a file of its own.
fn declared_module(item: &[Token]) -> Option<String> {
    let [before @ .., keyword, name, end] = item else { return None };
    let Kind::Word(name) = &name.kind else { return None };
    let is_module = keyword.is_word("mod") && end.is_mark(';') && before.iter().all(|t| !t.is_mark('='));
    is_module.then(|| name.clone())
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::*;

    fn left(source: &str) -> String {
        let words = without_tests(&tokens(source)).tokens.into_iter().filter_map(|token| match token.kind {
            Kind::Word(text) => Some(text),
            _ => None,
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn test_modules_functions_and_imports_go() {
        let source = "fn a() {} #[cfg(test)] mod tests { fn x() { y!{} } } #[cfg(test)] use q::{r, s}; \
                      #[cfg(test)] #[derive(Debug)] struct T([u8; 3]); fn b() {}";
        assert_eq!(left(source), "fn a fn b");
    }

    #[test]
    fn what_is_built_for_users_too_stays() {
        assert_eq!(left("#[cfg(not(test))] fn a() {}"), "cfg not test fn a");
        assert_eq!(left("#[cfg(any(test, feature))] fn a() {}"), "cfg any test feature fn a");
        assert_eq!(left("#[test] fn a() {}"), "test fn a");
    }

    #[test]
    fn a_whole_file_may_be_a_test() {
        assert_eq!(left("#![cfg(test)] use std::fs;"), "");
    }

    #[test]
    fn test_modules_in_files_are_named() {
        let shipped = without_tests(&tokens("#[cfg(test)] mod samples; #[cfg(test)] pub(crate) mod more;"));
        assert_eq!(shipped.test_modules, ["samples", "more"]);
    }
}
