fn is_expired(expiry: i64) -> bool {
    expiry < std::time::SystemTime::now()
}
