//! Hosts behind a broker of the test's own: what they hear, and in which order.

use crate::process::broker::{BrokerAnswer, BrokerRequest};
use crate::token::{Listing, TokenId};

use super::*;

/// The other side of everything.
struct Room {
    hosts: Hosts,
    broker: Channel,
    next_pid: u32,
}

fn tokens() -> HostKind {
    HostKind::Pkcs11 { module: "/m.so".to_owned() }
}

fn keys() -> Question {
    let token = TokenId { label: "a".to_owned(), serial: "1".to_owned() };
    let login = crate::token::Login::None;
    Question { host: tokens(), request: Request::Keys { token, login }, secrets: Vec::new() }
}

fn here(names: &[&str]) -> Reply {
    let place = |name: &&str| crate::token::Unusable { place: (*name).to_owned(), reason: "x".to_owned() };
    Ok(Answer::Tokens(Listing { unusable: names.iter().map(place).collect(), ..Listing::default() }))
}

fn places(seen: Option<(HostKind, Sight)>) -> Vec<String> {
    let listing = seen.expect("something was seen").1.expect("the host was asked");
    listing.unusable.into_iter().map(|what| what.place).collect()
}

impl Room {
    fn enter() -> Room {
        let (here, there) = Channel::pair().unwrap();
        Room { hosts: Hosts::new(here), broker: Channel::over(there).unwrap(), next_pid: 1 }
    }

    /// The broker starts the host that was asked for; gives the host's end.
    fn start_host(&mut self) -> Channel {
        let BrokerRequest::Start(_) = self.broker.receive().unwrap() else { panic!("a start was asked for") };
        let (host, handed_over) = Channel::pair().unwrap();
        self.broker.send(&BrokerAnswer::Started { pid: self.next_pid }).unwrap();
        self.broker.send_descriptor(std::os::fd::AsFd::as_fd(&handed_over)).unwrap();
        self.next_pid += 1;
        host
    }

    fn ends_host(&self) -> u32 {
        let BrokerRequest::End { pid } = self.broker.receive().unwrap() else {
            panic!("an end was asked for")
        };
        self.broker.send(&BrokerAnswer::Ended).unwrap();
        pid
    }

    /// Looks at the host for the first time.
    fn looking() -> (Room, Channel) {
        let mut room = Room::enter();
        room.hosts.keep_looking(&[tokens()]);
        assert!(room.hosts.seen().is_none());
        let host = room.start_host();
        assert!(room.hosts.seen().is_none());
        (room, host)
    }
}

fn hears(host: &Channel) -> Request {
    host.receive::<Envelope>().unwrap().request
}

#[test]
fn a_host_is_looked_at_again_and_only_what_is_new_is_told() {
    let (mut room, host) = Room::looking();
    assert_eq!(hears(&host), Request::Tokens);
    host.send(&here(&["one"])).unwrap();
    assert_eq!(places(room.hosts.seen()), ["one"]);
    for (answer, is_new) in [(here(&["one"]), false), (here(&["two"]), true)] {
        assert!(room.hosts.next_look().is_some_and(|left| left <= Duration::from_secs(1)));
        room.hosts.looks.hurry_quietly(&tokens());
        assert!(room.hosts.seen().is_none());
        assert_eq!(hears(&host), Request::Tokens);
        host.send(&answer).unwrap();
        assert_eq!(room.hosts.seen().is_some(), is_new);
    }
    room.hosts.look_now(tokens());
    assert!(room.hosts.seen().is_none());
    assert_eq!(hears(&host), Request::Tokens);
    host.send(&here(&["two"])).unwrap();
    assert_eq!(places(room.hosts.seen()), ["two"], "whoever asks is told");
}

#[test]
fn whoever_wants_to_know_how_things_are_now_is_told_of_no_look_from_before() {
    let (mut room, host) = Room::looking();
    assert_eq!(hears(&host), Request::Tokens);
    room.hosts.look_now(tokens());
    host.send(&here(&["before"])).unwrap();
    assert!(room.hosts.seen().is_none(), "the look that was under way");
    assert!(room.hosts.seen().is_none());
    assert_eq!(hears(&host), Request::Tokens);
    room.hosts.begin(keys());
    host.send(&here(&["in between"])).unwrap();
    assert!(room.hosts.advance().is_none(), "what was seen waits to be told");
    room.hosts.look_now(tokens());
    assert!(matches!(hears(&host), Request::Keys { .. }));
    host.send(&Reply::Ok(Answer::Keys(Vec::new()))).unwrap();
    assert!(room.hosts.advance().is_some());
    assert!(room.hosts.seen().is_none());
    assert_eq!(hears(&host), Request::Tokens);
    host.send(&here(&["now"])).unwrap();
    assert_eq!(places(room.hosts.seen()), ["now"]);
}

#[test]
fn a_question_waits_for_the_look_at_its_host_and_the_next_look_for_the_question() {
    let (mut room, host) = Room::looking();
    assert_eq!(hears(&host), Request::Tokens);
    room.hosts.begin(keys());
    assert!(room.hosts.advance().is_none());
    assert!(room.hosts.watch().is_none() && room.hosts.looks().len() == 1, "the look is waited for");
    host.send(&here(&["one"])).unwrap();
    assert!(room.hosts.advance().is_none());
    assert_eq!(places(room.hosts.seen()), ["one"], "what was seen is not lost");
    assert!(matches!(hears(&host), Request::Keys { .. }));
    room.hosts.looks.hurry_quietly(&tokens());
    assert!(room.hosts.seen().is_none() && room.hosts.looks().is_empty(), "nobody looks meanwhile");
    assert!(room.hosts.next_look().is_none());
    host.send(&Reply::Ok(Answer::Keys(Vec::new()))).unwrap();
    assert_eq!(room.hosts.advance(), Some(Ok(Answer::Keys(Vec::new()))));
    assert!(room.hosts.seen().is_none());
    assert_eq!(hears(&host), Request::Tokens);
}

#[test]
fn a_question_that_is_cancelled_while_it_waits_ends_no_host() {
    let (mut room, host) = Room::looking();
    room.hosts.begin(keys());
    assert!(room.hosts.advance().is_none());
    room.hosts.cancel();
    assert_eq!(hears(&host), Request::Tokens);
    host.send(&here(&["one"])).unwrap();
    assert_eq!(places(room.hosts.seen()), ["one"]);
}

#[test]
fn a_question_that_is_cancelled_ends_its_host_and_keeps_what_was_seen() {
    let (mut room, host) = Room::looking();
    hears(&host);
    host.send(&here(&["one"])).unwrap();
    assert_eq!(places(room.hosts.seen()), ["one"]);
    room.hosts.begin(keys());
    assert!(room.hosts.advance().is_none());
    hears(&host);
    room.hosts.cancel();
    assert_eq!(room.ends_host(), 1);
    room.hosts.looks.hurry_quietly(&tokens());
    assert!(room.hosts.seen().is_none());
    let host = room.start_host();
    assert!(room.hosts.seen().is_none());
    hears(&host);
    host.send(&here(&["one"])).unwrap();
    assert!(room.hosts.seen().is_none(), "nothing has changed");
}

#[test]
fn the_next_host_hears_what_the_last_one_showed_and_nothing_that_is_no_name() {
    let shown = |place: &str| Shown {
        place: place.to_owned(),
        token: TokenId { label: "YubiKey".to_owned(), serial: "1".to_owned() },
    };
    let long = "x".repeat(LONGEST_NAME + 1);
    let (mut room, host) = Room::looking();
    assert_eq!(host.receive::<Envelope>().unwrap().shown, []);
    let all = ["a", &long, "b"].map(shown).into_iter().chain(vec![shown("c"); MOST_READERS]);
    let listing = Listing { shown: all.collect(), ..Listing::default() };
    host.send(&Reply::Ok(Answer::Tokens(listing))).unwrap();
    assert!(room.hosts.seen().is_some());
    room.hosts.begin(keys());
    assert!(room.hosts.advance().is_none());
    let heard = host.receive::<Envelope>().unwrap().shown;
    assert_eq!((heard.len(), &heard[..2]), (MOST_READERS, &[shown("a"), shown("b")][..]));
    room.hosts.cancel();
    room.ends_host();
    room.hosts.begin(keys());
    assert!(room.hosts.advance().is_none());
    let next = room.start_host();
    assert!(room.hosts.advance().is_none());
    assert_eq!(next.receive::<Envelope>().unwrap().shown, heard);
    drop(next);
    assert_eq!(room.hosts.advance(), Some(Err(AskError::Died)), "it has shown nothing else");
    room.ends_host();
    room.hosts.begin(keys());
    assert!(room.hosts.advance().is_none());
    let next = room.start_host();
    assert!(room.hosts.advance().is_none());
    assert_eq!(next.receive::<Envelope>().unwrap().shown, heard);
}

#[test]
fn a_host_that_dies_while_it_is_looked_at_is_told_once_and_left_alone_until_somebody_asks() {
    let (mut room, host) = Room::looking();
    drop(host);
    assert_eq!(room.hosts.seen(), Some((tokens(), Err(AskError::Died))));
    assert_eq!(room.ends_host(), 1);
    assert!(room.hosts.seen().is_none());
    assert!(room.hosts.next_look().is_some_and(|left| left > Duration::from_secs(20)));
    room.hosts.look_now(tokens());
    assert!(room.hosts.seen().is_none());
    let host = room.start_host();
    assert!(room.hosts.seen().is_none());
    assert_eq!(hears(&host), Request::Tokens);
}

#[test]
fn nobody_is_told_of_a_host_that_nobody_wants_to_know_of_any_more() {
    let (mut room, host) = Room::looking();
    hears(&host);
    room.hosts.keep_looking(&[]);
    host.send(&here(&["one"])).unwrap();
    assert!(room.hosts.seen().is_none() && room.hosts.next_look().is_none());
    room.hosts.keep_looking(&[tokens()]);
    room.hosts.looks.hurry_quietly(&tokens());
    assert!(room.hosts.seen().is_none());
    assert_eq!(hears(&host), Request::Tokens);
}
