//! The committed declarations are what the generator writes, where the description is there.

use std::collections::BTreeMap;
use std::path::Path;

use upvest_codegen::{Description, Formatting, Layout, Names, Selection, format};

use crate::schema::text;

#[test]
fn the_declarations_are_what_the_generator_writes() {
    let Some(text) = text() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operations/declared");
    let committed: BTreeMap<String, String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();

    let description = Description::read(&text).unwrap();
    let mut names = Names::read(&committed["names.toml"]).unwrap();
    let generated = description.generate(&Selection::all(), Layout::Folder, &mut names).unwrap();
    assert_eq!(generated.unexpressed(), [""; 0]);
    let mut files = BTreeMap::from([("names.toml".to_owned(), names.to_toml())]);
    for (name, code) in generated.files() {
        match format(code, &folder) {
            Formatting::Formatted(code) => files.insert(name.clone(), code),
            Formatting::Failed(why) => return eprintln!("{why}: skipped."),
        };
    }
    assert_eq!(files.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, code) in &files {
        assert!(*code == committed[name], "{name} is not what the generator writes now");
    }
}
