//! The token endpoint.

use http::StatusCode;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::handler::{Admitted, JsonResponse};
use crate::problem::Refused;
use crate::world::World;

/// The lifetime of a token, in seconds.
const TOKEN_LIFE: i64 = 1799;
/// The longest client secret and the longest list of scopes, in characters.
const LONGEST_FIELD: usize = 1000;

pub(crate) fn create_access_token(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(request.body)
        .map_err(|_| Refused::invalid_request("The body is not a form"))?;
    let names = ["client_id", "client_secret", "grant_type", "scope"];
    // The name is not repeated: if the body is not a form, it is the whole body, with the secret.
    if fields.iter().any(|(name, _)| !names.contains(&name.as_str())) {
        return Err(Refused::invalid_request("(root): there is an unknown field"));
    }
    let field = |name: &str| {
        let mut values = fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) if value.chars().count() > LONGEST_FIELD => {
                Err(Refused::invalid_request(format!(
                    "{name}: it is longer than {LONGEST_FIELD} characters"
                )))
            }
            (Some(value), None) if !value.is_empty() => Ok(value.as_str()),
            (_, Some(_)) => {
                Err(Refused::invalid_request(format!("(root): field '{name}' appears twice")))
            }
            _ => Err(Refused::invalid_request(format!("(root): field '{name}' was not filled"))),
        }
    };
    if field("grant_type")? != "client_credentials" {
        return Err(Refused::invalid_request("grant_type: it must be client_credentials"));
    }
    let credentials = &world.credentials;
    let is_known = field("client_id")?.eq_ignore_ascii_case(&credentials.client_id().to_string())
        && field("client_secret")? == credentials.client_secret().expose_secret();
    if !is_known {
        return Err(Refused::unauthorised("The client credentials are incorrect"));
    }
    let scope = field("scope")?;
    if let Some(unknown) = scope.split(' ').find(|scope| !world.scopes.contains(scope)) {
        return Err(Refused::unauthorised("The client is not set up for this scope")
            .for_the_log(format!("the client is not set up for the scope {unknown:?}")));
    }

    let token = format!("ory_at_{}", world.store.fresh_text("token"));
    let now = request.now.unix_seconds();
    world.store.add_token(&token, scope, now.saturating_add(TOKEN_LIFE), now)?;
    let body = json!({
        "access_token": token,
        "expires_in": TOKEN_LIFE,
        "scope": scope,
        "token_type": "bearer",
    });
    JsonResponse::new(StatusCode::OK, &body)
}
