//! A virtual YubiKey on the command line: for people who want to walk the screens without a device.
//!
//! It starts the real pcscd, apart from that of the machine, with one or two cards in it, and runs a command in that
//! environment, or takes commands on standard input.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it speaks to the person who typed the command"
)]

use std::io::{self, BufRead as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use hardware_tests::card::Stranger;
use hardware_tests::pcscd::Pcscd;
use hardware_tests::yubikey::{Fault, Finger, Moment, Occasion, YubiKey};
use shared::device::Firmware;

const HELP: &str = "\
insert [2]        plug the first or the second device in
remove [2]        pull it out
touch [2]         touch it as soon as it asks for that
finger WHO [2]    who touches it: at-once, never, when-told
fault NAME [2]    what goes wrong with the next signature: pin-blocked, no-touch, unplugged-before,
                  unplugged-during, unplugged-after, internal, status-XXXX, truncated, stub, malformed,
                  wrong-signature, slow, hangs
cure [2]          take back what did not go wrong yet
stranger          plug in a card that is no YubiKey
kill, restart     the PC/SC daemon
state             who is there, and how many PIN tries are left
quit              the end";

/// One or two virtual YubiKeys in readers of their own
#[derive(Parser)]
#[command(name = "virtual-yubikey")]
struct Options {
    /// Serial number of the first device
    #[arg(long, default_value_t = 11_111_111)]
    serial: u32,
    /// Its firmware
    #[arg(long, default_value = "5.7.1")]
    firmware: Firmware,
    /// Keeps the first device in this file between runs
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// A second device, as SERIAL:FIRMWARE
    #[arg(long, value_name = "SERIAL:FIRMWARE")]
    second: Option<String>,
    /// Keeps the second device in this file
    #[arg(long, value_name = "FILE", requires = "second")]
    second_state: Option<PathBuf>,
    /// Who touches the devices: at-once, never, when-told
    #[arg(long, default_value = "at-once")]
    finger: String,
    /// Writes the certificate of the virtual maker here: the root that vouches for the devices
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    /// Where the daemon's files go (default: a folder that vanishes)
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// A command to run with these devices, after `--`
    #[arg(last = true)]
    command: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode> {
    let passing = tempfile::tempdir().context("no folder for the daemon")?;
    let folder = options.folder.as_deref().unwrap_or(passing.path());
    let cards = options.cards()?;
    let bench = Pcscd::start(folder)?;
    for card in &cards {
        card.set_finger(finger(&options.finger)?);
        bench.insert(card)?;
    }
    if let Some(file) = &options.root {
        let root = hardware_tests::yubikey::Authority::default().root_pem()?;
        std::fs::write(file, root).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    match options.command.split_first() {
        Some((program, arguments)) => run_in(&bench, program, arguments),
        None => converse(&bench, &cards).map(|()| ExitCode::SUCCESS),
    }
}

impl Options {
    fn cards(&self) -> Result<Vec<YubiKey>> {
        let mut cards = vec![card(self.serial, self.firmware, self.state.as_ref())?];
        if let Some(second) = &self.second {
            let (serial, firmware) = second.split_once(':').context("--second takes SERIAL:FIRMWARE")?;
            let serial = serial.parse().context("a serial number has digits only")?;
            cards.push(card(serial, firmware.parse()?, self.second_state.as_ref())?);
        }
        Ok(cards)
    }
}

fn card(serial: u32, firmware: Firmware, state: Option<&PathBuf>) -> Result<YubiKey> {
    Ok(match state {
        Some(file) => YubiKey::kept_in(file, serial, firmware)?,
        None => YubiKey::new(serial, firmware)?,
    })
}

fn run_in(bench: &Pcscd, program: &str, arguments: &[String]) -> Result<ExitCode> {
    let mut command = Command::new(program);
    bench.tell(&mut command);
    let status =
        command.args(arguments).status().with_context(|| format!("{program} could not be started"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn converse(bench: &Pcscd, cards: &[YubiKey]) -> Result<()> {
    let (name, socket) = bench.environment();
    println!(
        "In another terminal:\n  export {name}={}\nPIN 123456, PUK 12345678. `help` lists commands.",
        socket.display()
    );
    for line in io::stdin().lock().lines() {
        let line = line.context("standard input broke off")?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            ["quit"] => break,
            ["help"] => println!("{HELP}"),
            words => match obey(bench, cards, words) {
                Ok(said) => println!("{said}"),
                Err(error) => println!("error: {error:#}"),
            },
        }
    }
    Ok(())
}

fn obey(bench: &Pcscd, cards: &[YubiKey], words: &[&str]) -> Result<String> {
    let which = usize::from(words.len() > 1 && words.last() == Some(&"2"));
    let card = cards.get(which).context("there is no second device: start with --second")?;
    match words {
        ["insert", ..] => return Ok(format!("in {}", bench.insert(card)?)),
        ["remove", ..] => bench.remove(card)?,
        ["touch", ..] if !card.touch() => bail!("it asks for no touch"),
        ["touch", ..] => {}
        ["finger", who, ..] => card.set_finger(finger(who)?),
        ["fault", name, ..] => card.fault_at(Occasion::Signature, fault(name)?),
        ["cure", ..] => card.cure(),
        ["stranger"] => return Ok(format!("in {}", bench.insert(&Stranger::new())?)),
        ["kill"] => bench.kill(),
        ["restart"] => bench.restart()?,
        ["state"] => return Ok(cards.iter().map(state).collect::<Vec<_>>().join("\n")),
        _ => bail!("no such command; `help` lists them"),
    }
    Ok("done".to_owned())
}

fn state(card: &YubiKey) -> String {
    let (tries, made) = (card.pin_tries(), card.signatures());
    let place = if card.is_gone() { "pulled out" } else { "plugged in" };
    format!("{card:?}: {place}, PIN tries {}, PUK tries {}, {made} signatures", tries.pin, tries.puk)
}

fn finger(name: &str) -> Result<Finger> {
    Ok(match name {
        "at-once" => Finger::AtOnce,
        "never" => Finger::Never,
        "when-told" => Finger::WhenTold,
        _ => bail!("{name} is no finger: at-once, never or when-told"),
    })
}

fn fault(name: &str) -> Result<Fault> {
    Ok(match name {
        "pin-blocked" => Fault::PinBlocked,
        "no-touch" => Fault::NoTouch,
        "unplugged-before" => Fault::Unplugged(Moment::Before),
        "unplugged-during" => Fault::Unplugged(Moment::During),
        "unplugged-after" => Fault::Unplugged(Moment::After),
        "internal" => Fault::INTERNAL,
        "truncated" => Fault::Truncated,
        "stub" => Fault::Stub,
        "malformed" => Fault::Malformed,
        "wrong-signature" => Fault::WrongSignature,
        "slow" => Fault::Slow(Duration::from_secs(5)),
        "hangs" => Fault::Hangs,
        _ => match name.strip_prefix("status-").map(|status| u16::from_str_radix(status, 16)) {
            Some(Ok(status)) => Fault::Status(status),
            _ => bail!("{name} is no fault; `help` lists them"),
        },
    })
}
