//! From a key's certificate to a root that is believed (RFC 5280, 6.1, as far as attestation goes).

use super::anchors::Anchors;
use super::certificate::Certificate;
use super::error::AttestationError;
use crate::time::UnixTime;

/// What is needed to judge a path.
struct Walk<'a> {
    /// Where it may end.
    roots: Vec<&'a Certificate>,
    /// Certificates that may be used on the way, each of them once.
    left: Vec<&'a Certificate>,
    at: UnixTime,
}

/// A path that was verified.
pub(super) struct Path {
    /// The certificates from the key's own to a root, in order.
    pub(super) certificates: Vec<Certificate>,
    /// The root, which is the last of them.
    pub(super) anchor: Certificate,
}

/// The way from the key's certificate to a root.
///
/// The device's certificate is the second one, always: a key that a device attests can sign too, and what it signs must
/// never be taken for an attestation.
pub(super) fn path(
    key: &Certificate,
    device: &Certificate,
    more: &[Certificate],
    anchors: &Anchors,
    at: UnixTime,
) -> Result<Path, AttestationError> {
    if !key.names_as_issuer(device) || key == device {
        return Err(AttestationError::OtherDevice { name: key.name(), device: device.name() });
    }
    key.check_time(at)?;
    check_issued(key, device, 0, at)?;
    let above = above(key, device, more, anchors, at)?;
    let anchor = above.last().copied().unwrap_or(device).clone();
    let certificates = [key, device].into_iter().chain(above).cloned().collect();
    Ok(Path { certificates, anchor })
}

/// What stands above the device's certificate.
///
/// `more` is what a stranger's document brings along. It leads to a root whose authorities are not all known; never to
/// Yubico's, below which stand authorities for other things than PIV too.
fn above<'a>(
    key: &Certificate,
    device: &'a Certificate,
    more: &'a [Certificate],
    anchors: &'a Anchors,
    at: UnixTime,
) -> Result<Vec<&'a Certificate>, AttestationError> {
    let is_other = |certificate: &&Certificate| ![key, device].contains(certificate);
    let known: Vec<&Certificate> = anchors.leading().iter().filter(is_other).collect();
    let all: Vec<&Certificate> = more.iter().filter(is_other).chain(known.iter().copied()).collect();
    let objection =
        match (Walk { roots: anchors.trusted().iter().collect(), left: known, at }).climb(device, 1) {
            Ok(path) => return Ok(path),
            Err(objection) => objection,
        };
    let roots: Vec<&Certificate> = anchors.open().collect();
    if roots.is_empty() || more.is_empty() {
        return Err(objection);
    }
    Walk { roots, left: all, at }.climb(device, 1)
}

impl<'a> Walk<'a> {
    /// What stands above `certificate`, which has `authorities` of them at and below it.
    fn climb(
        &mut self,
        certificate: &'a Certificate,
        authorities: usize,
    ) -> Result<Vec<&'a Certificate>, AttestationError> {
        if self.roots.contains(&certificate) {
            return Ok(Vec::new());
        }
        let mut objection = None;
        for root in self.roots.iter().copied().filter(|root| certificate.names_as_issuer(root)) {
            match check_issued(certificate, root, authorities, self.at) {
                Ok(()) => return Ok(vec![root]),
                Err(error) => objection = objection.or(Some(error)),
            }
        }
        while let Some(issuer) = self.next_issuer_of(certificate) {
            match self.through(certificate, issuer, authorities) {
                Ok(path) => return Ok(path),
                Err(error) => objection = objection.or(Some(error)),
            }
        }
        Err(objection.unwrap_or_else(|| AttestationError::NoIssuer { name: certificate.name() }))
    }

    fn through(
        &mut self,
        certificate: &Certificate,
        issuer: &'a Certificate,
        authorities: usize,
    ) -> Result<Vec<&'a Certificate>, AttestationError> {
        check_issued(certificate, issuer, authorities, self.at)?;
        let mut path = vec![issuer];
        path.extend(self.climb(issuer, authorities + 1)?);
        Ok(path)
    }

    fn next_issuer_of(&mut self, certificate: &Certificate) -> Option<&'a Certificate> {
        let found = self.left.iter().position(|candidate| certificate.names_as_issuer(candidate))?;
        Some(self.left.swap_remove(found))
    }
}

/// Whether `issuer` may sign `certificate`, holds at that time, and did sign it. `below` counts the authorities
/// between the issuer and the key's certificate.
fn check_issued(
    certificate: &Certificate,
    issuer: &Certificate,
    below: usize,
    at: UnixTime,
) -> Result<(), AttestationError> {
    let no_authority = || AttestationError::NoAuthority { name: issuer.name() };
    let authority = issuer.extensions.authority.ok_or_else(no_authority)?;
    if issuer.extensions.may_sign == Some(false) {
        return Err(no_authority());
    }
    if authority.path_limit.is_some_and(|limit| below > usize::from(limit)) {
        return Err(AttestationError::TooLong { name: issuer.name() });
    }
    issuer.check_time(at)?;
    certificate.check_signature(issuer)
}
