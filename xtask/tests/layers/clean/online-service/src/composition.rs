use crate::adapters::sqlite;
