//! Four clients of other people judge what the service publishes, over HTTP.

mod bins;
mod schemes;
