//! Reads the memory of a process that this one has started, as root, with `process_vm_readv`.

use std::io::IoSliceMut;

use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

use crate::processes::{ancestors, command_line};

/// How much is asked for at once.
const PIECE: usize = 1024 * 1024;
const ATTEMPTS: usize = 50;

/// A piece of a process's memory, as its kernel lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) start: usize,
    end: usize,
    rights: String,
    inode: String,
    name: String,
}

impl Mapping {
    fn of(line: &str) -> Mapping {
        let mut words = line.split_whitespace();
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (range, rights, _offset, _device, inode) = (word(), word(), word(), word(), word());
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|number| usize::from_str_radix(number, 16).unwrap());
        Mapping { start, end, rights, inode, name: words.collect::<Vec<_>>().join(" ") }
    }

    /// Can the process write to it, or has it made it itself? What it only maps from a program is no place for a secret.
    fn is_its_own(&self) -> bool {
        self.rights.contains('w') || self.inode == "0"
    }

    /// Nobody may read it, the process neither: what an allocator has reserved, and guards below stacks.
    fn is_closed(&self) -> bool {
        !self.rights.starts_with('r')
    }

    /// The clock that the kernel shows to every process, and how to ask it; nothing can be written there.
    fn is_of_the_kernel(&self) -> bool {
        ["[vvar]", "[vvar_vclock]", "[vsyscall]"].contains(&self.name.as_str())
    }
}

/// What was read, and what was not.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) pieces: Vec<(Mapping, Vec<u8>)>,
    closed: usize,
    kernel: usize,
}

impl Memory {
    /// All that a process can write to or has made itself. A page that it could read and we cannot fails the test.
    pub(super) fn of(pid: u32) -> Memory {
        assert!(ancestors(pid).contains(&std::process::id()), "{pid} was not started here");
        // It may give something back while it is read, and is read again then.
        let memory = (0..ATTEMPTS).find_map(|_| Memory::at_once(pid)).expect("a memory that stays as it is");
        assert!(memory.read() > 200_000, "{} are not the memory of {pid}", memory.told(pid));
        memory
    }

    fn at_once(pid: u32) -> Option<Memory> {
        let mut memory = Memory::default();
        for mapping in mappings(pid).into_iter().filter(Mapping::is_its_own) {
            let size = mapping.end - mapping.start;
            match () {
                () if mapping.is_of_the_kernel() => memory.kernel += size,
                () if mapping.is_closed() => memory.closed += size,
                () => {
                    let bytes = whole(pid, &mapping)?;
                    memory.pieces.push((mapping, bytes));
                }
            }
        }
        Some(memory)
    }

    pub(super) fn read(&self) -> usize {
        self.pieces.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// In the words of a figure.
    pub(super) fn told(&self, pid: u32) -> String {
        let program = command_line(pid).first().and_then(|path| path.rsplit('/').next()).map(str::to_owned);
        format!(
            "{}: {} KiB read, not read {} KiB closed to everybody and {} KiB of the kernel's clock",
            program.unwrap_or_default(),
            self.read() / 1024,
            self.closed / 1024,
            self.kernel / 1024
        )
    }
}

fn mappings(pid: u32) -> Vec<Mapping> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    list.lines().map(Mapping::of).collect()
}

/// Every byte of a mapping, or nothing if the process has changed it meanwhile.
fn whole(pid: u32, mapping: &Mapping) -> Option<Vec<u8>> {
    let mut bytes = vec![0; mapping.end - mapping.start];
    let mut have = 0;
    while have < bytes.len() {
        match read_into(pid, mapping.start + have, &mut bytes[have..]) {
            Ok(read @ 1..) => have += read,
            Ok(0) | Err(Errno::EFAULT) if !mappings(pid).contains(mapping) => return None,
            other => panic!("{other:?} at {have:x} of {} bytes: {mapping:?} of {pid}", bytes.len()),
        }
    }
    Some(bytes)
}

fn read_into(pid: u32, base: usize, bytes: &mut [u8]) -> Result<usize, Errno> {
    let len = bytes.len().min(PIECE);
    let remote = [RemoteIoVec { base, len }];
    let pid = Pid::from_raw(i32::try_from(pid).unwrap());
    process_vm_readv(pid, &mut [IoSliceMut::new(&mut bytes[..len])], &remote)
}
