//! Which system calls each process gives up, for good and for everything that it starts.
//!
//! Names, not numbers: seccompiler knows the table of each architecture. What is refused fails with EPERM, so that
//! a library that tries gets an error and the ceremony goes on.

use std::env::consts::ARCH;

use seccompiler::{BpfProgram, TargetArch, sock_filter};

use super::HardeningError;

const EPERM: u32 = 1;
const ENOSYS: u32 = 38;

/// No process of ours needs these; each is a way around the other rules. 21522 is TIOCSTI, 21532 TIOCLINUX: they
/// type into a terminal.
const NEVER: &str = r#"
    {"syscall":"io_uring_setup"}, {"syscall":"io_uring_enter"}, {"syscall":"io_uring_register"},
    {"syscall":"ptrace"}, {"syscall":"process_vm_readv"}, {"syscall":"process_vm_writev"},
    {"syscall":"pidfd_getfd"}, {"syscall":"bpf"}, {"syscall":"perf_event_open"}, {"syscall":"userfaultfd"},
    {"syscall":"kexec_load"}, {"syscall":"init_module"}, {"syscall":"finit_module"},
    {"syscall":"mount"}, {"syscall":"unshare"}, {"syscall":"setns"},
    {"syscall":"ioctl","args":[{"index":1,"type":"dword","op":"eq","val":21522}]},
    {"syscall":"ioctl","args":[{"index":1,"type":"dword","op":"eq","val":21532}]}"#;

/// No new program.
const NO_PROGRAM: &str = r#"{"syscall":"execve"}, {"syscall":"execveat"}"#;

/// No new process. Threads (CLONE_THREAD, 65536) stay possible: modules have them.
#[cfg(target_arch = "x86_64")]
const NO_PROCESS: &str = r#"
    {"syscall":"fork"}, {"syscall":"vfork"},
    {"syscall":"clone","args":[{"index":0,"type":"dword","op":{"masked_eq":65536},"val":0}]}"#;
/// No new process. Threads (CLONE_THREAD, 65536) stay possible: modules have them.
#[cfg(not(target_arch = "x86_64"))]
const NO_PROCESS: &str =
    r#"{"syscall":"clone","args":[{"index":0,"type":"dword","op":{"masked_eq":65536},"val":0}]}"#;

/// Its arguments lie in memory, where no filter looks: "not known here" makes libraries use clone instead.
const CLONE3: &str = r#"{"syscall":"clone3"}"#;

/// No socket at all, not even a local one.
const NO_SOCKET: &str = r#"
    {"syscall":"socket"}, {"syscall":"socketpair"}, {"syscall":"connect"}, {"syscall":"bind"},
    {"syscall":"listen"}, {"syscall":"accept"}, {"syscall":"accept4"}"#;

/// Only AF_UNIX (1: pcscd) and AF_NETLINK (16: libusb) sockets.
const LOCAL_SOCKETS: &str = r#"
    {"syscall":"socket","args":[
        {"index":0,"type":"dword","op":"ne","val":1},
        {"index":0,"type":"dword","op":"ne","val":16}]}"#;

/// The screen process, all threads: no socket, no program, from here on.
///
/// The full screen reads keys itself: crossterm's own reader would make a socket pair at its first poll.
pub fn confine_screen() -> Result<(), HardeningError> {
    confine(&compile(&[NEVER, NO_PROGRAM, NO_SOCKET], EPERM)?)
}

/// The broker, and by inheritance every host: local sockets only.
pub fn confine_broker() -> Result<(), HardeningError> {
    confine(&compile(&[NEVER, LOCAL_SOCKETS], EPERM)?)
}

/// A token host, before it loads a module: local sockets only, no program, and no process that could outlive it.
pub fn confine_host() -> Result<(), HardeningError> {
    confine(&compile(&[CLONE3], ENOSYS)?)?;
    confine(&compile(&[NEVER, NO_PROGRAM, NO_PROCESS, LOCAL_SOCKETS], EPERM)?)
}

fn confine(program: &BpfProgram) -> Result<(), HardeningError> {
    seccompiler::apply_filter_all_threads(program).map_err(|_| HardeningError::Filter)
}

fn compile(rules: &[&str], errno: u32) -> Result<BpfProgram, HardeningError> {
    let filter = format!(
        r#"{{"process":{{"mismatch_action":"allow","match_action":{{"errno":{errno}}},"filter":[{}]}}}}"#,
        rules.join(",")
    );
    let arch = TargetArch::try_from(ARCH).map_err(|_| HardeningError::Filter)?;
    let mut programs =
        seccompiler::compile_from_json(filter.as_bytes(), arch).map_err(|_| HardeningError::Filter)?;
    let program = programs.remove("process").ok_or(HardeningError::Filter)?;
    Ok(without_second_table(arch, program))
}

/// On x86_64 the same kernel answers to a second table of numbers (x32, bit 30): all of it is refused, or the
/// list above could be walked around.
fn without_second_table(arch: TargetArch, program: BpfProgram) -> BpfProgram {
    if !matches!(arch, TargetArch::x86_64) {
        return program;
    }
    const LOAD_WORD: u16 = 0x20;
    const JUMP_IF_GREATER_OR_EQUAL: u16 = 0x35;
    const RETURN: u16 = 0x06;
    const REFUSE: u32 = 0x0005_0000 | EPERM;
    let mut guarded = vec![
        sock_filter { code: LOAD_WORD, jt: 0, jf: 0, k: 0 },
        sock_filter { code: JUMP_IF_GREATER_OR_EQUAL, jt: 0, jf: 1, k: 0x4000_0000 },
        sock_filter { code: RETURN, jt: 0, jf: 0, k: REFUSE },
    ];
    guarded.extend(program);
    guarded
}

#[cfg(test)]
mod tests {
    use super::*;

    // The filters themselves are tried in `tests/it`: a filter cannot be taken off a test process again.
    #[test]
    fn every_filter_compiles_for_this_machine() {
        for rules in [&[NEVER, NO_PROGRAM, NO_SOCKET][..], &[NEVER, LOCAL_SOCKETS], &[NO_PROCESS], &[CLONE3]]
        {
            assert!(compile(rules, EPERM).unwrap().len() > 4);
        }
    }

    #[test]
    fn a_confined_thread_can_make_no_socket_and_start_no_program() {
        let tried = std::thread::spawn(|| {
            let program = compile(&[NEVER, NO_PROGRAM, NO_SOCKET], EPERM).unwrap();
            seccompiler::apply_filter(&program).unwrap();
            let socket = crate::channel::Channel::pair().map(|_| ());
            let program = std::process::Command::new("/bin/true").status().map(|_| ());
            (socket, program)
        });
        let (socket, program) = tried.join().unwrap();
        assert_eq!(socket, Err(crate::channel::ChannelError::Io(rustix::io::Errno::PERM)));
        assert!(program.is_err());
    }

    #[test]
    fn a_confined_host_can_make_local_sockets_only() {
        let tried = std::thread::spawn(|| {
            let program = compile(&[NEVER, NO_PROGRAM, LOCAL_SOCKETS], EPERM).unwrap();
            seccompiler::apply_filter(&program).unwrap();
            let stream = rustix::net::SocketType::STREAM;
            let local = rustix::net::socket(rustix::net::AddressFamily::UNIX, stream, None).map(|_| ());
            let network = rustix::net::socket(rustix::net::AddressFamily::INET, stream, None).map(|_| ());
            (local, network)
        });
        let (local, network) = tried.join().unwrap();
        assert_eq!(local, Ok(()));
        assert_eq!(network, Err(rustix::io::Errno::PERM));
    }

    #[test]
    fn a_confined_host_can_start_threads_but_no_process() {
        let tried = std::thread::spawn(|| {
            for (rules, errno) in [(&[CLONE3][..], ENOSYS), (&[NEVER, NO_PROCESS], EPERM)] {
                seccompiler::apply_filter(&compile(rules, errno).unwrap()).unwrap();
            }
            let thread = std::thread::Builder::new().spawn(|| 7).map(|thread| thread.join().unwrap());
            let process = std::process::Command::new("/bin/true").status().map_err(|error| error.kind());
            (thread.unwrap(), process.map(|_| ()))
        });
        assert_eq!(tried.join().unwrap(), (7, Err(std::io::ErrorKind::PermissionDenied)));
    }

    #[test]
    fn a_confined_process_types_into_no_terminal() {
        // Not a terminal: an ioctl that reaches the kernel is answered with ENOTTY (25).
        let type_into_nothing = |number: &str| {
            let program = format!(r#"my $room = "x" x 64; ioctl(STDIN, {number}, $room) or exit $!+0"#);
            let mut perl = std::process::Command::new("perl");
            perl.args(["-e", &program]).stdin(std::process::Stdio::null()).status().unwrap().code()
        };
        assert_eq!(type_into_nothing("0x5412"), Some(25));
        let tried = std::thread::spawn(move || {
            seccompiler::apply_filter(&compile(&[NEVER], EPERM).unwrap()).unwrap();
            ["0x5412", "0x541C", "0x5401"].map(type_into_nothing)
        });
        assert_eq!(tried.join().unwrap(), [Some(1), Some(1), Some(25)]);
    }
}
