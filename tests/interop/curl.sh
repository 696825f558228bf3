#!/usr/bin/env bash
# A request with an invalid signature, sent with curl, is rejected as by the real API, and the
# sandbox says what is wrong with it.
#
#     bash curl.sh PATH_OF_UPVEST_SANDBOX
set -euo pipefail
"$1" --quiet --loose client-id exec -- bash -euo pipefail -c '
    answer=$(curl --silent --include "$UPVEST_API_BASE_URL/account_groups/x/payments/cash_balance" \
        -H "accept: application/json" -H "upvest-signature-version: 15" \
        -H "signature-input: sig1=(\"@method\" \"@path\");keyid=\"$UPVEST_API_CLIENT_ID\";created=1;expires=2;nonce=\"n\"" \
        -H "signature: sig1=:AQID:")
    grep -q "^HTTP/1.1 401" <<<"$answer"
    grep -q "errors/unauthorised" <<<"$answer"
    grep "^upvest-sandbox-hint: .keyid. is the client id (use the key id, .$UPVEST_API_KEY_ID.)" \
        <<<"$answer"
    log=$(curl --silent "$UPVEST_API_BASE_URL/_sandbox/requests")
    grep -q "signature: unknown key id" <<<"$log"'
