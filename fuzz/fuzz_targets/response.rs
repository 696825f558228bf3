#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| upvest_tests::parsers::response(input));
