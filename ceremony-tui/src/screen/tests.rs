//! The screen without a terminal: every screen as it is drawn, and what keys do on it.

mod keys;
mod random;
mod screens;
mod stage;

use super::model::Size;
use super::update::{Command, Event};
