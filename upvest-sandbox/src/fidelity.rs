//! What the sandbox does, how sure it is that the real API does the same, and how to change it: the
//! one source of the table in the README and of `/_sandbox/fidelity`.

use serde::Serialize;

/// How sure it is that the real API does the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mark {
    /// Upvest's documentation or its description of the API says so.
    Documented,
    /// Upvest's own tools behave so, or those who use the API say so.
    Observed,
    /// Nobody says anything: it is what the sandbox has decided.
    Assumed,
    /// It does not do the same: the real API has what the sandbox has not.
    Missing,
}

/// One thing that the sandbox does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// What it is about.
    pub what: &'static str,
    /// What is done here.
    pub here: &'static str,
    /// How sure it is that the real API does the same.
    pub mark: Mark,
    /// What makes it different, as options of the program.
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
        "what is served",
        "`/auth/token`, the three operations of virtual cash, the cash balances of an account group (`…/payments/cash_balance`, `…/cash_balances` and `…/cash_balances/{currency}`), and webhooks",
        &[],
    ),
    row(
        Documented,
        "what is signed, and how",
        "the form of draft 15, SHA-512, ECDSA P-521 as ASN.1 DER or Ed25519; `upvest-signature-version: 15`",
        &["--loose signature"],
    ),
    row(
        Assumed,
        "which parts a signature must cover",
        "method, path, the query if there is one, `accept`, `authorization`, `upvest-client-id` and `upvest-api-version` if sent, and with a body its type and digest; not its length and not the `idempotency-key`, which some of Upvest's tools leave out",
        &["--loose coverage", "--assume all-covered"],
    ),
    row(
        Assumed,
        "a `content-length` that is signed, but not sent",
        "is taken as 0 if there is no body, as Upvest's proxy signs it on a DELETE that then travels without; with a body 401",
        &["--assume length-sent"],
    ),
    row(
        Assumed,
        "other forms of the signature headers",
        "one signature, labelled `sig1`, in canonical spelling, with `keyid`, `created`, `expires` and `nonce`; an `alg` that contradicts the key is refused",
        &[],
    ),
    row(
        Documented,
        "the digest of the body",
        "is compared with the bytes that came; so is its length, which nobody says",
        &["--loose digest"],
    ),
    row(
        Assumed,
        "how far clocks may be apart; the longest life of a signature",
        "30 seconds; 5 minutes",
        &["--loose lifetime"],
    ),
    row(
        Assumed,
        "how long a nonce is remembered",
        "until its signature has ended; with a million of them further requests are a 429",
        &["--loose nonce"],
    ),
    row(
        Assumed,
        "the older form of signatures, v6",
        "refused: Upvest takes it from early adopters alone",
        &[],
    ),
    row(
        Observed,
        "`upvest-client-id` on the token call",
        "may be missing, as one of Upvest's own clients leaves it out",
        &["--loose client-id"],
    ),
    row(
        Documented,
        "scopes",
        "one that is not set up is a 401 at the token, one that the token lacks a 403",
        &["--loose scope"],
    ),
    row(
        Observed,
        "how long an access token lives",
        "1,799 seconds, as in a sample of Upvest's own package",
        &["--loose token"],
    ),
    row(
        Observed,
        "`accept`, `content-type`",
        "bare, with no parameter; `*/*` is accepted too, as Upvest's proxy sends it",
        &["--loose accept", "--loose content-type"],
    ),
    row(Assumed, "a major version that is not 1", "426", &["--loose api-version"]),
    row(
        Assumed,
        "a header twice that has one value, such as `idempotency-key`",
        "400",
        &["--loose single-headers"],
    ),
    row(
        Assumed,
        "in which order things are checked",
        "client id, signature, token, scope, headers, idempotency key, body; a path that is unknown comes after the token",
        &[],
    ),
    row(
        Documented,
        "the idempotency key",
        "is demanded of an order; the first success is answered again",
        &["--loose idempotency-key"],
    ),
    row(
        Assumed,
        "which idempotency keys there are, and how long",
        "a UUID of version 1 to 5, though the pattern lets a 0 through; 24 hours, of which Upvest says `at least`",
        &["--loose idempotency-key"],
    ),
    row(
        Assumed,
        "the same idempotency key with another body",
        "422, or 400 in 1.9, which has no 422 there; bodies are compared byte for byte",
        &["--assume other-body-conflicts", "--assume other-body-replays"],
    ),
    row(
        Assumed,
        "the same idempotency key twice at once",
        "one is carried out, the other gets its answer",
        &["--assume twin-conflicts"],
    ),
    row(
        Assumed,
        "whether a failure is remembered for a key",
        "no: the next request is carried out",
        &[],
    ),
    row(Assumed, "whom a key belongs to", "one endpoint; there is one client", &[]),
    row(
        Documented,
        "a member of a body that is not documented",
        "400",
        &["--loose unknown-fields"],
    ),
    row(
        Assumed,
        "where a problem document has its text",
        "in `detail`, as described; a page of the documentation shows `details`",
        &[],
    ),
    row(
        Assumed,
        "a body of more than 64 KiB; `HEAD`; a request without `host`",
        "400; 405; 400",
        &[],
    ),
    row(Assumed, "a member of a body twice", "400", &[]),
    row(
        Assumed,
        "an amount of zero",
        "400",
        &["--assume zero-unprocessable", "--assume zero-succeeds"],
    ),
    row(
        Assumed,
        "a currency that is not enabled",
        "there is none: EUR, GBP and USD all are, or EUR alone in 1.9",
        &["--spec 1.9"],
    ),
    row(Assumed, "how the amount is echoed", "with two decimals", &["--assume amount-as-sent"]),
    row(
        Assumed,
        "account groups",
        "any UUID is one, from its first use, but not one with percent signs; if it must be made first, one that was not is a 404",
        &["--assume account-groups-known"],
    ),
    row(
        Documented,
        "statuses",
        "`ISSUED`, then `CONFIRMED`, or for a decrease that exceeds the balance `QUEUED`; both can be `CANCELLED`",
        &[],
    ),
    row(
        Assumed,
        "when an operation moves on",
        "right after it is answered, as `ISSUED`",
        &["--progress manual", "--progress after=2s"],
    ),
    row(Assumed, "which waiting decrease is first", "the oldest; it holds up the later ones", &[]),
    row(Documented, "cancelling a decrease that is confirmed", "422", &[]),
    row(Assumed, "cancelling a decrease twice", "422", &["--assume second-cancel-succeeds"]),
    row(
        Assumed,
        "what virtual cash does to a cash balance",
        "changes `balance` and both that is available; nothing is ever locked or pending; the list has the currencies that were used, in one page",
        &[],
    ),
    row(
        Observed,
        "success codes",
        "202, as a newer description of the API says; version 1.9.0 says 200 and 204",
        &["--spec 1.9"],
    ),
    row(Missing, "rate limits", "none; a fault makes a 429", &[]),
    row(
        Documented,
        "webhooks: the subscriptions",
        "create, list, read, change, delete and test, with their limits; a new one is disabled; the keys at `/auth/verify_keys`",
        &[],
    ),
    row(
        Documented,
        "webhooks: delivery",
        "packages by delay and size, each ordered by time; what is not taken is sent again after 1, 2, 3, 5, 8 … 600 s, without end, and holds up what comes after it",
        &[],
    ),
    row(
        Documented,
        "webhooks: the signature",
        "the form of draft 6, a SHA-256 in `digest`, ECDSA P-521",
        &["--assume webhooks-v15"],
    ),
    row(
        Assumed,
        "webhooks: which parts are signed, and when",
        "method, path, query, type, length and digest; anew for each try",
        &["--assume webhooks-signed-once"],
    ),
    row(
        Assumed,
        "webhooks: which answer is success",
        "200 alone, within 10 s: the guide says 200, the description of the API 204",
        &["--assume webhook-no-content-succeeds"],
    ),
    row(
        Assumed,
        "webhooks: what is said nowhere",
        "5 s and 10,240 bytes unless a subscription says otherwise; a disabled one collects nothing; a test is an event `WEBHOOK.TEST` outside the queue; the URL may be `http`; of the keys, the newest two are listed",
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
        "not there, but for those that a test adds with `serve`",
        &[],
    ),
];

/// The table in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut table =
        "| what | here | how sure | to change it |\n| --- | --- | --- | --- |\n".to_owned();
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
            assert!(is_known, "{name} is no switch");
        }
    }
}
