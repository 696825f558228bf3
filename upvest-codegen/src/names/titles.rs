//! Names from titles, such as "Virtual Cash Balance - Virtual Cash Increase - Create - Request".

use super::words::{camel, words};

/// Titles with more words are sentences.
const MOST_WORDS: usize = 8;

/// The name of what a response has: the last part of the title, as it names the thing itself.
/// `None` for the title of a response that has no name but its operation.
pub(super) fn of_response(title: &str) -> Option<String> {
    let parts = parts(title)?;
    let parts: Vec<&str> = parts.into_iter().filter(|part| *part != "List").collect();
    match parts.as_slice() {
        [.., "Request" | "Response" | "Callback"] | [] => None,
        [.., name] => Some(camel(name)),
    }
}

/// The name of a list that is not a page.
pub(super) fn of_list(title: &str) -> Option<String> {
    match parts(title)?.as_slice() {
        [names @ .., "List", "Response"] => Some(camel(names.last()?) + "List"),
        _ => None,
    }
}

/// The name of a part of something. A verb at the end, before "Request", comes first.
pub(super) fn of_part(title: &str) -> Option<String> {
    let parts = parts(title)?;
    Some(match parts.as_slice() {
        [names @ .., verb, "Request"] if !names.is_empty() => {
            camel(&format!("{verb} {}", names.join(" ")))
        }
        names => camel(&names.join(" ")),
    })
}

fn parts(title: &str) -> Option<Vec<&str>> {
    let title = title.trim();
    let is_sentence = title.ends_with('.') || words(title).len() > MOST_WORDS;
    let is_name = !is_sentence && title.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_name.then(|| title.split(" - ").map(str::trim).filter(|part| !part.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::{of_list, of_part, of_response};

    #[test]
    fn a_title_names_what_it_is_about() {
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(of_response("Payments - Withdrawal"), some("Withdrawal"));
        assert_eq!(of_response("Account Returns"), some("AccountReturns"));
        assert_eq!(of_response("Order - Cancel - Response"), None);
        assert_eq!(of_response("Account unique identifier."), None);
        assert_eq!(of_list("User Check - List - Response"), some("UserCheckList"));
        assert_eq!(of_list("Webhook"), None);
        assert_eq!(of_part("User (BYOL) - Create - Request"), some("CreateUserByol"));
        assert_eq!(of_part("Name change"), some("NameChange"));
        assert_eq!(of_part(" "), None);
    }
}
