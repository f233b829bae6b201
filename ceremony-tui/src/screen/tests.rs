//! The screen without a terminal: every screen as it is drawn, and what keys do on it.

mod keys;
mod random;
mod screens;
mod stage;

use super::event::{Command, Event};
use super::model::Size;
