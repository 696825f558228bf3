//! What the sandbox does, how certain it is that the real API does the same, and how to change it.
//! The table in the README and `/_sandbox/fidelity` are both generated from here.

use serde::Serialize;

/// How certain it is that the real API does the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mark {
    /// Upvest's documentation or API description says so.
    Documented,
    /// Upvest's own tools behave this way, or users of the API report it.
    Observed,
    /// No source says anything: the sandbox chose this behaviour.
    Assumed,
    /// The real API has this, and the sandbox does not.
    Missing,
}

/// One behaviour of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// The subject.
    pub what: &'static str,
    /// What the sandbox does.
    pub here: &'static str,
    /// How certain it is that the real API does the same.
    pub mark: Mark,
    /// The options of the program that change it.
    pub switches: &'static [&'static str],
}

const fn row(
    mark: Mark,
    what: &'static str,
    here: &'static str,
    switches: &'static [&'static str],
) -> Row {
    Row { what, here, mark, switches }
}

use Mark::{Assumed, Documented, Missing, Observed};

/// The whole table.
pub const ROWS: &[Row] = &[
    row(
        Documented,
        "endpoints",
        "`/auth/token`, the three operations of virtual cash, the cash balances of an account \
         group (`…/payments/cash_balance`, `…/cash_balances` and `…/cash_balances/{currency}`), \
         and webhooks",
        &[],
    ),
    row(
        Documented,
        "signature format",
        "the form of draft 15, SHA-512, ECDSA P-521 as ASN.1 DER or Ed25519; \
         `upvest-signature-version: 15`",
        &["--loose signature"],
    ),
    row(
        Assumed,
        "components that a signature must cover",
        "method, path, the query if there is one, `accept`, `authorization`, `upvest-client-id` \
         and `upvest-api-version` if sent, and with a body its type and digest; not its length and \
         not `idempotency-key`, because some of Upvest's tools leave them out",
        &["--loose coverage", "--assume all-covered"],
    ),
    row(
        Assumed,
        "a `content-length` that is signed but not sent",
        "counts as 0 if there is no body, because Upvest's proxy signs it on a DELETE and then \
         does not send it; with a body, 401",
        &["--assume length-sent"],
    ),
    row(
        Assumed,
        "form of the signature headers",
        "exactly one signature, labelled `sig1`, in canonical form, with `keyid`, `created`, \
         `expires` and `nonce`; an `alg` that contradicts the key is refused",
        &[],
    ),
    row(
        Documented,
        "digest of the body",
        "compared with the received bytes; the length is compared too, which is not documented",
        &["--loose digest"],
    ),
    row(
        Assumed,
        "allowed clock difference; maximum lifetime of a signature",
        "30 seconds; 5 minutes",
        &["--loose lifetime"],
    ),
    row(
        Assumed,
        "how long a nonce is stored",
        "until its signature expires; with a million stored nonces, further requests get a 429",
        &["--loose nonce"],
    ),
    row(
        Assumed,
        "the older form of signatures, v6",
        "refused: Upvest accepts it only from early adopters",
        &[],
    ),
    row(
        Observed,
        "`upvest-client-id` on the token call",
        "may be missing, because one of Upvest's own clients leaves it out",
        &["--loose client-id"],
    ),
    row(
        Documented,
        "scopes",
        "a scope that is not set up for the client is a 401 on the token call; a scope that the \
         token lacks is a 403",
        &["--loose scope"],
    ),
    row(
        Observed,
        "lifetime of an access token",
        "1,799 seconds, as in a sample in Upvest's own package",
        &["--loose token"],
    ),
    row(
        Observed,
        "`accept`, `content-type`",
        "without parameters; `*/*` is also accepted, because Upvest's proxy sends it",
        &["--loose accept", "--loose content-type"],
    ),
    row(Assumed, "a major version other than 1", "426", &["--loose api-version"]),
    row(
        Assumed,
        "a single-valued header sent twice, such as `idempotency-key`",
        "400",
        &["--loose single-headers"],
    ),
    row(
        Assumed,
        "order of the checks",
        "client id, signature, token, scope, headers, idempotency key, body; an unknown path comes \
         after the token",
        &[],
    ),
    row(
        Documented,
        "idempotency key",
        "required for an order; the first successful response is replayed",
        &["--loose idempotency-key"],
    ),
    row(
        Assumed,
        "valid idempotency keys, and how long they are stored",
        "a UUID of version 1 to 5, although the pattern also allows a 0; 24 hours, where Upvest \
         says `at least`",
        &["--loose idempotency-key"],
    ),
    row(
        Assumed,
        "the same idempotency key with another body",
        "422, or 400 in 1.9, which does not have the 422; bodies are compared byte for byte",
        &["--assume other-body-conflicts", "--assume other-body-replays"],
    ),
    row(
        Assumed,
        "concurrent requests with the same idempotency key",
        "one is carried out, and the other gets its response",
        &["--assume duplicate-conflicts"],
    ),
    row(
        Assumed,
        "a failed request with an idempotency key",
        "is not stored: the next request is carried out",
        &[],
    ),
    row(
        Assumed,
        "where an idempotency key is unique",
        "within one endpoint; the sandbox has one client",
        &[],
    ),
    row(Documented, "an undocumented field in a body", "400", &["--loose unknown-fields"]),
    row(
        Assumed,
        "text of a problem document",
        "in `detail`, as in the API description; one page of the documentation shows `details`",
        &[],
    ),
    row(
        Assumed,
        "a body of more than 64 KiB; `HEAD`; a request without `host`",
        "400; 405; 400",
        &[],
    ),
    row(Assumed, "a duplicate field in a body", "400", &[]),
    row(
        Assumed,
        "an amount of zero",
        "400",
        &["--assume zero-unprocessable", "--assume zero-succeeds"],
    ),
    row(
        Assumed,
        "a currency that is not enabled",
        "does not exist: EUR, GBP and USD are all enabled, or only EUR in 1.9",
        &["--spec 1.9"],
    ),
    row(Assumed, "amount in a response", "with two decimals", &["--assume amount-as-sent"]),
    row(
        Assumed,
        "account groups",
        "any UUID is one from its first use, except a UUID with percent signs; if groups must be \
         created first, an unknown one is a 404",
        &["--assume account-groups-known"],
    ),
    row(
        Documented,
        "statuses",
        "`ISSUED`, then `CONFIRMED`, or `QUEUED` for a decrease that exceeds the balance; `ISSUED` \
         and `QUEUED` can become `CANCELLED`",
        &[],
    ),
    row(
        Assumed,
        "when an operation changes its status",
        "right after the response, which says `ISSUED`",
        &["--progress manual", "--progress after=2s"],
    ),
    row(Assumed, "order of queued decreases", "oldest first; it blocks the later ones", &[]),
    row(Documented, "cancelling a confirmed decrease", "422", &[]),
    row(Assumed, "cancelling a decrease twice", "422", &["--assume second-cancel-succeeds"]),
    row(
        Assumed,
        "effect of virtual cash on a cash balance",
        "changes `balance` and both available amounts; nothing is ever locked or pending; the list \
         has the currencies that were used, on one page",
        &[],
    ),
    row(
        Observed,
        "success codes",
        "202, as in a newer API description; version 1.9.0 has 200 and 204",
        &["--spec 1.9"],
    ),
    row(Missing, "rate limits", "none; a fault can cause a 429", &[]),
    row(
        Documented,
        "webhooks: subscriptions",
        "create, list, read, change, delete and test, with their limits; a new subscription is \
         disabled; the keys are at `/auth/verify_keys`",
        &[],
    ),
    row(
        Documented,
        "webhooks: delivery",
        "batches (Upvest: packages) by delay and size, each ordered by time; a rejected batch is \
         retried after 1, 2, 3, 5, 8 … 600 s, without end, and blocks the batches after it",
        &[],
    ),
    row(
        Documented,
        "webhooks: signature",
        "the form of draft 6, a SHA-256 in `digest`, ECDSA P-521",
        &["--assume webhooks-v15"],
    ),
    row(
        Assumed,
        "webhooks: what is signed, and when",
        "method, path, query, type, length and digest; again for each attempt",
        &["--assume webhooks-signed-once"],
    ),
    row(
        Assumed,
        "webhooks: which response is a success",
        "only 200, within 10 s: the guide says 200, the API description 204",
        &["--assume webhook-no-content-succeeds"],
    ),
    row(
        Assumed,
        "webhooks: undocumented details",
        "5 s and 10,240 bytes unless a subscription says otherwise; a disabled subscription \
         collects no events; a test is an event `WEBHOOK.TEST` outside the queue; the URL may be \
         `http`; the newest two keys are listed",
        &[],
    ),
    row(
        Observed,
        "webhooks: a tunnel, for clients that Upvest cannot reach",
        "undocumented, but used by Upvest's proxy: `/events-acceptor-service/…`",
        &[],
    ),
    row(
        Assumed,
        "webhooks: how a tunnel is fetched from",
        "a request removes the webhooks that it returns, at most 100 at once, and waits up to 5 s for \
         one; a newer request ends an older one; 20 URLs with 1,000 webhooks each; `health` needs a \
         token, although Upvest's proxy sends none",
        &[],
    ),
    row(
        Missing,
        "webhooks: other events",
        "a confirmed operation causes no `CASH_BALANCE.UPDATED` and no `CASH_TRANSACTION.EXECUTED`; a subscription that fails for 30 days is not removed",
        &[],
    ),
    row(
        Missing,
        "all other endpoints",
        "not served, except those that a test adds with `serve`",
        &[],
    ),
];

/// Returns the table in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut table =
        "| what | in the sandbox | how sure | options |\n| --- | --- | --- | --- |\n".to_owned();
    for row in ROWS {
        let mark = match row.mark {
            Documented => "documented",
            Observed => "observed",
            Assumed => "*assumed*",
            Missing => "**missing**",
        };
        let switches: Vec<String> =
            row.switches.iter().map(|switch| format!("`{switch}`")).collect();
        let switches = switches.join(", ");
        table.extend(["| ", row.what, " | ", row.here, " | ", mark, " | ", &switches, " |\n"]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::ROWS;
    use crate::settings::{Assumption, Check};

    #[test]
    fn every_switch_is_in_the_table_and_every_one_in_the_table_is_a_switch() {
        let named: Vec<&str> = ROWS.iter().flat_map(|row| row.switches).copied().collect();
        let loose = Check::ALL.iter().map(|check| format!("--loose {check}"));
        let assumed = Assumption::ALL.iter().map(|assumption| format!("--assume {assumption}"));
        for switch in loose.clone().chain(assumed.clone()) {
            assert!(named.contains(&switch.as_str()), "{switch} is not in the table");
        }
        for name in
            named.iter().filter(|name| name.starts_with("--loose") || name.starts_with("--assume"))
        {
            let is_known = loose.clone().chain(assumed.clone()).any(|switch| switch == **name);
            assert!(is_known, "{name} is not an option");
        }
    }
}
