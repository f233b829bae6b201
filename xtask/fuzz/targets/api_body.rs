//! The bodies of the API: a stranger gets a short refusal, never a panic. The first byte, a digit in
//! the seeds, chooses the endpoint.
#![no_main]

use libfuzzer_sys::fuzz_target;
use online_service::ApiBody;

/// A hundred faults, each with a shortened input.
const LONGEST_ANSWER: u64 = 512 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let Some((chosen, bytes)) = bytes.split_first() else { return };
    let body = ApiBody::ALL[usize::from(chosen.wrapping_sub(b'0')) % ApiBody::ALL.len()];
    if let Err(refused) = body.check(bytes) {
        assert_eq!(refused.status, 422, "{body:?}");
        assert!(refused.bytes <= LONGEST_ANSWER, "{body:?}: {} bytes", refused.bytes);
    }
});
