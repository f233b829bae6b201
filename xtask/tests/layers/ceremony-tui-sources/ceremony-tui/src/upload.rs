use std::net as wire;

fn upload(payload: &[u8]) {
    wire::TcpStream::connect("example.org:443");
}
