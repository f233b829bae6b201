use shared::time::UnixTime;

fn step(now: UnixTime) {}
