//! The processes of the program, and what each may do.
//!
//! ```text
//! ceremony-tui (screen process)  --socket-->  broker  --starts-->  token-host, one per PKCS#11 module and
//!        |                                                         one for key files; piv-host for YubiKeys
//!        +------------------ socket, handed over by the broker ---------^
//! ```
//!
//! * The **screen process** starts the broker before anything else. Then it gives up sockets and programs for good
//!   ([`filter::confine_screen`]). It loads no module, opens no key file, talks to no token.
//! * The **broker** leaves the terminal's session and, as root, gives up what would let it or a host reach into
//!   another process. It starts the binaries `token-host` and `piv-host` beside its own, and nothing else: no request names a
//!   program. It also ends hosts that hang.
//! * A **token host** (`token-host` or `piv-host`) alone talks to tokens and key files. It is given few of the caller's variables
//!   ([`environment`]). It may use local sockets, start no program and no other process, and it ends when its socket
//!   closes.
//!
//! Every process switches core dumps off and makes itself non-dumpable as its first act: an exec undoes the second.

pub mod broker;
mod broker_client;
pub mod environment;
pub mod filter;
mod host;
pub mod hosts;
pub mod inherited;

use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};
use rustix::thread::CapabilitySet;

/// Core dumps off, not dumpable. The first act of each process, again after each exec.
pub fn harden() -> Result<(), HardeningError> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::setrlimit(Resource::Core, none).map_err(|_| HardeningError::CoreDumps)?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|_| HardeningError::Dumpable)
}

/// Ends this process with its parent, even while it hangs inside a module.
pub fn end_with_parent() -> Result<(), HardeningError> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(|_| HardeningError::Parent)
}

/// A session of its own, without a controlling terminal.
pub fn leave_terminal() -> Result<(), HardeningError> {
    rustix::process::setsid().map(|_| ()).map_err(|_| HardeningError::Session)
}

/// What a host run by root keeps: reading key files of other users, and locking memory.
const KEPT: CapabilitySet =
    CapabilitySet::DAC_OVERRIDE.union(CapabilitySet::DAC_READ_SEARCH).union(CapabilitySet::IPC_LOCK);

/// Gives up, in this thread and all that it starts, root's ways into other processes and into the kernel: without
/// SYS_PTRACE the memory of a process that is not dumpable stays closed to root as well.
pub fn drop_capabilities() -> Result<(), HardeningError> {
    let refused = |_| HardeningError::Capabilities;
    let mut sets = rustix::thread::capabilities(None).map_err(refused)?;
    for capability in CapabilitySet::all().difference(KEPT).iter() {
        // Refused to everybody but root, who alone could get one back by starting a program.
        let _ = rustix::thread::remove_capability_from_bounding_set(capability);
    }
    sets.effective &= KEPT;
    sets.permitted &= KEPT;
    sets.inheritable &= KEPT;
    rustix::thread::set_capabilities(None, sets).map_err(refused)
}

/// A protection of the process could not be switched on, so the program does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HardeningError {
    /// setrlimit failed.
    #[error("Core dumps could not be switched off. Run the program on a Linux system that allows setrlimit.")]
    CoreDumps,
    /// prctl failed.
    #[error(
        "The process could not be made non-dumpable. Run the program on a Linux system that allows prctl."
    )]
    Dumpable,
    /// prctl failed.
    #[error(
        "The process could not be tied to its parent. Run the program on a Linux system that allows prctl."
    )]
    Parent,
    /// setsid failed.
    #[error(
        "A background process of the program could not leave the terminal. Start the program from a shell."
    )]
    Session,
    /// capset failed.
    #[error(
        "A background process of the program could not give up root's powers. Start the program as an ordinary user."
    )]
    Capabilities,
    /// The seccomp filter was refused.
    #[error(
        "The system call filter could not be switched on. Run the program on a Linux kernel with seccomp (any \
         common one since 3.17), outside containers that forbid it."
    )]
    Filter,
}
