//! `Queries`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::fmt;

use serde::Serialize;
use upvest_core::{Call, CommaSeparated, Date, api, id};

use super::{Enum, UserId};

/// The endpoints of `Queries`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Queries: Send + Sync {
    /// Calls the operation `list_queries`. The status of a success is 200.
    #[endpoint(GET, "/queries")]
    fn list_queries(&self, query: &ListQueries) -> Call<()>;

    /// Calls the operation `delete_queries`. The status of a success is 200.
    #[endpoint(DELETE, "/queries", signed)]
    fn delete_queries(&self, query: &DeleteQueries) -> Call<()>;
}

/// The query of `list_queries`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "the API has these fields")]
pub struct ListQueries {
    /// A list; each item: a UUID.
    pub ids: Option<CommaSeparated<QueryId>>,
    /// A list; each item: a UUID.
    pub user_ids: CommaSeparated<UserId>,
    /// A list; each item: a text.
    pub nullable: Option<CommaSeparated<String>>,
    /// A list; each item: a text.
    pub anything: Option<CommaSeparated<String>>,
    /// A list; each item: `A` or `B`.
    pub kinds: Option<CommaSeparated<Enum>>,
    /// A list; each item: a date, `YYYY-MM-DD`.
    pub dates: Option<CommaSeparated<Date>>,
    /// A text.
    pub any: Option<String>,
    /// A text.
    pub content: Option<String>,
    /// A text.
    pub choice: Option<String>,
    /// `A` or `B`.
    pub kind: Enum,
    /// A text. May be `null`.
    pub nothing: Option<String>,
    /// A text.
    pub api_token: Option<String>,
    /// True or false.
    pub a: bool,
    /// True or false.
    pub b: bool,
    /// True or false.
    pub c: bool,
    /// True or false.
    pub d: bool,
}

impl ListQueries {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    #[allow(clippy::fn_params_excessive_bools, reason = "the API requires these fields")]
    pub const fn new(
        user_ids: CommaSeparated<UserId>,
        kind: Enum,
        nothing: Option<String>,
        a: bool,
        b: bool,
        c: bool,
        d: bool,
    ) -> Self {
        Self {
            ids: None,
            user_ids,
            nullable: None,
            anything: None,
            kinds: None,
            dates: None,
            any: None,
            content: None,
            choice: None,
            kind,
            nothing,
            api_token: None,
            a,
            b,
            c,
            d,
        }
    }
}

/// Hides secrets.
impl fmt::Debug for ListQueries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListQueries")
            .field("ids", &self.ids)
            .field("user_ids", &self.user_ids)
            .field("nullable", &self.nullable)
            .field("anything", &self.anything)
            .field("kinds", &self.kinds)
            .field("dates", &self.dates)
            .field("any", &self.any)
            .field("content", &self.content)
            .field("choice", &self.choice)
            .field("kind", &self.kind)
            .field("nothing", &self.nothing)
            .field("a", &self.a)
            .field("b", &self.b)
            .field("c", &self.c)
            .field("d", &self.d)
            .finish_non_exhaustive()
    }
}

/// The query of `delete_queries`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeleteQueries {
    /// A date, `YYYY-MM-DD`.
    pub sort: Option<Date>,
}

id! {
    /// Identifies a query.
    pub struct QueryId;
}
