//! Who vouches for virtual YubiKeys: a root that everybody can be told to trust, because its private key is in this
//! source.

use super::super::error::CardError;
use aws_lc_rs::digest;

use super::super::private::{Algorithm, Curve, EcKey, PrivateKey};
use super::super::status::Status;
use super::{ATTESTATION_NAME, Certificate, Certified, Validity, may_sign};
use crate::pem;

/// A maker of virtual YubiKeys. Two with the same name have the same key.
#[derive(Debug, Clone)]
pub struct Authority {
    name: String,
    chain: Chain,
    attestation: Algorithm,
    validity: Validity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chain {
    /// The root signs the certificates of devices.
    Direct,
    /// Something between them does.
    ThroughAnother,
}

/// What signs certificates, by name.
struct Signer {
    name: String,
    key: PrivateKey,
}

impl Default for Authority {
    /// The maker of every virtual YubiKey that is told no other.
    fn default() -> Authority {
        Authority::new("Virtual PIV Root CA")
    }
}

impl Authority {
    /// A maker whose root signs the certificates of devices, as Yubico's did until firmware 5.7.4.
    pub fn new(name: &str) -> Authority {
        let attestation = Algorithm::P256;
        Authority { name: name.to_owned(), chain: Chain::Direct, attestation, validity: Validity::default() }
    }

    /// With an intermediate authority between root and device, as Yubico's has since.
    #[must_use]
    pub fn with_intermediate(self) -> Authority {
        Authority { chain: Chain::ThroughAnother, ..self }
    }

    /// Whose devices attest with keys of this kind: with RSA 2048 as most YubiKeys, at first with P-256, which is made
    /// faster.
    #[must_use]
    pub fn attesting_with(self, attestation: Algorithm) -> Authority {
        Authority { attestation, ..self }
    }

    /// Whose certificates of devices, made from now on, are over by this time, as `20200101000000Z`.
    #[must_use]
    pub fn valid_until(self, until: &'static str) -> Authority {
        Authority { validity: Validity { until, ..self.validity }, ..self }
    }

    /// The root's certificate, for whoever is to trust it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn root_pem(&self) -> Result<String, CardError> {
        let root = self.root()?;
        let certificate = self.certify(&root.name, &root, &root.key, 2, Validity::default())?;
        Ok(pem::certificate(&certificate))
    }

    /// The intermediate certificates, if there are any: cards do not carry them.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn intermediates_pem(&self) -> Result<Vec<String>, CardError> {
        if self.chain == Chain::Direct {
            return Ok(Vec::new());
        }
        let between = self.between()?;
        let certificate = self.certify(&between.name, &self.root()?, &between.key, 1, Validity::default())?;
        Ok(vec![pem::certificate(&certificate)])
    }

    /// An attestation key with its certificate, for a device that leaves the factory.
    pub(in super::super) fn certified(&self) -> Result<Certified, Status> {
        let signer = match self.chain {
            Chain::Direct => self.root()?,
            Chain::ThroughAnother => self.between()?,
        };
        let private = PrivateKey::generate(self.attestation)?;
        let certificate = self.certify(ATTESTATION_NAME, &signer, &private, 0, self.validity)?;
        Ok(Certified { private, certificate })
    }

    fn root(&self) -> Result<Signer, Status> {
        let key = PrivateKey::Ec(EcKey::of_seed(Curve::P256, &self.name)?);
        Ok(Signer { name: self.name.clone(), key })
    }

    fn between(&self) -> Result<Signer, Status> {
        let name = format!("{} Intermediate", self.name);
        let key = PrivateKey::Ec(EcKey::of_seed(Curve::P384, &name)?);
        Ok(Signer { name, key })
    }

    fn certify(
        &self,
        subject: &str,
        signer: &Signer,
        key: &PrivateKey,
        others_between: u8,
        validity: Validity,
    ) -> Result<Vec<u8>, Status> {
        let public_info = key.public_info()?;
        let serial = digest::digest(&digest::SHA256, &public_info);
        let certificate = Certificate {
            issuer: &signer.name,
            subject,
            serial: &serial.as_ref()[..8],
            validity,
            public_info: &public_info,
            extensions: vec![may_sign(others_between)],
        };
        certificate.signed_by(&signer.key)
    }
}
