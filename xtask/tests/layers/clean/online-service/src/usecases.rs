use crate::ports::Catalog;
