//! The cases. Each leaves the holder as it found it: its PIN, its tries, its keys.

mod changing;
mod oracles;
mod secrets;
mod seeing;
mod signing;

use crate::subject::Subject;

/// How a case ended.
pub(crate) enum Verdict {
    /// It holds.
    Passed,
    /// That cannot be asked of this holder, or must not be done to it.
    DoesNotApply,
}

/// One thing that every holder does.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut Subject) -> Verdict,
}

macro_rules! cases {
    ($($module:ident::$name:ident),* $(,)?) => {
        /// Every case, in the order in which they run.
        pub(crate) const CASES: &[Case] =
            &[$(Case { name: stringify!($name), run: $module::$name }),*];
    };
}

cases! {
    seeing::a_token_is_listed_once_with_label_and_serial_number,
    seeing::it_is_seen_without_a_secret,
    seeing::its_keys_are_the_same_each_time,
    seeing::its_key_is_of_an_offered_scheme_and_has_its_own_id,
    seeing::its_key_is_the_same_after_its_host_was_killed,
    seeing::a_token_that_is_not_there_is_said,
    seeing::what_is_not_for_it_is_not_supported,
    seeing::it_says_why_a_key_is_not_attested_or_attests_it,
    seeing::it_shows_itself_or_says_that_it_cannot,
    signing::messages_of_every_length_are_signed,
    signing::two_signatures_in_a_row_each_have_their_secret,
    signing::a_signature_is_one_of_its_message_only,
    signing::metadata_and_statements_are_bytes_to_it,
    signing::a_locator_may_travel,
    signing::a_key_that_is_not_there_signs_nothing,
    signing::another_key_than_the_chosen_one_signs_nothing,
    oracles::openssl_accepts_its_signature,
    oracles::securesystemslib_knows_the_same_key_and_accepts_its_signature,
    secrets::a_wrong_pin_is_said_costs_one_try_and_the_right_one_works_after_it,
    secrets::without_a_secret_nothing_is_signed_and_no_try_is_spent,
    secrets::an_empty_secret_is_none,
    secrets::odd_secrets_are_refused_and_the_right_one_works_after_each,
    secrets::a_pin_that_is_locked_is_said_and_tried_no_more,
    changing::a_changed_pin_replaces_the_old_one,
    changing::a_pin_is_not_changed_with_a_wrong_one_or_into_an_unusable_one,
    changing::a_new_pin_comes_from_whoever_may_unblock_and_from_nobody_else,
    changing::a_generated_key_signs_and_is_never_overwritten,
}

/// Cases that some holders cannot be asked, by their names in the list above.
pub(crate) mod named {
    /// Other programs find no such token.
    pub(crate) const ORACLE: &str = "securesystemslib_knows_the_same_key_and_accepts_its_signature";
    /// It never locks, or must not.
    pub(crate) const LOCK: &str = "a_pin_that_is_locked_is_said_and_tried_no_more";
    /// Nothing gives it a new PIN.
    pub(crate) const UNBLOCK: &str = "a_new_pin_comes_from_whoever_may_unblock_and_from_nobody_else";
    /// No key is generated on it.
    pub(crate) const GENERATE: &str = "a_generated_key_signs_and_is_never_overwritten";
    /// It is no token.
    pub(crate) const OF_A_FILE: [&str; 11] = [
        "a_token_is_listed_once_with_label_and_serial_number",
        "a_token_that_is_not_there_is_said",
        "it_says_why_a_key_is_not_attested_or_attests_it",
        "it_shows_itself_or_says_that_it_cannot",
        "another_key_than_the_chosen_one_signs_nothing",
        ORACLE,
        LOCK,
        "a_changed_pin_replaces_the_old_one",
        "a_pin_is_not_changed_with_a_wrong_one_or_into_an_unusable_one",
        UNBLOCK,
        GENERATE,
    ];
    /// A real device that nobody may change.
    pub(crate) const OF_A_DEVICE: [&str; 8] = [
        ORACLE,
        "a_wrong_pin_is_said_costs_one_try_and_the_right_one_works_after_it",
        "odd_secrets_are_refused_and_the_right_one_works_after_each",
        LOCK,
        "a_changed_pin_replaces_the_old_one",
        "a_pin_is_not_changed_with_a_wrong_one_or_into_an_unusable_one",
        UNBLOCK,
        GENERATE,
    ];
    /// A real device whose PIN may be changed.
    pub(crate) const OF_A_DEVICE_THAT_MAY_CHANGE: [&str; 4] = [ORACLE, LOCK, UNBLOCK, GENERATE];
}
