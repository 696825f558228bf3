//! Changes of what requests need: bodies, parameters, flags and scopes.

use serde_json::json;

use super::edit::{Object as _, add_value, remove_value};
use super::{Case, check_each};

#[test]
fn fields() {
    check_each(&[
        Case {
            change: "a required field is added",
            edit: |spec| {
                spec.body("create_rental").add("helmets", true, json!({"type": "integer"}));
            },
            findings: &["breaking field-added: pub struct CreateRental {"],
        },
        Case {
            change: "an optional field is added",
            edit: |spec| {
                spec.body("create_rental").add("helmets", false, json!({"type": "integer"}));
            },
            findings: &["additive field-added: pub struct CreateRental {"],
        },
        Case {
            change: "an optional field is removed",
            edit: |spec| spec.body("register_bicycle").remove("purchased_on"),
            findings: &["breaking field-removed: pub purchased_on: Option<Date>,"],
        },
        Case {
            change: "a required field is renamed",
            edit: |spec| spec.body("return_rental").rename("is_damaged", "damaged"),
            findings: &[
                "breaking field-added: pub struct ReturnRental {",
                "breaking field-removed: pub is_damaged: bool,",
            ],
        },
        Case {
            change: "an optional field becomes required",
            edit: |spec| spec.body("create_rental").require("contact"),
            findings: &["breaking field-required: pub contact: Option<Contact>,"],
        },
        Case {
            change: "a nullable field becomes required: `null` is sent",
            edit: |spec| spec.body("create_rental").require("note"),
            findings: &[],
        },
        Case {
            change: "a nullable field may not be null any more",
            edit: |spec| spec.body("create_rental").field("note")["nullable"] = false.into(),
            findings: &["breaking field-not-nullable: pub note: Option<String>,"],
        },
        Case {
            change: "a nullable field becomes required and may not be null any more",
            edit: |spec| {
                let body = spec.body("create_rental");
                body.field("note")["nullable"] = false.into();
                body.require("note");
            },
            findings: &["breaking field-required: pub note: Option<String>,"],
        },
        Case {
            change: "a required field becomes optional",
            edit: |spec| spec.body("create_rental").make_optional("deposit"),
            findings: &[],
        },
        Case {
            change: "a field of one part of an `allOf` becomes required",
            edit: |spec| spec.body("create_rental").field("contact")["allOf"][1].require("phone"),
            findings: &["breaking field-required: pub phone: Option<String>,"],
        },
        Case {
            change: "a field is removed from a type that responses have as well",
            edit: |spec| spec.each("Contact", |it| it["allOf"][0].remove("phone")),
            findings: &["breaking field-removed: pub phone: Option<String>,"],
        },
    ]);
}

#[test]
fn types() {
    check_each(&[
        Case {
            change: "an amount becomes an integer",
            edit: |spec| *spec.body("create_rental").field("deposit") = json!({"type": "integer"}),
            findings: &["breaking type-changed: pub deposit: Amount,"],
        },
        Case {
            change: "an amount becomes a decimal number",
            edit: |spec| {
                spec.body("create_rental").field("deposit")["pattern"] =
                    r"^[0-9]{1,9}(\.[0-9]{1,4})?$".into();
            },
            findings: &[],
        },
        Case {
            change: "an integer may be larger",
            edit: |spec| spec.body("update_station").field("docks")["maximum"] = 100_000.into(),
            findings: &[],
        },
        Case {
            change: "one value becomes a list",
            edit: |spec| {
                let ids = spec.body("create_rental").field("bicycle_id");
                *ids = json!({"type": "array", "items": ids.clone()});
            },
            findings: &["breaking type-changed: pub bicycle_id: BicycleId,"],
        },
        Case {
            change: "an enum gains a value",
            edit: |spec| add_value(spec.body("register_bicycle").field("frame_size"), "XL"),
            findings: &["additive value-added: pub enum FrameSize {"],
        },
        Case {
            change: "an enum loses a value",
            edit: |spec| remove_value(spec.body("register_bicycle").field("frame_size"), "L"),
            findings: &["breaking value-removed: L,"],
        },
        Case {
            change: "an alternative is removed",
            edit: |spec| {
                let payment = spec.body("create_rental").field("payment");
                payment["oneOf"].as_array_mut().unwrap().pop();
            },
            findings: &[r#"breaking alternative-removed: Account(AccountPayment) = "ACCOUNT","#],
        },
        Case {
            change: "an alternative is selected by another text",
            edit: |spec| {
                spec.each("Card payment", |it| {
                    it.field("type")["enum"] = json!(["CREDIT_CARD"]);
                });
            },
            findings: &[
                r#"additive alternative-added: pub enum Payment by "type" {"#,
                r#"breaking alternative-removed: Card(CardPayment) = "CARD","#,
            ],
        },
        Case {
            change: "an alternative needs a further field",
            edit: |spec| {
                spec.each("Card payment", |it| it.add("cvc", true, json!({"type": "string"})));
            },
            findings: &["breaking field-added: pub struct CardPayment {"],
        },
    ]);
}

#[test]
fn parameters() {
    check_each(&[
        Case {
            change: "an optional query parameter is added",
            edit: |spec| {
                spec.add_parameter("list_rentals", "bicycle_id", false, json!({"type": "string"}));
            },
            findings: &["additive parameter-added: pub struct ListRentals {"],
        },
        Case {
            change: "a required query parameter is added",
            edit: |spec| {
                spec.add_parameter("list_rentals", "bicycle_id", true, json!({"type": "string"}));
            },
            findings: &["breaking parameter-added: pub struct ListRentals {"],
        },
        Case {
            change: "a query parameter becomes required",
            edit: |spec| spec.parameter("list_rentals", "start_date")["required"] = true.into(),
            findings: &["breaking parameter-required: pub start_date: Option<Date>,"],
        },
        Case {
            change: "a query parameter becomes optional",
            edit: |spec| spec.parameter("list_rentals", "rider_id")["required"] = false.into(),
            findings: &[],
        },
        Case {
            change: "a query parameter is removed",
            edit: |spec| spec.remove_parameter("list_stations", "sort"),
            findings: &["breaking parameter-removed: pub sort: Option<String>,"],
        },
        Case {
            change: "a query parameter of a flattened part is removed",
            edit: |spec| spec.remove_parameter("list_rentals", "offset"),
            findings: &["breaking parameter-removed: pub offset: Option<u32>,"],
        },
        Case {
            change: "a query parameter is renamed",
            edit: |spec| spec.parameter("list_rentals", "end_date")["name"] = "until".into(),
            findings: &[
                "additive parameter-added: pub struct ListRentals {",
                "breaking parameter-removed: pub end_date: Option<Date>,",
            ],
        },
        Case {
            change: "a query parameter is an integer",
            edit: |spec| {
                spec.parameter("list_rentals", "rider_id")["schema"] = json!({"type": "integer"});
            },
            findings: &["breaking type-changed: pub rider_id: Uuid,"],
        },
        Case {
            change: "a list in a query becomes one value",
            edit: |spec| {
                let schema = &mut spec.parameter("list_stations", "features")["schema"];
                *schema = schema["items"].clone();
            },
            findings: &["breaking type-changed: pub features: Option<CommaSeparated<Feature>>,"],
        },
        Case {
            change: "a query parameter has other values",
            edit: |spec| {
                remove_value(&mut spec.parameter("list_rentals", "status")["schema"], "ACTIVE");
            },
            findings: &[r#"breaking value-removed: Active = "ACTIVE","#],
        },
        Case {
            change: "an operation without a query gains one",
            edit: |spec| {
                spec.add_parameter("get_bicycle", "language", false, json!({"type": "string"}));
            },
            findings: &[
                "additive parameter-added: fn get_bicycle(&self, bicycle_id: BicycleId) -> \
                 Call<Bicycle>;",
            ],
        },
        Case {
            change: "the placeholder of two operations is an integer",
            edit: |spec| {
                let (_, path) = spec.path("get_bicycle");
                path["parameters"][0]["schema"] = json!({"type": "integer"});
            },
            findings: &[
                "breaking type-changed: fn get_bicycle(&self, bicycle_id: BicycleId) -> \
                 Call<Bicycle>;",
                "breaking type-changed: fn retire_bicycle(&self, bicycle_id: BicycleId) -> Call<()>;",
            ],
        },
        Case {
            change: "an operation needs a header",
            edit: |spec| {
                let header = json!({
                    "name": "rider-token", "in": "header", "required": true,
                    "schema": {"type": "string"},
                });
                spec.operation("retire_bicycle")["parameters"] = json!([header]);
            },
            findings: &[
                "breaking parameter-added: fn retire_bicycle(&self, bicycle_id: BicycleId) -> \
                 Call<()>;",
            ],
        },
    ]);
}
