//! Another API, all the way: its description is generated, built, called against the sandbox, and
//! checked.

#[path = "bicycles/mod.rs"]
#[warn(clippy::pedantic)]
#[allow(dead_code, unused_imports, reason = "no test needs all of it")]
mod bicycles;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::{Value, json};
use upvest_codegen::{Description, Formatting, Layout, Names, Selection, Source, format};
use upvest_core::webhook::Event;
use upvest_core::{Call, Endpoint};
use upvest_sandbox::{Reply, Sandbox};
use upvest_tests::data;

use bicycles::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codegen/bicycles")
}

fn description() -> String {
    std::fs::read_to_string(data("codegen/bicycles.yaml")).unwrap()
}

/// With `UPDATE=1`, the committed files are written again.
#[test]
fn the_committed_files_are_what_the_generator_writes() {
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).unwrap();
    let mut names = Names::read(&read("names.toml")).unwrap();
    let description = Description::read(&description()).unwrap();
    let generated = description.generate(&Selection::all(), Layout::File, &mut names).unwrap();
    assert_eq!(generated.unexpressed(), [""; 0]);
    let code = match format(&generated.files()["lib.rs"], &folder()) {
        Formatting::Formatted(code) => code,
        Formatting::Failed(why) => return eprintln!("{why}: skipped."),
    };
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(folder().join("mod.rs"), &code).unwrap();
        std::fs::write(folder().join("names.toml"), names.to_toml()).unwrap();
    }
    assert!(code == read("mod.rs"), "run `UPDATE=1 cargo test -p upvest-tests --test codegen`");
    assert_eq!(names.to_toml(), read("names.toml"));
}

#[test]
fn the_generated_declarations_do_not_drift() {
    let sources = Source::read(folder()).unwrap();
    let report = Description::read(&description()).unwrap().check(&sources).unwrap();
    assert_eq!(report.to_string(), "no drift");
    let listing = Description::read(&description()).unwrap().list(&sources).unwrap();
    assert_eq!((listing.declared(), listing.operations()), (10, 10));
}

/// The example of a response.
fn example(description: &Value, path: &str, method: &str, status: &str) -> Value {
    let response = &description["paths"][path][method]["responses"][status];
    response["content"]["application/json"]["example"].clone()
}

/// The bodies that were received, by endpoint.
type Received = std::sync::Arc<std::sync::Mutex<BTreeMap<String, Value>>>;

async fn sandbox(description: &Value) -> (Sandbox, Received) {
    let received = Received::default();
    let tables = [<dyn Stations>::ENDPOINTS, <dyn Bicycles>::ENDPOINTS, <dyn Rentals>::ENDPOINTS];
    let mut builder = Sandbox::builder();
    for endpoint in tables.into_iter().flatten() {
        let method = endpoint.method().as_str().to_lowercase();
        let responses = description["paths"][endpoint.path()][&method]["responses"].as_object();
        let status = responses.unwrap().keys().find(|status| status.starts_with('2')).unwrap();
        let body = example(description, endpoint.path(), &method, status);
        let status: u16 = status.parse().unwrap();
        let (seen, name) = (Received::clone(&received), endpoint.to_string());
        builder = builder.serve(endpoint, move |request| {
            let received: Value = request.json().unwrap_or_default();
            seen.lock().unwrap().insert(name.clone(), received);
            let is_pdf = request.headers()["accept"] == "application/pdf";
            let reply: Reply = match &body {
                _ if is_pdf => http::Response::builder()
                    .header("content-type", "application/pdf")
                    .body(Bytes::from_static(b"%PDF-1.7"))
                    .unwrap()
                    .into(),
                Value::Null => status.into(),
                body => (status, body.clone()).into(),
            };
            reply
        });
    }
    (builder.start().await.unwrap(), received)
}

#[tokio::test]
async fn every_operation_is_called_against_the_sandbox() {
    let text = description();
    let description: Value = serde_saphyr::from_str(&text).unwrap();
    let (sandbox, received) = sandbox(&description).await;
    let client = sandbox.client().unwrap();
    let responds = |endpoint: &Endpoint, status: &str| {
        let method = endpoint.method().as_str().to_lowercase();
        example(&description, endpoint.path(), &method, status)
    };
    /// Awaits a call and writes its result again as JSON.
    async fn json_of<T: serde::Serialize + Send + 'static, K: upvest_core::CallKind>(
        call: Call<T, K>,
    ) -> Value {
        json!(call.await.unwrap())
    }

    let stations = ListStations {
        features: Some([StationFeature::Pump, StationFeature::Locker].into_iter().collect()),
        ..ListStations::new("Leipzig")
    };
    let page = json_of(client.list_stations(&stations)).await;
    assert_eq!(page, responds(&<dyn Stations>::LIST_STATIONS, "200"));
    let station: StationId = page["data"][0]["id"].as_str().unwrap().parse().unwrap();
    let read = json_of(client.get_station(station)).await;
    assert_eq!(read, responds(&<dyn Stations>::GET_STATION, "200"));

    // Absent, `null` and a day are three things.
    let endpoint = &<dyn Stations>::UPDATE_STATION;
    let day = "2026-11-30".parse().unwrap();
    for (closed_on, sent) in [
        (None, json!({ "docks": 12 })),
        (Some(None), json!({ "docks": 12, "closed_on": null })),
        (Some(Some(day)), json!({ "docks": 12, "closed_on": "2026-11-30" })),
    ] {
        let update = UpdateStation { docks: Some(12), closed_on, ..UpdateStation::default() };
        let updated = json_of(client.update_station(station, &update)).await;
        assert_eq!(updated, responds(endpoint, "200"));
        assert_eq!(received.lock().unwrap()[&endpoint.to_string()], sent);
    }

    let drive = DriveBatteryDrive::new("80.5".parse().unwrap());
    let bicycle = RegisterBicycle::new(
        station,
        "LE12345678",
        BicycleFrameSize::M,
        drive.into(),
        "2.50".parse().unwrap(),
        Currency::Eur,
    );
    let registered = json_of(client.register_bicycle(&bicycle)).await;
    let endpoint = &<dyn Bicycles>::REGISTER_BICYCLE;
    assert_eq!(registered, responds(endpoint, "201"));
    let drive = received.lock().unwrap()[&endpoint.to_string()]["drive"].clone();
    assert_eq!(drive, json!({ "type": "BATTERY", "range_km": "80.5" }));
    let bicycle: BicycleId = registered["id"].as_str().unwrap().parse().unwrap();
    let read = json_of(client.get_bicycle(bicycle)).await;
    assert_eq!(read, responds(&<dyn Bicycles>::GET_BICYCLE, "200"));
    client.retire_bicycle(bicycle).await.unwrap();

    let rider: RiderId = "3e6f0d1b-94cf-4b1c-9d47-4b5f2a6c8e44".parse().unwrap();
    let rentals = json_of(client.list_rentals(&ListRentals::new(rider))).await;
    assert_eq!(rentals, responds(&<dyn Rentals>::LIST_RENTALS, "200"));
    let payment = PaymentCardPayment::new("c1d7b7f0-5d5e-4f0e-8c63-7f0e9c1b2a55".parse().unwrap());
    let rental = CreateRental::new(
        rider,
        bicycle,
        station,
        "50.00".parse().unwrap(),
        Currency::Eur,
        payment.into(),
    );
    let created = json_of(client.create_rental(&rental)).await;
    assert_eq!(created, responds(&<dyn Rentals>::CREATE_RENTAL, "201"));
    let rental: RentalId = created["id"].as_str().unwrap().parse().unwrap();
    client.return_rental(rental, &ReturnRental::new(station, false)).await.unwrap();
    let receipt = json_of(client.get_receipt(rental)).await;
    assert_eq!(receipt, responds(&<dyn Rentals>::GET_RECEIPT, "200"));
    assert_eq!(client.get_receipt_as_pdf(rental).await.unwrap(), &b"%PDF-1.7"[..]);

    assert_eq!(received.lock().unwrap().len(), 10);
}

#[test]
fn events_are_read() {
    let description: Value = serde_saphyr::from_str(&description()).unwrap();
    let webhooks = description["x-webhooks"].as_object().unwrap().values();
    let mut read = 0;
    for webhook in webhooks {
        let example = &webhook["post"]["requestBody"]["content"]["application/json"]["example"];
        let event: Event = example.to_string().parse().unwrap();
        let object = match (BicycleEvent::try_from(&event), RentalEvent::try_from(&event)) {
            (Ok(BicycleEvent::Other(_)), Ok(RentalEvent::Other(_))) => panic!("{example}"),
            (Ok(BicycleEvent::Other(_)), Ok(_)) => json!(event.object::<Rental>().unwrap()),
            (Ok(_), Ok(_)) => json!(event.object::<Bicycle>().unwrap()),
            (bicycle, rental) => panic!("{bicycle:?} {rental:?}"),
        };
        assert_eq!(object, example["object"]);
        read += 1;
    }
    assert_eq!(read, 2);
}
