"""Compares this client with what an application would use instead, and writes the tables of COMPARE.md.

    python3 tests/compare/run.py            # measures for about eight minutes; writes COMPARE.md
    python3 tests/compare/run.py --short    # runs everything once, and writes nothing

Each client makes the same request: an increase of 200.00 EUR. First, the sandbox must accept its
signature. It is also tried with faults. Then all are measured in turns, each on one core. A client
whose tools are missing is skipped.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import select
import shlex
import subprocess
import sys
import tempfile
import time
import typing
import urllib.request

from clients import OURS, ROOT, build, every, output
from report import FLOOR, report

KEYS = ROOT / "tests/data/keys"
KINDS = {"P-521": KEYS / "p8_plain.pem", "Ed25519": KEYS / "ed25519_plain.pem"}
# Faults of the sandbox hit one order.
CASH = {"method": "POST", "path": "/virtual_cash_balances/*", "times": 1}
# The clients run on the first core, the server on the last one.
CORES = sorted(os.sched_getaffinity(0))
LONGEST = 60  # seconds that a client may take longer than it was told to work


class Failed(Exception):
    """A client has failed. The text says why."""


# Processes.


class Process:
    """A client that runs on one core and works when it is told to."""

    def __init__(self, command, settings, core=CORES[0]):
        environment = {name: os.environ[name] for name in ["PATH", "HOME"] if name in os.environ}
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [str(part) for part in command],
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1", **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=LONGEST)
        self.errors.close()

    def line(self, patience=LONGEST):
        ready, _, _ = select.select([self.process.stdout], [], [], patience)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.process.kill()
            self.process.wait()
            self.errors.seek(0)
            lines = self.errors.read().strip().splitlines() or ["no output"]
            named = [one for one in lines if "rror" in one]
            raise Failed((named or lines)[-1] if ready else f"no response for {patience} s")
        return line.strip()

    def cpu_seconds(self):
        # The name of the program, in brackets, may contain spaces.
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_memory(self):
        """In MiB, for the whole life of the process."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024

    def work(self, seconds):
        """Returns how many requests it made, and the seconds and CPU seconds that it took."""
        cpu, start = self.cpu_seconds(), time.monotonic()
        try:
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # `line` says why
        count = int(self.line(seconds + LONGEST))
        elapsed = time.monotonic() - start
        # The kernel counts in hundredths of a second.
        return count, elapsed, max(self.cpu_seconds() - cpu, 0.01)


@contextlib.contextmanager
def sandbox(program, key):
    """Runs a sandbox that accepts the key, and yields the settings of a client."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "sandbox.env")
        with Process([program, "--quiet", "--key", key, "--write-env", file], {}, CORES[-1]) as started:
            end = time.monotonic() + LONGEST
            while not file.exists():
                if started.process.poll() is not None or time.monotonic() > end:
                    sys.exit("the sandbox did not start")
                time.sleep(0.02)
            settings = dict(part.split("=", 1) for part in shlex.split(file.read_text(), comments=True))
            del settings["UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64"]
            # Upvest's package requires a passphrase, if only an empty one.
            settings["UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE"] = ""
            yield {**settings, "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME": str(key)}


def admin(settings, method, path, body=None):
    """Sends a request to the sandbox itself."""
    data = None if body is None else json.dumps(body).encode()
    url = f"{settings['UPVEST_API_BASE_URL']}/_sandbox/{path}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data, method=method)) as response:
        content = response.read()
    return json.loads(content) if content else None


# What the clients do.


def one_each(client, settings, in_flight):
    """Makes one call in each of the tasks of a client. Returns the seconds, and the log of the sandbox."""
    with Process([*client.command, "call", in_flight], settings) as process:
        count, elapsed, _ = process.work(0)
    operations = admin(settings, "GET", "operations")
    if count != in_flight or len(operations) != in_flight:
        raise Failed(f"{count} calls succeeded, and {len(operations)} operations exist")
    return elapsed, admin(settings, "GET", "requests")


def verify(program, clients):
    """The sandbox must accept each client's signature; else its speed says nothing."""
    for kind, key in KINDS.items():
        with sandbox(program, key) as settings:
            for name, client in clients.items():
                admin(settings, "POST", "reset")
                failure = None
                try:
                    one_each(client, settings, 1)
                except Failed as why:
                    failure = why
                log = admin(settings, "GET", "requests")
                if failure and client.signs_with(kind):
                    sys.exit(f"{name} failed with {kind}: {failure}; hints: {[one['hint'] for one in log]}")
                if not failure and not client.signs_with(kind):
                    sys.exit(f"{name} signs with {kind} now: `has_ed25519` is out of date")
                if not failure and [one["verdict"] for one in log] != ["accepted"] * 2:
                    sys.exit(f"{name} needed more than two requests: {log}")
                print(f"{name}: {kind} {'not supported' if failure else 'accepted'}")


def tokens(log):
    return sum(entry["path"] == "/auth/token" for entry in log)


class Experiment(typing.NamedTuple):
    """A client passes if all its calls succeed, each is paid once, and `holds` is true of the log."""

    what: str
    fault: dict | None
    in_flight: int = 1
    holds: typing.Callable = lambda elapsed, log: True


EXPERIMENTS = [
    Experiment(
        "the response to the order is lost: succeeds, and pays once",
        {**CASH, "when": "after_commit", "do": "reset"},
    ),
    Experiment("a 503: succeeds", {**CASH, "do": {"status": {"status": 503}}}),
    Experiment(
        "a 429 with `retry-after: 1`: waits, and succeeds",
        {**CASH, "do": {"status": {"status": 429, "retry_after": "1"}}},
        holds=lambda elapsed, log: elapsed >= 1,
    ),
    Experiment(
        "its token is refused: gets a new one, and succeeds",
        {**CASH, "do": {"status": {"status": 401}}},
        holds=lambda elapsed, log: tokens(log) == 2,
    ),
    Experiment(
        "a 503 for the token: succeeds",
        {**CASH, "path": "/auth/token", "do": {"status": {"status": 503}}},
    ),
    Experiment(
        "16 calls at once: fetches one token",
        None,
        in_flight=16,
        holds=lambda elapsed, log: tokens(log) == 1,
    ),
]


def experiments(program, clients):
    """Returns a dict for each experiment, with yes or no for each client."""
    rows = {}
    with sandbox(program, KINDS["P-521"]) as settings:
        for what, fault, in_flight, holds in EXPERIMENTS:
            rows[what] = {}
            for name, client in clients.items():
                admin(settings, "POST", "reset")
                if fault:
                    admin(settings, "POST", "faults", fault)
                try:
                    good, why = holds(*one_each(client, settings, in_flight)), ""
                except Failed as failure:
                    good, why = False, f": {failure}"
                rows[what][name] = good
                print(f"{what}: {name}: {'yes' if good else 'no'}{why}"[:160])
            if not rows[what][OURS]:
                sys.exit(f"{OURS} failed: {what}")
    return rows


def turns(clients, settings, mode, in_flight, seconds, rounds, also=lambda: None):
    """Measures all clients in turns. Returns name -> (turns, peak memory)."""
    found = {name: [] for name in clients}
    with contextlib.ExitStack() as stack:
        processes = {
            name: stack.enter_context(Process([*client.command, mode, in_flight], settings))
            for name, client in clients.items()
        }
        for turn in range(rounds + 1):
            for name, process in processes.items():
                try:
                    found[name].append(process.work(seconds))
                except Failed as failure:
                    sys.exit(f"{name} failed ({mode}, {in_flight} in flight): {failure}")
            if turn:
                also()
        # The first turn warms up.
        return {name: (found[name][1:], process.peak_memory()) for name, process in processes.items()}


def signing(clients, settings, seconds, rounds):
    """Returns key kind -> name -> requests per CPU second, of each turn."""
    kinds = {}
    for kind, key in KINDS.items():
        able = {name: client for name, client in clients.items() if client.signs_with(kind)}
        own = {**settings, "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME": str(key)}
        floor = []
        algorithm, line = {
            "P-521": ("ecdsap521", r"^\+F4:\d+:521:([\d.]+):"),
            "Ed25519": ("ed25519", r"^\+F6:\d+:253:Ed25519:([\d.]+):"),
        }[kind]

        def openssl():
            printed = output(
                "openssl", "speed", "-mr", "-seconds", max(1, round(seconds)), algorithm,
                preexec_fn=lambda: os.sched_setaffinity(0, {CORES[0]}),
            )
            if found := re.search(line, printed, re.MULTILINE):
                floor.append(float(found[1]))

        measured = turns(able, own, "sign", 1, seconds, rounds, openssl)
        kinds[kind] = {FLOOR: floor} | {
            name: [count / cpu for count, _, cpu in found] for name, (found, _) in measured.items()
        }
    return kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="run everything once, and write nothing")
    parser.add_argument("--seconds", type=float, default=2, help="the length of a turn (default: 2)")
    parser.add_argument("--rounds", type=int, default=9, help="the turns of each client (default: 9)")
    options = parser.parse_args()
    seconds, rounds = (0.2, 1) if options.short else (options.seconds, options.rounds)

    folder = build(options.short)
    clients = every(folder)
    program = folder / "upvest-sandbox"
    verify(program, clients)
    rows = experiments(program, clients)
    with contextlib.ExitStack() as stack:
        settings = stack.enter_context(sandbox(program, KINDS["P-521"]))
        server = stack.enter_context(Process([folder / "examples/compare_peer", "server"], {}, CORES[-1]))
        settings["UPVEST_API_BASE_URL"] = server.line()
        kinds = signing(clients, settings, seconds, rounds)
        calls = {n: turns(clients, settings, "call", n, seconds, rounds) for n in [1, 16]}
    text = report(clients, rows, kinds, calls, seconds, rounds)
    if options.short:
        print(f"all {len(clients)} clients signed and made calls; a debug build says nothing about their speed")
    else:
        text = re.sub("\n{3,}", "\n\n", text)
        print(text)
        file = ROOT / "COMPARE.md"
        before, rest = file.read_text().split("<!-- measured -->\n")
        after = rest.split("<!-- /measured -->\n")[1]
        file.write_text(f"{before}<!-- measured -->\n{text.strip()}\n<!-- /measured -->\n{after}")


if __name__ == "__main__":
    main()
