//! Lists: a single page, and all pages one after the other.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::{Deserialize, Serialize};

use crate::BoxFuture;
use crate::call::Call;
use crate::error::Outcome;
use crate::error::{Error, ErrorKind, Result};
use crate::json::null_as_default;

/// One page of a list, as the API returns most lists.
///
/// # Examples
///
/// ```
/// use upvest_core::{Call, Page, api};
/// # #[derive(serde::Deserialize)]
/// # pub struct User { id: String }
/// #[derive(serde::Serialize)]
/// pub struct ListUsers {
///     /// Items on a page: 100 if it is left out, at most 1000.
///     pub limit: Option<u32>,
/// }
///
/// #[api(scope = "users:read")]
/// pub trait Users: Send + Sync {
///     /// Lists the users.
///     #[endpoint(GET, "/users", signed)]
///     fn list(&self, query: &ListUsers) -> Call<Page<User>>;
/// }
///
/// async fn print_all(users: &dyn Users) -> upvest_core::Result<()> {
///     let mut all = users.list(&ListUsers { limit: Some(1000) }).items();
///     while let Some(user) = all.next().await {
///         println!("{}", user?.id);
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
#[non_exhaustive]
pub struct Page<T> {
    /// Its position in the list.
    pub meta: PageMeta,
    /// Its items. `null`, which some servers send for an empty list, is read as an empty list.
    #[serde(deserialize_with = "null_as_default")]
    pub data: Vec<T>,
}

/// The position of a page in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PageMeta {
    /// How many items come before this page.
    pub offset: u64,
    /// How many items a page has at most.
    pub limit: u64,
    /// How many items are on this page.
    pub count: u64,
    /// How many items the whole list has.
    pub total_count: u64,
    /// The field that the list is sorted by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// The direction: `ASC` or `DESC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

impl<T> Page<T> {
    /// Returns a page with all items of a list; for fakes in tests.
    #[must_use]
    pub fn of(data: Vec<T>) -> Self {
        let count = data.len() as u64;
        let meta = PageMeta {
            offset: 0,
            limit: count,
            count,
            total_count: count,
            sort: None,
            order: None,
        };
        Self { meta, data }
    }
}

impl<T> Call<Page<T>> {
    /// Returns this page and all that follow it.
    ///
    /// Each page is its own call, with the timeout and the number of attempts of this one. A
    /// [`ready`](Call::ready) call has one page, and so does a call that is not a `GET`.
    ///
    /// Note that the list may change while you read it: items that are added or removed then may be
    /// missed or returned twice.
    pub fn pages(self) -> Pages<T> {
        Pages(Some(State::Waiting(self, None)))
    }

    /// Returns all items from this page on, one after the other, as [`pages`](Call::pages) does.
    pub fn items(self) -> Items<T> {
        Items { pages: self.pages(), items: Vec::new().into_iter() }
    }
}

/// Pages of a list, each fetched on demand. Ends after the last one, or after an error.
#[must_use = "no page is fetched until it is asked for"]
pub struct Pages<T>(Option<State<T>>);

enum State<T> {
    /// The next call, and the offset at which its page must begin, if it is known.
    Waiting(Call<Page<T>>, Option<u64>),
    InFlight(BoxFuture<'static, Result<Page<T>>>, Option<Call<Page<T>>>, Option<u64>),
}

impl<T: Send + 'static> Pages<T> {
    /// Returns the next page.
    ///
    /// # Errors
    /// Fails as awaiting the call does, and if a page does not begin where the previous one ended.
    ///
    /// # Cancel safety
    /// If the future is dropped, the page in flight is still the next one.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Page<T>>>> {
        let (mut fetch, template, expected) = match self.0.take() {
            None => return Poll::Ready(None),
            Some(State::Waiting(call, expected)) => {
                let template = call.try_clone();
                (call.into_future(), template, expected)
            }
            Some(State::InFlight(fetch, template, expected)) => (fetch, template, expected),
        };
        let Poll::Ready(page) = fetch.as_mut().poll(context) else {
            self.0 = Some(State::InFlight(fetch, template, expected));
            return Poll::Pending;
        };
        let page = page.and_then(|page| check_offset(page, expected));
        if let (Ok(page), Some(template)) = (&page, template) {
            let next = page.meta.offset.saturating_add(page.data.len() as u64);
            if !page.data.is_empty() && next < page.meta.total_count {
                self.0 = Some(State::Waiting(template.at_offset(next), Some(next)));
            }
        }
        Poll::Ready(Some(page))
    }
}

/// Without this check, a server that always returns the same page would be read forever.
fn check_offset<T>(page: Page<T>, expected: Option<u64>) -> Result<Page<T>> {
    match expected {
        Some(expected) if page.meta.offset != expected => {
            let message = format!(
                "unexpected page: expected offset {expected}, but the response begins at {}",
                page.meta.offset
            );
            Err(Error::new(ErrorKind::Decode, Outcome::Applied, message))
        }
        _ => Ok(page),
    }
}

/// Items of a list, one after the other.
///
/// A page is fetched when the previous one is used up. Ends after the last one, or after an error.
#[must_use = "no page is fetched until an item is asked for"]
pub struct Items<T> {
    pages: Pages<T>,
    items: std::vec::IntoIter<T>,
}

impl<T: Send + 'static> Items<T> {
    /// Returns the next item.
    ///
    /// # Errors
    /// Fails as [`Pages::next`] does.
    ///
    /// # Cancel safety
    /// If the future is dropped, nothing is lost.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T: Send + 'static> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.items = page.data.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Neither of them pins anything that it contains.
impl<T> Unpin for Pages<T> {}
impl<T> Unpin for Items<T> {}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("is_over", &self.0.is_none()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("left_on_this_page", &self.items.len())
            .finish_non_exhaustive()
    }
}
