//! Objects on a token, attribute by attribute: tokens that do not know one of them still show the others.

use cryptoki::object::{Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle};

use super::failure;
use super::session::Open;
use ceremony_tui::token::Refusal;

/// No token holds more keys than this, and a module that says so is broken.
const MOST_OBJECTS: usize = 1024;

/// What is known of a public key, a private key or a certificate.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) handle: Option<ObjectHandle>,
    pub(super) id: Vec<u8>,
    pub(super) label: String,
    pub(super) key_type: Option<KeyType>,
    pub(super) curve: Vec<u8>,
    pub(super) point: Vec<u8>,
    pub(super) modulus: Vec<u8>,
    pub(super) exponent: Vec<u8>,
    /// SubjectPublicKeyInfo.
    pub(super) public_info: Vec<u8>,
    /// The certificate itself.
    pub(super) value: Vec<u8>,
    pub(super) signs: Option<bool>,
    pub(super) is_local: Option<bool>,
    pub(super) is_sensitive: Option<bool>,
    pub(super) is_extractable: Option<bool>,
    pub(super) wants_login_each_time: Option<bool>,
}

const PUBLIC: [AttributeType; 8] = [
    AttributeType::Id,
    AttributeType::Label,
    AttributeType::KeyType,
    AttributeType::EcParams,
    AttributeType::EcPoint,
    AttributeType::Modulus,
    AttributeType::PublicExponent,
    AttributeType::PublicKeyInfo,
];
const PRIVATE: [AttributeType; 5] = [
    AttributeType::Sign,
    AttributeType::Local,
    AttributeType::Sensitive,
    AttributeType::Extractable,
    AttributeType::AlwaysAuthenticate,
];
const CERTIFICATE: [AttributeType; 3] = [AttributeType::Id, AttributeType::Label, AttributeType::Value];

/// Public keys that the session sees.
pub(super) fn public_keys(open: &Open<'_>) -> Result<Vec<Object>, Refusal> {
    find(open, &[Attribute::Class(ObjectClass::PUBLIC_KEY)], &PUBLIC)
}

/// Private keys that the session sees: mostly none before a login.
pub(super) fn private_keys(open: &Open<'_>) -> Result<Vec<Object>, Refusal> {
    find(open, &[Attribute::Class(ObjectClass::PRIVATE_KEY)], &[&PUBLIC[..], &PRIVATE].concat())
}

/// Private keys under an id.
pub(super) fn private_keys_under(open: &Open<'_>, id: &[u8]) -> Result<Vec<Object>, Refusal> {
    let template = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(id.to_vec())];
    find(open, &template, &[&PUBLIC[..], &PRIVATE].concat())
}

/// Certificates that the session sees.
pub(super) fn certificates(open: &Open<'_>) -> Result<Vec<Object>, Refusal> {
    let template =
        [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::CertificateType(CertificateType::X_509)];
    find(open, &template, &CERTIFICATE)
}

/// Whether anything at all lies under an id.
pub(super) fn is_taken(open: &Open<'_>, id: &[u8]) -> Result<bool, Refusal> {
    let failed = |error| failure::refusal("list its keys", &error);
    Ok(!open.session.find_objects(&[Attribute::Id(id.to_vec())]).map_err(failed)?.is_empty())
}

fn find(open: &Open<'_>, template: &[Attribute], wanted: &[AttributeType]) -> Result<Vec<Object>, Refusal> {
    let failed = |error| failure::refusal("list its keys", &error);
    let handles = open.session.find_objects(template).map_err(failed)?;
    handles.into_iter().take(MOST_OBJECTS).map(|handle| read(open, handle, wanted)).collect()
}

fn read(open: &Open<'_>, handle: ObjectHandle, wanted: &[AttributeType]) -> Result<Object, Refusal> {
    let mut object = Object { handle: Some(handle), ..Object::default() };
    for attribute in wanted {
        match open.session.get_attributes(handle, &[*attribute]) {
            Ok(values) => values.into_iter().for_each(|value| object.take(value)),
            Err(error) if failure::is_gone(&error) => return Err(failure::refusal("show a key", &error)),
            // It does not know that attribute, or gives nonsense for it.
            Err(_) => {}
        }
    }
    Ok(object)
}

impl Object {
    fn take(&mut self, attribute: Attribute) {
        match attribute {
            Attribute::Id(id) => self.id = id,
            Attribute::Label(label) => self.label = String::from_utf8_lossy(&label).trim().to_owned(),
            Attribute::KeyType(key_type) => self.key_type = Some(key_type),
            Attribute::EcParams(curve) => self.curve = curve,
            Attribute::EcPoint(point) => self.point = point,
            Attribute::Modulus(modulus) => self.modulus = modulus,
            Attribute::PublicExponent(exponent) => self.exponent = exponent,
            Attribute::PublicKeyInfo(info) => self.public_info = info,
            Attribute::Value(value) => self.value = value,
            Attribute::Sign(signs) => self.signs = Some(signs),
            Attribute::Local(local) => self.is_local = Some(local),
            Attribute::Sensitive(sensitive) => self.is_sensitive = Some(sensitive),
            Attribute::Extractable(extractable) => self.is_extractable = Some(extractable),
            Attribute::AlwaysAuthenticate(always) => self.wants_login_each_time = Some(always),
            _ => {}
        }
    }
}
