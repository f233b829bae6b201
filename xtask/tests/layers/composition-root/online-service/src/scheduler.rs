fn renew() {
    crate::adapters::sqlite::open();
}
