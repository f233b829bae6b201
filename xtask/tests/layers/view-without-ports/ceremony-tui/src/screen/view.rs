use crate::{machine::Machine, token::TokenBroker};

fn draw(machine: &Machine, tokens: &mut dyn TokenBroker) {}
