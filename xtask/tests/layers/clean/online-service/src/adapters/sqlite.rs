use crate::adapters::age;
use rusqlite::Connection;
