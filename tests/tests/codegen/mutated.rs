//! Descriptions with mistakes: each is an error, or its declarations agree with it.

use std::panic::catch_unwind;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use upvest_codegen::{Description, Layout, Names, Selection, Source};
use upvest_tests::data;

/// The places of all values in a document, as JSON pointers.
fn places(value: &Value, place: &str, all: &mut Vec<String>) {
    all.push(place.to_owned());
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{place}/{name}"), all);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{place}/{index}"), all);
            }
        }
        _ => {}
    }
}

/// Replaces, copies or removes one value.
fn mutate(document: &mut Value, random: &mut StdRng) -> String {
    let mut all = Vec::new();
    places(document, "", &mut all);
    let (place, other) = (all.choose(random).unwrap(), all.choose(random).unwrap());
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(""),
        json!("type"),
        json!("Ä b\n\"c\\*/"),
        json!([]),
        json!({}),
        json!("string"),
        json!(["string", "null"]),
        json!({ "$ref": "#/components/parameters/limit" }),
        json!({ "type": "object", "properties": { "self": {}, "Self": {} }, "required": ["x"] }),
    ];
    let new = match random.random_range(0..3) {
        0 => document.pointer(other).unwrap().clone(),
        _ => odd.choose(random).unwrap().clone(),
    };
    let (owner, name) = place.rsplit_once('/').unwrap_or(("", ""));
    let name = name.replace("~1", "/").replace("~0", "~");
    let what = format!("{place}: {new}");
    match document.pointer_mut(owner) {
        Some(Value::Object(object)) if random.random_range(0..4) == 0 => {
            object.remove(&name);
            return format!("{place}: removed");
        }
        // Under another name.
        Some(Value::Object(object)) if random.random_range(0..4) == 0 => {
            object.insert(format!("{name}-2"), new);
        }
        _ => *document.pointer_mut(place).unwrap() = new,
    }
    what
}

/// Generates and checks what was generated. Returns whether there was anything to generate.
fn run(text: &str) -> Result<bool, String> {
    let Ok(description) = Description::read(text) else { return Ok(false) };
    let mut names = Names::default();
    let generated = match description.generate(&Selection::all(), Layout::Folder, &mut names) {
        Ok(generated) => generated,
        Err(error) => return Err(error.to_string()),
    };
    let files = generated.files().iter();
    let sources: Vec<Source> = files.map(|(name, code)| Source::new(name, code)).collect();
    let report = description.check(&sources).map_err(|error| error.to_string())?;
    match report.drifts() {
        [] => Ok(true),
        _ => Err(report.to_string()),
    }
}

#[test]
fn a_description_with_mistakes_is_an_error_or_its_declarations_agree() {
    let count = std::env::var("UPVEST_MUTATIONS").map_or(100, |count| count.parse().unwrap());
    let seed = std::env::var("UPVEST_SEED").map_or(7, |seed| seed.parse().unwrap());
    let mut random = StdRng::seed_from_u64(seed);
    let text = std::fs::read_to_string(data("codegen/bicycles.yaml")).unwrap();
    let original: Value = serde_saphyr::from_str(&text).unwrap();
    let mut generated = 0;
    for _ in 0..count {
        let mut document = original.clone();
        let changes: Vec<String> =
            (0..random.random_range(1..=3)).map(|_| mutate(&mut document, &mut random)).collect();
        let text = document.to_string();
        match catch_unwind(|| run(&text)) {
            Ok(Ok(is_generated)) => generated += usize::from(is_generated),
            Ok(Err(why)) => panic!("{changes:#?}\n{why}"),
            Err(_) => panic!("{changes:#?}\nit panicked"),
        }
    }
    println!("UPVEST_SEED={seed}: {generated} of {count} were generated");
    assert!(generated > count / 3);
}
