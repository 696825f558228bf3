//! The path template: `/virtual_cash_balances/decreases/{virtual_cash_decrease_id}`.

/// The names of the placeholders, in order.
pub(crate) fn placeholders(template: &str) -> Result<Vec<&str>, String> {
    if template.is_empty() || template == "/" {
        return Err("the path is empty: write one such as \"/users/{user_id}\"".to_owned());
    }
    if template.contains("://") {
        return Err("the client knows the host: write only the path".to_owned());
    }
    let Some(rest) = template.strip_prefix('/') else {
        return Err(format!("a path starts with `/`: write \"/{template}\""));
    };
    let mut names = Vec::new();
    for segment in rest.split('/') {
        if segment.contains('?') {
            return Err("the query is a separate parameter: name it `query`".to_owned());
        }
        match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(name) if name.starts_with("r#") => {
                return Err(format!(
                    "a placeholder has no `r#`: write `{{{}}}`, even if the parameter is a raw identifier",
                    name.trim_start_matches("r#")
                ));
            }
            Some(name) if is_identifier(name) => {
                if names.contains(&name) {
                    return Err(format!(
                        "the placeholder `{{{name}}}` appears twice in the path: rename one of the two"
                    ));
                }
                names.push(name);
            }
            Some(name) if !name.contains(['{', '}']) => {
                return Err(format!(
                    "`{{{name}}}` is not a placeholder: write the name of a parameter, such as `{{id}}`"
                ));
            }
            _ if segment.contains(['{', '}']) => {
                return Err(format!(
                    "a placeholder fills a whole segment, as in \"/users/{{user_id}}\", which \
                     `{segment}` does not"
                ));
            }
            _ if segment.is_empty() => {
                return Err("the path has an empty segment: remove the extra `/`".to_owned());
            }
            _ if segment.starts_with(':') => {
                return Err(format!(
                    "a placeholder is written in braces: `{{{0}}}` instead of `:{0}`",
                    segment.trim_start_matches(':')
                ));
            }
            _ if segment == "." || segment == ".." => {
                return Err(format!("`{segment}` would lead to another route: remove it"));
            }
            _ if !segment.bytes().all(is_plain) => {
                return Err(format!(
                    "invalid segment `{segment}`: a path of the API contains only letters, digits and \
                     `-._~:` (remove the rest)"
                ));
            }
            _ => {}
        }
    }
    Ok(names)
}

/// The characters that need no encoding in a path: the unreserved ones, and the colon.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte)
}

fn is_identifier(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_ok()
        || syn::parse_str::<syn::Ident>(&format!("r#{name}")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn placeholders_are_found_in_order() {
        assert_eq!(placeholders("/auth/token"), Ok(vec![]));
        assert_eq!(placeholders("/files/{folder}/{file_name}"), Ok(vec!["folder", "file_name"]));
        assert_eq!(placeholders("/x/{type}"), Ok(vec!["type"]));
    }

    #[test]
    fn a_query_in_the_path_is_named_even_with_a_placeholder() {
        for template in ["/fees?limit=1", "/fees?limit={limit}"] {
            assert!(placeholders(template).unwrap_err().contains("name it `query`"), "{template}");
        }
    }

    #[test]
    fn a_template_that_could_reach_another_route_is_refused() {
        for template in [
            "",
            "users",
            "/",
            "/users/",
            "//users",
            "/a//b",
            "/users?x=1",
            "/a/../b",
            "/./a",
            "/ü",
            "/a b",
            "/{}",
            "/{a}{b}",
            "/x{a}",
            "/{a",
            "/a}",
            "/{a b}",
            "/{1}",
            "/{a}/{a}",
            "/{r#type}",
            "/:id",
            "/a#b",
        ] {
            assert!(placeholders(template).is_err(), "{template}");
        }
    }
}
