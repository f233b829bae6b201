//! Virtual YubiKeys behind the real card service.

use std::path::Path;

use hardware_tests::oracles::Oracles;
use hardware_tests::pcscd::Pcscd;
use hardware_tests::yubikey::{Algorithm, Fault, Occasion, PinTries, YubiKey};
use rustix::process::Signal;
use shared::attestation::{Anchors, verify};
use shared::device::{Firmware, KeyPolicy, PinPolicy, TouchPolicy};
use shared::gap::RootKeyDocument;

use super::{at_tokens, choose, leave, pass_until};
use crate::material::Online;
use crate::processes::{descendants, send};
use crate::room::{Room, Setup};

const SERIAL: u32 = 11_111_111;
const NEW: Firmware = Firmware::new(5, 7, 1);
const OLD: Firmware = Firmware::new(5, 4, 3);
/// The management key of the factory, as people type it.
const FACTORY: &str = "010203040506070801020304050607080102030405060708";

/// A card in a reader, and the program where it was chosen.
struct Bench {
    pcscd: Pcscd,
    card: YubiKey,
    room: Room,
}

impl Bench {
    fn begin(folder: &Path, firmware: Firmware, secrets: &str) -> Bench {
        let pcscd = Pcscd::start(&folder.join("pcscd")).unwrap();
        let card = YubiKey::new(SERIAL, firmware).unwrap();
        pcscd.insert(&card).unwrap();
        let (variable, socket) = pcscd.environment();
        // No other tokens than those of the bench.
        let environment = vec![(variable, socket.to_str().unwrap()), ("SOFTHSM2_CONF", "/nonexistent")];
        let mut room = at_tokens(folder, secrets, environment);
        choose(&mut room, "YubiKey/11111111");
        Bench { pcscd, card, room }
    }

    /// Chooses what is done and says yes to it; what was said then.
    fn agree(&mut self, what: &str, question: &str) -> String {
        self.room.answer("tokens.do", what);
        pass_until(&mut self.room, question);
        self.room.type_line("yes");
        self.room.said()
    }

    fn tries(&self) -> (u8, u8) {
        let PinTries { pin, puk } = self.card.pin_tries();
        (pin, puk)
    }

    fn back_to_choice(&mut self) {
        while self.room.prompt() != "tokens.do" {
            self.room.type_line("no");
        }
    }
}

/// The key id that a sentence about a new key ends with.
fn key_id(said: &str) -> String {
    let (_, rest) = said.split_once("key id ").unwrap_or_else(|| panic!("no key was generated: {said}"));
    rest.chars().take(64).collect()
}

#[test]
fn a_key_is_generated_on_new_and_old_firmware_and_ykman_sees_it() {
    let oracles = Oracles::of_environment().unwrap_or_else(|error| panic!("{error}"));
    for (firmware, cipher) in [(NEW, "AES-192"), (OLD, "3DES")] {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Bench::begin(folder.path(), firmware, "");
        assert!(bench.room.transcript.contains(cipher), "{}", bench.room.transcript);
        let said = bench.agree("generate", "tokens.generate");
        assert_eq!(key_id(&said).len(), 64, "{said}");
        assert!(said.contains("slot 9c: ") && said.contains("generated on the token"), "{said}");
        assert_eq!(said.contains("YSA-2024-03"), firmware == OLD, "{said}");
        leave(bench.room);
        let info = oracles.ykman(&bench.pcscd, SERIAL, &["piv", "info"]).unwrap();
        assert!(info.contains("9C") && info.contains("ECCP256"), "{info}");
    }
}

#[test]
fn what_speaks_against_a_key_is_heard_once_at_the_desk_and_once_in_the_ceremony() {
    let folder = tempfile::tempdir().unwrap();
    let pcscd = Pcscd::start(&folder.path().join("pcscd")).unwrap();
    let card = YubiKey::new(SERIAL, OLD).unwrap();
    card.import(0x9a, Algorithm::P256, &[&[7; 32]], (PinPolicy::Always, TouchPolicy::Cached)).unwrap();
    pcscd.insert(&card).unwrap();
    let (variable, socket) = pcscd.environment();
    let environment = || vec![(variable, socket.to_str().unwrap()), ("SOFTHSM2_CONF", "/nonexistent")];
    let heard_once = |transcript: &str| {
        for advice in ["in hand, an expert can", "was generated elsewhere", "For 15 seconds after a touch"] {
            assert_eq!(transcript.matches(advice).count(), 1, "{advice}: {transcript}");
        }
    };
    let mut room = at_tokens(folder.path(), "", environment());
    choose(&mut room, "YubiKey/11111111");
    heard_once(&leave(room));
    let online = Online::write(folder.path());
    let mut room =
        Room::enter(folder.path(), &Setup { environment: environment(), ..Setup::with_secrets("") });
    online.import(&mut room);
    for (id, answer) in [("add", "token"), ("name", "alice"), ("token", "YubiKey/11111111"), ("key", "9a")] {
        room.answer(&format!("root-keys.{id}"), answer);
    }
    assert_eq!(room.prompt(), "root-keys.proof");
    heard_once(&room.transcript);
}

#[test]
fn a_management_key_is_typed_in_hexadecimal_digits_and_a_wrong_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = FACTORY.replace("01", "ff");
    let secrets = format!(
        "11111111 management-key\tnonsense\n11111111 management-key\t{wrong}\n11111111 management-key\t{FACTORY}\n"
    );
    let mut bench = Bench::begin(folder.path(), NEW, &secrets);
    bench.room.answer("tokens.do", "generate");
    pass_until(&mut bench.room, "tokens.management");
    bench.room.type_line("typed");
    for _ in 0..2 {
        bench.room.answer("tokens.generate", "yes");
        let said = bench.room.said();
        assert!(said.contains("Refused: The management key is wrong, so nothing was changed."), "{said}");
        assert!(said.contains("48 hex digits (AES-192)"), "{said}");
    }
    bench.room.answer("tokens.generate", "yes");
    let said = bench.room.said();
    assert_eq!(key_id(&said).len(), 64);
    let transcript = leave(bench.room);
    assert!(!transcript.contains(FACTORY) && !transcript.contains(&wrong), "{transcript}");
}

#[test]
fn a_public_key_leaves_with_a_proof_and_an_attestation_that_leads_to_its_maker() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::begin(folder.path(), NEW, "11111111\t123456\n");
    let id = key_id(&bench.agree("generate", "tokens.generate"));
    let usb = crate::material::export_folder(folder.path());
    let answers = [
        ("tokens.do", "export"),
        ("tokens.key", "9c"),
        ("tokens.export", "document"),
        ("tokens.name", "alice"),
        ("tokens.proof", "yes"),
    ];
    for (question, answer) in answers {
        bench.room.answer(question, answer);
    }
    bench.room.answer("tokens.folder", usb.to_str().unwrap());
    bench.room.answer("tokens.do", "attestation");
    bench.room.answer("tokens.key", "9c");
    let said = bench.room.said();
    assert!(said.contains("leads to none of the roots that are believed here"), "{said}");
    bench.room.type_line("");
    leave(bench.room);
    let document = RootKeyDocument::parse(&std::fs::read(usb.join("root-key.json")).unwrap()).unwrap();
    assert_eq!((document.key.id().as_str(), document.name.as_str()), (id.as_str(), "alice"));
    let maker =
        Anchors::from_pem(&hardware_tests::yubikey::Authority::default().root_pem().unwrap()).unwrap();
    let chain = shared::attestation::certificates_of(&document.attestation.concat()).unwrap();
    let more: Vec<&[u8]> = chain[2..].iter().map(|certificate| certificate.der()).collect();
    let attested = verify(chain[0].der(), chain[1].der(), &more, &maker, crate::material::now()).unwrap();
    assert_eq!((attested.serial().0, attested.key().id()), (SERIAL, document.key.id()));
    let policy = KeyPolicy { pin: PinPolicy::Always, touch: TouchPolicy::Always };
    assert_eq!(attested.policy(), policy);
}

#[test]
fn a_pin_is_changed_locked_and_unlocked_and_the_puk_too_has_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = "11111111\t123456\n11111111\t999999\n\
                   11111111 new-pin\t654321\n11111111 puk\t12345678\n11111111 puk\t99999999\n";
    let mut bench = Bench::begin(folder.path(), NEW, secrets);
    assert!(
        bench.room.transcript.contains("The PIN is the one from the factory"),
        "{}",
        bench.room.transcript
    );
    let said = bench.agree("pin", "tokens.change-pin");
    assert!(said.contains("has another PIN"), "{said}");
    assert!(!said.contains("The PIN is the one from the factory"), "{said}");
    for (left, sentence) in [(2, "2 tries are left"), (1, "ONE try is left"), (0, "is locked now")] {
        let said = bench.agree("pin", "tokens.change-pin");
        assert!(
            said.contains("Refused: The token says that the PIN is wrong.") && said.contains(sentence),
            "{said}"
        );
        assert_eq!(bench.tries(), (left, 3), "one attempt, one try");
        bench.back_to_choice();
    }
    bench.room.answer("tokens.do", "pin");
    let said = bench.room.said();
    assert!(said.contains("is locked, so it was not asked for. Choose unblock: the PUK gives it"), "{said}");
    let said = bench.agree("unblock", "tokens.unblock");
    assert!(said.contains("has a new PIN and is not locked"), "{said}");
    assert_eq!(bench.tries(), (3, 3));
    for left in [2, 1, 0] {
        let said = bench.agree("unblock", "tokens.unblock");
        assert!(said.contains("PUK (or the security officer's PIN) is wrong"), "{said}");
        assert_eq!(bench.tries(), (3, left));
        bench.back_to_choice();
    }
    for prompt in
        ["[3 tries left]", "[2 tries left]", "[LAST TRY: after a wrong one nobody can unlock the PIN]"]
    {
        let prompt = format!("PUK of YubiKey 5.7.1 11111111 {prompt}");
        assert!(bench.room.transcript.contains(&prompt), "{prompt}: {}", bench.room.transcript);
    }
    bench.room.answer("tokens.do", "unblock");
    let said = bench.room.said();
    assert!(said.contains("The PUK of this token is locked too"), "{said}");
    let transcript = leave(bench.room);
    assert!(
        ["123456", "654321", "12345678"].iter().all(|secret| !transcript.contains(secret)),
        "{transcript}"
    );
}

#[test]
fn a_token_that_is_pulled_out_meanwhile_is_said_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::begin(folder.path(), NEW, "11111111\t123456\n");
    bench.pcscd.remove(&bench.card).unwrap();
    let said = bench.agree("generate", "tokens.generate");
    assert!(said.contains("is not there, so nothing was done"), "{said}");
    bench.pcscd.insert(&bench.card).unwrap();
    bench.room.answer("tokens.do", "again");
    let said = bench.agree("generate", "tokens.generate");
    assert_eq!(key_id(&said).len(), 64);
    leave(bench.room);
}

#[test]
fn a_card_that_says_nothing_was_not_taken_out_and_its_number_is_nobody_else_s_though_the_host_dies() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::begin(folder.path(), NEW, "");
    bench.room.answer("tokens.do", "other");
    bench.card.fault_at(Occasion::Anything, Fault::Hangs);
    bench.room.answer("tokens.token", "again");
    let said = bench.room.said();
    assert!(said.contains("YubiKey 5.7.1 11111111 cannot be used now."), "{said}");
    assert!(said.contains("has said nothing for 5 seconds") && !said.contains("taken out"), "{said}");
    let twin = YubiKey::new(SERIAL, NEW).unwrap();
    bench.pcscd.insert(&twin).unwrap();
    let is_host = |line: &[String]| line.first().is_some_and(|program| program.ends_with("/piv-host"));
    let hosts: Vec<u32> = descendants(bench.room.child.id())
        .into_iter()
        .filter_map(|(pid, line)| is_host(&line).then_some(pid))
        .collect();
    assert_eq!(hosts.len(), 1);
    send(hosts[0], Signal::KILL);
    bench.room.answer("tokens.token", "again");
    assert!(bench.room.said().contains("YubiKeys cannot be seen now."), "{}", bench.room.transcript);
    bench.room.answer("tokens.token", "again");
    let said = bench.room.said();
    assert!(said.contains("showed the number 11111111 last and cannot be asked now"), "{said}");
    assert!(!said.contains("YubiKey/11111111"), "{said}");
    bench.pcscd.remove(&bench.card).unwrap();
    bench.room.answer("tokens.token", "again");
    let said = bench.room.said();
    assert!(said.contains("YubiKey 5.7.1 11111111 can be used now."), "{said}");
    assert_eq!((bench.card.pin_tries().pin, twin.pin_tries().pin), (3, 3));
    leave(bench.room);
}

#[test]
fn a_token_shows_its_light() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::begin(folder.path(), NEW, "");
    bench.room.answer("tokens.do", "identify");
    assert!(bench.room.said().contains("has shown its light"), "{}", bench.room.transcript);
    leave(bench.room);
}
