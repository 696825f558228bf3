"""Measures the page of the upvest-sandbox program with many requests and operations.

Sends 10, 100, 1,000 … requests to a sandbox, of which the first ones are orders, and opens its page
in a headless Chromium. Prints the times until it shows requests and operations, until a new request
appears, until the requests are filtered, and until a row is open. Fails only if rows are missing or
are drawn without need, or if the page or what it loads grows without limit.

    python page_scale.py PATH_OF_UPVEST_SANDBOX PATH_OF_THE_EXAMPLE_FILL_SANDBOX [REQUESTS [OPERATIONS]]
"""

import os
import subprocess
import sys
import time
import uuid

import requests
from selenium.webdriver.common.by import By
from upvest_investment_api.requests_auth import UpvestRequestsAuth

import sandbox
from page import Page, browser

# More than the page has with full lists, and far less than it would have with all rows.
MOST_NODES = 12_000
MOST_BYTES = 16 << 20


def timed(work):
    begin = time.monotonic()
    work()
    return round((time.monotonic() - begin) * 1000)


def measure(driver, settings, size):
    """Opens the page, and returns the times in milliseconds."""
    address = settings["UPVEST_API_BASE_URL"]
    times = {}
    page = None

    def count(selector):
        return driver.execute_script("return document.querySelectorAll(arguments[0]).length", selector)

    def first_view():
        nonlocal page
        page = Page(driver, address)
        page.until("requests", lambda: count(".request") > 0)
        page.until("operations", lambda: count("#operations tbody tr") > 0)

    times["first view"] = timed(first_view)
    rows = (min(size, 300), min(size, 100))
    page.until("all requests", lambda: count(".request") >= rows[0])
    page.until("all operations", lambda: count("#operations tbody tr") == rows[1])

    # One more request, which is refused, is shown above the others.
    newest = "return document.querySelector('.request')?.dataset.number"
    before = driver.execute_script(newest)

    def new_request():
        assert requests.get(f"{address}/nowhere").status_code >= 400
        page.until("the refusal", lambda: driver.execute_script(newest) != before)

    times["new request"] = timed(new_request)

    def filtered():
        page.one("#only-refused").click()
        page.until("only refusals", lambda: count(".request") == count(".request.refused"))

    times["filter"] = timed(filtered)
    assert count(".request") >= 1

    def unfiltered():
        page.one("#only-refused").click()
        page.until("all rows", lambda: count(".request") >= rows[0])

    times["filter off"] = timed(unfiltered)

    def row_open():
        driver.execute_script("arguments[0].click()", page.one(".request.accepted summary"))
        page.until("its headers", lambda: count(".request.accepted[open] pre") > 0)

    times["open a row"] = timed(row_open)

    def more():
        driver.execute_script("arguments[0].click()", page.one('[data-more="operations"]'))
        page.until("more operations", lambda: count("#operations tbody tr") == min(size, 200))

    if size > 100:
        assert page.one("#more-operations").is_displayed()
        times["more rows"] = timed(more)
    nodes = count("*")
    assert nodes < MOST_NODES, nodes
    script = "return performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)"
    loaded = driver.execute_script(script)
    assert loaded < MOST_BYTES, loaded
    return {**times, "elements": nodes, "KB loaded": loaded // 1000}


def confirm(driver, settings):
    """An operation among many can be confirmed, and only its row is drawn again."""
    address = settings["UPVEST_API_BASE_URL"]
    auth = UpvestRequestsAuth(**sandbox.official(settings))
    order = {"account_group_id": str(uuid.uuid4()), "amount": "1.00", "currency": "EUR"}
    sign = auth.with_idempotency_key(str(uuid.uuid4()))
    made = requests.post(f"{address}/virtual_cash_balances/increases", json=order, auth=sign)
    page = Page(driver, address)
    button = f'#operations [data-key="confirm {made.json()["id"]}"]'
    page.one(button)
    script = "for (const row of document.querySelectorAll('#operations tbody tr')) row.dataset.old = ''"
    driver.execute_script(script)
    driver.execute_script("arguments[0].click()", page.one(button))
    page.until("it is confirmed", lambda: not page.all(button))
    redrawn = driver.find_elements(By.CSS_SELECTOR, "#operations tbody tr:not([data-old])")
    assert len(redrawn) == 1, len(redrawn)


def fill(program, settings, orders, others):
    """Sends orders and other requests."""
    subprocess.run([program, str(orders), str(others)], check=True, env={**os.environ, **settings})


def main(program, filler, most_requests="100000", most_operations="10000"):
    most_requests, most_operations = int(most_requests), int(most_operations)
    with sandbox.running(program, "--progress", "manual", "--seed", "7", "--quiet") as settings:
        driver = browser()
        try:
            sent, size, table = 0, 10, []
            while size <= most_requests:
                operations = min(size, most_operations)
                orders = operations - min(sent, most_operations)
                seconds = timed(lambda: fill(filler, settings, orders, size - sent - orders)) / 1000
                sent = size
                table.append({"requests": size, "operations": operations, **measure(driver, settings, operations)})
                print(f"{size} requests, {operations} operations (sent in {seconds:.0f} s)", flush=True)
                size *= 10
            confirm(driver, settings)
        finally:
            driver.quit()
    names = list(dict.fromkeys(name for row in table for name in row))
    print("  ".join(f"{name:>11}" for name in names) + "   (times in ms)")
    for row in table:
        print("  ".join(f"{row.get(name, '-'):>11}" for name in names))


if __name__ == "__main__":
    main(*sys.argv[1:])
