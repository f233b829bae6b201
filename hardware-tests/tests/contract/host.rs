//! Who answers: a real host process with a socket in the place of its standard input, or an adapter on a thread.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ceremony_tui::channel::{Channel, ChannelError};
use ceremony_tui::token::serve::{Adapter, serve};
use ceremony_tui::token::{Answer, Envelope, HostKind, Refusal, Request};
use rustix::net::sockopt::{Timeout, set_socket_timeout};

/// Longer than any request takes here.
const LIMIT: Duration = Duration::from_secs(60);

/// What answers requests, and can be started anew.
pub(crate) struct Host {
    start: Box<dyn Fn() -> (Channel, Running)>,
    channel: Channel,
    running: Running,
}

enum Running {
    Process(Child),
    Thread,
}

impl Host {
    /// The real program, in this environment.
    pub(crate) fn process(kind: HostKind, environment: Vec<(&'static str, OsString)>) -> Host {
        Host::over(Box::new(move || start_process(&kind, &environment)))
    }

    /// An adapter that is made anew for each start.
    pub(crate) fn thread<A: Adapter + 'static>(make: impl Fn() -> A + Send + Clone + 'static) -> Host {
        Host::over(Box::new(move || {
            let (channel, other) = Channel::pair().unwrap();
            let make = make.clone();
            std::thread::spawn(move || serve(&Channel::over(other).unwrap(), &mut make()));
            (channel, Running::Thread)
        }))
    }

    fn over(start: Box<dyn Fn() -> (Channel, Running)>) -> Host {
        let (channel, running) = start();
        Host { start, channel, running }
    }

    /// Asks and waits; a host that dies or hangs fails the test.
    pub(crate) fn ask(&mut self, request: Request, secrets: &[&[u8]]) -> Result<Answer, Refusal> {
        let asked = format!("{request:?}");
        let answer = self.try_to_ask(request, secrets, LIMIT);
        answer.unwrap_or_else(|error| panic!("no answer ({error}) to {asked}"))
    }

    /// Asks and waits so long; the error says whether the host died or hangs.
    pub(crate) fn try_to_ask(
        &mut self,
        request: Request,
        secrets: &[&[u8]],
        limit: Duration,
    ) -> Result<Result<Answer, Refusal>, ChannelError> {
        set_socket_timeout(self.channel.as_descriptor(), Timeout::Recv, Some(limit)).unwrap();
        let count = u8::try_from(secrets.len()).unwrap();
        self.channel.send(&Envelope { request, secrets: count, shown: Vec::new() }).unwrap();
        for secret in secrets {
            let length = u32::try_from(secret.len()).unwrap().to_be_bytes();
            self.write(&[&length[..], secret].concat());
        }
        self.channel.receive()
    }

    fn write(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let written = rustix::io::write(self.channel.as_descriptor(), bytes).unwrap();
            bytes = &bytes[written..];
        }
    }

    /// Kills it and starts another.
    pub(crate) fn restart(&mut self) {
        self.running.end();
        (self.channel, self.running) = (self.start)();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.running.end();
    }
}

impl Running {
    fn end(&mut self) {
        if let Running::Process(child) = self {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

fn start_process(kind: &HostKind, environment: &[(&'static str, OsString)]) -> (Channel, Running) {
    let (channel, other) = Channel::pair().unwrap();
    let mut command = Command::new(program(kind));
    command.args(kind.arguments()).envs(environment.iter().map(|(name, value)| (*name, value)));
    // What it says of itself would be a leak: it goes where it can be read, into the output of the test.
    command.stdin(Stdio::from(other));
    (channel, Running::Process(command.spawn().unwrap()))
}

/// Beside the folder of this test.
fn program(kind: &HostKind) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let program = own.parent().and_then(std::path::Path::parent).unwrap().join(kind.program());
    assert!(
        program.is_file(),
        "{} is not built. Run `cargo build -p ceremony-tui`, or the tests with `cargo xtask test`.",
        program.display()
    );
    program
}
