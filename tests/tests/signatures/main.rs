//! Tests of signatures: key formats, and the vectors of Upvest's packages and of Wycheproof.

mod keys;
mod vectors;
mod wycheproof;
