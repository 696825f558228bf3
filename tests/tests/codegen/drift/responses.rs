//! Changes of what responses have.

use serde_json::json;

use super::edit::{Object as _, add_value, remove_value};
use super::{Case, check_each};

#[test]
fn fields() {
    check_each(&[
        Case {
            change: "an optional field is added",
            edit: |spec| {
                spec.each("Station", |it| it.add("phone", false, json!({"type": "string"})))
            },
            findings: &["additive field-added: pub struct Station {"],
        },
        Case {
            change: "a required field is added, in five places",
            edit: |spec| {
                spec.each("Rental", |it| it.add("level", true, json!({"type": "integer"})))
            },
            findings: &["additive field-added: pub struct Rental {"],
        },
        Case {
            change: "a required field is removed",
            edit: |spec| spec.each("Station", |it| it.remove("latitude")),
            findings: &["breaking field-removed: pub latitude: f64,"],
        },
        Case {
            change: "an optional field is removed",
            edit: |spec| spec.each("Rental", |it| it.remove("price")),
            findings: &["additive field-removed: pub price: Option<Amount>,"],
        },
        Case {
            change: "a field with a default is removed",
            edit: |spec| spec.each("Station", |it| it.remove("metadata")),
            findings: &["additive field-removed: pub metadata: Map<String, Value>,"],
        },
        Case {
            change: "a field is renamed",
            edit: |spec| spec.each("Bicycle", |it| it.rename("status", "state")),
            findings: &[
                "additive field-added: pub struct Bicycle {",
                "breaking field-removed: pub status: BicycleStatus,",
            ],
        },
        Case {
            change: "a field that a list alone has is renamed",
            edit: |spec| spec.each("Receipt line", |it| it.rename("type", "kind")),
            findings: &[
                "additive field-added: pub struct ReceiptLine {",
                "breaking field-removed: pub kind: LineKind,",
            ],
        },
        Case {
            change: "a required field becomes optional",
            edit: |spec| spec.each("Station", |it| it.make_optional("country")),
            findings: &["breaking field-optional: pub country: CountryCode,"],
        },
        Case {
            change: "a required field becomes nullable",
            edit: |spec| spec.each("Receipt", |it| it.field("total")["nullable"] = true.into()),
            findings: &["breaking field-optional: pub total: Amount,"],
        },
        Case {
            change: "a required field becomes optional and nullable",
            edit: |spec| {
                spec.each("Receipt", |it| {
                    it.field("total")["nullable"] = true.into();
                    it.make_optional("total");
                });
            },
            findings: &["breaking field-optional: pub total: Amount,"],
        },
        Case {
            change: "an optional field becomes required",
            edit: |spec| spec.each("Rental", |it| it.require("price")),
            findings: &[],
        },
        Case {
            change: "a nullable field is never null any more",
            edit: |spec| {
                spec.each("Station", |it| it.field("closed_on")["nullable"] = false.into())
            },
            findings: &[],
        },
        Case {
            change: "a field with a default becomes nullable",
            edit: |spec| spec.each("Station", |it| it.field("metadata")["nullable"] = true.into()),
            findings: &[],
        },
        Case {
            change: "the items of a list become nullable",
            edit: |spec| {
                spec.each("Station", |it| it.field("features")["items"]["nullable"] = true.into());
            },
            findings: &["breaking field-optional: pub features: Vec<Feature>,"],
        },
    ]);
}

#[test]
fn types() {
    check_each(&[
        Case {
            change: "an integer becomes a text",
            edit: |spec| spec.each("Station", |it| *it.field("docks") = json!({"type": "string"})),
            findings: &["breaking type-changed: pub docks: u16,"],
        },
        Case {
            change: "an integer grows beyond the declared type",
            edit: |spec| spec.each("Station", |it| it.field("docks")["maximum"] = 100_000.into()),
            findings: &["breaking type-changed: pub docks: u16,"],
        },
        Case {
            change: "an integer grows within the declared type",
            edit: |spec| spec.each("Station", |it| it.field("docks")["maximum"] = 60_000.into()),
            findings: &[],
        },
        Case {
            change: "a date becomes a timestamp",
            edit: |spec| {
                spec.each("Station", |it| it.field("opened_on")["format"] = "date-time".into());
            },
            findings: &["breaking type-changed: pub opened_on: Date,"],
        },
        Case {
            change: "an amount becomes a decimal number",
            edit: |spec| {
                spec.each("Bicycle", |it| {
                    it.field("price_per_hour")["pattern"] = r"^[0-9]{1,9}(\.[0-9]{1,4})?$".into();
                });
            },
            findings: &["breaking type-changed: pub price_per_hour: Amount,"],
        },
        Case {
            change: "a decimal number becomes an amount",
            edit: |spec| {
                spec.each("Rental", |it| {
                    it.field("distance_km")["pattern"] = r"^[0-9]{1,9}(\.[0-9]{2})?$".into();
                });
            },
            findings: &[],
        },
        Case {
            change: "a decimal number in a string becomes a number",
            edit: |spec| {
                spec.each("Rental", |it| *it.field("distance_km") = json!({"type": "number"}));
            },
            findings: &["breaking type-changed: pub distance_km: Option<Decimal>,"],
        },
        Case {
            change: "an id becomes any text",
            edit: |spec| {
                spec.each("Rental", |it| *it.field("bicycle_id") = json!({"type": "string"}))
            },
            findings: &["breaking type-changed: pub bicycle_id: BicycleId,"],
        },
        Case {
            change: "a text becomes an id",
            edit: |spec| {
                spec.each("Bicycle", |it| it.field("frame_number")["format"] = "uuid".into())
            },
            findings: &[],
        },
        Case {
            change: "a list becomes one value",
            edit: |spec| {
                spec.each("Station", |it| *it.field("features") = it.field("type").clone())
            },
            findings: &["breaking type-changed: pub features: Vec<Feature>,"],
        },
        Case {
            change: "an object becomes a text",
            edit: |spec| spec.each("Rental", |it| *it.field("contact") = json!({"type": "string"})),
            findings: &["breaking type-changed: pub contact: Option<Contact>,"],
        },
        Case {
            change: "the values of a map become numbers",
            edit: |spec| {
                spec.each("Station", |it| {
                    it.field("opening_hours")["additionalProperties"] = json!({"type": "number"});
                });
            },
            findings: &["breaking type-changed: pub opening_hours: BTreeMap<String, String>,"],
        },
        Case {
            change: "a free object becomes a list",
            edit: |spec| {
                spec.each("Station", |it| *it.field("metadata") = json!({"type": "array"}))
            },
            findings: &["breaking type-changed: pub metadata: Map<String, Value>,"],
        },
        Case {
            change: "a free object becomes one with fields",
            edit: |spec| {
                spec.each("Station", |it| {
                    it.field("metadata")["properties"] = json!({"contract": {"type": "string"}});
                });
            },
            findings: &[],
        },
        Case {
            change: "a type is not described any more",
            edit: |spec| spec.each("Station", |it| *it.field("docks") = json!({})),
            findings: &[],
        },
    ]);
}

#[test]
fn enums() {
    check_each(&[
        Case {
            change: "an open enum gains a value",
            edit: |spec| spec.each("Bicycle", |it| add_value(it.field("status"), "STOLEN")),
            findings: &["additive value-added: pub enum BicycleStatus {"],
        },
        Case {
            change: "a closed enum gains a value",
            edit: |spec| spec.each("Bicycle", |it| add_value(it.field("frame_size"), "XL")),
            findings: &["breaking value-added: pub enum FrameSize {"],
        },
        Case {
            change: "an enum loses a value",
            edit: |spec| spec.each("Bicycle", |it| remove_value(it.field("status"), "RETIRED")),
            findings: &[],
        },
        Case {
            change: "an open enum becomes any text",
            edit: |spec| spec.each("Bicycle", |it| *it.field("status") = json!({"type": "string"})),
            findings: &[],
        },
        Case {
            change: "a closed enum becomes any text",
            edit: |spec| {
                spec.each("Bicycle", |it| *it.field("frame_size") = json!({"type": "string"}));
            },
            findings: &["breaking type-changed: pub frame_size: FrameSize,"],
        },
        Case {
            change: "a currency is added",
            edit: |spec| spec.each("Rental", |it| add_value(it.field("currency"), "SEK")),
            findings: &[],
        },
    ]);
}

#[test]
fn alternatives() {
    check_each(&[
        Case {
            change: "an alternative that a field selects is added, in requests and responses",
            edit: |spec| {
                spec.each("Payment", |it| {
                    let mut voucher = it["oneOf"][0].clone();
                    voucher["title"] = "Voucher".into();
                    *voucher.field("type") = json!({"type": "string", "enum": ["VOUCHER"]});
                    it["oneOf"].as_array_mut().unwrap().push(voucher);
                });
            },
            findings: &[r#"additive alternative-added: pub enum Payment by "type" {"#],
        },
        Case {
            change: "an alternative that nothing selects is added to responses",
            edit: |spec| {
                spec.each("Bicycle", |it| {
                    it.field("drive")["oneOf"].as_array_mut().unwrap().push(json!({
                        "type": "object",
                        "properties": {
                            "type": {"type": "string", "default": "SAIL"},
                            "area": {"type": "integer"},
                        },
                        "required": ["type", "area"],
                    }));
                });
            },
            findings: &["breaking alternative-added: pub enum Drive {"],
        },
        Case {
            change: "an alternative is removed from responses",
            edit: |spec| {
                spec.each("Bicycle", |it| {
                    it.field("drive")["oneOf"].as_array_mut().unwrap().remove(0);
                });
            },
            findings: &[],
        },
        Case {
            change: "a field of an alternative becomes optional",
            edit: |spec| spec.each("Battery drive", |it| it.make_optional("range_km")),
            findings: &["breaking field-optional: pub range_km: Decimal,"],
        },
        Case {
            change: "a field of one part of an `allOf` is removed",
            edit: |spec| {
                spec.each("Rental", |it| {
                    it.field("contact")["allOf"].as_array_mut().unwrap().pop();
                });
            },
            findings: &["breaking field-removed: pub country: CountryCode,"],
        },
    ]);
}
