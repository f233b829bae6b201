//! DER as text for files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A certificate.
pub(crate) fn certificate(der: &[u8]) -> String {
    let digits = STANDARD.encode(der);
    let lines = digits.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let lines: String = lines.map(|line| format!("{line}\n")).collect();
    format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n")
}
