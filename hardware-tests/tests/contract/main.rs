//! The contract of every token: one list of cases, run on each kind of key holder through its real host process.
//!
//! A case that a holder cannot be asked (a file has no PIN tries) is named by its subject; one more or one less fails.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and tests print their figures"
)]

mod cases;
mod changes;
mod fake;
mod faults;
mod host;
mod odd_keys;
mod real;
mod subject;
mod subjects;

use std::time::Instant;

use cases::{CASES, Verdict};
use subject::Subject;

/// Runs every case, and prints how many there were.
fn hold(mut subject: Subject) {
    #[expect(clippy::disallowed_methods, reason = "a figure of how long it took")]
    let started = Instant::now();
    let mut passed = 0;
    let mut other = Vec::new();
    for case in CASES {
        println!("case: {} on {}", case.name, subject.title);
        match (case.run)(&mut subject) {
            Verdict::Passed => passed += 1,
            Verdict::DoesNotApply => other.push(case.name),
        }
    }
    assert_eq!(other, subject.without, "what does not apply to {}", subject.title);
    let seconds = started.elapsed().as_secs_f32();
    println!("figure: token contract: {passed} cases in {}", subject.title);
    println!("figure: token contract: {} cases that do not apply in {}", other.len(), subject.title);
    println!(
        "figure: token contract on {}: {passed} of {} cases passed, {seconds:.1} s",
        subject.title,
        CASES.len()
    );
    println!("does not apply to {}: {}", subject.title, other.join(", "));
}

macro_rules! subjects {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                let folder = tempfile::tempdir().unwrap();
                hold(subjects::$name(folder.path()));
            }
        )*
    };
}

subjects! {
    the_fake_token,
    an_age_file,
    softhsm_p256,
    softhsm_rsa_2048,
    softhsm_rsa_3072,
    softhsm_ed25519,
    an_old_yubikey,
    a_new_yubikey_with_a_pin_for_each_signature,
    a_new_yubikey_with_rsa_2048,
    ykcs11_of_an_old_yubikey,
    ykcs11_of_a_new_yubikey_with_a_pin_for_each_signature,
}

#[test]
fn real_devices_that_the_environment_names() {
    let named = real::named();
    println!("figure: token contract: {} real devices in VESTRY_TOKENS", named.len());
    named.into_iter().for_each(hold);
}
