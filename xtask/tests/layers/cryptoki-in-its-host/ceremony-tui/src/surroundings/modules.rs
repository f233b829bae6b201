fn is_a_module(path: &str) -> bool {
    cryptoki::context::Pkcs11::new(path).is_ok()
}
