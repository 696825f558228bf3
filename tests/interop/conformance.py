"""Tests the upvest-sandbox program against Upvest's own description of version 1.9.0 of the API.

Schemathesis generates valid and invalid requests. Each is signed when it is sent, and the response
must be one that the description allows.

    python conformance.py PATH_OF_UPVEST_SANDBOX PATH_OF_THE_DESCRIPTION [SEED]
"""

import base64
import collections
import json
import os
import pathlib
import re
import sys
import tempfile
import time
import uuid

import requests
import schemathesis
import yaml
from schemathesis.cli import schemathesis as command
from schemathesis.openapi.checks import RejectedPositiveData
from upvest_investment_api.http_message_signatures import HttpMessageSigner, _filter_headers

import sandbox

OPERATIONS = {
    "/auth/token": ["post"],
    "/auth/verify_keys": ["get"],
    "/virtual_cash_balances/increases": ["post"],
    "/virtual_cash_balances/decreases": ["post"],
    "/virtual_cash_balances/decreases/{virtual_cash_decrease_id}": ["delete"],
    "/account_groups/{account_group_id}/payments/cash_balance": ["get"],
    "/webhooks": ["get", "post"],
    "/webhooks/{webhook_id}": ["get", "patch", "delete"],
    "/webhooks/{webhook_id}/test": ["post"],
}
# Nothing listens on this port: webhooks must not be sent to the hosts of generated URLs.
NOWHERE = "http://127.0.0.1:9/"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "positive_data_acceptance",
    "negative_data_rejection",
    "missing_required_header",
    "problem_conformance",
]
# Responses that Upvest's guides document and the description omits for some operations: to a
# missing client id, and to an unknown version of the API.
BEYOND = ["400", "426"]
SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = [200, 201, 202, 204, 404, 422]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 404, 405, 422, 426]
[checks.missing_required_header]
expected-statuses = [400]
"""
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
seen = collections.Counter()


class Signed(requests.auth.AuthBase):
    """Signs a request exactly as it is sent, and adds no missing headers."""

    def __init__(self, settings):
        self.signer = HttpMessageSigner(
            private_key_pem=base64.b64decode(settings["UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64"]),
            private_key_passphrase=settings["UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE"].encode(),
            key_id=settings["UPVEST_API_KEY_ID"],
        )

    def __call__(self, request):
        request.headers["accept"] = "application/json"
        headers = {
            name.lower(): value.decode("latin-1") if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        _, request.url, added, request.body, _ = self.signer.sign_request(
            method=request.method,
            url=request.url,
            headers_in=_filter_headers(headers),
            body=request.body,
        )
        request.headers.update(added)
        request.headers["upvest-signature-version"] = "15"
        return request


def access_token(settings, auth):
    response = requests.post(
        f"{settings['UPVEST_API_BASE_URL']}/auth/token",
        headers={"upvest-client-id": settings["UPVEST_API_CLIENT_ID"]},
        data={
            "client_id": settings["UPVEST_API_CLIENT_ID"],
            "client_secret": settings["UPVEST_API_CLIENT_SECRET"],
            "grant_type": "client_credentials",
            "scope": settings["UPVEST_API_SCOPES"].replace(",", " "),
        },
        auth=auth,
    )
    assert response.status_code == 200, response.text
    return response.json()["access_token"]


def pending_decrease(settings, auth, token):
    """Creates a decrease that can be cancelled: its account group has no money, so it waits."""
    response = requests.post(
        f"{settings['UPVEST_API_BASE_URL']}/virtual_cash_balances/decreases",
        headers={
            "upvest-client-id": settings["UPVEST_API_CLIENT_ID"],
            "authorization": f"Bearer {token}",
            "idempotency-key": str(uuid.uuid4()),
        },
        json={"account_group_id": str(uuid.uuid4()), "amount": "1.00", "currency": "EUR"},
        auth=auth,
    )
    assert response.status_code == 200, response.text
    return response.json()["id"]


def description(path, settings, token, decrease):
    """Returns the tested part of the description, restricted to the credentials of this run."""
    api = yaml.load(pathlib.Path(path).read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    api["paths"] = {path: api["paths"][path] for path in OPERATIONS}

    def only(*values):
        return {"type": "string", "enum": list(values)}

    client = only(settings["UPVEST_API_CLIENT_ID"])
    known = {"upvest-client-id": client, "authorization": only(f"Bearer {token}")}
    named = api["components"]["parameters"]
    for path, verbs in OPERATIONS.items():
        item = api["paths"][path]
        parameters = [
            named[node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
            for node in item["parameters"]
        ]
        # The signature is added last, from the whole request.
        item["parameters"] = [
            {**node, "schema": known.get(node["name"], node["schema"])}
            for node in parameters
            if node["name"] not in ["signature", "signature-input"]
        ]
        for operation in [item[verb] for verb in verbs]:
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
                [body] = operation["requestBody"]["content"].values()
                if "url" in body["schema"]["properties"]:
                    body["schema"]["properties"]["url"] = only(NOWHERE)
                    del body["example"]
            for status in BEYOND:
                problem = {"$ref": "#/components/responses/ResponseError401"}
                operation["responses"].setdefault(status, problem)
    # A generated decrease might not be cancellable: this one is.
    [cancelled] = [path for path in OPERATIONS if path.endswith("{virtual_cash_decrease_id}")]
    for node in api["paths"][cancelled]["parameters"]:
        if node["name"] == "virtual_cash_decrease_id":
            node["example"] = decrease
    token_item = api["paths"]["/auth/token"]
    # One of Upvest's own clients omits it here.
    for node in token_item["parameters"]:
        if node["name"] == "upvest-client-id":
            node["required"] = False
    [form] = token_item["post"]["requestBody"]["content"].values()
    del form["example"]
    form["schema"]["properties"].update(
        client_id=client,
        client_secret=only(settings["UPVEST_API_CLIENT_SECRET"]),
        grant_type=only("client_credentials"),
        scope=only(*settings["UPVEST_API_SCOPES"].split(",")),
    )
    return api


def register(auth):
    @schemathesis.hook
    def before_call(context, case, kwargs):
        kwargs["auth"] = auth

    @schemathesis.hook
    def after_call(context, case, response):
        seen[case.operation.label, response.status_code] += 1

    @schemathesis.hook
    def filter_failure(context, failure, case, response):
        # The pattern of an amount allows 0; newer descriptions say that it is positive. And no
        # description says that a key is used once.
        known = [b"must be more than 0", b"was used with another body"]
        is_known = response.status_code == 400 and any(text in response.content for text in known)
        return not (is_known and isinstance(failure, RejectedPositiveData))

    @schemathesis.check
    def problem_conformance(context, response, case):
        """Checks what the other checks omit: header formats, undeclared methods, and that a
        problem document is consistent."""
        [request_id] = response.headers.get("upvest-request-id", ["none"])
        assert UUID.fullmatch(request_id), f"the upvest-request-id is {request_id}"
        if response.status_code < 400 or response.request.method == "HEAD":
            return
        [kind] = response.headers.get("content-type", [None])
        assert kind == "application/problem+json", f"{response.status_code} with {kind}"
        problem = response.json()
        assert problem["status"] == response.status_code, problem
        assert problem["request_id"] == request_id, problem


def main(program, path, seed="1"):
    start = time.monotonic()
    program, path = os.path.abspath(program), os.path.abspath(path)
    with tempfile.TemporaryDirectory() as folder, sandbox.running(program, "--spec", "1.9") as settings:
        auth = Signed(settings)
        token = access_token(settings, auth)
        decrease = pending_decrease(settings, auth, token)
        api = description(path, settings, token, decrease)
        register(auth)
        # Schemathesis reads its settings from the working folder, and writes files to it.
        os.chdir(folder)
        pathlib.Path("schemathesis.toml").write_text(SETTINGS)
        pathlib.Path("openapi.json").write_text(json.dumps(api, default=str))
        try:
            command.main([
                "run", "openapi.json", "--url", settings["UPVEST_API_BASE_URL"],
                "--checks", ",".join(CHECKS), "--seed", seed, "--max-examples", "200",
                "--generation-database", "none", "--suppress-health-check", "all",
                "--continue-on-failure", "--no-color", "--warnings", "off",
            ])
        except SystemExit as end:
            failed = end.code
        finally:
            os.chdir("/")
    for (label, status), count in sorted(seen.items()):
        print(f"{count:6} {status} {label}")
    print(f"{sum(seen.values())} requests in {time.monotonic() - start:.0f} s with the seed {seed}")
    # An operation without a successful request was not tested.
    done = {label for (label, status) in seen if status < 300}
    all = {f"{verb.upper()} {path}" for path, verbs in OPERATIONS.items() for verb in verbs}
    never = all - done
    if failed or never:
        sys.exit(f"failed; never successful: {sorted(never)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
