//! Hash bins: which bin a path belongs to, and how targets delegates to them.

use crate::digest::sha256;
use crate::names::RoleName;
use crate::target::TargetPath;

/// How targets delegates to the bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinKind {
    /// `succinct_roles` of TAP 15, as RSTUF writes: small, and unknown to tough.
    Succinct,
    /// A role for every bin with `path_hash_prefixes`: larger, and known to every client.
    Prefix,
}

/// How many bins: a power of two from 2 to 16384. It cannot be changed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinCount(u32);

impl BinCount {
    /// The smallest and the greatest number of bins.
    pub const RANGE: std::ops::RangeInclusive<u64> = 2..=16_384;

    /// Takes a number of bins.
    ///
    /// # Errors
    /// Numbers outside of [`BinCount::RANGE`] and those that are no power of two.
    pub fn new(count: u64) -> Result<BinCount, BinCountError> {
        let acceptable = BinCount::RANGE.contains(&count) && count.is_power_of_two();
        u32::try_from(count).ok().filter(|_| acceptable).map(BinCount).ok_or(BinCountError(count))
    }

    /// A good number for a repository that will hold `artifacts` artifacts.
    pub fn recommended(artifacts: u64) -> BinCount {
        BinCount(match artifacts {
            0..=10_000 => 256,
            10_001..=100_000 => 1024,
            100_001..=2_000_000 => 2048,
            2_000_001..=5_000_000 => 4096,
            _ => 8192,
        })
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// How many bits of the hash choose the bin.
    pub fn bits(self) -> u32 {
        self.0.trailing_zeros()
    }

    /// How many hexadecimal digits the suffix of a bin's name has.
    pub fn digits(self) -> usize {
        self.bits().div_ceil(4) as usize
    }
}

/// Not a number of bins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no number of bins. Choose a power of two from 2 to 16384.")]
pub struct BinCountError(u64);

/// The bins of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bins {
    /// How targets delegates to them.
    pub kind: BinKind,
    /// How many there are.
    pub count: BinCount,
}

impl Bins {
    /// What the names of bins begin with, before the hyphen.
    pub fn name_prefix(&self) -> &'static str {
        "bins"
    }

    /// The bin of a path: the leading bits of the SHA-256 of the path (TAP 15).
    pub fn index_of(&self, path: &TargetPath) -> u32 {
        let digest = sha256(path.as_str().as_bytes());
        let leading = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        leading >> (32 - self.count.bits())
    }

    /// The name of a bin: the prefix, a hyphen, and the number in lower-case hexadecimal.
    pub fn role_name(&self, index: u32) -> RoleName {
        RoleName::of_bin(self.name_prefix(), index, self.count.digits())
    }

    /// The names of all bins, in order.
    pub fn role_names(&self) -> impl Iterator<Item = RoleName> + use<> {
        let bins = *self;
        (0..bins.count.get()).map(move |index| bins.role_name(index))
    }

    /// The beginnings of hashes that belong to a bin, all of the same length.
    pub fn hash_prefixes(&self, index: u32) -> Vec<String> {
        let digits = self.count.digits();
        let spare = u32::try_from(digits * 4).unwrap_or(u32::MAX) - self.count.bits();
        let first = index << spare;
        (first..first + (1 << spare)).map(|prefix| format!("{prefix:0digits$x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(count: u64) -> Bins {
        Bins { kind: BinKind::Succinct, count: BinCount::new(count).unwrap() }
    }

    #[test]
    fn paths_fall_into_the_bins_of_rstuf() {
        let vectors = [
            ("file1.tar.gz", ["bins-1", "bins-f", "bins-1f", "bins-ff", "bins-3ff6"]),
            ("a/file2.tar.gz", ["bins-0", "bins-1", "bins-03", "bins-19", "bins-067e"]),
            (
                "releases/v1.2.3/app-linux-amd64.tar.gz",
                ["bins-0", "bins-3", "bins-07", "bins-3c", "bins-0f20"],
            ),
        ];
        for (path, names) in vectors {
            let path = TargetPath::new(path).unwrap();
            for (count, expected) in [2, 16, 32, 256, 16_384].into_iter().zip(names) {
                let bins = bins(count);
                assert_eq!(bins.role_name(bins.index_of(&path)).as_str(), expected);
            }
        }
    }

    #[test]
    fn prefixes_cover_every_hash_once_and_agree_with_the_index() {
        for count in [2, 4, 8, 16, 32, 256, 512, 16_384] {
            let bins = bins(count);
            let all: Vec<String> =
                (0..bins.count.get()).flat_map(|index| bins.hash_prefixes(index)).collect();
            let width = bins.count.digits();
            let expected: Vec<String> = (0..1_u32 << (4 * width)).map(|n| format!("{n:0width$x}")).collect();
            assert_eq!(all, expected);
            for name in ["a", "b/c", "crates/serde-1.0.0.crate"] {
                let path = TargetPath::new(name).unwrap();
                let digest = hex::encode(sha256(name.as_bytes()));
                let prefixes = bins.hash_prefixes(bins.index_of(&path));
                assert!(prefixes.iter().any(|prefix| digest.starts_with(prefix)), "{name} in {count} bins");
            }
        }
    }

    #[test]
    fn only_powers_of_two_in_the_range_are_numbers_of_bins() {
        for wrong in [0, 1, 3, 255, 16_385, 32_768, u64::MAX] {
            assert!(BinCount::new(wrong).is_err(), "accepted {wrong}");
        }
        assert_eq!(BinCount::recommended(10_000).get(), 256);
        assert_eq!(BinCount::recommended(1_000_000).get(), 2048);
        assert_eq!(BinCount::recommended(5_000_000).get(), 4096);
    }
}
