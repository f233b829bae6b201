//! PKCS#11 modules that do not behave, made with the C compiler.
//!
//! [`Wrapper`] stands in front of a real module, SoftHSM's for instance, and breaks one thing: everything before it
//! happens for real.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = include_str!("modules/wrapper.c");

/// The place of C_GetMechanismList in the list of functions.
const LIST_MECHANISMS: &str = "7";
const CKM_AES_CBC: u32 = 0x1082;

/// A module that never comes back from its first call.
///
/// # Errors
/// There is no C compiler, or no place for the module.
pub fn that_hangs(folder: &Path) -> io::Result<PathBuf> {
    let text = "#include <unistd.h>\nunsigned long C_GetFunctionList(void **list) { for (;;) pause(); }\n";
    compile(folder, "hangs", text, &[])
}

/// A library that is no module: it has no list of functions.
///
/// # Errors
/// As [`that_hangs`].
pub fn without_functions(folder: &Path) -> io::Result<PathBuf> {
    compile(folder, "nofunctions", "int the_answer(void) { return 42; }\n", &[])
}

/// A file that is no library at all.
///
/// # Errors
/// There is no place for it.
pub fn that_is_text(folder: &Path) -> io::Result<PathBuf> {
    let file = folder.join("libtext.so");
    std::fs::write(&file, "This is not the module that you are looking for.\n")?;
    Ok(file)
}

/// A call that can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// The module is set up.
    Initialize,
    /// Slots are listed.
    ListSlots,
    /// A token tells who it is.
    TokenInfo,
    /// A session begins.
    OpenSession,
    /// The PIN is given.
    Login,
    /// Objects are looked for.
    FindObjects,
    /// A mechanism is asked for and chosen.
    ChooseMechanism,
    /// The signature is made, in whichever form.
    Sign,
    /// A pair of keys is generated.
    GenerateKeyPair,
    /// The user's PIN is changed.
    SetPin,
    /// The security officer sets the user's PIN.
    InitPin,
}

impl Call {
    /// Places in the list of functions, which the standard fixes.
    fn places(self) -> &'static str {
        match self {
            Call::Initialize => "0",
            Call::ListSlots => "4",
            Call::TokenInfo => "6",
            Call::ChooseMechanism => "8, 42",
            Call::OpenSession => "12",
            Call::Login => "18",
            Call::FindObjects => "27",
            Call::Sign => "43, 45",
            Call::GenerateKeyPair => "59",
            Call::SetPin => "11",
            Call::InitPin => "10",
        }
    }
}

/// What a call fails with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Something inside.
    General,
    /// The device does not answer as it should.
    DeviceError,
    /// The device is gone.
    DeviceRemoved,
    /// The token is not in its slot.
    TokenNotPresent,
    /// Somebody closed the session.
    SessionClosed,
    /// The session is none.
    SessionHandleInvalid,
    /// The token does not do this.
    MechanismInvalid,
    /// The PIN has no tries left.
    PinLocked,
    /// Any other, by its number in the standard.
    Code(u32),
    /// The PIN is too old.
    PinExpired,
    /// Nobody has set a PIN yet.
    PinNotInitialized,
    /// Somebody in this process uses the module already.
    AlreadyInitialized,
}

impl Failure {
    fn number(self) -> u32 {
        match self {
            Failure::General => 0x05,
            Failure::DeviceError => 0x30,
            Failure::DeviceRemoved => 0x32,
            Failure::MechanismInvalid => 0x70,
            Failure::PinExpired => 0xa3,
            Failure::PinLocked => 0xa4,
            Failure::SessionClosed => 0xb0,
            Failure::SessionHandleInvalid => 0xb3,
            Failure::TokenNotPresent => 0xe0,
            Failure::Code(number) => number,
            Failure::PinNotInitialized => 0x102,
            Failure::AlreadyInitialized => 0x191,
        }
    }
}

/// How a module misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Its process dies while the module is loaded.
    CrashesAtLoad,
    /// A call never comes back.
    HangsIn(Call),
    /// Its process dies in a call.
    CrashesIn(Call),
    /// A call fails. When that is the signature, the session is gone too, as after a reset of the device.
    FailsIn(Call, Failure),
    /// A call that is one function does all that it should, and says that it failed.
    DoesAndFailsIn(Call, Failure),
    /// It says that the token knows one mechanism, which signs nothing.
    ListsNoSigning,
    /// It connects to this port of this machine when it is set up, as the modules of network HSMs do, and fails when it
    /// cannot.
    Connects(u16),
    /// It runs `/bin/true` when it is set up, and fails when it cannot.
    StartsAProgram,
}

/// A module that misbehaves in front of one that does not.
#[derive(Debug)]
pub struct Wrapper {
    module: PathBuf,
    report: PathBuf,
}

impl Wrapper {
    /// Makes one in `folder`, which holds no other.
    ///
    /// # Errors
    /// As [`that_hangs`].
    pub fn new(folder: &Path, real: &Path, misbehaviour: Misbehaviour) -> io::Result<Wrapper> {
        let report = folder.join("misbehaviour");
        let mut defined = vec![path("REAL", real), path("REPORT", &report)];
        defined.extend(misbehaviour.definitions().into_iter().map(OsString::from));
        let module = compile(folder, "misbehaves", SOURCE, &defined)?;
        Ok(Wrapper { module, report })
    }

    /// The module.
    pub fn module(&self) -> &Path {
        &self.module
    }

    /// How often the misbehaviour began. More than once means that somebody tried again.
    pub fn misbehaved(&self) -> usize {
        std::fs::read_to_string(&self.report).unwrap_or_default().lines().count()
    }
}

impl Misbehaviour {
    fn definitions(self) -> Vec<String> {
        match self {
            Misbehaviour::CrashesAtLoad => vec!["-DAT_LOAD".to_owned()],
            Misbehaviour::HangsIn(call) => broken(call, "hang()"),
            Misbehaviour::CrashesIn(call) => broken(call, "crash()"),
            Misbehaviour::FailsIn(Call::Sign, failure) => {
                broken(Call::Sign, &format!("lose(argument, {}UL)", failure.number()))
            }
            Misbehaviour::FailsIn(call, failure) => broken(call, &format!("{}UL", failure.number())),
            Misbehaviour::DoesAndFailsIn(call, failure) => {
                broken(call, &format!("(DONE({}), {}UL)", call.places(), failure.number()))
            }
            Misbehaviour::ListsNoSigning => {
                vec![format!("-DCALLS={LIST_MECHANISMS}"), format!("-DHOW=list_one(b, c, {CKM_AES_CBC}UL)")]
            }
            Misbehaviour::Connects(port) => first(&format!("connect_to({port})")),
            Misbehaviour::StartsAProgram => first("start(\"/bin/true\")"),
        }
    }
}

fn broken(call: Call, how: &str) -> Vec<String> {
    vec![format!("-DCALLS={}", call.places()), format!("-DHOW={how}")]
}

fn first(what: &str) -> Vec<String> {
    [broken(Call::Initialize, "CKR_GENERAL_ERROR"), vec![format!("-DBEFORE={what}")]].concat()
}

fn path(name: &str, path: &Path) -> OsString {
    let mut definition = OsString::from(format!("-D{name}=\""));
    definition.push(path);
    definition.push("\"");
    definition
}

fn compile(folder: &Path, name: &str, text: &str, defined: &[OsString]) -> io::Result<PathBuf> {
    let (source, module) = (folder.join(format!("{name}.c")), folder.join(format!("lib{name}.so")));
    std::fs::write(&source, text)?;
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Wno-unused-function"]).args(defined);
    let made = compiler.arg("-o").arg(&module).arg(&source).arg("-ldl").output()?;
    match made.status.success() {
        true => Ok(module),
        false => Err(io::Error::other(format!(
            "the C compiler made no module: {}",
            String::from_utf8_lossy(&made.stderr)
        ))),
    }
}
