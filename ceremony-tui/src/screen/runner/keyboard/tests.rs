use proptest::prelude::*;

use super::*;

fn strokes(bytes: &[u8]) -> Vec<Stroke> {
    let mut keyboard = Keyboard::default();
    let mut strokes = keyboard.take(bytes);
    strokes.extend(keyboard.settle());
    strokes
}

fn held(code: KeyCode, modifiers: KeyModifiers) -> Stroke {
    Stroke::Key(KeyEvent::new(code, modifiers))
}

#[test]
fn the_keys_of_xterm_a_serial_line_and_the_linux_console_are_known() {
    for (bytes, code) in [
        (&b"\x1b[A"[..], KeyCode::Up),
        (b"\x1bOB", KeyCode::Down),
        (b"\x1b[5~", KeyCode::PageUp),
        (b"\x1b[6~", KeyCode::PageDown),
        (b"\x1b[1~", KeyCode::Home),
        (b"\x1bOF", KeyCode::End),
        (b"\x1b[3~", KeyCode::Delete),
        (b"\x1bOP", KeyCode::F(1)),
        (b"\x1b[11~", KeyCode::F(1)),
        (b"\x1b[[A", KeyCode::F(1)),
        (b"\x1b[Z", KeyCode::BackTab),
        (b"\r", KeyCode::Enter),
        (b"\n", KeyCode::Enter),
        (b"\t", KeyCode::Tab),
        (b"\x7f", KeyCode::Backspace),
        (b"\x08", KeyCode::Backspace),
        (b"\x1b", KeyCode::Esc),
        ("ß".as_bytes(), KeyCode::Char('ß')),
        ("🦝".as_bytes(), KeyCode::Char('🦝')),
    ] {
        assert_eq!(strokes(bytes), [key(code)], "{bytes:?}");
    }
}

#[test]
fn keys_that_are_held_down_are_told_apart() {
    assert_eq!(strokes(b"\x03"), [held(KeyCode::Char('c'), KeyModifiers::CONTROL)]);
    assert_eq!(strokes(b"\x1b[1;5C"), [held(KeyCode::Right, KeyModifiers::CONTROL)]);
    assert_eq!(strokes(b"\x1bx"), [held(KeyCode::Char('x'), KeyModifiers::ALT)]);
}

#[test]
fn a_key_that_comes_byte_by_byte_is_one_key_and_an_escape_that_stays_alone_is_one_too() {
    let mut keyboard = Keyboard::default();
    assert!(keyboard.take(b"\x1b").is_empty() && keyboard.patience().is_some());
    assert!(keyboard.take(b"[").is_empty() && keyboard.patience().is_some());
    assert_eq!(keyboard.take(b"6"), []);
    assert_eq!(keyboard.take(b"~"), [key(KeyCode::PageDown)]);
    assert!(keyboard.patience().is_none());
    assert_eq!(strokes(b"\x1b\x1b[A"), [key(KeyCode::Esc), key(KeyCode::Up)]);
}

#[test]
fn what_has_no_meaning_is_swallowed_whole() {
    for bytes in [&b"\x1b[24;80R"[..], b"\x1b[?62;c", b"\x1b[", b"\x1b[[x", b"\x00", b"\xff", b"\x1b[99~"] {
        assert_eq!(strokes(bytes), [], "{bytes:?}");
        assert_eq!(strokes(&[bytes, b"\x1b[A"].concat()).last(), Some(&key(KeyCode::Up)), "{bytes:?}");
    }
}

#[test]
fn what_breaks_off_does_not_take_the_next_key_along() {
    for bytes in [&b"\x1b["[..], b"\x1b[1;", b"\xc3", b"\x1b\xe2\x82"] {
        let strokes = strokes(&[bytes, b"\x03"].concat());
        assert_eq!(strokes, [held(KeyCode::Char('c'), KeyModifiers::CONTROL)], "{bytes:?}");
    }
}

#[test]
fn pasted_text_is_one_piece_and_its_lines_are_no_answers() {
    let pasted = strokes(b"\x1b[200~one\rtwo \x1b[A\x1b[201~\r");
    assert_eq!(pasted, [Stroke::Pasted("one\rtwo \u{1b}[A".to_owned()), key(KeyCode::Enter)]);
}

#[test]
fn a_paste_that_stops_half_way_never_becomes_keys() {
    let mut keyboard = Keyboard::default();
    assert_eq!(keyboard.take(b"\x1b[200~half"), []);
    assert!(keyboard.patience().is_some());
    assert_eq!(keyboard.settle(), [Stroke::PasteHangs]);
    assert!(keyboard.patience().is_none(), "nothing is left to wait for");
    assert_eq!(keyboard.take(b" and\rhalf\x03"), []);
    assert_eq!(keyboard.settle(), []);
    assert_eq!(keyboard.take(b"\x1b[201~\r").last(), Some(&key(KeyCode::Enter)));
}

#[test]
fn ctrl_c_alone_gives_up_a_paste_whose_end_is_lost() {
    let mut keyboard = Keyboard::default();
    assert_eq!(keyboard.take(b"\x1b[200~half\x03"), []);
    assert_eq!(keyboard.settle(), [Stroke::PasteHangs]);
    assert_eq!(keyboard.take(b"\x03"), []);
    assert_eq!(keyboard.settle(), [Stroke::PasteGivenUp]);
    assert_eq!(keyboard.take(b"\r"), [key(KeyCode::Enter)]);
}

#[test]
fn a_paste_beyond_every_limit_is_swallowed_to_its_end() {
    let text = [&b"a".repeat(65_600)[..], b"\x15an answer\ranother one\r"].concat();
    let pasted = strokes(&[b"\x1b[200~", &text[..], b"\x1b[201~\x1b[A"].concat());
    assert_eq!(pasted, [Stroke::PastedTooMuch, key(KeyCode::Up)]);
    let fits = strokes(&[b"\x1b[200~", &b"a".repeat(64 * 1024)[..], b"\x1b[201~"].concat());
    assert_eq!(fits, [Stroke::Pasted("a".repeat(64 * 1024))]);
}

#[test]
fn the_rest_of_what_was_pasted_into_a_secret_is_nothing() {
    let mut keyboard = Keyboard::default();
    keyboard.paste_goes_on();
    assert_eq!(keyboard.take(b"more\ry\x1b\x1b[201~\r"), [key(KeyCode::Enter)]);
}

proptest! {
    #[test]
    fn any_bytes_give_the_same_keys_however_they_are_cut(
        bytes in prop::collection::vec(prop_oneof![Just(ESCAPE), Just(b'['), Just(b'~'), any::<u8>()], 0..60),
        cut in 0..60_usize,
    ) {
        let cut = cut.min(bytes.len());
        let mut keyboard = Keyboard::default();
        let mut in_pieces = keyboard.take(&bytes[..cut]);
        in_pieces.extend(keyboard.take(&bytes[cut..]));
        prop_assert!(keyboard.pending.len() <= LONGEST_KEY);
        in_pieces.extend(keyboard.settle());
        prop_assert!(keyboard.patience().is_none());
        prop_assert_eq!(in_pieces, strokes(&bytes));
    }
}
