//! The document as JSON.

use super::{
    AttestationVerdict, KIND, KeptAttestation, KeptKey, KeptPlace, KeptPossession, RootKeysDocument, VERSION,
};
use crate::device::KeyPolicy;
use crate::json::Json;

impl RootKeysDocument {
    /// The document as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let anchor = |anchor: &super::AnchorName| {
            Json::object([
                ("name", Json::from(anchor.name.as_str())),
                ("sha256", Json::String(anchor.digest.to_string())),
            ])
        };
        let document = Json::object([
            ("kind", Json::from(KIND)),
            ("version", Json::from(VERSION)),
            ("root", Json::String(self.root.to_hex())),
            ("time", Json::String(self.time.to_string())),
            ("anchors", Json::Array(self.anchors.iter().map(anchor).collect())),
            ("keys", Json::Array(self.keys.iter().map(key).collect())),
        ]);
        document.to_pretty()
    }
}

fn key(kept: &KeptKey) -> Json {
    let mut value = Json::object([
        ("name", Json::from(kept.name.as_str())),
        ("keyid", Json::from(kept.key.id().as_str())),
        ("key", kept.key.to_json()),
        ("place", place(&kept.place)),
        ("verdict", verdict(&kept.verdict)),
    ]);
    if let Some(KeptPossession { time, proof }) = &kept.possession {
        let proof = Json::String(hex::encode(proof));
        value.set("possession", Json::object([("time", Json::String(time.to_string())), ("proof", proof)]));
    }
    if let Some(KeptAttestation { certificates }) = &kept.attestation {
        let one = |certificate: &crate::attestation::Certificate| {
            Json::object([
                ("name", Json::String(certificate.name())),
                ("sha256", Json::String(certificate.digest().to_string())),
                ("pem", Json::String(certificate.to_pem())),
            ])
        };
        value.set("attestation", Json::Array(certificates.iter().map(one).collect()));
    }
    value
}

fn place(place: &KeptPlace) -> Json {
    match place {
        KeptPlace::File => Json::object([("kind", Json::from("file"))]),
        KeptPlace::Elsewhere => Json::object([("kind", Json::from("elsewhere"))]),
        KeptPlace::Pkcs11 { label, serial } => Json::object([
            ("kind", Json::from("pkcs11")),
            ("label", Json::from(label.as_str())),
            ("serial", Json::from(serial.as_str())),
        ]),
        KeptPlace::YubiKey { serial, firmware, policy } => {
            let mut value =
                Json::object([("kind", Json::from("yubikey")), ("serial", Json::String(serial.to_string()))]);
            if let Some(firmware) = firmware {
                value.set("firmware", Json::String(firmware.to_string()));
            }
            if let Some(KeyPolicy { pin, touch }) = policy {
                value.set("pin", Json::from(pin.word()));
                value.set("touch", Json::from(touch.word()));
            }
            value
        }
    }
}

fn verdict(verdict: &AttestationVerdict) -> Json {
    match verdict {
        AttestationVerdict::Verified { anchor } => {
            Json::object([("outcome", Json::from("verified")), ("anchor", Json::String(anchor.to_string()))])
        }
        AttestationVerdict::Refused { reason } => {
            Json::object([("outcome", Json::from("refused")), ("reason", Json::from(reason.as_str()))])
        }
        AttestationVerdict::None { reason } => {
            Json::object([("outcome", Json::from("none")), ("reason", Json::from(reason.as_str()))])
        }
    }
}
