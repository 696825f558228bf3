"""Upvest's own Python package, as its README uses it, but with open connections.

    python peer.py sign|call IN_FLIGHT

Reads the settings from the environment. For each line on standard input, a number of seconds, it
works for that long, and prints how many requests it made.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from upvest_investment_api import UpvestRequestsAuth, make_idempotency_key
from upvest_investment_api.env_settings import HttpSignatureSettings

ORDER = {
    "account_group_id": "2596db3b-0d03-4651-9eda-970910479dfb",
    "amount": "200.00",
    "currency": "EUR",
}

settings = HttpSignatureSettings()
auth = UpvestRequestsAuth(
    private_key_pem=settings.HTTP_SIGN_PRIVATE_KEY,
    private_key_passphrase=settings.HTTP_SIGN_PRIVATE_KEY_PASSPHRASE or None,
    key_id=settings.KEY_ID,
    client_id=settings.CLIENT_ID,
    client_secret=settings.CLIENT_SECRET,
    scopes=settings.SCOPES,
)


def increase():
    return {
        "url": f"{settings.BASE_URL}/virtual_cash_balances/increases",
        "json": ORDER,
        "auth": auth.with_idempotency_key(make_idempotency_key()),
    }


def sign(session):
    session.prepare_request(requests.Request("POST", **increase()))


def call(session):
    response = session.post(**increase())
    response.raise_for_status()
    assert response.json()["amount"] == ORDER["amount"]


def work(session, request, seconds):
    end = time.monotonic() + seconds
    count = 0
    while True:
        request(session)
        count += 1
        if time.monotonic() >= end:
            return count


def main(mode, in_flight):
    request = {"sign": sign, "call": call}[mode]
    sessions = [requests.Session() for _ in range(int(in_flight))]
    with ThreadPoolExecutor(len(sessions)) as threads:
        for line in sys.stdin:
            counts = threads.map(lambda session: work(session, request, float(line)), sessions)
            print(sum(counts), flush=True)


main(*sys.argv[1:])
