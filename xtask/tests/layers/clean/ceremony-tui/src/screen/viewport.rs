use crate::runner::Ports;
