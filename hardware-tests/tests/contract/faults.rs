//! Modules that misbehave in front of a real token: each fault costs one answer, says what it was, and signs nothing
//! twice. The token is whole afterwards.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use ceremony_tui::channel::ChannelError;
use ceremony_tui::token::{
    Answer, Authority, HostKind, KeyLocator, Login, NewKey, NewKeyKind, PinState, Refusal, Request,
};
use hardware_tests::modules::{Call, Failure, Misbehaviour, Wrapper, that_is_text, without_functions};
use hardware_tests::yubikey::{Fault, Moment};

use crate::host::Host;
use crate::subject::Subject;
use crate::subjects;

/// Long enough for everything that does not hang, on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// Long enough to hang.
const HANGING: Duration = Duration::from_secs(6);

/// How a question ends.
#[derive(Debug, Clone, Copy)]
enum Ending {
    /// With this in the sentence.
    Sentence(&'static str),
    /// The host died.
    Died,
    /// The host hangs.
    Hangs,
}

const SIGNING: [(Misbehaviour, Ending); 16] = [
    (Misbehaviour::HangsIn(Call::Sign), Ending::Hangs),
    (Misbehaviour::CrashesIn(Call::Sign), Ending::Died),
    (Misbehaviour::CrashesIn(Call::Login), Ending::Died),
    (fails(Call::Sign, Failure::SessionClosed), Ending::Sentence("ended the session in the middle")),
    (fails(Call::Sign, Failure::SessionHandleInvalid), Ending::Sentence("ended the session in the middle")),
    (fails(Call::Sign, Failure::DeviceRemoved), Ending::Sentence("was taken out")),
    (fails(Call::Sign, Failure::TokenNotPresent), Ending::Sentence("was taken out")),
    (fails(Call::Sign, Failure::DeviceError), Ending::Sentence("reports an error of its own")),
    (fails(Call::Sign, Failure::General), Ending::Sentence("while it was asked to sign")),
    (fails(Call::ChooseMechanism, Failure::MechanismInvalid), Ending::Sentence("does not know ECDSA")),
    (fails(Call::Login, Failure::PinLocked), Ending::Sentence("The PIN of this token is locked")),
    (fails(Call::Login, Failure::PinExpired), Ending::Sentence("The PIN of this token has expired")),
    (fails(Call::Login, Failure::PinNotInitialized), Ending::Sentence("has no PIN yet")),
    (fails(Call::OpenSession, Failure::DeviceRemoved), Ending::Sentence("was taken out")),
    (fails(Call::FindObjects, Failure::General), Ending::Sentence("while it was asked to")),
    (fails(Call::ListSlots, Failure::General), Ending::Sentence("while it was asked to list its slots")),
];

pub(crate) const fn fails(call: Call, failure: Failure) -> Misbehaviour {
    Misbehaviour::FailsIn(call, failure)
}

/// A token, and what it takes to ask it through another module.
pub(crate) struct Scene {
    pub(crate) subject: Subject,
    locator: KeyLocator,
    folder: tempfile::TempDir,
}

impl Scene {
    pub(crate) fn new() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let mut subject = subjects::softhsm_p256(folder.path());
        let locator = subject.locator();
        Scene { subject, locator, folder }
    }

    pub(crate) fn host(&self, module: &Path) -> Host {
        let environment: Vec<(&'static str, OsString)> =
            self.subject.elsewhere.as_ref().map(|elsewhere| elsewhere.environment.clone()).unwrap();
        Host::process(HostKind::Pkcs11 { module: module.to_str().unwrap().to_owned() }, environment)
    }

    pub(crate) fn real(&self) -> &Path {
        &self.subject.elsewhere.as_ref().unwrap().module
    }

    /// Asks for a signature through a module, and compares how that ends.
    fn sign_through(&self, module: &Path, expected: Ending) {
        let mut host = self.host(module);
        let message = b"root".to_vec();
        let request = Request::Sign { key: self.locator.clone(), message, login: Login::Secret };
        let limit = if matches!(expected, Ending::Hangs) { HANGING } else { LIMIT };
        let ended = host.try_to_ask(request, &[self.subject.pin.as_bytes()], limit);
        judge(module, ended, expected);
    }

    /// The token itself is whole: the right module signs with it.
    pub(crate) fn goes_on(&mut self) {
        self.subject.sign(b"and it goes on");
    }
}

fn judge(module: &Path, ended: Result<Result<Answer, Refusal>, ChannelError>, expected: Ending) {
    match (ended, expected) {
        (Ok(Err(refusal)), Ending::Sentence(part)) => {
            let said = refusal.to_string();
            assert!(said.contains(part), "{part:?} is not in {said:?}");
            assert!(said.matches(". ").count() >= 1, "what to do is missing: {said}");
        }
        (Err(ChannelError::Closed), Ending::Died) | (Err(ChannelError::TimedOut), Ending::Hangs) => {}
        (ended, expected) => panic!("{}: {expected:?} was expected, not {ended:?}", module.display()),
    }
}

#[test]
fn a_module_that_misbehaves_while_it_signs_costs_one_answer_and_is_not_asked_again() {
    let mut scene = Scene::new();
    for (misbehaviour, expected) in SIGNING {
        let place = tempfile::tempdir().unwrap();
        let wrapper = Wrapper::new(place.path(), scene.real(), misbehaviour).unwrap();
        scene.sign_through(wrapper.module(), expected);
        assert_eq!(wrapper.misbehaved(), 1, "{misbehaviour:?} once, and nothing was tried again");
        scene.goes_on();
    }
    println!("figure: token faults: {} faults in PKCS#11 modules that sign", SIGNING.len());
}

#[test]
fn a_module_that_cannot_be_loaded_says_why_or_costs_one_answer() {
    let mut scene = Scene::new();
    let folder = scene.folder.path().to_owned();
    let loading = [
        (Misbehaviour::CrashesAtLoad, Ending::Died),
        (Misbehaviour::HangsIn(Call::Initialize), Ending::Hangs),
        (Misbehaviour::CrashesIn(Call::Initialize), Ending::Died),
        (fails(Call::Initialize, Failure::AlreadyInitialized), Ending::Sentence("in use already")),
        (fails(Call::Initialize, Failure::General), Ending::Sentence("could not be loaded")),
        (Misbehaviour::StartsAProgram, Ending::Sentence("could not be loaded")),
    ];
    for (misbehaviour, expected) in loading {
        let place = tempfile::tempdir().unwrap();
        let wrapper = Wrapper::new(place.path(), scene.real(), misbehaviour).unwrap();
        scene.sign_through(wrapper.module(), expected);
    }
    scene.sign_through(&that_is_text(&folder).unwrap(), Ending::Sentence("could not be loaded"));
    scene.sign_through(&without_functions(&folder).unwrap(), Ending::Sentence("it has no C_GetFunctionList"));
    scene.goes_on();
    println!("figure: token faults: {} faults in PKCS#11 modules that load", loading.len() + 2);
}

#[test]
fn a_token_that_lists_no_mechanism_for_it_says_so_before_a_pin_is_spent() {
    let mut scene = Scene::new();
    let token = scene.subject.token().unwrap();
    let place = tempfile::tempdir().unwrap();
    let wrapper = Wrapper::new(place.path(), scene.real(), Misbehaviour::ListsNoSigning).unwrap();
    let mut host = scene.host(wrapper.module());
    let new =
        NewKey { key_id: "77".to_owned(), label: "new".to_owned(), kind: NewKeyKind::P256, policy: None };
    let sign = Request::Sign { key: scene.locator.clone(), message: b"root".to_vec(), login: Login::Secret };
    let generate = Request::GenerateKey { token, key: new, authority: Authority::Pin };
    for request in [sign, generate] {
        let ended = host.try_to_ask(request, &[b"654321"], LIMIT);
        judge(wrapper.module(), ended, Ending::Sentence("The token does not know"));
    }
    assert_eq!(scene.subject.info().pin, PinState::Fine, "no PIN was tried");
    scene.goes_on();
    println!("figure: token faults: 2 faults in PKCS#11 modules that list too little");
}

#[test]
fn a_module_that_wants_a_network_finds_none() {
    let mut scene = Scene::new();
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    server.set_nonblocking(true).unwrap();
    let port = server.local_addr().unwrap().port();
    let place = tempfile::tempdir().unwrap();
    let wrapper = Wrapper::new(place.path(), scene.real(), Misbehaviour::Connects(port)).unwrap();
    scene.sign_through(wrapper.module(), Ending::Sentence("could not be loaded"));
    assert_eq!(wrapper.misbehaved(), 0, "no connection was made");
    assert!(server.accept().is_err(), "nobody came");
    scene.goes_on();
    println!("figure: token faults: 1 faults in PKCS#11 modules that connect");
}

#[test]
fn a_yubikey_that_was_taken_out_is_said_and_signs_again_once_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut subject, card, bench) = subjects::ykcs11_with_its_card(folder.path());
    let (locator, pin) = (subject.locator(), subject.pin.clone());
    let most = subject.info().traits.pin_length.and_then(|length| length.most);
    assert_eq!(most, Some(8), "not that of the management key");
    bench.remove(&card).unwrap();
    let gone = subject.sign_at(locator.clone(), b"root", &pin).unwrap_err();
    assert!(matches!(gone, Refusal::NoSuchToken { .. } | Refusal::TokenRemoved), "{gone:?}");
    bench.insert(&card).unwrap();
    let key = subject.key();
    let signature = subject.sign_at(locator.clone(), b"root", &pin).unwrap();
    key.verify(b"root", &signature).unwrap();
    card.fault(Fault::Unplugged(Moment::During));
    let lost = subject.sign_at(locator.clone(), b"root", &pin).unwrap_err();
    // Yubico's module says the same of a device that is gone and of one that fails.
    let is_said =
        matches!(lost, Refusal::Said { .. }) && lost.to_string().contains("reports an error of its own");
    assert!(is_said || lost == Refusal::TokenRemoved, "{lost:?}");
    assert_eq!(card.signatures(), 2, "no second signature was asked for: {lost}");
    bench.remove(&card).unwrap();
    bench.insert(&card).unwrap();
    let signature = subject.sign_at(locator, b"root", &pin).unwrap();
    key.verify(b"root", &signature).unwrap();
    println!("figure: token faults: 2 faults in cards behind ykcs11: {gone} / {lost}");
}
