//! A 2-of-3 ceremony on the offline program, held by a script: a YubiKey, a PKCS#11 token and a key file.

use anyhow::{Context as _, Result, bail};
use hardware_tests::groups::Groups;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::chance;
use super::dialogue::{Asked, Dialogue, SECRETS_DESCRIPTOR};
use super::folder::{Folder, write_private};
use super::tokens::{Token, Tokens};

/// How often one question may come before the script gives up on it.
const PATIENCE: usize = 4;

/// What the ceremony takes.
pub(crate) struct Ceremony<'a> {
    /// The offline program.
    pub(crate) program: &'a Path,
    /// The demo's folder.
    pub(crate) folder: &'a Folder,
    /// Alice's and Bob's tokens.
    pub(crate) tokens: &'a Tokens,
    /// The online key's fingerprint, as the service's screen shows it.
    pub(crate) fingerprint: Groups,
}

/// What the ceremony made.
pub(crate) struct Outcome {
    /// The document digest, as the people in the room read it aloud.
    pub(crate) digest: Groups,
    /// How many questions were answered.
    pub(crate) questions: usize,
}

/// Where a root key is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Token,
    NewFile,
}

/// The holders of the root keys.
const HOLDERS: [(&str, Place); 3] =
    [("alice", Place::Token), ("bob", Place::Token), ("carol", Place::NewFile)];

/// Those who sign: two of three are enough.
const SIGNERS: [&str; 2] = ["alice", "bob"];

impl Ceremony<'_> {
    /// Holds the ceremony.
    pub(crate) fn hold(&self) -> Result<Outcome> {
        let secrets = self.secrets()?;
        let arguments =
            ["new", "--plain", "--folder"].map(Into::into).into_iter().chain([self.folder.medium().into()]);
        let roots = ["--attestation-roots".into(), self.tokens.attestation_roots.clone().into()];
        let secrets_from = ["--pin-fd", SECRETS_DESCRIPTOR].map(Into::into);
        let arguments: Vec<_> = arguments.chain(roots).chain(secrets_from).collect();
        let environment = self.tokens.environment();
        let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_path())).collect();
        let transcript = self.folder.laptop().join("transcript.txt");
        let mut dialogue = Dialogue::start(self.program, &arguments, &environment, &secrets, &transcript)?;
        let mut script =
            Script { ceremony: self, holder: 0, signer: 0, digest: None, times: BTreeMap::new() };
        let mut questions = 0;
        while let Some(asked) = dialogue.next_question()? {
            let reply = script
                .reply(&asked)
                .with_context(|| format!("the ceremony said:\n{}", dialogue.last_lines()))?;
            dialogue.answer(&reply)?;
            questions += 1;
        }
        let (status, said) = dialogue.end()?;
        if !status.success() || !self.folder.medium().join("payload.json").is_file() {
            bail!("the ceremony ended with {status} and these lines:\n{}", last_lines(&said));
        }
        let digest = script.digest.context("the ceremony showed no document digest")?;
        Ok(Outcome { digest, questions })
    }

    /// The lines that `--pin-fd` reads. They stay in the demo's folder so that the program can be opened again.
    fn secrets(&self) -> Result<String> {
        let tokens = self.tokens.tokens.iter().map(|token| format!("{}\t{}\n", token.holder, token.pin));
        let secrets = tokens.chain([format!("carol\t{}\n", chance::passphrase()?)]).collect::<String>();
        write_private(&secrets_file(self.folder), &secrets)?;
        Ok(secrets)
    }

    fn key_file(&self) -> PathBuf {
        self.folder.laptop().join("carol.key.age")
    }
}

/// Where the demo's PINs and passphrases lie.
pub(crate) fn secrets_file(folder: &Folder) -> PathBuf {
    folder.laptop().join("secrets")
}

/// What the people in the room answer.
struct Script<'a> {
    ceremony: &'a Ceremony<'a>,
    /// How many holders' keys are in the list.
    holder: usize,
    /// How many have signed.
    signer: usize,
    digest: Option<Groups>,
    times: BTreeMap<String, usize>,
}

impl Script<'_> {
    fn reply(&mut self, asked: &Asked) -> Result<String> {
        let times = self.times.entry(asked.id.clone()).or_default();
        *times += 1;
        if *times > PATIENCE {
            bail!("the question {} came {times} times", asked.id);
        }
        let id = asked.id.as_str();
        if let Some(number) = id.strip_prefix("online-key.group.") {
            return group(&self.ceremony.fingerprint, number);
        }
        if let Some(number) = id.strip_prefix("review.group.") {
            let digest = self.document_digest(asked)?;
            return group(&digest, number);
        }
        if id.starts_with("preflight.except.") {
            return Ok("a demo on one machine, with keys that protect nothing".to_owned());
        }
        Ok(match id {
            "settings.repository" => "demo".to_owned(),
            "settings.threshold" => "2".to_owned(),
            "settings.bins" => "succinct".to_owned(),
            "settings.bin-count" => "256".to_owned(),
            "online-key.file" => self.ceremony.folder.medium().join("online-key.json").display().to_string(),
            "root-keys.add" => self.next_holder(),
            "root-keys.name" => self.current_holder().to_owned(),
            "root-keys.token" => word_beginning_with(&asked.said, &self.current_token()?.word)?,
            "root-keys.key" => self.current_token()?.key.clone(),
            "root-keys.new-file" => self.ceremony.key_file().display().to_string(),
            "preflight.clock" | "review.agree" => "yes".to_owned(),
            "sign.key" => self.next_signer(),
            // What is left has a default that suits the demo.
            _ => String::new(),
        })
    }

    /// The digest is shown once in the review; both groups that are asked belong to it.
    fn document_digest(&mut self, asked: &Asked) -> Result<Groups> {
        if self.digest.is_none() {
            let shown = asked.said.split_once("Document digest").map(|(_, shown)| shown);
            self.digest = shown.and_then(Groups::first_in);
        }
        self.digest.clone().context("the review asks for a group of a digest that it has not shown")
    }

    fn next_holder(&mut self) -> String {
        self.holder += 1;
        // The questions of one key may come again for the next.
        self.times.retain(|id, _| !id.starts_with("root-keys."));
        match HOLDERS.get(self.holder - 1) {
            Some((_, Place::Token)) => "token".to_owned(),
            Some((_, Place::NewFile)) => "generate".to_owned(),
            None => "done".to_owned(),
        }
    }

    fn current_holder(&self) -> &'static str {
        self.holder.checked_sub(1).and_then(|index| HOLDERS.get(index)).map_or("", |(name, _)| name)
    }

    fn current_token(&self) -> Result<&Token> {
        let holder = self.current_holder();
        let token = self.ceremony.tokens.tokens.iter().find(|token| token.holder == holder);
        token.with_context(|| format!("{holder} has no token, and the ceremony asks for one"))
    }

    fn next_signer(&mut self) -> String {
        self.signer += 1;
        SIGNERS.get(self.signer - 1).map_or("done", |name| name).to_owned()
    }
}

fn group(digest: &Groups, number: &str) -> Result<String> {
    let found = number.parse().ok().and_then(|number| digest.group(number));
    found.map(str::to_owned).with_context(|| format!("a digest has no group {number}"))
}

/// A choice is answered with its word, which stands in the list above the question.
fn word_beginning_with(said: &str, beginning: &str) -> Result<String> {
    let mut words = said.split_whitespace().map(|word| word.trim_end_matches(':'));
    let word = words.find(|word| word.starts_with(beginning));
    word.map(str::to_owned).with_context(|| format!("no choice begins with {beginning}"))
}

fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
