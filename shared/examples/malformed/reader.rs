//! Reads each kind of document with the parser and the rules that meet it first.

use shared::gap::{
    BootstrapPayload, OnlineKeyDocument, RootKeyDocument, SignPayload, SignRequest, UpdatePayload,
};
use shared::json::Json;
use shared::metadata::{Metadata, Root};
use shared::repository::{MetadataSource, SourceError, verify_repository};
use shared::rotation::{check_first_root, check_succession};
use shared::time::UnixTime;

use super::vectors::base::{self, NOW};

/// Refuses the document with a sentence, or accepts it. The file's name says what it claims to be.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<(), String> {
    match file {
        "root.json" => root(bytes),
        "payload.json" => payload(bytes),
        "update-payload.json" => update(bytes),
        "sign-request.json" => SignRequest::parse(bytes).map(drop).map_err(told),
        "sign-payload.json" => {
            let value = Json::parse(bytes).map_err(told)?;
            SignPayload::from_json(&value).map(drop).map_err(told)
        }
        "online-key.json" => OnlineKeyDocument::parse(bytes).map(drop).map_err(told),
        "root-key.json" => RootKeyDocument::parse(bytes).map(drop).map_err(told),
        published => repository(published, bytes),
    }
}

fn told(error: impl std::error::Error) -> String {
    error.to_string()
}

fn root(bytes: &[u8]) -> Result<(), String> {
    let root = Metadata::<Root>::parse(bytes).map_err(told)?;
    check_first_root(&root, NOW).map(drop).map_err(told)
}

fn payload(bytes: &[u8]) -> Result<(), String> {
    let payload = BootstrapPayload::parse(bytes).map_err(told)?;
    check_first_root(&payload.root, NOW).map_err(told)?;
    payload.settings_pin().map(drop).map_err(told)
}

fn update(bytes: &[u8]) -> Result<(), String> {
    let next = UpdatePayload::parse(bytes).map_err(told)?.root;
    let current = Metadata::<Root>::parse(&base::root()).map_err(told)?;
    check_succession(&current, &next).map(drop).map_err(told)
}

/// A good repository but for one file.
struct With<'a> {
    name: &'a str,
    bytes: &'a [u8],
}

impl MetadataSource for With<'_> {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let here = name == self.name;
        Ok(if here { Some(self.bytes.to_vec()) } else { base::repository().remove(name) })
    }
}

fn repository(name: &str, bytes: &[u8]) -> Result<(), String> {
    let now = UnixTime(NOW.0 + 60);
    verify_repository(&With { name, bytes }, &base::root(), now).map(drop).map_err(told)
}
