"""Tests the page of the upvest-sandbox program in a headless Chromium.

The page shows the calls of the official client and the difference of a rejected signature. An
operation is confirmed, a webhook is sent until it is accepted, a fault is added and shown, and the
clock is advanced, by mouse and by keyboard. In the dark and the light theme, the accessibility
rules of axe hold. Nothing is loaded from other hosts.

    python page.py PATH_OF_UPVEST_SANDBOX [FOLDER_FOR_PICTURES]
"""

import http.server
import os
import sys
import threading
import uuid

import axe_core_python
import requests
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from upvest_investment_api.requests_auth import UpvestRequestsAuth

import sandbox
from sandbox import Changed


def browser():
    options = webdriver.ChromeOptions()
    for option in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1400,1000",
    ]:
        options.add_argument(option)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


class Page:
    def __init__(self, driver, address):
        self.driver, self.address = driver, address
        driver.get(f"{address}/_sandbox/")

    def until(self, what, condition):
        # An element that the page has just redrawn is located again.
        waiting = WebDriverWait(self.driver, 20, 0.05, [StaleElementReferenceException])
        return waiting.until(lambda _: condition(), what)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.until(selector, lambda: next(iter(self.all(selector)), None))

    def texts(self, selector):
        # In one script, because the page redraws itself meanwhile.
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
        return self.driver.execute_script(script, selector)

    def look(self, theme, folder):
        """Renders the page in one theme and checks it with axe."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": theme}]},
        )
        if folder:
            height = self.driver.execute_script("return document.body.scrollHeight")
            self.driver.set_window_size(1400, min(height + 150, 4000))
            self.driver.save_screenshot(os.path.join(folder, f"page-{theme}.png"))
        source = os.path.join(os.path.dirname(axe_core_python.__file__), "axe.min.js")
        with open(source, encoding="utf-8") as script:
            self.driver.execute_script(script.read())
        found = self.driver.execute_async_script(
            "axe.run().then(arguments[arguments.length - 1])"
        )["violations"]
        problems = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]
        assert not problems, (theme, problems)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Rejects webhooks at first, then accepts all."""

    bodies = []

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(500 if len(self.bodies) <= 2 else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def webhooks(page, auth, post):
    """Deliveries are shown with their results, and can be sent again."""
    page.until("no webhooks", page.one("#no-deliveries").is_displayed)
    page.until("no subscription", page.one("#no-webhooks").is_displayed)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    subscription = {
        "title": "all",
        "url": f"http://127.0.0.1:{server.server_port}/webhooks",
        "config": {"max_package_size": 100},
    }
    made = requests.post(f"{page.address}/webhooks", json=subscription, auth=auth)
    assert made.status_code == 201, made.text
    url = f"{page.address}/webhooks/{made.json()['id']}"
    page.until("it is disabled", lambda: page.texts("#webhooks .chip") == ["disabled"])
    assert subscription["url"] in page.one("#webhooks").text
    assert requests.patch(url, json={"enabled": True}, auth=auth).status_code == 200
    page.until("it is enabled", lambda: page.texts("#webhooks .chip") == ["enabled"])
    post("increases")
    page.until("it is refused", lambda: "500" in page.texts("#deliveries .small"))
    page.until("it is accepted", lambda: "delivered" in page.texts("#deliveries .chip"))
    assert page.texts("#deliveries td.number") == ["3"]  # tries
    page.one("#deliveries summary").send_keys(Keys.ENTER)
    page.until("its events", lambda: "VIRTUAL_CASH_INCREASE.ISSUED" in page.one("#deliveries pre").text)
    page.one('#deliveries [data-key="redeliver 1"]').click()
    page.until("the copy", lambda: len(page.all("#deliveries details")) == 2)
    page.until("the second delivery", lambda: len(Receiver.bodies) == 4)
    assert len(set(Receiver.bodies)) == 1
    page.one("#rotate").click()

    def keys():
        return requests.get(f"{page.address}/auth/verify_keys", auth=auth).json()["keys"]

    page.until("a second key", lambda: len(keys()) == 2)


def walk(page, settings, pictures):
    arguments = sandbox.official(settings)
    auth = UpvestRequestsAuth(**arguments)
    cash = f"{page.address}/virtual_cash_balances"
    order = {"account_group_id": str(uuid.uuid4()), "amount": "200.00", "currency": "EUR"}

    def post(path, sign=None):
        sign = sign or auth.with_idempotency_key(str(uuid.uuid4()))
        return requests.post(f"{cash}/{path}", json=order, auth=sign)

    page.until("the settings", lambda: "API latest · statuses manual" in page.one("#settings").text)
    page.until("no requests", page.one("#no-requests").is_displayed)
    page.look("light", None)

    # A call made by a client appears.
    increase = post("increases").json()
    page.until("the call", lambda: any("increases" in text for text in page.texts(".request .path")))
    assert page.texts(".request .chip")[0] == "accepted"
    assert not page.one("#no-requests").is_displayed()

    # A rejected signature shows its difference.
    def with_charset(request):
        request.headers["content-type"] = "application/json; charset=utf-8"

    refused = post("increases", Changed(auth.with_idempotency_key(str(uuid.uuid4())), with_charset))
    assert refused.status_code == 401
    page.until("the refusal", lambda: "refused" in page.texts(".request .chip"))
    # By keyboard.
    page.one(".request.refused summary").send_keys(Keys.ENTER)
    hint = page.one(".request.refused .hint").text
    assert hint.startswith("content-type was changed after signing"), hint
    received = page.texts(".request.refused .received .line.differs")
    expected = page.texts(".request.refused .expected .line.differs")
    assert received == ['"content-type": application/json'], received
    assert expected == ['"content-type": application/json; charset=utf-8'], expected
    assert page.texts(".request.refused .expected mark") == ["; charset=utf-8"]
    shown = page.driver.find_element(By.TAG_NAME, "body").text
    assert "Bearer ***" in shown and "ory_at_" not in shown

    # Confirming changes the status, and the balance.
    def status(operation):
        rows = page.all(f'#operations [data-key$="{operation["id"]}"]')
        if rows:
            return rows[0].find_element(By.XPATH, "ancestor::tr").find_element(By.CSS_SELECTOR, ".chip").text
        return None

    def press(step, operation):
        button = f'#operations [data-key="{step} {operation["id"]}"]'
        page.until(button, lambda: [one.click() or True for one in page.all(button)][:1])

    assert page.until("it is issued", lambda: status(increase)) == "ISSUED"
    press("confirm", increase)
    page.until("it is confirmed", lambda: "CONFIRMED" in page.texts("#operations .chip"))
    assert page.texts("#balances tbody td") == [order["account_group_id"], "EUR", "200"]
    decrease = post("decreases").json()
    press("queue", decrease)
    page.until("it waits", lambda: "QUEUED" in page.texts("#operations .chip"))
    other = post("decreases").json()
    press("cancel", other)
    page.until("it is cancelled", lambda: "CANCELLED" in page.texts("#operations .chip"))

    webhooks(page, auth, post)

    # A fault is added and shown.
    form = page.one("#fault")
    Select(form.find_element(By.NAME, "effect")).select_by_value("status")
    retry_after = form.find_element(By.NAME, "retry_after")
    page.until("the field of the effect", retry_after.is_displayed)
    retry_after.send_keys("7")
    form.find_element(By.NAME, "times").send_keys("1", Keys.ENTER)
    page.until("the fault", lambda: any("hit 0 of 0" in text for text in page.texts("#faults li")))
    answer = post("increases")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    page.until("its hit", lambda: any("hit 1 of 1" in text for text in page.texts("#faults li")))
    assert page.texts(".request .why")[0] == "Fault: status 503, before commit"
    assert page.texts(".request .chip")[0] == "lost"
    page.look("light", pictures)
    page.look("dark", pictures)
    page.until("its button", lambda: [one.click() or True for one in page.all("#faults button")])
    page.until("its end", lambda: page.texts("#faults li") == [])

    # A webhook fault has no path of the API and no `when`.
    Select(form.find_element(By.NAME, "effect")).select_by_value("overtake")
    assert not form.find_element(By.NAME, "when").is_displayed()
    form.find_element(By.NAME, "path").send_keys(Keys.ENTER)
    page.until("it", lambda: any("overtake 1 times · webhooks to /*" in text for text in page.texts("#faults li")))
    page.until("its button", lambda: [one.click() or True for one in page.all("#faults button")])
    page.until("its end", lambda: page.texts("#faults li") == [])

    # Invalid input is reported.
    Select(form.find_element(By.NAME, "effect")).select_by_value("reset")
    path = form.find_element(By.NAME, "path")
    path.clear()
    path.send_keys("x", Keys.ENTER)
    page.until("the reason", lambda: "`path` must begin with a slash" in page.one("#trouble").text)

    # The clock is frozen and advanced: the token then has expired.
    page.one("#freeze").click()
    page.until("it stands", lambda: page.one("#freeze").get_attribute("aria-pressed") == "true")
    before = requests.get(f"{page.address}/_sandbox/clock").json()["now"]
    page.one('[data-advance="3600"]').click()
    page.until("an hour", lambda: requests.get(f"{page.address}/_sandbox/clock").json()["now"][11:13] != before[11:13])
    assert requests.post(f"{cash}/increases", json=order, auth=auth).status_code == 401

    # The fidelity table opens and has the rows of the sandbox.
    page.one(".wide summary").click()
    rows = requests.get(f"{page.address}/_sandbox/fidelity").json()
    assert len(page.texts("#fidelity tbody tr")) == len(rows) > 20
    assert {row["mark"] for row in rows} == {"documented", "observed", "assumed", "missing"}

    # Nothing is wider than the window, not even on a phone.
    for width in [1400, 500]:
        page.driver.set_window_size(width, 1000)
        widths = page.driver.execute_script("return [document.body.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1], widths

    # Text that looks like HTML is text.
    requests.get(f"{page.address}/%3Cimg%20src=x%20onerror=alert(1)%3E?<b>")
    page.until("the path", lambda: any("<b>" in text or "%3Cb" in text for text in page.texts(".request .path")))
    assert not page.all(".request b, .request img")

    loaded = page.driver.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert loaded and all(name.startswith(page.address + "/_sandbox/") for name in loaded), loaded
    # Some of the requests above fail on purpose.
    log = [line["message"] for line in page.driver.get_log("browser") if "status of 400" not in line["message"]]
    assert not log, log


def main(program, pictures=None):
    with sandbox.running(program, "--progress", "manual", "--seed", "7") as settings:
        driver = browser()
        try:
            walk(Page(driver, settings["UPVEST_API_BASE_URL"]), settings, pictures)
        finally:
            driver.quit()
    print("the page shows requests, differences, operations, webhooks, faults and the clock")


if __name__ == "__main__":
    main(*sys.argv[1:])
