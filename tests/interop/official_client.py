"""Runs Upvest's own Python client, unmodified, against the upvest-sandbox program.

It gets a token, makes an increase and a decrease, cancels the decrease and reads the balances. In
between, it sends the same requests with one byte changed after signing. Each of them must be
rejected with 401.

    python official_client.py PATH_OF_UPVEST_SANDBOX
"""

import sys
import uuid

import requests
from upvest_investment_api.requests_auth import AuthorisationError, UpvestRequestsAuth

import sandbox
from sandbox import Changed


def flip_header(name, position=5):
    def change(request):
        value = request.headers[name]
        if isinstance(value, bytes):
            value = value.decode()
        at = position % len(value)
        other = "A" if value[at] != "A" else "B"
        request.headers[name] = value[:at] + other + value[at + 1 :]

    return change


def change_body(request):
    body = request.body if isinstance(request.body, bytes) else request.body.encode()
    request.body = body.replace(b"c", b"d", 1)


def change_path(request):
    request.url = request.url[:-1] + ("0" if request.url[-1] != "0" else "1")


class TokenChanged(UpvestRequestsAuth):
    """The official client, with a change in its token request after signing."""

    change = None

    def __call__(self, request, idempotency_key=None):
        request = super().__call__(request, idempotency_key)
        if request.url.endswith("/auth/token"):
            self.change(request)
        return request


def main(program):
    with sandbox.running(program) as settings:
        arguments = sandbox.official(settings)
        auth = UpvestRequestsAuth(**arguments)
        address = settings["UPVEST_API_BASE_URL"]
        cash = f"{address}/virtual_cash_balances"
        order = {"account_group_id": str(uuid.uuid4()), "amount": "100.00", "currency": "EUR"}

        def keyed():
            return auth.with_idempotency_key(str(uuid.uuid4()))

        increase = requests.post(f"{cash}/increases", json=order, auth=keyed())
        assert increase.status_code == 202, increase.text
        assert increase.json()["amount"] == "100.00" and increase.json()["status"] == "ISSUED"
        # More than the balance, so that it waits and can be cancelled.
        order["amount"] = "150.00"
        decrease = requests.post(f"{cash}/decreases", json=order, auth=keyed())
        assert decrease.status_code == 202, decrease.text
        waiting = f"{cash}/decreases/{decrease.json()['id']}"

        refused = 0
        for what, change in [
            ("path", change_path),
            ("signature", flip_header("signature", 20)),
            ("signature-input", flip_header("signature-input", 8)),
            ("accept", flip_header("accept", -1)),
            ("authorization", flip_header("authorization", -1)),
            ("upvest-client-id", flip_header("upvest-client-id", -1)),
            ("upvest-api-version", flip_header("upvest-api-version", -1)),
            ("date", flip_header("date", -1)),
        ]:
            response = requests.delete(waiting, auth=Changed(auth, change))
            assert response.status_code == 401, (what, response.status_code, response.text)
            assert response.json()["type"] == "https://docs.upvest.co/errors/unauthorised"
            refused += 1
        for path in ["increases", "decreases"]:
            for what, change in [
                ("body", change_body),
                ("path", change_path),
                ("content-digest", flip_header("content-digest", 15)),
                ("idempotency-key", flip_header("idempotency-key", -1)),
                ("signature", flip_header("signature", 20)),
                ("authorization", flip_header("authorization", -1)),
                ("upvest-client-id", flip_header("upvest-client-id", -1)),
            ]:
                response = requests.post(f"{cash}/{path}", json=order, auth=Changed(keyed(), change))
                assert response.status_code == 401, (path, what, response.status_code, response.text)
                refused += 1

        for what, change in [
            ("body", change_body),
            ("path", change_path),
            ("accept", flip_header("accept", -1)),
            ("signature", flip_header("signature", 20)),
        ]:
            changed = TokenChanged(**arguments)
            changed.change = change
            try:
                requests.delete(waiting, auth=changed)
                raise SystemExit(f"a token request with a changed {what} was accepted")
            except AuthorisationError as error:
                assert error.response.status_code == 401, (what, error.response.text)
                refused += 1

        cancelled = requests.delete(waiting, auth=auth)
        assert cancelled.status_code == 202 and cancelled.content == b"", cancelled.text
        again = requests.delete(waiting, auth=auth)
        assert again.status_code == 422, again.text

        group = f"{address}/account_groups/{order['account_group_id']}/payments"
        for path in ["cash_balance", "cash_balances/EUR"]:
            balance = requests.get(f"{group}/{path}", auth=auth)
            assert balance.status_code == 200 and balance.json()["balance"] == "100", balance.text
        balances = requests.get(f"{group}/cash_balances", auth=auth).json()
        assert [one["currency"] for one in balances["data"]] == ["EUR"], balances
        print(f"the official client's run succeeded, and {refused} changed requests were rejected")


if __name__ == "__main__":
    main(sys.argv[1])
