//! Two groups of a digest, chosen by chance and typed back, instead of pressing Enter.

use shared::digest::GROUPS;

/// A comparison in progress: which two groups, and which of them is asked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Groups {
    all: Vec<String>,
    /// Indices of the groups that are typed, in order.
    chosen: Vec<usize>,
    /// How many of them were typed.
    typed: usize,
}

const GROUP_DIGITS: usize = 4;

/// What a typed group was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compared {
    /// Right, and another one is asked.
    More(Groups),
    /// Both were right.
    Same,
    /// That can be no group; the same one is asked again.
    NoGroup(Groups),
    /// Wrong.
    Different {
        /// The number of the group, from 1.
        number: usize,
    },
}

impl Groups {
    /// Chooses two different groups; the lower one is asked first.
    pub(super) fn choose(all: &[String; GROUPS], dice: u64) -> Groups {
        let sides = GROUPS as u64;
        let first = dice % sides;
        let second = (first + 1 + (dice / sides) % (sides - 1)) % sides;
        let mut chosen: Vec<usize> =
            [first, second].iter().filter_map(|n| usize::try_from(*n).ok()).collect();
        chosen.sort_unstable();
        Groups { all: all.to_vec(), chosen, typed: 0 }
    }

    /// The number, from 1, of the group that is asked now.
    pub(super) fn asked(&self) -> usize {
        self.chosen.get(self.typed).map_or(0, |index| index + 1)
    }

    /// What to say of something that can be no group.
    pub(super) fn no_group(&self) -> String {
        format!("A group is four of 0-9 and a-f. Type group {} again.", self.asked())
    }

    /// The numbers, from 1, of all groups that are asked.
    pub(super) fn numbers(&self) -> Vec<usize> {
        self.chosen.iter().map(|index| index + 1).collect()
    }

    /// Takes a typed group; upper case and spaces do not matter.
    pub(super) fn answer(mut self, typed: &str) -> Compared {
        let number = self.asked();
        let typed: String = typed.split_whitespace().collect::<String>().to_ascii_lowercase();
        if typed.len() != GROUP_DIGITS || !typed.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Compared::NoGroup(self);
        }
        let asked = self.chosen.get(self.typed).and_then(|index| self.all.get(*index));
        let right = asked.is_some_and(|group| *group == typed);
        if !right {
            return Compared::Different { number };
        }
        self.typed += 1;
        if self.typed == self.chosen.len() { Compared::Same } else { Compared::More(self) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups() -> [String; GROUPS] {
        std::array::from_fn(|index| format!("{index:04x}"))
    }

    #[test]
    fn any_dice_choose_two_different_groups() {
        for dice in 0..1000 {
            let chosen = Groups::choose(&groups(), dice);
            assert_eq!(chosen.numbers().len(), 2);
            assert!(chosen.chosen[0] < chosen.chosen[1] && chosen.chosen[1] < GROUPS);
        }
    }

    #[test]
    fn both_groups_must_be_right() {
        let chosen = Groups::choose(&groups(), 0);
        assert_eq!(chosen.asked(), 1);
        let Compared::More(second) = chosen.answer(" 0000 ") else { panic!("the first group was right") };
        assert_eq!(second.clone().answer("0001"), Compared::Same);
        assert_eq!(second.clone().answer("000g"), Compared::NoGroup(second.clone()));
        assert_eq!(second.clone().answer("001"), Compared::NoGroup(second.clone()));
        assert_eq!(second.answer("0002"), Compared::Different { number: 2 });
    }
}
