use cryptoki::context::Pkcs11;
