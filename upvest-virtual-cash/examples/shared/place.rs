//! Where the examples run.

use upvest_core::ClientBuilder;
use upvest_sandbox::Sandbox;

use crate::shared::Failure;

/// The host that the environment names, or a sandbox in this process if it names none.
pub(crate) async fn place_to_run() -> Result<(Option<Sandbox>, ClientBuilder), Failure> {
    let is_configured = std::env::vars_os()
        .any(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("UPVEST_API_")));
    if is_configured {
        Ok((None, ClientBuilder::from_env()?))
    } else {
        let sandbox = Sandbox::start().await?;
        let builder = sandbox.client_builder();
        Ok((Some(sandbox), builder))
    }
}

/// The examples move money to show how.
pub(crate) fn refuse_live(base_url: &str) -> Result<(), Failure> {
    if base_url == "https://api.upvest.co" {
        return Err("this example moves money; run it against a sandbox, not against live".into());
    }
    Ok(())
}
