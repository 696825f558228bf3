//! What is wrong with a request that matches no endpoint.

use upvest_core::Endpoint;

/// Says which known path was probably meant by `path`, or which methods `path` accepts.
pub(crate) fn other_path(path: &str, endpoints: &[&Endpoint]) -> Option<String> {
    let here = endpoints.iter().filter(|at| is_of(path, at));
    let mut methods: Vec<String> = here.map(|at| at.method().to_string()).collect();
    methods.sort_unstable();
    methods.dedup();
    if !methods.is_empty() {
        return Some(format!("`{path}` accepts only {}", methods.join(", ")));
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    // A version prefix is a common mistake: this API has its version in a header.
    let unversioned = match &*segments {
        [first, rest @ ..] if is_version(first) => rest,
        all => all,
    };
    let meant = format!("/{}", unversioned.join("/"));
    let lower = meant.to_ascii_lowercase();
    let meant =
        [meant, lower].into_iter().find(|meant| endpoints.iter().any(|at| is_of(meant, at)));
    meant.map(|meant| format!("the path is `{meant}`, not `{path}`"))
}

fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix(['v', 'V']);
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_of(path: &str, endpoint: &Endpoint) -> bool {
    let (mut given, mut known) = (path.split('/'), endpoint.path().split('/'));
    loop {
        match (given.next(), known.next()) {
            (None, None) => return true,
            (Some(given), Some(known)) if known.starts_with('{') && !given.is_empty() => {}
            (Some(given), Some(known)) if given == known => {}
            _ => return false,
        }
    }
}
