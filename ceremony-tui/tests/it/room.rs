//! A room with a laptop in it: starts the real binary in `--plain`, reads prompts by their id, types answers.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Generating a key with scrypt on a slow machine is the longest thing that happens.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_ceremony-tui");

/// A running ceremony.
pub(crate) struct Room {
    pub(crate) child: Child,
    stdin: Option<ChildStdin>,
    output: Receiver<Vec<u8>>,
    /// Everything that was written so far.
    pub(crate) transcript: String,
    /// Up to where prompts were answered.
    answered: usize,
}

/// How the room is furnished.
pub(crate) struct Setup<'a> {
    pub(crate) arguments: Vec<&'a str>,
    /// Lines of `label TAB secret`, handed over through a pipe.
    pub(crate) secrets: &'a str,
    pub(crate) environment: Vec<(&'a str, &'a str)>,
}

impl Setup<'_> {
    pub(crate) fn with_secrets(secrets: &str) -> Setup<'_> {
        Setup { arguments: vec!["new", "--plain"], secrets, environment: Vec::new() }
    }
}

impl Room {
    /// Starts the program. Secrets go through a named pipe, so that they are in no file and in no argument.
    pub(crate) fn enter(folder: &Path, setup: &Setup<'_>) -> Room {
        let pipe = folder.join("secrets.pipe");
        let _ = std::fs::remove_file(&pipe);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let secrets = setup.secrets.to_owned();
        let writer = pipe.clone();
        std::thread::spawn(move || {
            let mut pipe = std::fs::OpenOptions::new().write(true).open(writer).unwrap();
            pipe.write_all(secrets.as_bytes()).unwrap();
        });
        let script = r#"pipe=$1; shift; exec "$@" --pin-fd 3 3<"$pipe""#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(&pipe).arg(BINARY).args(&setup.arguments);
        command.envs(setup.environment.iter().copied());
        command.current_dir(folder);
        Room::start(command)
    }

    /// Starts any command as the program.
    pub(crate) fn start(mut command: Command) -> Room {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let (send, output) = channel();
        let stderr = child.stderr.take().unwrap();
        for stream in [Box::new(child.stdout.take().unwrap()) as Box<dyn Read + Send>, Box::new(stderr)] {
            let send = send.clone();
            std::thread::spawn(move || forward(stream, &send));
        }
        Room { child, stdin, output, transcript: String::new(), answered: 0 }
    }

    /// Waits for the next prompt and gives its id.
    pub(crate) fn prompt(&mut self) -> String {
        loop {
            if let Some(id) = self.waiting_prompt() {
                return id;
            }
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.transcript.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout) => panic!("no prompt came:\n{}", self.transcript),
                Err(RecvTimeoutError::Disconnected) => panic!("the program has ended:\n{}", self.transcript),
            }
        }
    }

    /// Waits until `text` was written since the last answer.
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.transcript[self.answered..].contains(text) {
            let bytes = self.output.recv_timeout(PATIENCE).expect(text);
            self.transcript.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn waiting_prompt(&self) -> Option<String> {
        let last = self.transcript[self.answered..].rsplit('\n').next()?;
        if !last.starts_with("[step ") || !last.ends_with(": ") {
            return None;
        }
        let id = last.split(" ? ").nth(1)?.split(' ').next()?.trim_end_matches(':');
        Some(id.to_owned())
    }

    /// Waits for the prompt `id` and answers it.
    pub(crate) fn answer(&mut self, id: &str, answer: &str) {
        let asked = self.prompt();
        assert_eq!(asked, id, "another question than expected:\n{}", self.transcript);
        self.type_line(answer);
    }

    /// Answers whatever is asked now.
    pub(crate) fn type_line(&mut self, answer: &str) {
        self.type_keys(&format!("{answer}\n"));
    }

    /// Types just this, without Enter.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.answered = self.transcript.len();
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(keys.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// Answers whole steps: preflight findings get a reason, everything else the default.
    pub(crate) fn pass_until(&mut self, id: &str) {
        loop {
            let asked = self.prompt();
            if asked == id {
                return;
            }
            let answer = match asked.as_str() {
                "settings.repository" => "acme-releases",
                other if other.starts_with("preflight.except.") => "a test machine",
                "preflight.clock" => "yes",
                other if other.starts_with("preflight.") || other.starts_with("settings.") => "",
                other => panic!("{id} was expected, not {other}:\n{}", self.transcript),
            };
            self.type_line(answer);
        }
    }

    /// What was written since the last answer, up to the next prompt.
    pub(crate) fn said(&mut self) -> String {
        self.prompt();
        self.transcript[self.answered..].to_owned()
    }

    /// Types back the two groups of the digest that the review shows, and agrees.
    pub(crate) fn review(&mut self) {
        self.type_groups();
        self.answer("review.agree", "yes");
    }

    pub(crate) fn type_groups(&mut self) {
        for _ in 0..2 {
            let asked = self.prompt();
            let number: usize = asked.strip_prefix("review.group.").expect(&asked).parse().unwrap();
            let groups = self.document_digest();
            self.type_line(&groups[number - 1].clone());
        }
    }

    /// The 16 groups of the document digest that was shown last.
    pub(crate) fn document_digest(&self) -> Vec<String> {
        let after = self.transcript.rsplit("Document digest").next().unwrap();
        let lines = after.lines().skip(1).take(2);
        let groups: Vec<String> = lines.flat_map(str::split_whitespace).map(str::to_owned).collect();
        assert_eq!(groups.len(), 16, "{}", self.transcript);
        groups
    }

    /// Waits for the end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.transcript.push_str(&String::from_utf8_lossy(&bytes));
        }
        self.child.wait().unwrap()
    }

    /// Standard input ends here.
    pub(crate) fn close_input(&mut self) {
        self.stdin = None;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(mut stream: impl Read, send: &std::sync::mpsc::Sender<Vec<u8>>) {
    let mut room = [0; 4096];
    while let Ok(read) = stream.read(&mut room) {
        if read == 0 || send.send(room[..read].to_vec()).is_err() {
            return;
        }
    }
}
