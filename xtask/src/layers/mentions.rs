//! Which paths a source file names: in `use` trees, inline, through aliases, `self` and `super`.

use std::collections::BTreeMap;

use super::lexer::{Kind, Token};
use super::use_tree::{Import, read_use};

/// A path that a file names, spelled from the crate (`crate::…`) or from another crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// The whole path; ends with `*` for a glob, with `!` for a macro.
    pub(crate) path: String,
    /// Where.
    pub(crate) line: usize,
}

/// Everything that the tokens of one file name. `module` is the file's own path, such as `crate::http::v1`.
pub(crate) fn mentions(tokens: &[Token], module: &str) -> Vec<Mention> {
    let mut reader = Reader {
        tokens,
        at: 0,
        module: module.split("::").map(str::to_owned).collect(),
        nested: Vec::new(),
        depth: 0,
        found: Vec::new(),
        aliases: BTreeMap::new(),
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.resolved()
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    module: Vec<String>,
    /// The brace depth at which each inline module began.
    nested: Vec<usize>,
    depth: usize,
    found: Vec<Mention>,
    /// Names that `use` and `mod` give, and the paths that they stand for.
    aliases: BTreeMap<String, String>,
}

impl Reader<'_> {
    fn step(&mut self) {
        match &self.tokens[self.at].kind {
            Kind::Mark('{') => self.depth += 1,
            Kind::Mark('}') => self.leave_block(),
            Kind::Word(word) => return self.word(&word.clone()),
            Kind::PathSeparator if self.next_word(1).is_some() => {
                self.at += 1;
                return self.inline_path();
            }
            _ => {}
        }
        self.at += 1;
    }

    fn word(&mut self, word: &str) {
        match word {
            "use" if !self.next_is('<') => self.import(),
            "mod" if self.next_word(1).is_some() => self.module_declaration(),
            "crate" if self.after_extern() => self.extern_crate(),
            _ => self.inline_path(),
        }
    }

    fn import(&mut self) {
        let (imports, end) = read_use(self.tokens, self.at + 1);
        for Import { path, alias, line } in imports {
            let path = self.absolute(&path);
            if let Some(alias) = alias {
                self.aliases.insert(alias, path.clone());
            }
            self.found.push(Mention { path, line });
        }
        self.at = end;
    }

    fn module_declaration(&mut self) {
        let name = self.next_word(1).unwrap_or_default().to_owned();
        if self.tokens.get(self.at + 2).is_some_and(|token| token.is_mark('{')) {
            self.module.push(name);
            self.nested.push(self.depth);
            self.depth += 1;
            self.at += 3;
        } else {
            self.aliases.insert(name.clone(), format!("{}::{name}", self.module.join("::")));
            self.at += 2;
        }
    }

    fn leave_block(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.nested.last() == Some(&self.depth) {
            self.nested.pop();
            self.module.pop();
        }
    }

    fn after_extern(&self) -> bool {
        self.at > 0 && self.tokens[self.at - 1].is_word("extern")
    }

    fn extern_crate(&mut self) {
        let line = self.tokens[self.at].line;
        if let Some(name) = self.next_word(1).map(str::to_owned) {
            self.found.push(Mention { path: name, line });
        }
        self.at += 2;
    }

    /// `a::b::c`, `a!`, or a word that stands alone.
    fn inline_path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut path = self.next_word(0).unwrap_or_default().to_owned();
        self.at += 1;
        while self.next_separator() {
            let Some(word) = self.next_word(1) else { break };
            path = format!("{path}::{word}");
            self.at += 2;
        }
        if self.tokens.get(self.at).is_some_and(|token| token.is_mark('!')) && !self.is_comparison() {
            path.push('!');
        }
        let path = self.absolute(&path);
        self.found.push(Mention { path, line });
    }

    /// `a != b` is no macro.
    fn is_comparison(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| token.is_mark('='))
    }

    fn next_separator(&self) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.kind == Kind::PathSeparator)
    }

    fn next_is(&self, mark: char) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| token.is_mark(mark))
    }

    fn next_word(&self, offset: usize) -> Option<&str> {
        match &self.tokens.get(self.at + offset)?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Spells `self::` and `super::` from the crate.
    fn absolute(&self, path: &str) -> String {
        let mut module = self.module.clone();
        let mut rest = path;
        if let Some(after) = rest.strip_prefix("self::") {
            rest = after;
        } else if !rest.starts_with("super::") {
            return path.to_owned();
        }
        while let Some(after) = rest.strip_prefix("super::") {
            module.pop();
            rest = after;
        }
        format!("{}::{rest}", module.join("::"))
    }

    /// Puts the path that an alias stands for in its place. A chain of aliases is followed to its end.
    fn resolved(self) -> Vec<Mention> {
        let Self { found, aliases, .. } = self;
        let expand = |mention: Mention| Mention { path: expanded(mention.path, &aliases), ..mention };
        found.into_iter().map(expand).collect()
    }
}

fn expanded(mut path: String, aliases: &BTreeMap<String, String>) -> String {
    for _ in 0..aliases.len() {
        let (first, rest) = path.split_once("::").unwrap_or((&path, ""));
        let Some(meant) = aliases.get(first).filter(|meant| meant.split("::").next() != Some(first)) else {
            break;
        };
        path = if rest.is_empty() { meant.clone() } else { format!("{meant}::{rest}") };
    }
    path
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        mentions(&tokens(source), "crate::http::v1").into_iter().map(|mention| mention.path).collect()
    }

    #[test]
    fn use_trees_are_spelled_out() {
        let found = paths("use std::{fs::{self, File}, net as wire}; pub(crate) use super::a::*;");
        for path in ["std::fs", "std::fs::File", "std::net", "crate::http::a::*"] {
            assert!(found.contains(&path.to_owned()), "{path} in {found:?}");
        }
    }

    #[test]
    fn inline_paths_go_through_aliases() {
        let found = paths("use std::net as wire; use wire as again; fn f() { again::TcpStream::connect(); }");
        assert!(found.contains(&"std::net::TcpStream::connect".to_owned()), "{found:?}");
    }

    #[test]
    fn an_import_of_the_same_name_does_not_loop() {
        let found = paths("use std::io; use io::Read; fn f() { io::stdin(); }");
        assert!(found.contains(&"std::io::stdin".to_owned()), "{found:?}");
        assert_eq!(paths("use rand; fn f() { rand::random() }")[0], "rand");
    }

    #[test]
    fn inline_modules_move_super() {
        let found =
            paths("mod inner { fn f() { super::super::adapters::open(); } } fn g() { super::b::c(); }");
        assert!(found.contains(&"crate::http::adapters::open".to_owned()), "{found:?}");
        assert!(found.contains(&"crate::http::b::c".to_owned()), "{found:?}");
    }

    #[test]
    fn local_modules_count_from_the_crate() {
        let found: Vec<String> = mentions(&tokens("mod adapters; fn f() { adapters::open(); }"), "crate")
            .into_iter()
            .map(|m| m.path)
            .collect();
        assert!(found.contains(&"crate::adapters::open".to_owned()), "{found:?}");
    }

    #[test]
    fn macros_words_and_generic_arguments_are_seen() {
        let found = paths(
            "async fn f(x: Vec<std::fs::File>) { println!(\"\"); <T as std::io::Read>::read; ::std::env::args(); a != b }",
        );
        for path in ["async", "std::fs::File", "println!", "std::io::Read", "std::env::args"] {
            assert!(found.contains(&path.to_owned()), "{path} in {found:?}");
        }
        assert!(!found.contains(&"a!".to_owned()));
    }
}
