//! No field of the description is left out of the comparison.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check;
use super::edit::{Object as _, Spec};

/// The titles of objects with the names of their fields, each once.
fn fields(value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(object) => {
            if let (Some(Value::String(title)), Some(Value::Object(properties))) =
                (object.get("title"), object.get("properties"))
            {
                found.extend(properties.keys().map(|name| (title.clone(), name.clone())));
            }
            object.values().for_each(|inner| fields(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, found)),
        _ => {}
    }
}

/// The fields that requests and responses have in common, and that the declarations compare.
const ECHOES: [&str; 3] = ["currency", "deposit", "price_per_hour"];

#[test]
fn a_renamed_field_is_one_that_is_added_and_one_that_is_removed() {
    let mut all = BTreeSet::new();
    for part in ["paths", "x-webhooks"] {
        fields(&Spec::bicycles().0[part], &mut all);
    }
    // Pages and events have an envelope, which no declaration has.
    all.retain(|(title, _)| !title.contains("List") && !title.starts_with("Webhook"));
    assert_eq!(all.len(), 80);
    for (title, name) in all {
        let mut spec = Spec::bicycles();
        spec.each(&title, |schema| {
            if schema["required"].is_null() {
                schema["required"] = Value::Array(Vec::new());
            }
            schema.rename(&name, "renamed");
        });
        let report = check(&spec);
        let mut kinds: Vec<&str> =
            report.drifts().iter().map(|drift| drift.kind().as_str()).collect();
        kinds.sort_unstable();
        // What was compared with the response is not in both any more.
        let is_echo =
            ECHOES.contains(&name.as_str()) && title != "Receipt" && title != "Receipt line";
        let expected: &[&str] = if is_echo {
            &["echo-removed", "field-added", "field-removed"]
        } else {
            &["field-added", "field-removed"]
        };
        assert_eq!(kinds, expected, "{title} {name}\n{report}");
        assert!(report.drifts().iter().any(|drift| drift.message().ends_with("`renamed`")));
    }
}
