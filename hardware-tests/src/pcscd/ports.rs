//! Two ports next to each other for two virtual readers.
//!
//! They lie below those that the kernel hands out by itself, where a connection of somebody else might hold them.

use std::fs::File;
use std::net::TcpListener;

use super::error::PcscdError;

/// Pairs begin at even numbers from here on.
const FIRST: u16 = 20_000;
const PAIRS: u16 = 6_000;

/// A pair that no other bench takes meanwhile.
#[derive(Debug)]
pub(super) struct Ports {
    first: u16,
    /// Held as long as the pair is in use. The kernel lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Ports {
    /// A free pair. Benches begin their search at different places.
    pub(super) fn free() -> Result<Ports, PcscdError> {
        let start = std::process::id().wrapping_mul(2_654_435_761) >> 16;
        let start = u16::try_from(start).unwrap_or_default() % PAIRS;
        (0..PAIRS).find_map(|step| Ports::take((start + step) % PAIRS * 2 + FIRST)).ok_or(PcscdError::NoPorts)
    }

    fn take(first: u16) -> Option<Ports> {
        let lock = File::create(std::env::temp_dir().join(format!("virtual-readers-{first}.lock"))).ok()?;
        lock.try_lock().ok()?;
        let is_free = |port| TcpListener::bind(("0.0.0.0", port)).is_ok();
        (is_free(first) && is_free(first + 1)).then_some(Ports { first, _lock: lock })
    }

    /// The port of a reader.
    pub(super) fn of(&self, slot: usize) -> u16 {
        self.first + u16::try_from(slot).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_benches_have_different_ports_below_those_of_the_kernel() {
        let (one, two) = (Ports::free().unwrap(), Ports::free().unwrap());
        assert_ne!(one.of(0), two.of(0));
        for ports in [&one, &two] {
            assert!(ports.of(0) >= FIRST && ports.of(1) < 32_768, "{ports:?}");
        }
    }
}
