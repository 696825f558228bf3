//! The code that writes code: the macro, as a function, and the generator.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;

use proc_macro2::TokenStream;
use upvest_codegen::{Description, Layout, Names, Selection};
use upvest_tests::{data, root};

use super::Work;
use crate::driver;

pub fn expansion() -> Option<Work> {
    let mut declaration = "pub trait Hundred {".to_owned();
    for number in 0..50 {
        write!(
            declaration,
            "/// Creates a thing.
             #[endpoint(POST, \"/groups/{{group_id}}/things_{number}\", idempotent, signed)]
             fn create_{number}(&self, group_id: GroupId, body: &CreateThing) -> IdempotentCall<Thing>;
             /// Lists things.
             #[endpoint(GET, \"/groups/{{group_id}}/things_{number}\", signed, scope = \"things:read\")]
             fn list_{number}(&self, group_id: GroupId, query: &Paging) -> Call<Page<Thing>>;"
        )
        .expect("memory");
    }
    declaration.push('}');
    let item: TokenStream = declaration.parse().expect("a trait");
    let arguments: TokenStream = "scope = \"things:admin\"".parse().expect("arguments");
    let expanded = driver::api(arguments.clone(), item.clone()).to_string();
    assert!(!expanded.contains("compile_error"), "{expanded}");
    Some(Box::new(move || drop(black_box(driver::api(arguments.clone(), item.clone())))))
}

pub fn bicycles() -> Option<Work> {
    generate(data("codegen/bicycles.yaml"))
}

/// Upvest's document is not part of the repository: `UPVEST_OPENAPI` is its path.
pub fn upvest() -> Option<Work> {
    let path = std::env::var_os("UPVEST_OPENAPI")
        .map_or_else(|| root().join("../shared/facts/upvest-openapi-1.9.0.yaml"), PathBuf::from);
    generate(path)
}

fn generate(description: PathBuf) -> Option<Work> {
    let text = std::fs::read_to_string(description).ok()?;
    Some(Box::new(move || {
        let description = Description::read(black_box(&text)).expect("a description");
        let mut names = Names::default();
        let generated = description.generate(&Selection::all(), Layout::Folder, &mut names);
        black_box(generated.expect("declarations"));
    }))
}
