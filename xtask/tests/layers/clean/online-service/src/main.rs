mod adapters;
mod composition;
mod usecases;

fn main() {
    crate::adapters::sqlite::open();
}
