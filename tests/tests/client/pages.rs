//! Pages: a single page, all pages, and servers that break the rules of pagination.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use serde::Serialize;
use serde_json::{Value, json};
use upvest_core::{Call, Client, ErrorKind, Outcome, Page, Result, api};
use upvest_tests::in_memory::{Reply, Server, problem, reply};

#[derive(Serialize, Default)]
struct ListNumbers {
    sort: Option<&'static str>,
    offset: Option<u64>,
    limit: Option<u64>,
}

#[api(scope = "things:admin")]
trait Numbers: Send + Sync {
    #[endpoint(GET, "/numbers", signed)]
    fn list(&self, query: &ListNumbers) -> Call<Page<u64>>;

    #[endpoint(POST, "/numbers", signed)]
    fn draw(&self) -> Call<Page<u64>>;
}

fn query(request: &http::Request<bytes::Bytes>) -> Vec<(String, String)> {
    serde_urlencoded::from_str(request.uri().query().unwrap_or_default()).unwrap()
}

fn number(request: &http::Request<bytes::Bytes>, name: &str) -> Option<u64> {
    let query = query(request);
    query.iter().find(|(known, _)| known == name).map(|(_, value)| value.parse().unwrap())
}

fn page(offset: u64, data: &[u64], total_count: u64) -> Reply {
    let meta = json!({
        "offset": offset, "limit": 3, "count": data.len(), "total_count": total_count,
    });
    reply(200, "application/json", &json!({ "meta": meta, "data": data }).to_string())
}

/// Serves the numbers from 0 to below `total`, at most three per page.
fn numbers(total: u64) -> Server {
    Server::new(move |_, request| {
        let offset = number(request, "offset").unwrap_or(0);
        let end = total.min(offset + number(request, "limit").unwrap_or(3).min(3));
        page(offset, &(offset..end).collect::<Vec<_>>(), total)
    })
}

async fn all(client: &Client, query: &ListNumbers) -> Result<Vec<u64>> {
    let mut items = client.list(query).items();
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item?);
    }
    assert!(items.next().await.is_none(), "the stream stays finished");
    Ok(all)
}

#[tokio::test(start_paused = true)]
async fn all_items_arrive_in_order_and_each_page_is_requested_once() {
    for (total, pages) in [(0, 1), (1, 1), (3, 1), (4, 2), (10, 4)] {
        let server = numbers(total);
        let all = all(&server.client(), &ListNumbers::default()).await.unwrap();
        assert_eq!(all, (0..total).collect::<Vec<_>>());
        assert_eq!(server.sent().len(), pages, "{total}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_query_parameters_stay_unchanged() {
    let server = numbers(7);
    let query_of = ListNumbers { sort: Some("a&b=c d"), offset: Some(2), limit: Some(2) };
    assert_eq!(all(&server.client(), &query_of).await.unwrap(), [2, 3, 4, 5, 6]);
    for (request, offset) in server.sent().iter().zip([2, 4, 6]) {
        let mut parameters = query(request);
        parameters.sort_unstable();
        let expected = [("limit", "2"), ("offset", &offset.to_string()), ("sort", "a&b=c d")];
        assert_eq!(parameters, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_repeats_a_page_ends_the_stream() {
    let server = Server::new(|_, _| page(0, &[0, 1, 2], 9));
    let error = all(&server.client(), &ListNumbers::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Applied));
    assert!(error.to_string().contains("offset 3"), "{error}");
    assert_eq!(server.sent().len(), 2);

    // The same for a server that announces more items than it has.
    let server = Server::new(|_, request| page(number(request, "offset").unwrap_or(0), &[], 9));
    assert_eq!(all(&server.client(), &ListNumbers::default()).await.unwrap(), [0; 0]);
    // The same for a server with the largest possible numbers.
    let server = Server::new(|_, _| page(u64::MAX, &[1, 2], u64::MAX));
    assert_eq!(all(&server.client(), &ListNumbers::default()).await.unwrap(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_write_does_not_fetch_further_pages() {
    let server = numbers(9);
    let mut pages = server.client().draw().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().data, [0, 1, 2]);
    assert!(pages.next().await.is_none());
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_the_end() {
    let server = Server::new(|count, _| match count {
        0 => page(0, &[0, 1, 2], 9),
        _ => problem(403, "forbidden"),
    });
    let mut pages = server.client().list(&ListNumbers::default()).pages();
    assert_eq!(pages.next().await.unwrap().unwrap().data, [0, 1, 2]);
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(403));
    assert!(pages.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn each_page_has_the_attempts_of_the_call() {
    for (attempts, expected) in [(1, 1), (2, 2)] {
        let server = Server::new(|count, _| match count {
            0 => page(0, &[0, 1, 2], 6),
            1 => problem(503, "unavailable"),
            _ => page(3, &[3, 4, 5], 6),
        });
        let client = server.client();
        let mut pages = client.list(&ListNumbers::default()).max_attempts(attempts).pages();
        let mut count = 0;
        while let Some(Ok(_)) = pages.next().await {
            count += 1;
        }
        assert_eq!(count, expected, "with {attempts} attempts");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_in_flight_is_not_lost() {
    let server = Server::slow(|_, request| {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            let offset = number(&request, "offset").unwrap_or(0);
            page(offset, &[offset], 2)
        })
    });
    let mut items = server.client().list(&ListNumbers::default()).items();
    let impatient = tokio::time::timeout(Duration::from_secs(2), items.next()).await;
    assert!(impatient.is_err());
    assert_eq!(items.next().await.unwrap().unwrap(), 0);
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert!(items.next().await.is_none());
    assert_eq!(server.sent().len(), 2, "no page was requested twice");
}

#[tokio::test]
async fn a_fake_has_one_page_behind_dyn_as_well() {
    struct Fake;

    impl Numbers for Fake {
        fn list(&self, _: &ListNumbers) -> Call<Page<u64>> {
            Call::ready(Ok(Page::of(vec![7, 8])))
        }

        fn draw(&self) -> Call<Page<u64>> {
            Call::ready(Ok(Page::of(vec![7])))
        }
    }

    let numbers: Box<dyn Numbers> = Box::new(Fake);
    let mut items = numbers.list(&ListNumbers::default()).items();
    assert_eq!(items.next().await.unwrap().unwrap(), 7);
    assert_eq!(items.next().await.unwrap().unwrap(), 8);
    assert!(items.next().await.is_none());
    let page = numbers.list(&ListNumbers::default()).await.unwrap();
    assert_eq!((page.meta.count, page.meta.total_count), (2, 2));
}

#[test]
fn a_page_reads_and_writes_what_the_api_sends() {
    let text = json!({
        "meta": { "offset": 0, "limit": 100, "count": 1, "total_count": 1, "sort": "id", "order": "ASC" },
        "data": [7],
    });
    let page: Page<u64> = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(&page).unwrap(), text);
    let mut more = text.clone();
    more["meta"]["cursor"] = Value::from("new in 2027");
    assert_eq!(serde_json::from_value::<Page<u64>>(more).unwrap(), page);
    let mut less = text;
    less["meta"].as_object_mut().unwrap().remove("total_count");
    assert!(serde_json::from_value::<Page<u64>>(less).is_err());
}

#[tokio::test]
async fn pages_and_items_are_streams() {
    fn poll<S: Stream>(stream: Pin<&mut S>) -> Poll<Option<S::Item>> {
        stream.poll_next(&mut Context::from_waker(std::task::Waker::noop()))
    }
    let call = || Call::<Page<u64>>::ready(Ok(Page::of(vec![7])));
    assert!(matches!(poll(pin!(call().pages())), Poll::Ready(Some(Ok(_)))));
    let mut items = pin!(call().items());
    assert!(matches!(poll(items.as_mut()), Poll::Ready(Some(Ok(7)))));
    assert!(matches!(poll(items), Poll::Ready(None)));
}

/// A page of 1000 users, each as long as in the examples of the API.
#[tokio::test(start_paused = true)]
async fn the_largest_page_of_the_api_fits() {
    for length in [1_125, 8_000] {
        let server = users(1_000, length);
        let page = server.client().users().await.unwrap();
        assert_eq!((page.data.len(), page.data[0].note.len()), (1_000, length));
    }
}

#[tokio::test(start_paused = true)]
async fn the_response_size_limit_can_be_set() {
    let server = users(1_000, 9_000);
    let error = server.client().users().await.unwrap_err();
    let sentence = "GET /users returned 200, but its body is longer than 8388608 bytes (raise \
                    `max_response_bytes` of the client)";
    assert_eq!(error.to_string(), sentence);
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));

    let client = server.builder().max_response_bytes(16 * 1024 * 1024).build().unwrap();
    assert_eq!(client.users().await.unwrap().data.len(), 1_000);
    // Even with the smallest limit, a response with one object is read.
    let client = users(1, 60_000).builder().max_response_bytes(0).build().unwrap();
    assert_eq!(client.users().await.unwrap().data.len(), 1);
    let client = users(1, 66_000).builder().max_response_bytes(0).build().unwrap();
    assert!(client.users().await.unwrap_err().to_string().contains("65536 bytes"));
}

#[derive(Debug, serde::Deserialize)]
struct User {
    note: String,
}

#[api(scope = "things:admin")]
trait Users: Send + Sync {
    #[endpoint(GET, "/users", signed)]
    fn users(&self) -> Call<Page<User>>;
}

fn users(count: usize, length: usize) -> Server {
    let users = vec![json!({ "note": "x".repeat(length) }); count];
    let meta = json!({ "offset": 0, "limit": 1000, "count": count, "total_count": count });
    let body = json!({ "meta": meta, "data": users }).to_string();
    Server::new(move |_, _| reply(200, "application/json", &body))
}
