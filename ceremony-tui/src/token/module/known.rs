//! Modules that are known by the name of their file.

use super::ModuleKind;

/// A module that lies in a usual place.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// What people call it.
    pub title: &'static str,
    /// What is behind it.
    pub kind: ModuleKind,
    /// Part of its file name by which it is known.
    pub part: &'static str,
    /// Where distributions and its maker put it. `LIB` stands for each folder of libraries.
    pub places: &'static [&'static str],
}

/// What `LIB` stands for in [`Known::places`].
pub const LIBRARY_FOLDERS: [&str; 6] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib64",
    "/usr/local/lib",
];

const fn token(title: &'static str, part: &'static str, places: &'static [&'static str]) -> Known {
    Known { title, kind: ModuleKind::Token, part, places }
}

const fn cards(title: &'static str, part: &'static str, places: &'static [&'static str]) -> Known {
    Known { title, kind: ModuleKind::SmartCards, part, places }
}

/// Local modules. Whoever is named twice (a link beside its file) is listed once.
pub const KNOWN: [Known; 14] = [
    token(
        "SoftHSM",
        "softhsm",
        &["LIB/softhsm/libsofthsm2.so", "LIB/pkcs11/libsofthsm2.so", "LIB/libsofthsm2.so"],
    ),
    token("YubiHSM 2", "yubihsm_pkcs11", &["LIB/pkcs11/yubihsm_pkcs11.so", "LIB/yubihsm_pkcs11.so"]),
    token("SmartCard-HSM, Nitrokey HSM", "sc-hsm-pkcs11", &["LIB/libsc-hsm-pkcs11.so"]),
    token("SafeNet eToken", "etpkcs11", &["LIB/libeTPkcs11.so", "/lib/libeTPkcs11.so"]),
    token("SafeNet eToken", "libetoken", &["LIB/libeToken.so"]),
    token("Thales IDPrime", "idprimepkcs11", &["LIB/pkcs11/libIDPrimePKCS11.so", "LIB/libIDPrimePKCS11.so"]),
    token("TPM 2.0", "tpm2_pkcs11", &["LIB/pkcs11/libtpm2_pkcs11.so", "LIB/libtpm2_pkcs11.so"]),
    token("CryptoAuthLib", "cryptoauth", &["LIB/libcryptoauth.so"]),
    token("Feitian ePass", "castle", &["LIB/libcastle.so.1.0.0", "LIB/libcastle_v2.so.1.0.0"]),
    token("Bit4id", "bit4", &["LIB/libbit4xpki.so", "LIB/libbit4ipki.so"]),
    token("IDEMIA AWP", "ocscryptoki", &["LIB/libOcsCryptoki.so"]),
    cards("OpenSC", "opensc-pkcs11", &["LIB/opensc-pkcs11.so", "LIB/pkcs11/opensc-pkcs11.so"]),
    cards("YubiKey (ykcs11)", "ykcs11", &["LIB/libykcs11.so", "LIB/libykcs11.so.2"]),
    cards("CoolKey", "coolkeypk11", &["LIB/pkcs11/libcoolkeypk11.so", "LIB/libcoolkeypk11.so"]),
];

/// Part of the file name of modules that talk to a network, and what they are known as.
const NETWORK: [(&str, &str); 28] = [
    ("cloudhsm", "AWS CloudHSM"),
    ("aws_kms", "AWS KMS"),
    ("aws-kms", "AWS KMS"),
    ("kmsp11", "Google Cloud KMS"),
    ("akv", "Azure Key Vault"),
    ("azure", "Azure Key Vault"),
    ("keyvault", "Azure Key Vault"),
    ("cryptoki2", "Thales Luna"),
    ("luna", "Thales Luna"),
    ("dpod", "Thales Data Protection on Demand"),
    ("ciphertrust", "Thales CipherTrust Manager"),
    ("cadp", "Thales CipherTrust Manager"),
    ("cs_pkcs11", "Utimaco CryptoServer"),
    ("cs2_pkcs11", "Utimaco CryptoServer"),
    ("utimaco", "Utimaco"),
    ("cknfast", "Entrust nShield"),
    ("primus", "Securosys Primus"),
    ("fortanix", "Fortanix DSM"),
    ("kmip", "a KMIP server"),
    ("pkcs11-proxy", "pkcs11-proxy"),
    ("p11-kit-client", "a p11-kit server"),
    ("p11-kit-proxy", "p11-kit's proxy, which stands for any module"),
    ("nethsm", "Nitrokey NetHSM"),
    ("openbao", "OpenBao"),
    ("vault-pkcs11", "HashiCorp Vault"),
    ("fxpkcs11", "Futurex"),
    ("grep11", "IBM Cloud Hyper Protect Crypto Services"),
    ("venafi", "Venafi CodeSign Protect"),
];

/// Part of the file name of modules that are no token, and why.
const NO_TOKEN: [(&str, &str); 3] = [
    ("pkcs11-spy", "it writes every PIN that it hears into a log"),
    ("p11-kit-trust", "it holds certificates that are trusted, and no key"),
    ("gnome-keyring", "it belongs to a desktop session"),
];

/// What a network module is known as, judged by its file name.
pub fn network(file: &str) -> Option<&'static str> {
    let file = file.to_ascii_lowercase();
    NETWORK.iter().find(|(part, _)| file.contains(part)).map(|(_, title)| *title)
}

/// Why a module is no token at all and is never loaded, judged by its file name.
pub fn no_token(file: &str) -> Option<&'static str> {
    let file = file.to_ascii_lowercase();
    NO_TOKEN.iter().find(|(part, _)| file.contains(part)).map(|(_, reason)| *reason)
}

/// What people call a module, judged by its file name.
pub fn title(file: &str) -> Option<&'static str> {
    network(file).or_else(|| local(file).map(|known| known.title))
}

/// What is behind a module, judged by its file name.
pub fn kind(file: &str) -> ModuleKind {
    if let Some(known_as) = network(file) {
        return ModuleKind::Network { known_as };
    }
    local(file).map_or(ModuleKind::Token, |known| known.kind)
}

fn local(file: &str) -> Option<&'static Known> {
    let file = file.to_ascii_lowercase();
    KNOWN.iter().find(|known| file.contains(known.part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_modules_are_known_by_name_and_local_ones_are_not() {
        for (file, title) in [
            ("libcloudhsm_pkcs11.so", "AWS CloudHSM"),
            ("libCryptoki2_64.so", "Thales Luna"),
            ("libcs_pkcs11_R3.so", "Utimaco CryptoServer"),
            ("libcknfast.so", "Entrust nShield"),
            ("libkmsp11.so", "Google Cloud KMS"),
            ("libprimusP11.so", "Securosys Primus"),
            ("p11-kit-client.so", "a p11-kit server"),
        ] {
            assert_eq!(network(file), Some(title));
        }
    }

    #[test]
    fn every_known_local_module_is_found_by_its_own_name_and_is_of_no_network() {
        for known in KNOWN {
            for place in known.places {
                let file = place.rsplit('/').next().unwrap();
                assert_eq!(network(file), None, "{file}");
                assert_eq!(title(file), Some(known.title), "{file}");
            }
        }
    }
}
