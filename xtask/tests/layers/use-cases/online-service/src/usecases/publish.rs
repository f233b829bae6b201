use super::super::http::Answer;
use rusqlite::Connection;

fn publish(catalog: &Connection) -> Answer {}
