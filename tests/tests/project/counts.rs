//! `tests/examples/counts`: what it reads from a profile, and when it complains.

#[path = "../../examples/counts/callgrind.rs"]
#[expect(dead_code, reason = "nothing is run here")]
mod callgrind;
#[path = "../../examples/counts/pins.rs"]
#[expect(dead_code, reason = "nothing is pinned here")]
mod pins;

use std::path::Path;

use callgrind::{Functions, read};
use pins::{Counts, Pins};

#[test]
fn a_profile_counts_the_rust_functions_of_the_program_alone() {
    let profile = "\
events: Ir

ob=/target/counts
fl=/src/call.rs
fn=upvest_core::call::send
16 10
fi=/src/inlined.rs
20 5
fe=/src/call.rs
cob=/lib/libc.so.6
cfn=malloc
calls=2 0
17 400
18 1

fn=<core::str::Chars as core::iter::Iterator>::next
3 7

fn=aws_lc_0_47_0_bignum_mul_p521
3 900

fn=memchr::arch::x86_64::find
3 900

fn=<&mut tokio::net::TcpStream as tokio::io::AsyncRead>::poll_read
3 900

fn=<upvest_sandbox::Wire as tokio::io::AsyncRead>::poll_read
3 30

ob=/lib/libc.so.6
fn=std::looks_like_rust
4 900

ob=/target/counts
fn=upvest_core::call::send
19 100

totals: 4123
";
    let functions = read(profile, Path::new("/target/counts"));
    let expected = [
        ("<core::str::Chars as core::iter::Iterator>::next", 7),
        ("<upvest_sandbox::Wire as tokio::io::AsyncRead>::poll_read", 30),
        ("upvest_core::call::send", 116),
    ];
    assert_eq!(functions, functions_of(&expected));
}

fn functions_of(functions: &[(&str, u64)]) -> Functions {
    functions.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

fn counts(functions: &[(&str, u64)], allocations: u64) -> Counts {
    Counts::between(&Functions::new(), &functions_of(functions), 1, [allocations, 1_000])
}

#[test]
fn what_one_run_takes_is_the_difference() {
    let once = functions_of(&[("a::start", 1_000), ("a::work", 50)]);
    let often = functions_of(&[("a::start", 1_000), ("a::work", 250), ("a::grow", 20)]);
    let counts = Counts::between(&once, &often, 10, [30, 640]);
    assert_eq!((counts.instructions, counts.allocations, counts.bytes), (22, 3, 64));
    assert_eq!(counts.functions, functions_of(&[("a::work", 20), ("a::grow", 2)]));
}

#[test]
fn growth_names_the_functions_that_grew() {
    let pinned = counts(&[("a::send", 900), ("a::sign", 100)], 100);
    let within = counts(&[("a::send", 905), ("a::sign", 105)], 100);
    assert_eq!((within.growth(&pinned), within.decline(&pinned)), (None, None));
    let grown = counts(&[("a::send", 905), ("a::sign", 106)], 101);
    assert_eq!(
        grown.growth(&pinned).unwrap(),
        "  instructions: 1011, pinned 1000 (+1.1 %)\n  \
         allocations: 101, pinned 100 (+1.0 %)\n  \
         +6 in a::sign (100 to 106)\n  \
         +5 in a::send (900 to 905)\n"
    );
    let other = counts(&[("a::send", 904), ("a::sign", 106)], 102);
    let lower = grown.lower(other);
    assert_eq!((lower.instructions, lower.allocations), (1010, 101));
    let new = counts(&[("a::send", 900), ("a::sign", 100), ("a::copy", 40)], 100);
    assert!(new.growth(&pinned).unwrap().contains("+40 in a::copy (0 to 40)"));
}

#[test]
fn a_decline_asks_for_a_lower_pin() {
    let pinned = counts(&[("a::send", 1_000)], 100);
    let lower = counts(&[("a::send", 989)], 98);
    assert_eq!(lower.growth(&pinned), None);
    assert_eq!(
        lower.decline(&pinned).unwrap(),
        "  instructions: 989, pinned 1000 (-1.1 %)\n  allocations: 98, pinned 100 (-2.0 %)\n"
    );
    assert_eq!(counts(&[("a::send", 990)], 99).decline(&pinned), None);
}

#[test]
fn each_pin_names_its_functions() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/counts/pins.json");
    let pins = Pins::read(&file);
    assert!(pins.compiler.starts_with("rustc 1."), "{}", pins.compiler);
    assert!(pins.scenarios.len() >= 11);
    for (name, counts) in &pins.scenarios {
        let named: u64 = counts.functions.values().sum();
        assert!(named * 10 > counts.instructions * 7, "{name}: {named}");
        assert!(counts.allocations > 0 && counts.bytes > 0, "{name}");
    }
}
