fn sign(front: &mut dyn crate::runner::Front) {}
