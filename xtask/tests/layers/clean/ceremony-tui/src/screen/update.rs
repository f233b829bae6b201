use crate::machine;
