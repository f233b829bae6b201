//! Drives a program that asks one question at a time, as an expect script would.
//!
//! The program prints a question whose line names it, `? settings.threshold`, and waits. [`Dialogue`] reads up
//! to the question, and answers. Secrets do not go this way: the program reads them from a descriptor of its own.

use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::fs::File;
use std::io::{PipeReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// The longest that a program may think about one answer: it may make a key, or stretch a passphrase.
const PATIENCE: Duration = Duration::from_secs(120);

/// Lines of the conversation that an error repeats.
const LINES_SHOWN: usize = 20;

/// The descriptor on which the program finds its secrets.
pub(crate) const SECRETS_DESCRIPTOR: &str = "3";

/// A running program and what it has said.
pub(crate) struct Dialogue {
    child: Child,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
    said: String,
    /// What was read before this place has been dealt with.
    seen: usize,
    transcript: File,
}

/// A question that waits for an answer.
pub(crate) struct Asked {
    /// The question's stable name.
    pub(crate) id: String,
    /// Everything that was said since the last answer.
    pub(crate) said: String,
}

impl Dialogue {
    /// Starts the program with a pipe for its secrets on descriptor 3. What it says goes into
    /// the transcript, and it repeats what it hears.
    pub(crate) fn start(
        program: &Path,
        arguments: &[OsString],
        environment: &[(&str, &Path)],
        secrets: &str,
        transcript: &Path,
    ) -> Result<Self> {
        let (hidden, mut hidden_end) = std::io::pipe().context("no pipe for the secrets")?;
        let (reader, writer) = std::io::pipe().context("no pipe")?;
        let transcript =
            File::create(transcript).with_context(|| format!("{} cannot be made", transcript.display()))?;
        // Descriptors above 2 are not inherited, so the secrets come as standard error and are moved.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&2 2>&1"])
            .arg(program)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(writer)
            .stderr(hidden)
            .spawn()
            .with_context(|| format!("{} could not be started", program.display()))?;
        hidden_end.write_all(secrets.as_bytes()).context("the program does not read its secrets")?;
        drop(hidden_end);
        let input = child.stdin.take().context("the program has no standard input")?;
        let (sender, output) = channel();
        std::thread::spawn(move || pass_on(reader, &sender));
        Ok(Self { child, input, output, said: String::new(), seen: 0, transcript })
    }

    /// Reads up to the next question; `None` when the program has ended.
    pub(crate) fn next_question(&mut self) -> Result<Option<Asked>> {
        loop {
            if let Some(id) = question_at_end(&self.said[self.seen..]) {
                let said = self.said[self.seen..].to_owned();
                self.seen = self.said.len();
                return Ok(Some(Asked { id, said }));
            }
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.note(&String::from_utf8_lossy(&bytes))?,
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {
                    bail!(
                        "the program neither asked nor ended within {PATIENCE:?}. Its last lines:\n{}",
                        self.last_lines()
                    )
                }
            }
        }
    }

    /// Answers the question.
    pub(crate) fn answer(&mut self, line: &str) -> Result<()> {
        self.transcript
            .write_all(format!("{line}\n").as_bytes())
            .context("the transcript cannot be written")?;
        self.input
            .write_all(format!("{line}\n").as_bytes())
            .with_context(|| format!("the program ended. Its last lines:\n{}", self.last_lines()))
    }

    /// Waits for the end; returns how the program ended and everything that it said.
    pub(crate) fn end(mut self) -> Result<(ExitStatus, String)> {
        drop(self.input);
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.transcript.write_all(text.as_bytes()).context("the transcript cannot be written")?;
            self.said.push_str(&text);
        }
        let status = self.child.wait().context("the program is lost")?;
        Ok((status, self.said))
    }

    /// The end of the conversation so far, for an error.
    pub(crate) fn last_lines(&self) -> String {
        let lines: Vec<&str> = self.said.lines().collect();
        lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n")
    }

    fn note(&mut self, text: &str) -> Result<()> {
        self.said.push_str(text);
        self.transcript.write_all(text.as_bytes()).context("the transcript cannot be written")
    }
}

fn pass_on(mut reader: PipeReader, sender: &Sender<Vec<u8>>) {
    let mut buffer = [0_u8; 4096];
    while let Ok(length @ 1..) = reader.read(&mut buffer) {
        if sender.send(buffer[..length].to_vec()).is_err() {
            return;
        }
    }
}

/// The name of the question that the text ends with, when its last line waits for an answer:
/// `[step 2/7 Settings] ? settings.threshold Signatures that make a root (1): `.
fn question_at_end(text: &str) -> Option<String> {
    let line = text.rsplit('\n').next()?.strip_suffix(": ")?;
    let (_, question) = line.split_once("] ? ")?;
    question.split(' ').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, secrets: &str) -> (Dialogue, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["-c".into(), script.into()];
        let dialogue =
            Dialogue::start(Path::new("sh"), &arguments, &[], secrets, &folder.path().join("transcript"))
                .unwrap();
        (dialogue, folder)
    }

    #[test]
    fn questions_are_found_at_the_end_of_what_is_said() {
        let waiting = "Hello\n[step 2/7 Settings] ? settings.threshold Signatures that make a root (1): ";
        assert_eq!(question_at_end(waiting), Some("settings.threshold".to_owned()));
        assert_eq!(question_at_end("[step 2/7 Settings] ? settings.threshold Signa"), None);
        assert_eq!(question_at_end("[step 2/7 Settings] ? settings.threshold Signatures (1): 2\n"), None);
        assert_eq!(question_at_end("Who goes there? nobody: "), None);
    }

    #[test]
    fn a_conversation_is_held_to_its_end() {
        let (mut dialogue, folder) = shell(
            "printf 'Hello\\n[step 1/2 You] ? your.name Who: '; read name; echo \"$name\"; printf '[step 2/2 Why] ? your.reason Why: '; read reason; echo \"$name: $reason\"",
            "",
        );
        let first = dialogue.next_question().unwrap().unwrap();
        assert_eq!((first.id.as_str(), first.said.contains("Hello")), ("your.name", true));
        dialogue.answer("Ann").unwrap();
        assert_eq!(dialogue.next_question().unwrap().unwrap().id, "your.reason");
        dialogue.answer("curiosity").unwrap();
        assert!(dialogue.next_question().unwrap().is_none());
        let (status, said) = dialogue.end().unwrap();
        assert!(status.success() && said.ends_with("Ann: curiosity\n"), "{said}");
        let transcript = std::fs::read_to_string(folder.path().join("transcript")).unwrap();
        assert!(transcript.contains("? your.name Who: Ann\n"), "{transcript}");
    }

    #[test]
    fn secrets_arrive_on_their_own_descriptor_and_stay_out_of_the_transcript() {
        let (dialogue, folder) =
            shell("read line <&3; echo \"${#line} characters\"; echo oops >&2", "alice\t1234\n");
        let (_, said) = dialogue.end().unwrap();
        assert_eq!(said, "10 characters\noops\n");
        assert!(!std::fs::read_to_string(folder.path().join("transcript")).unwrap().contains("1234"));
    }
}
