//! Whom to believe about devices: roots, and the certificates between them and the devices.

use super::certificate::{Certificate, CertificateDigest, LABEL};
use super::error::{AnchorsError, AttestationError};
use spki::der::Document;

/// A file with more certificates is refused.
const MOST: usize = 64;
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// Yubico's authorities for PIV attestation, as Yubico publishes them under <https://developers.yubico.com/PKI/>
/// (`yubico-piv-ca-1.pem`, `yubico-ca-1.pem`, `yubico-intermediate.pem`). A test names the digest of each.
const YUBICO: [&str; 7] = [
    // Firmware before 5.7.4: signs the certificates of devices itself.
    include_str!("yubico/piv-root-263751.pem"),
    // Firmware 5.7.4 and later: root, two branches, and below them what signs the certificates of devices.
    include_str!("yubico/attestation-root-1.pem"),
    include_str!("yubico/attestation-intermediate-a-1.pem"),
    include_str!("yubico/attestation-intermediate-b-1.pem"),
    include_str!("yubico/piv-attestation-a-1.pem"),
    include_str!("yubico/piv-attestation-b-1.pem"),
    include_str!("yubico/piv-attestation-b2-1.pem"),
];

/// Yubico's roots among them: whoever stands between them and a device's PIV certificate is in that list, or nobody.
const CLOSED: [&str; 2] = [
    "63ece914e54dd87915f34033c85af4c0696ba1512f8add66ced738331207b546",
    "62760c6a6ef91679f454c8902b80fd009825b3f25da90f1fbace2ec6586cd5a8",
];

/// The roots that are believed, and helpful certificates that are not believed by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchors {
    roots: Vec<Certificate>,
    intermediates: Vec<Certificate>,
}

impl Anchors {
    /// The certificates of a PEM file; what stands around the blocks is not read.
    ///
    /// A certificate that its own key signed is a root, and whoever passes the file believes it. All others only lead
    /// there.
    ///
    /// # Errors
    /// A block that is no certificate, a self-signed one whose signature does not verify, and files without a root.
    pub fn from_pem(text: &str) -> Result<Anchors, AnchorsError> {
        let mut anchors = Anchors { roots: Vec::new(), intermediates: Vec::new() };
        let certificates = certificates_of(text)?;
        if certificates.len() > MOST {
            return Err(AnchorsError::TooMany { count: certificates.len(), most: MOST });
        }
        for certificate in certificates {
            anchors.add(certificate)?;
        }
        if anchors.roots.is_empty() { Err(AnchorsError::NoRoot) } else { Ok(anchors) }
    }

    /// Yubico's own.
    ///
    /// # Errors
    /// None: a test reads them.
    pub fn yubico() -> Result<Anchors, AnchorsError> {
        Anchors::from_pem(&YUBICO.concat())
    }

    /// The roots, by name and digest.
    pub fn roots(&self) -> impl Iterator<Item = (String, CertificateDigest)> + '_ {
        self.roots.iter().map(|root| (root.name(), root.digest()))
    }

    /// The certificates between roots and devices, by name and digest.
    pub fn intermediates(&self) -> impl Iterator<Item = (String, CertificateDigest)> + '_ {
        self.intermediates.iter().map(|certificate| (certificate.name(), certificate.digest()))
    }

    pub(super) fn trusted(&self) -> &[Certificate] {
        &self.roots
    }

    /// The roots to which other certificates may lead than those that are listed here.
    pub(super) fn open(&self) -> impl Iterator<Item = &Certificate> {
        self.roots.iter().filter(|root| !CLOSED.contains(&root.digest().to_string().as_str()))
    }

    pub(super) fn leading(&self) -> &[Certificate] {
        &self.intermediates
    }

    fn add(&mut self, certificate: Certificate) -> Result<(), AnchorsError> {
        if !certificate.is_self_issued() {
            self.intermediates.push(certificate);
            return Ok(());
        }
        certificate.check_signature(&certificate)?;
        self.roots.push(certificate);
        Ok(())
    }
}

/// The certificates of a PEM text, in their order.
///
/// # Errors
/// A block that is no certificate, or does not end.
pub fn certificates_of(text: &str) -> Result<Vec<Certificate>, AnchorsError> {
    let mut certificates = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let block = &rest[start..];
        let length = block
            .find(END)
            .and_then(|end| Some(end + END.len() + block[end + END.len()..].find("-----")? + 5));
        let length = length.ok_or(AnchorsError::Pem)?;
        certificates.push(certificate_of(&block[..length])?);
        rest = &block[length..];
    }
    Ok(certificates)
}

fn certificate_of(block: &str) -> Result<Certificate, AnchorsError> {
    let (label, document) = Document::from_pem(block).map_err(|_| AnchorsError::Pem)?;
    if label != LABEL {
        return Err(AnchorsError::Label(crate::text::shortened(label)));
    }
    Certificate::from_der(document.as_bytes()).map_err(AnchorsError::from)
}

impl From<AttestationError> for AnchorsError {
    fn from(error: AttestationError) -> AnchorsError {
        AnchorsError::Certificate(Box::new(error))
    }
}
