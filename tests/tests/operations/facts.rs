//! The documented facts about each operation of version 1.9.0, and a comparison with endpoint
//! tables.

use upvest_core::{BodyKind, Endpoint, ResponseKind};
use upvest_tests::data;

/// One line of `data/operations.tsv`.
#[derive(Clone)]
pub struct Fact {
    pub method: String,
    pub path: String,
    pub has_key: bool,
    pub body: String,
    /// The names of the query parameters, without the mark of required ones.
    pub query: Vec<String>,
    pub status: u16,
    /// Any one of these scopes is enough.
    pub scopes: Vec<String>,
    /// The allowed values of a query parameter, if they are enumerated: `order=ASC|DESC`.
    pub values: Vec<String>,
}

impl Fact {
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns whether a query parameter may have this value.
    pub fn takes(&self, parameter: &str, value: &str) -> bool {
        let listed = self.values.iter().find_map(|values| {
            values.strip_prefix(parameter).and_then(|values| values.strip_prefix('='))
        });
        listed.is_none_or(|values| values.split('|').any(|known| known == value))
    }

    /// Returns whether a path belongs to this operation.
    pub fn has_path(&self, path: &str) -> bool {
        let (mine, theirs) = (self.path.split('/'), path.split('/'));
        mine.clone().count() == theirs.clone().count()
            && mine.zip(theirs).all(|(mine, theirs)| mine.starts_with('{') || mine == theirs)
    }
}

pub fn facts() -> Vec<Fact> {
    let text = std::fs::read_to_string(data("operations.tsv")).unwrap();
    let list = |text: &str| match text {
        "-" => Vec::new(),
        text => text.split(',').map(|name| name.trim_end_matches('!').to_owned()).collect(),
    };
    text.lines()
        .skip(1)
        .map(|line| {
            let [method, path, key, body, query, status, _, scopes, values] =
                line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            Fact {
                method: method.to_owned(),
                path: path.to_owned(),
                has_key: key == "key",
                body: body.to_owned(),
                query: list(query),
                status: status.parse().unwrap(),
                scopes: list(scopes),
                values: list(values),
            }
        })
        .collect()
}

/// Returns the differences between the declarations and the facts, by the name of the operation.
pub fn differences(facts: &[Fact], endpoints: &[Endpoint]) -> Vec<String> {
    let missing = facts.iter().filter(|fact| declared(fact, endpoints).next().is_none());
    let missing = missing.map(|fact| format!("{}: not declared", fact.name()));
    let unknown = endpoints
        .iter()
        .filter(|endpoint| !facts.iter().any(|fact| fact.name() == endpoint.to_string()))
        .map(|endpoint| format!("{endpoint}: unknown operation"));
    let wrong = facts.iter().flat_map(|fact| {
        declared(fact, endpoints).flat_map(move |endpoint| {
            wrong(fact, endpoint).into_iter().map(move |what| format!("{endpoint}: {what}"))
        })
    });
    missing.chain(unknown).chain(wrong).collect()
}

fn declared<'e>(fact: &Fact, endpoints: &'e [Endpoint]) -> impl Iterator<Item = &'e Endpoint> {
    let name = fact.name();
    endpoints.iter().filter(move |endpoint| endpoint.to_string() == name)
}

fn wrong(fact: &Fact, endpoint: &Endpoint) -> Vec<String> {
    let body = match endpoint.body() {
        BodyKind::None => "none",
        BodyKind::Json => "json",
        BodyKind::Form => "form",
        _ => "another kind",
    };
    let mut scopes: Vec<&str> = endpoint.scopes().to_vec();
    let mut known: Vec<&str> = fact.scopes.iter().map(String::as_str).collect();
    scopes.sort_unstable();
    known.sort_unstable();
    let is_token = fact.path == "/auth/token";
    let can_be_bytes = fact.path == "/reports/{report_id}";
    let rules = [
        (endpoint.is_idempotent() == fact.has_key, "the idempotency key"),
        (endpoint.is_signed(), "the signature"),
        (endpoint.is_anonymous() == is_token, "the token"),
        (body == fact.body, "the body"),
        (endpoint.takes_query() != fact.query.is_empty(), "the query"),
        (scopes == known, "the scopes"),
        (endpoint.response() == ResponseKind::Json || can_be_bytes, "the response"),
    ];
    rules.iter().filter(|(holds, _)| !holds).map(|(_, what)| (*what).to_owned()).collect()
}
