//! What a card keeps when it is out of its reader, as a file for people to look at.

/// A private key: its kind and its parts in hexadecimal.
pub(super) mod private_key {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::super::private::{Algorithm, PrivateKey};
    use super::super::tlv::Fields;

    #[derive(Serialize, Deserialize)]
    struct Saved {
        algorithm: Algorithm,
        parts: String,
    }

    pub(in super::super) fn serialize<S: Serializer>(key: &PrivateKey, to: S) -> Result<S::Ok, S::Error> {
        Saved { algorithm: key.algorithm(), parts: hex::encode(key.parts()) }
            .serialize(to)
            .map_err(S::Error::custom)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PrivateKey, D::Error> {
        let saved = Saved::deserialize(from)?;
        let parts = hex::decode(&saved.parts).map_err(D::Error::custom)?;
        let fields =
            Fields::read(&parts).map_err(|_| D::Error::custom("the parts of a key are no fields"))?;
        PrivateKey::import(saved.algorithm, &fields).map_err(|_| D::Error::custom("the parts make no key"))
    }
}
