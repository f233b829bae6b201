//! A web server between a client and the service that may change what passes, as an attacker on the way would.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

/// What the attacker does.
#[derive(Clone, Copy)]
pub(crate) enum Tampering {
    /// Nothing: what fails now is not the proxy's doing.
    None,
    /// One byte of every target file is another one.
    FlippedTargetByte,
    /// One digit of the timestamp's signature is another one.
    BrokenTimestampSignature,
}

/// Starts a proxy in front of `http://HOST:PORT`; returns its own address. It ends with the process.
pub(crate) fn start(upstream: &str, tampering: Tampering) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let upstream = upstream.to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let upstream = upstream.clone();
            std::thread::spawn(move || answer(client.unwrap(), &upstream, tampering));
        }
    });
    format!("http://{address}")
}

fn answer(mut client: TcpStream, upstream: &str, tampering: Tampering) {
    let Some(path) = requested_path(&client) else { return };
    let (status, body) = fetch(&format!("{upstream}{path}"));
    let body = if status == 200 { tampering.applied(&path, body) } else { body };
    let head =
        format!("HTTP/1.1 {status} Answer\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // A client that has seen enough may hang up.
    client.write_all(head.as_bytes()).and_then(|()| client.write_all(&body)).unwrap_or_default();
}

fn requested_path(client: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(client).lines();
    let first = lines.next()?.ok()?;
    for line in lines {
        if line.ok()?.is_empty() {
            break;
        }
    }
    first.split(' ').nth(1).map(str::to_owned)
}

fn fetch(url: &str) -> (u16, Vec<u8>) {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build(),
    );
    let mut answer = agent.get(url).call().unwrap();
    let status = answer.status().as_u16();
    (status, answer.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap())
}

impl Tampering {
    fn applied(self, path: &str, mut body: Vec<u8>) -> Vec<u8> {
        match self {
            Self::FlippedTargetByte if path.starts_with("/content/") => {
                let middle = body.len() / 2;
                body[middle] ^= 1;
                body
            }
            Self::BrokenTimestampSignature if path.ends_with("/timestamp.json") => broken_signature(&body),
            _ => body,
        }
    }
}

fn broken_signature(body: &[u8]) -> Vec<u8> {
    let mut document: serde_json::Value = serde_json::from_slice(body).unwrap();
    let signature = document["signatures"][0]["sig"].as_str().unwrap();
    let other = if signature.ends_with('0') { "1" } else { "0" };
    document["signatures"][0]["sig"] = format!("{}{other}", &signature[..signature.len() - 1]).into();
    document.to_string().into_bytes()
}
