//! RFC 7512: `pkcs11:token=alice;id=%02?module-path=/usr/lib/softhsm/libsofthsm2.so`.

use std::str::FromStr;

use crate::token::{TokenInfo, TokenKey};

/// What such a URI begins with.
pub(super) const SCHEME: &str = "pkcs11:";

/// What a URI says about module, token and key. What it does not say is not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pkcs11Uri {
    /// `module-path` or `module-name`.
    pub module: Option<ModuleAddress>,
    /// `token`: the label.
    pub token: Option<String>,
    /// `serial`.
    pub serial: Option<String>,
    /// `manufacturer` of the token.
    pub manufacturer: Option<String>,
    /// `model` of the token.
    pub model: Option<String>,
    /// `object`: the label of the key.
    pub object: Option<String>,
    /// `id` of the key, in hex.
    pub id: Option<String>,
}

/// How a URI names a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleAddress {
    /// `module-path`.
    Path(String),
    /// `module-name`.
    Name(String),
}

impl Pkcs11Uri {
    /// Whether this is the token that is meant.
    pub fn matches_token(&self, token: &TokenInfo) -> bool {
        let agrees = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        agrees(&self.token, &token.id.label)
            && agrees(&self.serial, &token.id.serial)
            && agrees(&self.manufacturer, &token.manufacturer)
            && agrees(&self.model, &token.model)
    }

    /// Whether this is the key that is meant.
    pub fn matches_key(&self, key: &TokenKey) -> bool {
        self.object.as_ref().is_none_or(|label| *label == key.label)
            && self.id.as_ref().is_none_or(|id| *id == key.id)
    }
}

impl FromStr for Pkcs11Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Pkcs11Uri, UriError> {
        let rest = text.get(SCHEME.len()..).ok_or_else(|| UriError::malformed(text))?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut uri = Pkcs11Uri::default();
        let mut seen = Vec::new();
        for (part, place) in parts(path, ';', Place::Path).chain(parts(query, '&', Place::Query)) {
            let (name, value) = part.split_once('=').ok_or_else(|| UriError::malformed(part))?;
            if seen.contains(&name) {
                return Err(UriError::Twice { name: shared::text::shortened(name) });
            }
            seen.push(name);
            uri.take(place, name, decode(name, value)?)?;
        }
        Ok(uri)
    }
}

/// Before or after the question mark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Query,
}

fn parts(text: &str, separator: char, place: Place) -> impl Iterator<Item = (&str, Place)> {
    text.split(separator).filter(|part| !part.is_empty()).map(move |part| (part, place))
}

impl Pkcs11Uri {
    fn take(&mut self, place: Place, name: &str, value: Vec<u8>) -> Result<(), UriError> {
        match (place, name) {
            (_, "pin-value" | "pin-source") => return Err(UriError::Pin),
            (Place::Path, "id") => self.id = Some(hex::encode(value)),
            (Place::Path, "token") => self.token = Some(text(name, value)?),
            (Place::Path, "serial") => self.serial = Some(text(name, value)?),
            (Place::Path, "manufacturer") => self.manufacturer = Some(text(name, value)?),
            (Place::Path, "model") => self.model = Some(text(name, value)?),
            (Place::Path, "object") => self.object = Some(text(name, value)?),
            (Place::Path, "type") => return key_type(&text(name, value)?),
            (Place::Query, "module-path") => {
                self.name_module(ModuleAddress::Path(path(text(name, value)?)?))?;
            }
            (Place::Query, "module-name") => self.name_module(ModuleAddress::Name(text(name, value)?))?,
            // Slot numbers change, and the others describe a module that is known by its path.
            (Place::Path, "slot-id" | "slot-description" | "slot-manufacturer") => {}
            (Place::Path, "library-description" | "library-manufacturer" | "library-version") => {}
            // A vendor's own, which a reader may pass over.
            (_, vendor) if vendor.starts_with("x-") => {}
            _ => return Err(UriError::Unknown { name: shared::text::shortened(name) }),
        }
        Ok(())
    }

    fn name_module(&mut self, address: ModuleAddress) -> Result<(), UriError> {
        match self.module.replace(address) {
            None => Ok(()),
            Some(_) => Err(UriError::Twice { name: "module-path or module-name".to_owned() }),
        }
    }
}

fn path(path: String) -> Result<String, UriError> {
    if path.starts_with('/') {
        Ok(path)
    } else {
        Err(UriError::ModulePath { path: shared::text::shortened(&path) })
    }
}

fn key_type(value: &str) -> Result<(), UriError> {
    match value {
        "private" | "public" => Ok(()),
        other => Err(UriError::Type { value: shared::text::shortened(other) }),
    }
}

fn text(name: &str, value: Vec<u8>) -> Result<String, UriError> {
    let text = String::from_utf8(value).map_err(|_| UriError::malformed(name))?;
    if text.contains(char::is_control) { Err(UriError::malformed(name)) } else { Ok(text) }
}

fn decode(name: &str, value: &str) -> Result<Vec<u8>, UriError> {
    let mut bytes = value.bytes();
    let mut decoded = Vec::with_capacity(value.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let pair = [bytes.next(), bytes.next()].map(|digit| digit.unwrap_or_default());
                hex::decode(pair).map_err(|_| UriError::malformed(name))?[0]
            }
            other => other,
        });
    }
    Ok(decoded)
}

/// Not a URI that names a module, a token or a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// Cannot be read.
    #[error(
        "The part {part:?} of the pkcs11: URI cannot be read. Write name=value, with other characters as % and two digits."
    )]
    Malformed {
        /// What cannot be read; never a PIN.
        part: String,
    },
    /// One name twice.
    #[error("The pkcs11: URI says {name} twice. Say it once.")]
    Twice {
        /// Which.
        name: String,
    },
    /// A name that means nothing here.
    #[error(
        "The pkcs11: URI says {name}, which means nothing here. Use token, serial, object, id and module-path."
    )]
    Unknown {
        /// Which.
        name: String,
    },
    /// Not a key.
    #[error(
        "The pkcs11: URI asks for an object of type {value}, and only keys sign. Leave the type out, or say private."
    )]
    Type {
        /// What was asked for.
        value: String,
    },
    /// A path that depends on where somebody is.
    #[error("The module-path {path:?} of the pkcs11: URI is not absolute. Write the whole path, from / on.")]
    ModulePath {
        /// The path.
        path: String,
    },
    /// A PIN, or where one lies.
    #[error(
        "The pkcs11: URI has a PIN in it, or says where one lies (pin-value, pin-source), and it was not used. Take that out; \
         the PIN is asked for when it is needed."
    )]
    Pin,
}

impl UriError {
    /// Names the part before its value only: a value may be a PIN.
    fn malformed(part: &str) -> UriError {
        let name = part.split('=').next().unwrap_or_default();
        UriError::Malformed { part: shared::text::shortened(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Pkcs11Uri, UriError> {
        text.parse()
    }

    #[test]
    fn a_uri_names_module_token_and_key_with_percent_signs_for_other_characters() {
        let uri = parse(
            "pkcs11:token=tuf%20root;serial=0f%2F1;id=%02%Ff;object=root;type=private;x-own=1?module-path=/usr/lib/p.so",
        );
        let expected = Pkcs11Uri {
            module: Some(ModuleAddress::Path("/usr/lib/p.so".to_owned())),
            token: Some("tuf root".to_owned()),
            serial: Some("0f/1".to_owned()),
            object: Some("root".to_owned()),
            id: Some("02ff".to_owned()),
            ..Pkcs11Uri::default()
        };
        assert_eq!(uri, Ok(expected));
        assert_eq!(parse("pkcs11:"), Ok(Pkcs11Uri::default()));
        assert_eq!(
            parse("pkcs11:?module-name=p11-x").unwrap().module,
            Some(ModuleAddress::Name("p11-x".to_owned()))
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_never_repeats_a_value() {
        for wrong in [
            "pkcs11:token",
            "pkcs11:token=%4",
            "pkcs11:token=%zz",
            "pkcs11:token=%ff",
            "pkcs11:token=a%00b",
            "pkcs11:nonsense=1",
            "pkcs11:token=a;token=b",
            "pkcs11:type=cert",
            "pkcs11:?module-path=lib.so",
            "pkcs11:?token=a",
            "pkcs11:?module-path=/a&module-name=b",
            "pkcs11:=x",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        for secret in [
            "pkcs11:token=a?pin-value=marker",
            "pkcs11:?pin-source=/marker",
            "pkcs11:pin-value=marker",
            "pkcs11:?pin-value=marker%",
        ] {
            let said = parse(secret).unwrap_err().to_string();
            assert!(said.contains("pin-value") && !said.contains("marker"), "{said}");
        }
    }

    #[test]
    fn only_what_is_said_is_compared() {
        let key = TokenKey {
            id: "02".to_owned(),
            label: "root".to_owned(),
            key: Err("unread".to_owned()),
            policy: None,
            origin: None,
            details: Vec::new(),
            warnings: Vec::new(),
        };
        for (uri, matches) in [("pkcs11:", true), ("pkcs11:id=%02", true), ("pkcs11:id=%02;object=x", false)]
        {
            assert_eq!(parse(uri).unwrap().matches_key(&key), matches, "{uri}");
        }
    }
}
