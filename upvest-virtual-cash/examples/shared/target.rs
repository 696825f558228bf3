//! Where the examples run.

use upvest_core::ClientBuilder;
use upvest_sandbox::Sandbox;

use crate::shared::Failure;

/// Returns a client for the host in the environment, or for a sandbox in this process.
pub(crate) async fn target() -> Result<(Option<Sandbox>, ClientBuilder), Failure> {
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

/// Fails for the live host, because the examples move money.
pub(crate) fn refuse_live(base_url: &str) -> Result<(), Failure> {
    if base_url == "https://api.upvest.co" {
        return Err("refusing to run against live: this example moves money (use a sandbox)".into());
    }
    Ok(())
}
