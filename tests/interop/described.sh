#!/usr/bin/env bash
# The endpoints under /_sandbox/ behave as their description says, for any request. Endpoints are
# excluded if they delete the data of the others, or if they wait.
#
#     bash described.sh PATH_OF_UPVEST_SANDBOX PATH_OF_SCHEMATHESIS
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
schemathesis=$(realpath "$2")
export folder schemathesis
"$1" --quiet exec -- bash -euo pipefail -c '
    cd "$folder"
    "$schemathesis" run "$UPVEST_API_BASE_URL/_sandbox/openapi.json" --seed 1 --max-examples 40 \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
        --exclude-path-regex "reset|requests" --generation-database none --warnings off --no-color | tail -n 12'
