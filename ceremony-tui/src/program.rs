//! The composition root: starts the processes in their order, gives up what is not needed, and runs a command.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use airgap_transfer::folder;
use shared::attestation::Anchors;
use shared::root_draft::KeySpelling;

use crate::cli::{Cli, Command, DemandName, KeyCommand, NewArguments, TokensArguments};
use crate::interrupt::{Interrupt, Second};
use crate::machine::{AttestationRules, Demand, Machine, Novelty, Options, SecretNeed};
use crate::plain::lines::Lines;
use crate::plain::{Ending, Plain};
use crate::process::{self, broker, filter, hosts::Hosts, inherited};
use crate::runner::Ports;
use crate::runner::medium::Folders;
use crate::secret::Secret;
use crate::secrets::{Prompt, Secrets, SecretsError, descriptor::Listed, terminal};
use crate::surroundings::Surroundings;
use crate::token::{Answer, AskError, HostKind, Question, Request, WireScheme};
use crate::{clock, inspect, plain, screen, token};

/// Runs one command.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    process::harden()?;
    match cli.command {
        Some(Command::Broker) => {
            broker::run()?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Inspect { file, attestation_roots }) => {
            filter::confine_screen()?;
            let anchors = anchors(attestation_roots.as_deref())?;
            inspect::run(&file, &anchors, clock::now(), &mut std::io::stdout().lock())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::New(arguments)) => new_ceremony(arguments),
        None => new_ceremony(NewArguments::default()),
        Some(Command::Tokens(arguments)) => tokens(arguments),
        Some(Command::Key { command: KeyCommand::Generate { out, scheme, pin_fd } }) => {
            generate_key(&out, scheme.into(), pin_fd)
        }
    }
}

/// What every command that talks to tokens begins with, in this order.
struct Start {
    hosts: Hosts,
    secrets: Secrets,
    interrupt: Interrupt,
}

impl Start {
    fn begin(pin_fd: Option<i32>, second: Second) -> anyhow::Result<Start> {
        // First of all: the descriptor is marked so that no process we start inherits it, and no other one stays.
        let descriptor = pin_fd.map(inherited::claim).transpose()?;
        inherited::close_others(descriptor.as_ref())?;
        if descriptor.is_none() && !terminal::is_there() {
            return Err(SecretsError::NoTerminal.into());
        }
        let broker = broker::start()?;
        let interrupt = Interrupt::install(second)?;
        // From here on this process can make no socket and start no program.
        filter::confine_screen()?;
        let secrets = match descriptor {
            Some(descriptor) => Secrets::Listed(Listed::read(&descriptor, &interrupt)?),
            None => Secrets::Terminal,
        };
        Ok(Start { hosts: Hosts::new(broker), secrets, interrupt })
    }

    fn ask_files(&mut self, request: Request, secrets: Vec<Secret>) -> Result<Answer, AskError> {
        let question = Question { host: HostKind::Files, request, secrets };
        token::ask(&mut self.hosts, question, &self.interrupt)
    }
}

/// How a flow is shown.
#[derive(Clone, Copy)]
struct Shown {
    by: Shape,
    pin_fd: Option<i32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lines,
    FullScreen,
}

impl Shown {
    fn new(plain: bool, pin_fd: Option<i32>) -> Shown {
        Shown { by: if plain { Shape::Lines } else { Shape::FullScreen }, pin_fd }
    }
}

fn new_ceremony(arguments: NewArguments) -> anyhow::Result<ExitCode> {
    check_folder(&arguments)?;
    let anchors = anchors(arguments.attestation_roots.as_deref())?;
    let shown = Shown::new(arguments.plain, arguments.pin_fd);
    let demand = match arguments.attestation {
        DemandName::Required => Demand::Required,
        DemandName::Advisory => Demand::Advisory,
    };
    let spelling = if arguments.rstuf {
        KeySpelling::Rstuf { online_uri: arguments.rstuf_online_uri }
    } else {
        KeySpelling::Plain
    };
    let NewArguments { folder, modules, .. } = arguments;
    let attestation = AttestationRules { anchors, demand };
    let build_date = clock::build_date();
    show(Machine::new(Options { folder, spelling, build_date, modules, attestation }), shown)
}

fn tokens(arguments: TokensArguments) -> anyhow::Result<ExitCode> {
    let anchors = anchors(arguments.attestation_roots.as_deref())?;
    let shown = Shown::new(arguments.plain, arguments.pin_fd);
    let options = Options {
        folder: None,
        spelling: KeySpelling::Plain,
        build_date: clock::build_date(),
        modules: arguments.modules,
        attestation: AttestationRules { anchors, demand: Demand::Advisory },
    };
    show(Machine::tokens(options), shown)
}

fn show(machine: Machine, shown: Shown) -> anyhow::Result<ExitCode> {
    match shown.by {
        Shape::Lines => in_plain_lines(machine, shown.pin_fd),
        Shape::FullScreen => on_full_screen(machine, shown.pin_fd),
    }
}

fn in_plain_lines(mut machine: Machine, pin_fd: Option<i32>) -> anyhow::Result<ExitCode> {
    let mut start = Start::begin(pin_fd, Second::Ends)?;
    let surroundings = Surroundings::here();
    let mut folders = Folders::default();
    let mut ports = Ports::new(&mut start.hosts, &mut folders, &surroundings);
    let mut out = std::io::stdout().lock();
    let (columns, rows) = size();
    let mut front = Plain {
        out: &mut out,
        lines: Lines::from_standard_input(),
        secrets: start.secrets,
        interrupt: start.interrupt.clone(),
        flow: machine.flow(),
        step: machine.step(),
        columns,
        rows,
        shown: 0,
    };
    let ending = plain::run(&mut machine, &mut ports, &mut front)?;
    Ok(exit_code(ending, &start.interrupt))
}

/// Whom to believe about devices: the file's roots, or Yubico's.
fn anchors(file: Option<&Path>) -> anyhow::Result<Anchors> {
    let Some(file) = file else { return Ok(Anchors::yubico()?) };
    let bytes = folder::import(file, shared::gap::MAX_BYTES)?;
    Ok(Anchors::from_pem(&String::from_utf8_lossy(&bytes))?)
}

/// Before anybody sits down for an hour: the folder of the export has to be there.
fn check_folder(arguments: &NewArguments) -> anyhow::Result<()> {
    match &arguments.folder {
        Some(folder) if !Path::new(folder).is_dir() => {
            let folder = crate::text::printable(folder);
            anyhow::bail!(
                "The folder {folder} does not exist. Create it or mount the medium, then start again."
            )
        }
        _ => Ok(()),
    }
}

/// Columns and rows of the terminal that lines are written to; `None` when it is none.
fn size() -> (Option<usize>, Option<usize>) {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    let known = |number: u16| Some(usize::from(number)).filter(|number| *number > 0);
    (size.and_then(|size| known(size.ws_col)), size.and_then(|size| known(size.ws_row)))
}

fn exit_code(ending: Ending, interrupt: &Interrupt) -> ExitCode {
    match (ending, interrupt.exit_code()) {
        (Ending::Complete, _) => ExitCode::SUCCESS,
        (Ending::Stopped, Some(code)) => ExitCode::from(code),
        (Ending::Stopped, None) => ExitCode::FAILURE,
    }
}

fn on_full_screen(machine: Machine, pin_fd: Option<i32>) -> anyhow::Result<ExitCode> {
    if !terminal::is_there() {
        return Err(SecretsError::NoTerminal.into());
    }
    screen::look::check_terminal_type()?;
    let mut start = Start::begin(pin_fd, Second::Waits)?;
    let surroundings = Surroundings::here();
    let mut folders = Folders::default();
    let mut ports = Ports::new(&mut start.hosts, &mut folders, &surroundings);
    let ending = screen::runner::run(machine, &mut ports, start.secrets, &start.interrupt)?;
    Ok(exit_code(ending, &start.interrupt))
}

fn generate_key(path: &str, scheme: WireScheme, pin_fd: Option<i32>) -> anyhow::Result<ExitCode> {
    let mut start = Start::begin(pin_fd, Second::Ends)?;
    let mut out = std::io::stdout().lock();
    let need = SecretNeed {
        id: "key.secret",
        labels: vec![path.to_owned()],
        what: format!("New passphrase for {path}"),
        novelty: Novelty::New,
        tries: None,
    };
    let prompt =
        Prompt { out: &mut out, text: crate::text::printable(&format!("? {} {}", need.id, need.what)) };
    // Before the passphrase: nobody types one twice for a file that cannot be written.
    start.ask_files(Request::CheckNewKeyFile { path: path.to_owned() }, Vec::new())?;
    let secret = start.secrets.ask(&need, prompt, &start.interrupt)?;
    let request = Request::GenerateKeyFile { path: path.to_owned(), scheme };
    let Answer::Key(json) = start.ask_files(request, vec![secret])? else {
        anyhow::bail!("The key host gave an answer to another question. Look at {path} before you use it.");
    };
    let key = shared::key::Key::from_json(&json)?;
    writeln!(out, "{path} holds a new {} key with the id {}.", key.scheme_name(), key.id())?;
    writeln!(out, "{}", key.to_public_pem()?.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
