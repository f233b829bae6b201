//! securesystemslib: keys of PKCS#11 tokens as TUF knows them, and signatures.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Environment, OracleError, Oracles, limited, output};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/oracles/hsm_signer.py");

/// Where a key is: module, token and id, and the variables that lead the module there.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The PKCS#11 module.
    pub module: &'a Path,
    /// What it has to be told, for instance where pcscd is.
    pub environment: Environment<'a>,
    /// The label of the token, when there are several.
    pub label: Option<&'a str>,
    /// `CKA_ID` as a number: 2 is PIV slot 9c through ykcs11.
    pub id: u8,
}

/// A key as securesystemslib reads it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TokenKey {
    /// Where it found it; nothing for a key that came from no token.
    #[serde(default)]
    pub uri: String,
    /// The key id that it computes.
    #[serde(rename = "keyid")]
    pub id: String,
    /// The key as it stands in a root.
    pub key: Value,
}

impl Oracles {
    /// The key of a token. securesystemslib knows P-256 and P-384 on tokens, and nothing else.
    ///
    /// # Errors
    /// There is no such key, or it cannot be asked.
    pub fn securesystemslib_key(&self, question: &Question<'_>) -> Result<TokenKey, OracleError> {
        let asked = json!({"ask": "key", "keyid": question.id, "label": question.label});
        self.ask(Some(question), &asked)
    }

    /// Its own signature with a key of a token, in hexadecimal as in a document.
    ///
    /// # Errors
    /// The token refuses, or it cannot be asked.
    pub fn securesystemslib_signs(
        &self,
        question: &Question<'_>,
        key: &TokenKey,
        pin: &str,
        message: &[u8],
    ) -> Result<String, OracleError> {
        #[derive(Deserialize)]
        struct Signed {
            signature: String,
        }
        let asked = json!({"ask": "sign", "uri": key.uri, "keyid": key.id, "key": key.key, "pin": pin,
            "message": hex::encode(message)});
        self.ask(Some(question), &asked).map(|Signed { signature }| signature)
    }

    /// The key that it makes of a public key in PEM under a scheme of TUF.
    ///
    /// # Errors
    /// It takes no such key, or cannot be asked.
    pub fn securesystemslib_key_of_pem(&self, public: &str, scheme: &str) -> Result<TokenKey, OracleError> {
        self.ask(None, &json!({"ask": "id", "public": public, "scheme": scheme}))
    }

    /// Does it accept a signature, given as in a document?
    ///
    /// # Errors
    /// It cannot be asked.
    pub fn securesystemslib_verifies(
        &self,
        key: &TokenKey,
        message: &[u8],
        signature: &str,
    ) -> Result<bool, OracleError> {
        #[derive(Deserialize)]
        struct Verdict {
            verified: bool,
        }
        let asked = json!({"ask": "verify", "keyid": key.id, "key": key.key, "signature": signature,
            "message": hex::encode(message)});
        self.ask(None, &asked).map(|Verdict { verified }| verified)
    }

    fn ask<T: for<'a> Deserialize<'a>>(
        &self,
        token: Option<&Question<'_>>,
        question: &Value,
    ) -> Result<T, OracleError> {
        let mut command = limited(&self.python);
        command.arg(SCRIPT);
        if let Some(token) = token {
            command
                .env("PYKCS11LIB", token.module)
                .envs(token.environment.iter().map(|(name, value)| (*name, value)));
        }
        let answer = output(&mut command, question.to_string().as_bytes())?;
        serde_json::from_str(&answer).map_err(|_| OracleError::NotUnderstood("securesystemslib", answer))
    }
}
