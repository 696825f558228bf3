//! `null` where the API documents a list, an object or a string: servers in Go write it for absent
//! values.

use serde::Deserialize;
use upvest_core::webhook::{
    Event, ListWebhooks, UpdateWebhook, VerificationKeySet, Webhook, WebhookConfig, Webhooks as _,
};
use upvest_core::{Call, Error, ErrorKind, IdempotentCall, Outcome, Page, Problem, api};
use upvest_tests::in_memory::{Server, reply};

/// A type of a user, without any handling of `null`.
#[derive(Debug, PartialEq, Deserialize)]
struct Order {
    id: u8,
    note: Option<String>,
    #[serde(default)]
    executions: Vec<Execution>,
    #[serde(default)]
    fees: Fees,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Execution {
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
struct Fees {
    #[serde(default)]
    total: u8,
}

/// A field that must be present but may be `null`.
#[derive(Debug, PartialEq, Deserialize)]
struct Basket {
    #[serde(deserialize_with = "upvest_core::null_as_default")]
    orders: Vec<Order>,
}

#[api(scope = "orders:admin")]
trait Orders {
    #[endpoint(POST, "/orders", signed)]
    fn place(&self, body: &str) -> Call<Order>;

    #[endpoint(POST, "/orders/keyed", idempotent, signed)]
    fn place_keyed(&self, body: &str) -> IdempotentCall<Order>;

    #[endpoint(GET, "/orders", signed)]
    fn list(&self) -> Call<Page<Order>>;

    #[endpoint(GET, "/raw", signed)]
    fn raw(&self) -> Call<serde_json::Value>;
}

fn server(body: &'static str) -> Server {
    Server::new(move |_, _| reply(200, "application/json", body))
}

async fn placed(body: &'static str) -> Result<Order, Error> {
    server(body).client().place("x").max_attempts(1).await
}

#[tokio::test(start_paused = true)]
async fn null_is_read_as_absent_in_user_types() {
    let plain = Order { id: 7, note: None, executions: Vec::new(), fees: Fees { total: 0 } };
    for body in [
        r#"{"id":7}"#,
        r#"{"id":7,"note":null}"#,
        r#"{"id":7,"executions":null}"#,
        r#"{"executions":null,"id":7}"#,
        r#"{"note":null,"executions":null,"fees":null,"id":7}"#,
        r#"{"note":null,"executions":null,"fees":null,"id":7,"more":null}"#,
        r#"{"fees":{"total":null},"id":7,"executions":[]}"#,
        "{ \"executions\" :\n null , \"id\" : 7 }\n",
        r#"{"\u0065xecutions":null,"id":7}"#,
        r#"{"more":"\",\\","x":["null",{"a\"":null},{"b":null,"c":1}],"executions":null,"id":7}"#,
    ] {
        assert_eq!(placed(body).await.unwrap(), plain, "{body}");
        assert_eq!(server(body).client().place_keyed("x").await.unwrap(), plain, "{body}");
    }
    let nested = placed(r#"{"id":7,"executions":[{"tags":null},{"tags":["null"]}]}"#).await;
    let tags: Vec<_> = nested.unwrap().executions.into_iter().map(|one| one.tags).collect();
    assert_eq!(tags, [vec![], vec!["null".to_owned()]]);
}

/// A required field that is `null` counts as missing. Later fields do not make this lenient.
#[tokio::test(start_paused = true)]
async fn null_is_not_accepted_for_a_required_field() {
    for body in [
        r#"{"id":null}"#,
        r#"{"id":null,"executions":null}"#,
        r#"{"id":7,"executions":[null]}"#,
        r#"{"id":"null","executions":null}"#,
        "null",
        "[null]",
        r#"{"id":7,"executions":null,}"#,
        r#"{,"executions":null,"id":7}"#,
        r#"{"executions":nullx,"id":7}"#,
        r#"{"executions":null"#,
        r#"{"executions":null,"id":7}}"#,
    ] {
        let error = placed(body).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Decode, Outcome::Applied),
            "{body}"
        );
    }
    let raw = server(r#"{"a":null}"#).client().raw().await.unwrap();
    assert!(raw.get("a").is_some_and(serde_json::Value::is_null), "a `Value` holds `null`");
}

#[tokio::test(start_paused = true)]
async fn a_page_without_items_may_be_null() {
    let meta =
        r#""meta":{"offset":0,"limit":100,"count":0,"total_count":0,"sort":null,"order":null}"#;
    let page: Page<Order> = serde_json::from_str(&format!(r#"{{{meta},"data":null}}"#)).unwrap();
    assert_eq!((page.data, page.meta.sort), (vec![], None));
    assert!(serde_json::from_str::<Page<Order>>(&format!("{{{meta}}}")).is_err(), "no list at all");

    let body: &'static str = format!(r#"{{"data":null,{meta}}}"#).leak();
    assert!(server(body).client().list().items().next().await.is_none());
    let body: &'static str = format!(r#"{{"data":[{{"id":7,"fees":null}}],{meta}}}"#).leak();
    let mut items = server(body).client().list().items();
    assert_eq!(items.next().await.unwrap().unwrap().id, 7);
}

#[test]
fn a_required_list_may_be_null() {
    assert_eq!(serde_json::from_str::<Basket>(r#"{"orders":null}"#).unwrap().orders, []);
    assert!(serde_json::from_str::<Basket>("{}").is_err());
}

const WEBHOOK: &str = r#"{"id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a","title":"x","url":"https://x","type":["ALL"],"exclude_type":["USER"],"config":{"delay":"5s","max_package_size":10240},"enabled":true,"created_at":"2021-07-21T14:10:00Z","updated_at":"2021-07-21T14:10:00Z"}"#;

#[tokio::test(start_paused = true)]
async fn a_subscription_may_contain_null() {
    for (value, is_left_out) in [
        (r#"["ALL"]"#, (|webhook| webhook.types.is_empty()) as fn(Webhook) -> bool),
        (r#"["USER"]"#, |webhook| webhook.excluded_types.is_empty()),
        (r#"{"delay":"5s","max_package_size":10240}"#, |webhook| {
            webhook.config == WebhookConfig::default()
        }),
    ] {
        let json = WEBHOOK.replace(value, "null");
        assert!(is_left_out(serde_json::from_str(&json).unwrap()), "{json}");
    }
    let bare = WEBHOOK.replace(r#""5s""#, "null").replace("10240", "null");
    let bare: Webhook = serde_json::from_str(&bare).unwrap();
    assert_eq!(bare.config, WebhookConfig::default());

    let body = WEBHOOK.replace(r#"["USER"]"#, "null").leak();
    let created =
        server(body).client().create_webhook(&upvest_core::webhook::CreateWebhook::default());
    assert_eq!(created.await.unwrap().excluded_types, Vec::<String>::new());
    let list = r#"{"meta":{"offset":0,"limit":100,"count":0,"total_count":0},"data":null}"#;
    let page = server(list).client().list_webhooks(&ListWebhooks::default()).await.unwrap();
    assert_eq!(page.data, []);
    let change: UpdateWebhook =
        serde_json::from_str(r#"{"type":null,"exclude_type":null,"config":null}"#).unwrap();
    assert_eq!(change, UpdateWebhook::default());
}

#[test]
fn a_problem_document_may_contain_null() {
    let json = r#"{"type":null,"title":null,"status":null,"detail":null,"details":null,"instance":null,"request_id":null}"#;
    assert_eq!(serde_json::from_str::<Problem>(json).unwrap(), Problem::default());
}

#[test]
fn a_key_set_may_contain_null() {
    let set: VerificationKeySet = serde_json::from_str(r#"{"keys":null}"#).unwrap();
    assert_eq!(set.keys, []);
    assert!(serde_json::from_str::<VerificationKeySet>("{}").is_err());
}

#[test]
fn the_object_of_an_event_may_contain_null() {
    let event: Event = r#"{"id":"8962b496-8d42-4560-bfab-10c8d1a3b5c7","created_at":"2021-07-21T14:10:00Z","type":"ORDER.FILLED","webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a","object":{"id":7,"executions":null}}"#.parse().unwrap();
    assert_eq!(event.object::<Order>().unwrap().executions, []);
    assert!(event.json().ends_with(r#""executions":null}}"#), "the text is unchanged");
}
