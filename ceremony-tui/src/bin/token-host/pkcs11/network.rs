//! Modules that are known to talk to a key store on a network.

/// Part of the file name, and what the module is known as.
const KNOWN: [(&str, &str); 20] = [
    ("cloudhsm", "AWS CloudHSM"),
    ("aws_kms", "AWS KMS"),
    ("kmsp11", "Google Cloud KMS"),
    ("akv", "Azure Key Vault"),
    ("azure", "Azure Key Vault"),
    ("keyvault", "Azure Key Vault"),
    ("cryptoki2", "Thales Luna"),
    ("luna", "Thales Luna"),
    ("dpod", "Thales Data Protection on Demand"),
    ("cs_pkcs11", "Utimaco CryptoServer"),
    ("utimaco", "Utimaco"),
    ("cknfast", "Entrust nShield"),
    ("primus", "Securosys Primus"),
    ("fortanix", "Fortanix"),
    ("kmip", "a KMIP server"),
    ("pkcs11-proxy", "pkcs11-proxy"),
    ("p11-kit-client", "a p11-kit server"),
    ("nethsm", "Nitrokey NetHSM"),
    ("openbao", "OpenBao"),
    ("vault-pkcs11", "HashiCorp Vault"),
];

/// What network key store the module belongs to, judged by its file name and by the name that links lead to.
pub(super) fn known_as(module: &str) -> Option<&'static str> {
    let resolved = std::fs::canonicalize(module).unwrap_or_else(|_| module.into());
    [std::path::Path::new(module), &resolved].into_iter().find_map(|path| {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        KNOWN.iter().find(|(part, _)| name.contains(part)).map(|(_, title)| *title)
    })
}

#[cfg(test)]
mod tests {
    use super::known_as;

    #[test]
    fn network_modules_are_known_by_name_and_local_ones_are_not() {
        assert_eq!(known_as("/opt/cloudhsm/lib/libcloudhsm_pkcs11.so"), Some("AWS CloudHSM"));
        assert_eq!(known_as("/usr/safenet/libCryptoki2_64.so"), Some("Thales Luna"));
        for local in ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/opensc-pkcs11.so", "/usr/lib/libykcs11.so"]
        {
            assert_eq!(known_as(local), None);
        }
    }

    #[test]
    fn a_link_does_not_hide_a_network_module() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("libnethsm.so");
        std::fs::write(&real, b"").unwrap();
        let link = folder.path().join("token.so");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert_eq!(known_as(link.to_str().unwrap()), Some("Nitrokey NetHSM"));
    }
}
