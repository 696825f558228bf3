//! Changes of operations: methods, paths, flags, scopes and events.

use serde_json::json;

use super::edit::{Object as _, add_value, remove_value};
use super::{Case, check_each};

#[test]
fn methods_and_paths() {
    check_each(&[
        Case {
            change: "an operation is removed",
            edit: |spec| {
                spec.path("retire_bicycle").1.remove("delete");
            },
            findings: &[
                r#"breaking operation-removed: #[endpoint(DELETE, "/bicycles/{bicycle_id}", signed)]"#,
            ],
        },
        Case {
            change: "an operation of a declared tag is added",
            edit: |spec| {
                let mut operation = spec.operation("get_bicycle").clone();
                operation["operationId"] = "get_bicycle_history".into();
                spec.0["paths"]["/bicycles/{bicycle_id}/history"] = json!({"get": operation});
            },
            findings: &["additive operation-added: pub trait Bicycles: Send + Sync {"],
        },
        Case {
            change: "an operation of another tag is added",
            edit: |spec| {
                let mut operation = spec.operation("get_bicycle").clone();
                operation["operationId"] = "get_bicycle_history".into();
                operation["tags"] = json!(["History"]);
                spec.0["paths"]["/bicycles/{bicycle_id}/history"] = json!({"get": operation});
            },
            findings: &[],
        },
        Case {
            change: "the path is another one, the id is the name of the method",
            edit: |spec| spec.move_to("return_rental", "post", "/returns/{rental_id}"),
            findings: &[
                r#"breaking operation-moved: #[endpoint(POST, "/rentals/{rental_id}/return", idempotent, signed)]"#,
            ],
        },
        Case {
            change: "the path is another one with the same end, the id is new",
            edit: |spec| {
                spec.move_to("return_rental", "post", "/v2/rentals/{rental_id}/return");
                spec.operation("return_rental")["operationId"] = "end_rental".into();
            },
            findings: &[
                r#"breaking operation-moved: #[endpoint(POST, "/rentals/{rental_id}/return", idempotent, signed)]"#,
            ],
        },
        Case {
            change: "the method is another one",
            edit: |spec| {
                spec.move_to("update_station", "put", "/stations/{station_id}");
                spec.operation("update_station")["operationId"] = "replace_station".into();
            },
            findings: &[
                r#"breaking operation-moved: #[endpoint(PATCH, "/stations/{station_id}", signed, scope = "stations:admin")]"#,
            ],
        },
        Case {
            change: "a placeholder has another name",
            edit: |spec| {
                let (template, path) = spec.path("return_rental");
                let mut path = path.clone();
                path["parameters"][0]["name"] = "id".into();
                let paths = spec.0["paths"].as_object_mut().unwrap();
                paths.remove(&template).unwrap();
                paths.insert(template.replace("rental_id", "id"), path.into());
            },
            findings: &[],
        },
        Case {
            change: "an operation has another id",
            edit: |spec| spec.operation("get_bicycle")["operationId"] = "retrieve_bicycle".into(),
            findings: &[],
        },
    ]);
}

#[test]
fn flags() {
    check_each(&[
        Case {
            change: "an operation needs an idempotency key",
            edit: |spec| {
                let key = json!([{"$ref": "#/components/parameters/idempotencyKey"}]);
                spec.operation("update_station")["parameters"] = key;
            },
            findings: &[
                r#"breaking flag-changed: #[endpoint(PATCH, "/stations/{station_id}", signed, scope = "stations:admin")]"#,
            ],
        },
        Case {
            change: "an operation takes no idempotency key any more",
            edit: |spec| spec.remove_parameter("return_rental", "idempotencyKey"),
            findings: &[
                r#"breaking flag-changed: #[endpoint(POST, "/rentals/{rental_id}/return", idempotent, signed)]"#,
            ],
        },
        Case {
            change: "an operation needs no signature any more",
            edit: |spec| spec.remove_parameter("get_station", "signature"),
            findings: &[
                r#"additive flag-changed: #[endpoint(GET, "/stations/{station_id}", signed)]"#,
            ],
        },
        Case {
            change: "an operation needs no access token any more",
            edit: |spec| spec.operation("get_bicycle")["security"] = json!([]),
            findings: &[
                r#"additive scope-changed: #[endpoint(GET, "/bicycles/{bicycle_id}", signed, scope = ["bicycles:read", "bicycles:admin"])]"#,
            ],
        },
        Case {
            change: "a body becomes a form",
            edit: |spec| {
                let content = &mut spec.operation("return_rental")["requestBody"]["content"];
                let media = content["application/json"].take();
                *content = json!({"application/x-www-form-urlencoded": media});
            },
            findings: &[
                r#"breaking operation-removed: #[endpoint(POST, "/rentals/{rental_id}/return", idempotent, signed)]"#,
            ],
        },
        Case {
            change: "an operation needs another scope",
            edit: |spec| {
                spec.operation("retire_bicycle")["security"] =
                    json!([{"oauth-client-credentials": ["bicycles:retire"]}]);
            },
            findings: &[
                r#"breaking scope-changed: #[endpoint(DELETE, "/bicycles/{bicycle_id}", signed)]"#,
            ],
        },
        Case {
            change: "a further scope is enough",
            edit: |spec| {
                spec.operation("retire_bicycle")["security"] =
                    json!([{"oauth-client-credentials": ["bicycles:admin", "fleet:admin"]}]);
            },
            findings: &[
                r#"additive scope-changed: #[endpoint(DELETE, "/bicycles/{bicycle_id}", signed)]"#,
            ],
        },
        Case {
            change: "one of two scopes is not enough any more",
            edit: |spec| {
                spec.operation("get_station")["security"] =
                    json!([{"oauth-client-credentials": ["stations:read"]}]);
            },
            findings: &[
                r#"breaking scope-changed: #[endpoint(GET, "/stations/{station_id}", signed)]"#,
            ],
        },
        Case {
            change: "the scopes have another order",
            edit: |spec| {
                spec.operation("get_station")["security"] =
                    json!([{"oauth-client-credentials": ["stations:admin", "stations:read"]}]);
            },
            findings: &[],
        },
    ]);
}

#[test]
fn events() {
    check_each(&[
        Case {
            change: "an event type is added",
            edit: |spec| add_value(spec.event("rental_event").field("type"), "RENTAL.EXTENDED"),
            findings: &["additive event-added: pub enum BicycleEvent {"],
        },
        Case {
            change: "an event type is removed",
            edit: |spec| remove_value(spec.event("rental_event").field("type"), "RENTAL.CANCELLED"),
            findings: &[],
        },
        Case {
            change: "a category is added",
            edit: |spec| {
                let mut webhook = spec.0["x-webhooks"]["Rental events"].clone();
                webhook["post"]["operationId"] = "rider_event".into();
                spec.0["x-webhooks"]["Rider events"] = webhook;
                let event = spec.event("rider_event");
                event.field("type")["enum"] = json!(["RIDER.CREATED"]);
            },
            findings: &[],
        },
        Case {
            change: "the object of an event lacks a field",
            edit: |spec| spec.event("bicycle_event").field("object").remove("drive"),
            findings: &["breaking field-removed: pub drive: Drive,"],
        },
        Case {
            change: "the object of an event is another one",
            edit: |spec| *spec.event("bicycle_event").field("object") = json!({"type": "string"}),
            findings: &[
                r#"breaking type-changed: Registered(Bicycle) = "BICYCLE.REGISTERED","#,
                r#"breaking type-changed: Retired(Bicycle) = "BICYCLE.RETIRED","#,
            ],
        },
    ]);
}
