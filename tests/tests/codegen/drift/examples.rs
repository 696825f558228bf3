//! The examples of the description are values of the declared types.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use upvest_core::Page;

use super::bicycles::{
    Bicycle, BicycleEvent, CreateRental, Receipt, RegisterBicycle, Rental, ReturnRental, Station,
    UpdateStation,
};
use super::edit::Spec;

/// Reads the example of a response.
fn reads<T: DeserializeOwned>(spec: &mut Spec, id: &str) {
    let example = spec.success(id)["content"]["application/json"]["example"].take();
    assert!(example.is_object(), "{id}");
    serde_json::from_value::<T>(example).unwrap_or_else(|error| panic!("{id}: {error}"));
}

/// Reads the example of a body, and writes it again.
fn writes<T: DeserializeOwned + Serialize>(spec: &mut Spec, id: &str) {
    let content = &mut spec.operation(id)["requestBody"]["content"];
    let example = content["application/json"]["example"].take();
    let body: T = serde_json::from_value(example.clone()).unwrap();
    assert_eq!(serde_json::to_value(body).unwrap(), example, "{id}");
}

#[test]
fn examples_are_read_and_written() {
    let mut spec = Spec::bicycles();
    reads::<Page<Station>>(&mut spec, "list_stations");
    reads::<Station>(&mut spec, "get_station");
    reads::<Station>(&mut spec, "update_station");
    reads::<Bicycle>(&mut spec, "register_bicycle");
    reads::<Bicycle>(&mut spec, "get_bicycle");
    reads::<Page<Rental>>(&mut spec, "list_rentals");
    reads::<Rental>(&mut spec, "create_rental");
    reads::<Receipt>(&mut spec, "get_receipt");
    writes::<UpdateStation>(&mut spec, "update_station");
    writes::<RegisterBicycle>(&mut spec, "register_bicycle");
    writes::<CreateRental>(&mut spec, "create_rental");
    writes::<ReturnRental>(&mut spec, "return_rental");
    for webhook in spec.0["x-webhooks"].as_object().unwrap().values() {
        let body: &Value = &webhook["post"]["requestBody"]["content"]["application/json"];
        let event = body["example"].to_string().parse().unwrap();
        let event = BicycleEvent::try_from(&event).unwrap();
        assert!(!matches!(event, BicycleEvent::Other(_)));
    }
}
