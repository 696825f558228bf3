//! Values of the types that were generated for the odd description, and calls of its operations.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use upvest_core::{Client, Endpoint};
use upvest_tests::in_memory::{Server, reply};

use crate::odd::*;

const ID: &str = "ac1c39e9-2101-46b8-a624-d10a9e351b6c";

/// Reads a value and writes it again: nothing is lost.
fn same<T: Debug + PartialEq + Serialize + DeserializeOwned>(json: &Value) -> T {
    let value: T =
        serde_json::from_value(json.clone()).unwrap_or_else(|why| panic!("{why}: {json}"));
    assert_eq!(serde_json::to_value(&value).unwrap(), *json);
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value);
    value
}

/// Why a value cannot be read.
fn error<T: Debug + DeserializeOwned>(json: Value) -> String {
    serde_json::from_value::<T>(json).unwrap_err().to_string()
}

/// A value with these fields besides others.
fn with(base: &Value, more: Value) -> Value {
    let mut all = base.as_object().unwrap().clone();
    all.extend(more.as_object().unwrap().clone());
    Value::Object(all)
}

fn shapes() -> Value {
    json!({
        "integer_enum": 1, "scalar_const": 7, "nothing": {"a": [null]}, "required_null": null,
        "list": ["a", ""], "lists": [[1, null, 2.5], []], "map": {"a": 1, "": null}, "text": "x",
        "fraction": 1.5, "amount": "1.00", "timestamp": "2026-11-26T15:00:00Z", "id": ID,
        "new": "n", "undescribed": [1],
    })
}

#[test]
fn every_shape_is_read_and_written() {
    same::<Shapes>(&shapes());
    for more in [
        json!({"boolean_enum": true, "mixed_enum": "a", "number_enum": 1.5, "null_enum": null}),
        json!({"nullable_enum": null, "empty_enum": "", "repeated_enum": "a", "text_const": "b"}),
        json!({"nullable_enum": "c", "object_const": {"a": 1}, "list_enum": [1]}),
        json!({"null": null, "unquoted": null, "nullable": null, "nullable_integer": null}),
        json!({"null": 5, "unquoted": [], "nullable": "a", "nullable_integer": 10}),
        json!({"several": "a", "several_nullable": null, "unknown_type": {"file": 1}}),
        json!({"several": 1, "several_nullable": 1, "conflicting": false, "empty_parts": []}),
        json!({"free_list": [1, "a"], "list_of_any": [null], "list_of_maps": [{"a": [true]}, {}]}),
        json!({"free": {"a": {}}, "free_too": {}, "closed": {"b": 1}}),
        json!({"map_of_objects": {"a": {}, "b": {"in_map": "c"}}, "closed_object": {"a": "b"}}),
        json!({"open_object": {"a": "b"}, "only_required": {"x": null, "y": {}}}),
        json!({"open_object": {"a": "b", "c": [1], "": null}}),
        json!({"typed_object": {"a": "b", "further_fields": 1, "c": {"deep": "d"}, "e": null}}),
        json!({"decimal": "-1.5", "address": "1.2.3.4", "software": "1.2.3", "range": "1-2.5"}),
        json!({"date": "2026-11-26", "file_name": "report-YYYY-MM-DD.pdf", "country": "DE"}),
        json!({"isin": "US0378331005", "currency": "EUR", "huge": u64::MAX, "small": 9}),
        json!({"currency": "XTS", "order_ids": [ID], "self_made": ID}),
        json!({"merged": {"base": "b", "own": "o", "shared": "LOW"}, "merged_scalars": "abc"}),
        json!({"conflicting_fields": {"a": 1}, "merged_with_notes": null}),
        json!({"merged_with_notes": {"base": "b", "shared": "SIDEWAYS"}}),
        json!({"merged_undescribed": {"base": "b"}}),
    ] {
        same::<Shapes>(&with(&shapes(), more));
    }
    for (name, value, why) in [
        ("text", json!(1), "integer `1`"),
        ("nullable_integer", json!(-1), "integer `-1`"),
        ("order_ids", json!(["a"]), "invalid OrderId"),
    ] {
        let error = error::<Shapes>(with(&shapes(), json!({ name: value })));
        assert!(error.contains(why), "{name}: {error}");
    }
    for name in shapes().as_object().unwrap().keys().filter(|name| *name != "required_null") {
        let mut without = shapes();
        without.as_object_mut().unwrap().remove(name);
        assert_eq!(error::<Shapes>(without), format!("missing field `{name}`"));
    }
}

#[test]
fn a_response_is_read_as_servers_write_it() {
    let mut json = json!({
        "list": ["LOW"], "map": {"a": "b"}, "flag_a": true, "flag_b": false, "flag_c": true,
        "flag_d": false, "number": 1, "kind": "RECEIVED", "more": null,
        "tree": {"name": "a", "children": [{"name": "b", "children": []}, {"name": "c"}]},
        "price": "1.5", "itself": {"itself": 1},
    });
    let received: Received = same(&json);
    assert_eq!(received.tree.children.unwrap()[0]["name"], "b");
    json["list"] = Value::Null;
    json["map"] = Value::Null;
    json["price"] = json!("");
    json["something_new"] = json!(1);
    let received: Received = serde_json::from_value(json).unwrap();
    assert!(received.list.is_empty() && received.map.is_empty() && received.price.is_none());
}

#[test]
fn names_of_any_kind_are_those_of_the_json() {
    same::<Keywords>(&json!({
        "type": "a", "self": "b", "crate": "c", "fn": "d", "gen": "e", "async": true, "await": 1,
        "dyn": 1.5, "super": "Self", "Self": "f", "_": "g", "macro": "h", "union": "i", "raw": "j",
        "r#type": "k",
    }));
    same::<Characters>(&json!({
        "\"": "a", "\\": "b", "*/": "c", "{}": "d", "\n": "\r", "\0": {"[x]": "e", "<y>": "f"},
        "\u{202e}": "g", "`": {"`": {"a": 1}},
    }));
    same::<Empty2>(&json!({
        "": "a", "漢字": "漢", "größe": 1, "Größe": 2, "🦀": true, "1st": "b", " ": "c",
    }));
    let colliding = json!({
        "a_b": "1", "aB": "2", "a b": 3, "a_b2": "4", "further_fields": "5", "new": "6",
        "something": "7", "else": null,
    });
    let value: Colliding = same(&colliding);
    assert_eq!((value.a_b.as_str(), value.a_b2.as_str(), value.a_b3), ("1", "2", 3));
    for kind in CollidingKind::KNOWN {
        same::<Colliding>(&with(&colliding, json!({ "kind": kind.as_str() })));
    }
    assert_eq!(CollidingKind::KNOWN.len(), 16);
    same::<Colliding2>(&json!({
        "x.y": {"z": "ONE"}, "x": {"y": {"z": "TWO"}, "y.z": "THREE"}, "x[]": "FOUR",
        "list": ["FIVE"], "list[]": "SIX",
    }));
    same::<Taken>(&json!({
        "string": {"a": "1"}, "option": {"b": "1"}, "list": {"c": "1"}, "call": {"d": "1"},
        "result": {"e": "1"}, "value": {"f": 1}, "send": {"g": "1"}, "sync": {"h": "1"},
        "debug": {"i": "1"}, "clone": {"j": "1"}, "default": {"k": "1"}, "eq": {"l": "1"},
        "self": {"m": "1"}, "serialize": {"n": "1"}, "map": {"o": {"p": "1"}}, "into": {"p": "1"},
        "tag": {"q": "1"}, "page": {"r": "1"}, "uuid": {"s": ID}, "order_id": ID,
        "an_order": {"t": ID},
    }));
}

#[test]
fn one_of_several_is_read_as_what_it_is() {
    let pet = |json: Value| same::<Choices>(&json!({ "pet": json })).pet.unwrap();
    assert!(matches!(pet(json!({"petType": "CAT", "name": "a"})), Choice::Cat(_)));
    assert!(matches!(pet(json!({"petType": "DOG", "name": "a"})), Choice::Dog(_)));
    assert!(matches!(pet(json!({"petType": "COW", "horns": 2})), Choice::Other(_)));
    for json in [
        json!({"unmapped": {"petType": "Cat", "name": "a"}}),
        json!({"unmapped": {"petType": "Fish", "depth": 1}}),
        json!({"in_common": {"state": "MADE"}}),
        json!({"in_common": {"state": "LOST", "why": "a"}}),
        json!({"optional_tag": {"seats": 1}}),
        json!({"optional_tag": {"wheels": "Car", "doors": 1}}),
        json!({"numeric_tag": {"number": 1, "three": "a"}}),
        json!({"dated_tag": {"day": "2021-01-01", "b": "a"}}),
        json!({"nullable_tag": {"kind": null, "b": "a"}}),
        json!({"untagged": {"a": "1"}}),
        json!({"untagged": {"a": "1", "b": "2"}}),
        json!({"untagged": {"c": "3"}}),
        json!({"nested": {"n2": "a"}}),
        json!({"nested": {"n3": "a"}}),
        json!({"nested": {"petType": "DOG", "name": "a"}}),
        json!({"or_null": null, "or_null_too": null}),
        json!({"or_null": {"base": "b"}, "or_null_too": "a"}),
        json!({"scalars": 1, "texts": "b", "texts_and_text": "c", "lists": []}),
        json!({"list_or_one": ["a"], "object_or_text": {"a": "b"}, "same": {"base": "b"}}),
        json!({"with_parts": {"common": "a", "left": "b"}}),
        json!({"with_parts": {"common": "a", "right": "b"}}),
        json!({"no_choice": 5}),
        json!({"expression": {"kind": "sum", "left": {"kind": "x"}, "right": 1}}),
        json!({"expression": {"kind": "literal", "value": 1.5}}),
        json!({"by_text": {"t": "a-b"}}),
        json!({"by_text": {"t": "a_b", "u": "c"}}),
        json!({"by_text": {"t": "OTHER", "v": "c"}}),
        json!({"by_text": {"t": "", "w": "c"}}),
        json!({"by_text": {"t": "new"}}),
    ] {
        same::<Choices>(&json);
    }
}

#[test]
fn a_new_value_has_the_text_that_tells_it_apart() {
    assert_eq!(json!(Fish::new()), json!({"petType": "Fish"}));
    assert_eq!(json!(Fish::default()), json!(Fish::new()));
    assert_eq!(json!(Dog::new("a")), json!({"petType": "DOG", "name": "a"}));
    // A cat is called otherwise in another place.
    assert_eq!(json!(Cat::new("Cat", "a")), json!({"petType": "Cat", "name": "a"}));
    assert_eq!(json!(ChoicesInCommonMade::new()), json!({"state": "MADE"}));
    let sum = Sum::new(Value::Null, json!(1));
    assert_eq!(json!(Expression::from(sum)), json!({"kind": "sum", "left": null, "right": 1}));
}

#[test]
fn secrets_are_not_shown() {
    let secrets = json!({
        "password": "hidden", "api_key": "hidden", "tokens": ["hidden"], "otp": "hidden",
        "pin": "hidden", "secrets": {"a": "hidden"}, "clientSecret": "hidden", "secret_kind": "A",
        "token_expires_at": "2026-11-26T15:00:00Z", "name": "shown",
    });
    let shown = format!("{:?}", same::<Secrets>(&secrets));
    assert!(!shown.contains("hidden"), "{shown}");
    for part in ["shown", "secret_kind: Some(A)", "token_expires_at: Some(", ".. }"] {
        assert!(shown.contains(part), "{shown}");
    }
    let mut query = query();
    query.api_token = Some("hidden".to_owned());
    assert!(!format!("{query:?}").contains("hidden"));
}

fn query() -> ListQueries {
    let users = [ID.parse().unwrap()].into_iter().collect();
    ListQueries::new(users, Enum::A, None, true, false, true, false)
}

#[test]
fn a_query_is_written_as_one_text_for_each_parameter() {
    let mut query = query();
    let users = format!("user_ids={ID}");
    let required = format!("{users}&kind=A&a=true&b=false&c=true&d=false");
    assert_eq!(serde_urlencoded::to_string(&query).unwrap(), required);
    query.ids = Some([ID.parse().unwrap(), ID.parse().unwrap()].into_iter().collect());
    query.kinds = Some([Enum::A, "C".into()].into_iter().collect());
    query.dates = Some(["2026-11-26".parse().unwrap()].into_iter().collect());
    query.any = Some("a b".to_owned());
    let written = serde_urlencoded::to_string(&query).unwrap();
    assert_eq!(
        written,
        format!(
            "ids={ID}%2C{ID}&{users}&kinds=A%2CC&dates=2026-11-26&any=a+b&kind=A&a=true&b=false&\
             c=true&d=false"
        )
    );
    let odd = GetCharacters {
        empty: Some("1".to_owned()),
        filter_name: Some("2".to_owned()),
        gr_e: Some("3".to_owned()),
    };
    let written = serde_urlencoded::to_string(&odd).unwrap();
    assert_eq!(written, "=1&filter%5Bname%5D=2&gr%C3%B6%C3%9Fe=3");
}

#[test]
fn events_without_a_category_are_left_out() {
    assert_eq!(
        ThingEvent::TYPES,
        ["THING.CREATED", "THING.OTHER", "THING.a-b", "THING.a_b", "ANY.THING"]
    );
    assert_eq!(WebhookEvent::TYPES, ["TYPE.MADE"]);
}

/// A client, and what it sent last.
fn client(response: &'static str) -> (Client, Arc<Mutex<String>>) {
    let sent = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&sent);
    let server = Server::new(move |_, request| {
        *seen.lock().unwrap() = line(request);
        reply(200, "application/json", response)
    });
    (server.client(), sent)
}

/// Method, path and query, headers that the client does not set, and the body.
fn line(request: &Request<Bytes>) -> String {
    let headers = ["accept", "account-kind", "kind", "type"].into_iter().filter_map(|name| {
        let value = request.headers().get(name)?.to_str().unwrap();
        Some(format!(" {name}={value}"))
    });
    let headers: String = headers.filter(|it| it != " accept=application/json").collect();
    let body = String::from_utf8_lossy(request.body());
    let path = request.uri().path_and_query().unwrap();
    format!("{} {path}{headers} {body}", request.method()).trim_end().to_owned()
}

#[tokio::test]
async fn odd_operations_are_called() {
    let id = || ID.parse().unwrap();
    let (client, sent) = client("null");
    let last = || sent.lock().unwrap().clone();
    let colliding = Colliding::new("1", "2", 3);
    let number = serde_json::Number::from(5);
    let day = "2026-11-26".parse().unwrap();
    let query = GetUser { a_b: Some("x".to_owned()), a_b2: Some("y".to_owned()) };
    let _ = client
        .get_user2(id(), ID.parse().unwrap(), "b", day, "g", &number, &query, &colliding)
        .await;
    assert_eq!(
        last(),
        format!(
            "POST /colliding/{ID}/{ID}/b/2026-11-26/g/5/x?a_b=x&aB=y {{\"a_b\":\"1\",\"aB\":\"2\",\"a b\":3}}"
        )
    );
    client.self_("t", ID.parse().unwrap(), 1, &keywords()).await.unwrap();
    assert!(last().starts_with(&format!("PUT /keywords/t/{ID}/1 {{\"type\":")));
    client.get_headers("A").await.unwrap();
    assert_eq!(last(), "GET /headers account-kind=A");
    client.put_headers("B", true).await.unwrap();
    assert_eq!(last(), "PUT /headers type=B true");
    client.get_header_of_kind("p", "h", &GetHeaderOfKind::new("q")).await.unwrap();
    assert_eq!(last(), "GET /headers/p?kind=q kind=h");
    client.post_string("text").await.unwrap();
    assert_eq!(last(), "POST /bodies/text \"text\"");
    client.post_list(&["a".to_owned()]).await.unwrap();
    assert_eq!(last(), "POST /bodies/list [\"a\"]");
    client.post_number(-1).await.unwrap();
    assert_eq!(last(), "POST /bodies/number -1");
    client
        .get_values(
            "l",
            "o",
            "a",
            &Enum::B,
            &"EUR".parse().unwrap(),
            true,
            &number,
            &"1.5".parse().unwrap(),
            "c",
        )
        .await
        .unwrap();
    assert_eq!(last(), "GET /paths/values/l/o/a/B/EUR/true/5/1.5/c");
    assert_eq!(client.get_nullable().await.unwrap(), None);
    assert_eq!(client.get_null().await.unwrap(), None);
    client.get_204().await.unwrap();
}

fn keywords() -> Keywords {
    Keywords::new("a", "b", "c", "d", "e", true, 1, 2.into(), KeywordsSuper::Crate, "f")
}

#[tokio::test]
async fn odd_responses_are_read() {
    let (client, _) = client(r#"["a", null]"#);
    assert_eq!(client.get_texts().await.unwrap(), [Some("a".to_owned()), None]);
    let (client, _) = self::client(
        r#"{"meta": {"offset": 0, "limit": 1, "count": 1, "total_count": 1}, "data": [null, {"gap": "a"}]}"#,
    );
    let page = client.list_gaps().await.unwrap();
    assert!(page.data[0].is_none() && page.data[1].is_some());
    let (client, _) = self::client(r#"{"petType": "DOG", "name": "a"}"#);
    assert_eq!(client.get_choice().await.unwrap(), Dog::new("a").into());
}

#[test]
fn each_operation_that_can_be_one_is_an_endpoint() {
    let all: Vec<Endpoint> = ENDPOINTS.concat();
    let count = |name: &str| all.iter().filter(|it| it.to_string() == name).count();
    for (name, expected) in [
        ("GET /keywords/{type}/{self_}/{crate_}", 1),
        ("GET /responses/types", 5),
        ("POST /auth/token", 1),
        ("GET /paths/{unknown}/{id}", 1),
        ("GET /bodies/{id}", 0),
        ("POST /responses/redirect", 0),
    ] {
        assert_eq!(count(name), expected, "{name}");
    }
}
