//! Changes of what a request or a response has as a whole.

use serde_json::json;

use super::{Case, check_each};

#[test]
fn bodies_of_requests() {
    check_each(&[
        Case {
            change: "an operation takes no body any more",
            edit: |spec| {
                spec.operation("return_rental").as_object_mut().unwrap().remove("requestBody");
            },
            findings: &[
                "breaking body-removed: fn return_rental(&self, rental_id: RentalId, body: \
                 &ReturnRental) -> IdempotentCall<()>;",
            ],
        },
        Case {
            change: "an operation needs a body, which no `DELETE` can have",
            edit: |spec| {
                let body = spec.operation("return_rental")["requestBody"].clone();
                spec.operation("retire_bicycle")["requestBody"] = body;
            },
            findings: &[
                r#"breaking operation-removed: #[endpoint(DELETE, "/bicycles/{bicycle_id}", signed)]"#,
            ],
        },
    ]);
}

#[test]
fn bodies_of_responses() {
    check_each(&[
        Case {
            change: "a success has another status",
            edit: |spec| {
                let responses = spec.operation("register_bicycle")["responses"].as_object_mut();
                let responses = responses.unwrap();
                let success = responses.remove("201").unwrap();
                responses.insert("200".to_owned(), success);
            },
            findings: &[],
        },
        Case {
            change: "a success without content returns JSON",
            edit: |spec| {
                let content = spec.success("get_bicycle")["content"].clone();
                spec.success("return_rental")["content"] = content;
            },
            findings: &[
                "additive response-changed: fn return_rental(&self, rental_id: RentalId, body: \
                 &ReturnRental) -> IdempotentCall<()>;",
            ],
        },
        Case {
            change: "a success with JSON returns nothing",
            edit: |spec| {
                spec.success("get_bicycle").as_object_mut().unwrap().remove("content");
            },
            findings: &[
                "breaking response-changed: fn get_bicycle(&self, bicycle_id: BicycleId) -> \
                 Call<Bicycle>;",
            ],
        },
        Case {
            change: "a page becomes a list",
            edit: |spec| {
                let page = spec.response("list_rentals");
                *page = page["properties"]["data"].clone();
            },
            findings: &[
                "breaking response-changed: fn list_rentals(&self, query: &ListRentals) -> \
                 Call<Page<Rental>>;",
            ],
        },
        Case {
            change: "an object becomes a page",
            edit: |spec| {
                let mut page = spec.response("list_rentals").clone();
                let bicycle = spec.response("get_bicycle");
                page["properties"]["data"]["items"] = bicycle.clone();
                *bicycle = page;
            },
            findings: &[
                "breaking response-changed: fn get_bicycle(&self, bicycle_id: BicycleId) -> \
                 Call<Bicycle>;",
            ],
        },
        Case {
            change: "the items of a page are others",
            edit: |spec| {
                spec.response("list_rentals")["properties"]["data"]["items"] =
                    json!({"type": "string"});
            },
            findings: &["breaking type-changed: fn list_rentals(&self, query: &ListRentals) -> \
                 Call<Page<Rental>>;"],
        },
        Case {
            change: "a response may be null",
            edit: |spec| spec.response("get_bicycle")["nullable"] = true.into(),
            findings: &[
                "breaking field-optional: fn get_bicycle(&self, bicycle_id: BicycleId) -> \
                 Call<Bicycle>;",
            ],
        },
        Case {
            change: "a success is a redirect",
            edit: |spec| {
                spec.operation("get_bicycle")["responses"] =
                    json!({"303": {"headers": {"location": {}}}});
            },
            findings: &[
                r#"breaking flag-changed: #[endpoint(GET, "/bicycles/{bicycle_id}", signed, scope = ["bicycles:read", "bicycles:admin"])]"#,
            ],
        },
        Case {
            change: "a success has no PDF any more",
            edit: |spec| {
                let content = &mut spec.success("get_receipt")["content"];
                content.as_object_mut().unwrap().remove("application/pdf");
            },
            findings: &["breaking flag-changed: #[endpoint("],
        },
        Case {
            change: "a success has no JSON any more",
            edit: |spec| {
                let content = &mut spec.success("get_receipt")["content"];
                content.as_object_mut().unwrap().remove("application/json");
            },
            findings: &["breaking flag-changed: #[endpoint("],
        },
        Case {
            change: "a success has CSV as well",
            edit: |spec| spec.success("get_receipt")["content"]["text/csv"] = json!({}),
            findings: &["additive response-added: fn get_receipt(&self, rental_id: RentalId) -> \
                 Call<Receipt>;"],
        },
    ]);
}
