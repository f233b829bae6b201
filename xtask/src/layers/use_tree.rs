//! Reads the tree of a `use` declaration into the paths that it imports.

use super::lexer::{Kind, Token};

/// One leaf of a `use` tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The path as it is spelled; ends with `*` for a glob.
    pub(crate) path: String,
    /// The name that the file knows it by.
    pub(crate) alias: Option<String>,
    /// Where.
    pub(crate) line: usize,
}

/// Reads from behind the word `use`; returns the imports and the place behind the semicolon.
pub(crate) fn read_use(tokens: &[Token], start: usize) -> (Vec<Import>, usize) {
    let mut tree = Tree { tokens, at: start, imports: Vec::new() };
    tree.branch("");
    while tree.peek().is_some_and(|kind| *kind != Kind::Mark(';')) {
        tree.at += 1;
    }
    (tree.imports, tree.at + 1)
}

struct Tree<'a> {
    tokens: &'a [Token],
    at: usize,
    imports: Vec<Import>,
}

impl Tree<'_> {
    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    /// Reads `a::b`, `a::{…}`, `a::*` or `a as b` below `prefix`.
    fn branch(&mut self, prefix: &str) {
        let mut path = prefix.to_owned();
        let mut line = 0;
        while let Some(token) = self.tokens.get(self.at) {
            line = token.line;
            match &token.kind {
                Kind::Word(word) if word == "as" => return self.renamed(path, line),
                Kind::Word(word) => path = joined(&path, word),
                Kind::PathSeparator => {}
                Kind::Mark('*') => path = joined(&path, "*"),
                Kind::Mark('{') => return self.group(&path),
                Kind::Mark(_) => break,
            }
            self.at += 1;
        }
        self.leaf(path, None, line);
    }

    fn group(&mut self, path: &str) {
        self.at += 1;
        loop {
            match self.peek() {
                None | Some(Kind::Mark(';')) => return,
                Some(Kind::Mark('}')) => break,
                Some(Kind::Mark(',')) => self.at += 1,
                Some(_) => self.branch(path),
            }
        }
        self.at += 1;
    }

    fn renamed(&mut self, path: String, line: usize) {
        self.at += 1;
        let alias = match self.peek() {
            Some(Kind::Word(word)) => Some(word.clone()),
            _ => None,
        };
        self.at += 1;
        self.leaf(path, alias, line);
    }

    fn leaf(&mut self, path: String, alias: Option<String>, line: usize) {
        let path = path.strip_suffix("::self").map(str::to_owned).unwrap_or(path);
        let last = path.rsplit("::").next().filter(|name| *name != "*").map(str::to_owned);
        if !path.is_empty() {
            self.imports.push(Import { path, alias: alias.or(last), line });
        }
    }
}

fn joined(path: &str, word: &str) -> String {
    if path.is_empty() { word.to_owned() } else { format!("{path}::{word}") }
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::*;

    fn imports(source: &str) -> Vec<(String, Option<String>)> {
        let (imports, _) = read_use(&tokens(source), 1);
        imports.into_iter().map(|import| (import.path, import.alias)).collect()
    }

    fn named(path: &str, alias: &str) -> (String, Option<String>) {
        (path.to_owned(), Some(alias.to_owned()))
    }

    #[test]
    fn nested_groups_aliases_and_globs() {
        let found = imports("use ::a::{b, c::{self, d as e}, f::*};");
        assert_eq!(
            found,
            [named("a::b", "b"), named("a::c", "c"), named("a::c::d", "e"), ("a::f::*".to_owned(), None)]
        );
    }

    #[test]
    fn the_place_behind_the_semicolon_is_found() {
        let all = tokens("use a::b; fn");
        assert_eq!(read_use(&all, 1).1, 5);
    }

    #[test]
    fn unfinished_trees_end() {
        for source in ["use", "use a::{", "use a::{b", "use a as"] {
            imports(source);
        }
    }
}
