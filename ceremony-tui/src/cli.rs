//! The command line. Secrets have no place on it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::token::WireScheme;
use crate::token::module::ModuleRequest;

/// Leads people through the root ceremony of a TUF repository, on a machine without a network.
#[derive(Debug, Parser)]
#[command(name = "ceremony-tui", version, about)]
pub struct Cli {
    /// What to do; without it the full screen starts with a new ceremony.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Hold a new ceremony: from preflight to an exported payload.json.
    New(NewArguments),
    /// Look at tokens and prepare them: keys, PINs, attestations, public keys for a medium.
    Tokens(TokensArguments),
    /// Say in sentences what a document is, who signed it and what is missing.
    Inspect {
        /// The document.
        file: PathBuf,
        /// Believe the makers of devices whose certificates (PEM) are in this file, instead of Yubico.
        #[arg(long, value_name = "FILE")]
        attestation_roots: Option<PathBuf>,
    },
    /// Work with encrypted key files.
    Key {
        /// What to do with them.
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Started by the program itself.
    #[command(hide = true)]
    Broker,
}

/// How the ceremony is held.
#[derive(Debug, Clone, Default, Args)]
pub struct NewArguments {
    /// Numbered lines instead of the full screen.
    #[arg(long)]
    pub plain: bool,
    /// The folder that payload.json is exported to, unless another one is typed.
    #[arg(long)]
    pub folder: Option<String>,
    /// Read PINs and passphrases from this descriptor: lines of label TAB secret.
    #[arg(long, value_name = "N")]
    pub pin_fd: Option<i32>,
    /// A PKCS#11 module to look for tokens with, beside those of this machine: a path or a pkcs11: URI. Several times for
    /// several modules.
    #[arg(long = "module", value_name = "PATH-OR-URI", value_parser = ModuleRequest::parse)]
    pub modules: Vec<ModuleRequest>,
    /// Make a payload of exactly RSTUF's shape: names inside the keys, settings that nobody signs, bins of kind succinct.
    #[arg(long)]
    pub rstuf: bool,
    /// Where an RSTUF worker finds the online key; fn:KEYID when absent.
    #[arg(long, value_name = "URI", requires = "rstuf")]
    pub rstuf_online_uri: Option<String>,
    /// Whether root keys need a verified attestation of the device that generated them.
    #[arg(long, value_enum, default_value_t)]
    pub attestation: DemandName,
    /// Believe the makers of devices whose certificates (PEM) are in this file, instead of Yubico.
    #[arg(long, value_name = "FILE")]
    pub attestation_roots: Option<PathBuf>,
}

/// Whether root keys need an attestation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DemandName {
    /// No key without a verified attestation is taken.
    Required,
    /// People are told where one is missing.
    #[default]
    Advisory,
}

/// How tokens are looked at.
#[derive(Debug, Clone, Default, Args)]
pub struct TokensArguments {
    /// Numbered lines instead of the full screen.
    #[arg(long)]
    pub plain: bool,
    /// Read PINs from this descriptor: lines of label TAB secret; the label is the token's serial number or label.
    #[arg(long, value_name = "N")]
    pub pin_fd: Option<i32>,
    /// A PKCS#11 module to look for tokens with, beside those of this machine: a path or a pkcs11: URI. Several times for
    /// several modules.
    #[arg(long = "module", value_name = "PATH-OR-URI", value_parser = ModuleRequest::parse)]
    pub modules: Vec<ModuleRequest>,
    /// Believe the makers of devices whose certificates (PEM) are in this file, instead of Yubico.
    #[arg(long, value_name = "FILE")]
    pub attestation_roots: Option<PathBuf>,
}

/// What to do with key files.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Generate a key into a new encrypted file and print its public half.
    Generate {
        /// The new file; it must not exist.
        #[arg(long)]
        out: String,
        /// The kind of key.
        #[arg(long, value_enum, default_value = "ed25519")]
        scheme: SchemeName,
        /// Read the passphrase from this descriptor: a line of the file's path, TAB, the passphrase.
        #[arg(long, value_name = "N")]
        pin_fd: Option<i32>,
    },
}

/// Kinds of keys that can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemeName {
    /// Ed25519.
    Ed25519,
    /// ECDSA on P-256.
    EcdsaP256,
    /// RSA-PSS, 3072 bits.
    RsaPss,
}

impl From<SchemeName> for WireScheme {
    fn from(name: SchemeName) -> WireScheme {
        match name {
            SchemeName::Ed25519 => WireScheme::Ed25519,
            SchemeName::EcdsaP256 => WireScheme::EcdsaP256,
            SchemeName::RsaPss => WireScheme::RsaPss,
        }
    }
}
