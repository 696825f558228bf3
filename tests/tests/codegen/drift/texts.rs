//! What findings say, and the lines that they propose.

use serde_json::json;

use super::check;
use super::edit::{Object as _, Spec, add_value};

/// Makes a change, and returns the lines that the first finding proposes.
fn proposed(edit: impl FnOnce(&mut Spec)) -> String {
    let mut spec = Spec::bicycles();
    edit(&mut spec);
    check(&spec).drifts()[0].suggestion().unwrap_or_default().to_owned()
}

#[test]
fn a_finding_looks_like_that_of_a_compiler() {
    let mut spec = Spec::bicycles();
    spec.body("create_rental").require("contact");
    let report = check(&spec);
    let description = report.drifts()[0].description();
    let line = report.drifts()[0].line();
    assert_eq!(
        report.to_string(),
        format!(
            "\
breaking: field-required: `CreateRental.contact` is required, but declared as optional
  --> bicycles.rs:{line}
   = description: {description}
   = write: pub contact: Contact,

1 breaking, 0 additive"
        )
    );
    assert!(description.starts_with("create_rental, line "));
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(
        json,
        json!({
            "drifts": [{
                "kind": "field-required",
                "breaking": true,
                "file": "bicycles.rs",
                "line": line,
                "message": "`CreateRental.contact` is required, but declared as optional",
                "description": description,
                "write": "pub contact: Contact,",
            }],
            "unchecked": [],
        })
    );
}

#[test]
fn fields_are_proposed() {
    let helmet = || json!({"type": "string", "format": "uuid"});
    assert_eq!(
        proposed(|spec| spec.body("create_rental").add("helmet_id", true, helmet())),
        "pub helmet_id: Uuid,"
    );
    assert_eq!(
        proposed(|spec| spec.body("create_rental").add(
            "return_station",
            false,
            json!({
                "type": "array", "items": {"type": "string", "format": "date"},
            })
        )),
        "#[serde(default, skip_serializing_if = \"Option::is_none\")]\n\
         pub return_station: Option<Vec<Date>>,"
    );
    assert_eq!(
        proposed(|spec| spec.each("Station", |it| it.add("nextStationId", true, helmet()))),
        "#[serde(rename = \"nextStationId\")]\npub next_station_id: Uuid,"
    );
    assert_eq!(
        proposed(|spec| spec.each("Receipt", |it| it.add("station_id", true, helmet()))),
        "pub station_id: StationId,"
    );
    assert_eq!(
        proposed(|spec| {
            spec.each("Receipt", |it| it.add("async", false, json!({"type": "boolean"})));
        }),
        "pub r#async: Option<bool>,"
    );
    assert_eq!(
        proposed(|spec| spec.each("Station", |it| it.make_optional("country"))),
        "pub country: Option<CountryCode>,"
    );
    assert_eq!(
        proposed(|spec| spec.body("create_rental").field("note")["nullable"] = false.into()),
        "#[serde(default, skip_serializing_if = \"Option::is_none\")]\npub note: Option<String>,"
    );
    assert_eq!(
        proposed(|spec| spec.each("Station", |it| it.field("docks")["maximum"] = 100_000.into())),
        "pub docks: u32,"
    );
    assert_eq!(
        proposed(|spec| {
            spec.each("Receipt line", |it| *it.field("type") = json!({"type": "number"}));
        }),
        "#[serde(rename = \"type\")]\npub kind: serde_json::Number,"
    );
    assert_eq!(
        proposed(|spec| {
            spec.add_parameter(
                "list_rentals",
                "with",
                false,
                json!({
                    "type": "array", "items": {"type": "string", "enum": ["PUMP", "LOCKER"]},
                }),
            );
            spec.parameter("list_rentals", "with")["explode"] = false.into();
        }),
        "pub with: Option<CommaSeparated<Feature>>,"
    );
}

#[test]
fn values_and_events_are_proposed() {
    assert_eq!(
        proposed(|spec| spec.each("Bicycle", |it| add_value(it.field("status"), "IN_REPAIR"))),
        "InRepair = \"IN_REPAIR\","
    );
    assert_eq!(
        proposed(|spec| spec.each("Bicycle", |it| add_value(it.field("frame_size"), "XL"))),
        "Xl,"
    );
    assert_eq!(
        proposed(|spec| spec.each("Bicycle", |it| add_value(it.field("frame_size"), "X_L"))),
        "#[serde(rename = \"X_L\")]\nXL,"
    );
    assert_eq!(
        proposed(|spec| add_value(spec.event("rental_event").field("type"), "RENTAL.EXTENDED")),
        "RentalExtended(Rental) = \"RENTAL.EXTENDED\","
    );
    assert_eq!(
        proposed(|spec| add_value(spec.event("bicycle_event").field("type"), "BICYCLE.MOVED")),
        "Moved(Bicycle) = \"BICYCLE.MOVED\","
    );
}

#[test]
fn attributes_and_methods_are_proposed() {
    assert_eq!(
        proposed(|spec| {
            let key = json!([{"$ref": "#/components/parameters/idempotencyKey"}]);
            spec.operation("update_station")["parameters"] = key;
        }),
        "#[endpoint(PATCH, \"/stations/{station_id}\", idempotent, signed, scope = \
         \"stations:admin\")]"
    );
    assert_eq!(
        proposed(|spec| spec.move_to("return_rental", "post", "/returns/{id}")),
        "#[endpoint(POST, \"/returns/{rental_id}\", idempotent, signed)]"
    );
    assert_eq!(
        proposed(|spec| {
            spec.operation("create_rental")["security"] =
                json!([{"oauth-client-credentials": ["rentals:write"]}]);
        }),
        "#[endpoint(\n    POST,\n    \"/rentals\",\n    idempotent,\n    signed,\n    \
         echoes = [\"deposit\", \"currency\"],\n    scope = \"rentals:write\",\n)]"
    );
    assert_eq!(
        proposed(|spec| {
            let mut operation = spec.operation("get_bicycle").clone();
            operation["operationId"] = "find_bicycle".into();
            operation["parameters"] = json!([
                {"name": "frameNumber", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "city", "in": "query", "schema": {"type": "string"}},
            ]);
            spec.0["paths"]["/frames/{frameNumber}/bicycle"] = json!({"get": operation});
        }),
        "#[endpoint(GET, \"/frames/{frame_number}/bicycle\", scope = [\"bicycles:read\", \
         \"bicycles:admin\"])]\n\
         fn find_bicycle(&self, frame_number: &str, query: &FindBicycle) -> Call<Bicycle>;"
    );
    assert_eq!(
        proposed(|spec| spec.success("get_receipt")["content"]["text/csv"] = json!({})),
        "#[endpoint(\n    GET,\n    \"/rentals/{rental_id}/receipt\",\n    signed,\n    \
         accept = \"text/csv\",\n    scope = [\"rentals:read\", \"rentals:admin\"],\n)]\n\
         fn get_receipt_as_csv(&self, rental_id: RentalId) -> Call<Bytes>;"
    );
}

#[test]
fn what_no_declaration_can_express_is_named() {
    let mut spec = Spec::bicycles();
    let list = json!({"type": "array", "items": {"type": "string"}});
    spec.add_parameter("list_rentals", "colours", true, list);
    let report = check(&spec);
    assert_eq!(report.drifts(), []);
    let unchecked = report.unchecked();
    assert_eq!(unchecked.len(), 1);
    let what = ": `list_rentals`: in the description, the query parameter `colours`, whose values are sent one by one (`explode`)";
    assert!(unchecked[0].ends_with(what), "{unchecked:?}");
}
