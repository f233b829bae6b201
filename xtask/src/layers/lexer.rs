//! Cuts Rust source into the tokens that paths are made of. Comments and literals vanish.

/// A token and the line that it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// The kinds of token that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword, without `r#`.
    Word(String),
    /// `::`
    PathSeparator,
    /// Any other character that is not part of a literal.
    Mark(char),
}

impl Token {
    /// Is it this identifier or keyword?
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(text) if text == word)
    }

    /// Is it this punctuation?
    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// All tokens of a file.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: source, line: 1, tokens: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.skip(comment_length(self.rest));
        } else if let Some(length) = string_length(self.rest) {
            self.skip(length);
        } else if first == '\'' {
            self.skip(quote_length(self.rest));
        } else if first.is_ascii_digit() {
            self.skip(length_of(self.rest, is_word_part));
        } else if is_word_part(first) {
            self.word();
        } else if self.rest.starts_with("::") {
            self.push(Kind::PathSeparator, 2);
        } else if first.is_whitespace() {
            self.skip(first.len_utf8());
        } else {
            self.push(Kind::Mark(first), first.len_utf8());
        }
        true
    }

    fn word(&mut self) {
        if self.rest.starts_with("r#") {
            self.skip(2);
        }
        let length = length_of(self.rest, is_word_part);
        self.push(Kind::Word(self.rest[..length].to_owned()), length);
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.tokens.push(Token { kind, line: self.line });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn length_of(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Block comments nest.
fn comment_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a string literal at the start of the text, with its prefix (`r`, `b`, `c`, `br`, `cr`).
fn string_length(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = length_of(&text[prefix.len()..], |c| c == '#');
    let body = prefix.len() + hashes + 1;
    if prefix.ends_with('r') {
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(text[body..].find(&end).map_or(text.len(), |at| body + at + end.len()));
    }
    // `#"…"` without an `r` is an attribute's or macro's `#` before a string: not ours to swallow.
    (hashes == 0).then(|| escaped_end(text, body, b'"'))
}

fn escaped_end(text: &str, mut at: usize, end: u8) -> usize {
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == end => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// `'a'` and `'\n'` are characters; `'a` is a lifetime, whose name is no path.
fn quote_length(text: &str) -> usize {
    let mut after = text[1..].chars();
    match (after.next(), after.next()) {
        (Some('\\'), _) => escaped_end(text, 1, b'\''),
        (Some(first), Some('\'')) => first.len_utf8() + 2,
        _ => 1 + length_of(&text[1..], is_word_part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        let word = |token: Token| match token.kind {
            Kind::Word(text) => Some(text),
            _ => None,
        };
        tokens(source).into_iter().filter_map(word).collect()
    }

    #[test]
    fn comments_and_literals_vanish() {
        let source = r####"a // std::net
            /* std::fs /* nested */ std::io */ b "std::env \" still" r#"std::os " in"# b"x" 'y' '\'' '\u{41}' 0x1f_u8 c"####;
        assert_eq!(words(source), ["a", "b", "c"]);
    }

    #[test]
    fn lifetimes_are_no_words_and_raw_identifiers_are() {
        assert_eq!(words("fn f<'a>(x: &'a r#type) -> 'static"), ["fn", "f", "x", "type"]);
    }

    #[test]
    fn lines_are_counted_through_literals() {
        let all = tokens("\"one\ntwo\"\n/* three\n */ here");
        assert_eq!(all, [Token { kind: Kind::Word("here".to_owned()), line: 4 }]);
    }

    #[test]
    fn unfinished_source_ends_quietly() {
        for source in ["\"open", "/* open", "r#\"open", "'", "'\\", "b'"] {
            tokens(source);
        }
    }
}
