mod adapters;

fn main() {
    adapters::sqlite::open();
}
