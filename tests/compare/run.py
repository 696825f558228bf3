"""Compares this client with what an application would use instead, and writes the tables of COMPARE.md.

    python3 tests/compare/run.py            # measures for about eight minutes; writes COMPARE.md
    python3 tests/compare/run.py --short    # runs everything once, and writes nothing

Each client makes the same request: an increase of 200.00 EUR. First, the sandbox must accept its
signature. It is also tried with faults. Then all are measured in turns, each on one core. A client
whose tools are missing is skipped.
"""

import argparse
import contextlib
import datetime
import json
import operator
import os
import pathlib
import re
import select
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import typing
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/compare"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
KEYS = ROOT / "tests/data/keys"
KINDS = {"P-521": KEYS / "p8_plain.pem", "Ed25519": KEYS / "ed25519_plain.pem"}
PYTHON = TARGET / "interop/bin/python"
PACKAGE = "upvest-investment-api[env-settings,requests-auth]==0.0.1"

OURS = "upvest-rs"
FLOOR = "`openssl speed`, the signature alone"
# Faults of the sandbox hit one order.
CASH = {"method": "POST", "path": "/virtual_cash_balances/*", "times": 1}
# The clients run on the first core, the server on the last one.
CORES = sorted(os.sched_getaffinity(0))
LONGEST = 60  # seconds that a client may take longer than it was told to work
# The clients that were not measured, and why.
skipped = []


class Failed(Exception):
    """A client has failed. The text says why."""


def output(*command, **options):
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if ran.returncode != 0:
        sys.exit(f"`{shlex.join(map(str, command))}` failed:\n{ran.stdout}{ran.stderr}")
    return ran.stdout.strip()


def skip(what, why):
    print(f"SKIPPED: {what}: {why}", file=sys.stderr)
    skipped.append(f"{what} ({why})")


def is_at_least(version, oldest):
    return tuple(int(number) for number in re.findall(r"\d+", version)) >= oldest


# The clients, by name.


class Client(typing.NamedTuple):
    command: list
    versions: str
    has_ed25519: bool = True

    def signs_with(self, kind):
        return kind == "P-521" or self.has_ed25519


def build(short):
    """Builds the programs of this workspace, and returns the folder that they are in."""
    profile = [] if short else ["--release"]
    for package in [["-p", "upvest-sandbox"], ["-p", "upvest-tests", "--example", "compare_peer"]]:
        subprocess.run(["cargo", "build", "--quiet", "--locked", *profile, *package], check=True, cwd=ROOT)
    return TARGET / ("debug" if short else "release")


def rust(folder):
    program = folder / "examples/compare_peer"
    lock = (ROOT / "Cargo.lock").read_text()
    versions = dict(re.findall('name = "(.*)"\nversion = "(.*)"', lock))
    rustc = output("rustc", "--version").split(" (")[0]
    libraries = f"reqwest {versions['reqwest']}, aws-lc-rs {versions['aws-lc-rs']}, {rustc}"
    return {
        OURS: Client([program, "client"], f"{versions['upvest-core']}, {libraries}"),
        "hand-written, Rust": Client([program, "manual"], libraries),
    }


def go(folder):
    if not shutil.which("go"):
        skip("the client in Go", "there is no Go compiler (`apt-get install golang-go`)")
        return {}
    version = output("go", "env", "GOVERSION")
    if not is_at_least(version.removeprefix("go"), (1, 18)):
        skip("the client in Go", f"{version} is older than 1.18")
        return {}
    program = folder / "compare_peer_go"
    output("go", "build", "-o", program, HERE / "peer.go")
    return {"hand-written, Go": Client([program], version)}


def node():
    if not shutil.which("node"):
        skip("the client in JavaScript", "there is no node")
        return {}
    version = output("node", "-p", "`node ${process.version}, OpenSSL ${process.versions.openssl}`")
    if not is_at_least(output("node", "-p", "process.versions.node"), (18,)):
        skip("the client in JavaScript", f"{version} is older than 18")
        return {}
    return {"hand-written, JavaScript": Client(["node", HERE / "peer.mjs"], version)}


def python():
    """Upvest's own package, installed as `.ci/run` does."""
    if not PYTHON.exists():
        output(sys.executable, "-m", "venv", TARGET / "interop")
    output(PYTHON, "-m", "pip", "install", "--quiet", PACKAGE)
    version = output(PYTHON, "-c", """if True:
        from importlib.metadata import version
        from platform import python_version
        from cryptography.hazmat.backends.openssl import backend
        packages = ["upvest-investment-api", "requests", "cryptography"]
        print(", ".join(f"{name} {version(name)}" for name in packages), end=", ")
        print(" ".join(backend.openssl_version_text().split()[:2]), end=", ")
        print("Python", python_version())""")
    return {"Upvest's Python package": Client([PYTHON, HERE / "peer.py"], version, has_ed25519=False)}


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


# The report.


def rate(values):
    return f"{statistics.median(values):,.0f}" if values else "no"


def table(head, rows, align="---"):
    lines = [head, ["---"] + [align] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def spread(values):
    """The largest distance of a value from the median, in percent of the median."""
    median = statistics.median(values)
    return max(abs(value - median) for value in values) / median * 100


def ahead(columns):
    """Lists where another client is better than this one, and by how much."""
    found = {}
    for what, column, is_better in columns:
        own = statistics.median(column[OURS])
        for name, values in column.items():
            other = statistics.median(values)
            if name not in [OURS, FLOOR] and is_better(other, own):
                percent = abs(other / own - 1) * 100
                by = f"{percent:.0f} %" if percent >= 1 else "less than 1 %"
                found.setdefault(name, []).append(f"{what} ({by})")
    return "".join(f"- {name}: {', '.join(where)}\n" for name, where in found.items()) or "- nowhere\n"


def report(clients, rows, kinds, calls, seconds, rounds):
    model = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    names = list(clients)
    call_rates = {
        in_flight: {name: [count / elapsed for count, elapsed, _ in found] for name, (found, _) in one.items()}
        for in_flight, one in calls.items()
    }
    most = max(calls)
    cpu = {
        name: [cpu / count * 1e6 for count, _, cpu in found] for name, (found, _) in calls[most].items()
    }
    memory = {name: [peak] for name, (_, peak) in calls[most].items()}

    columns = [(f"signing with {kind}", column, operator.gt) for kind, column in kinds.items()]
    columns += [(f"calls with {n} in flight", column, operator.gt) for n, column in call_rates.items()]
    columns += [("CPU time of a call", cpu, operator.lt), ("memory", memory, operator.lt)]
    noise = max(spread(values) for _, column, _ in columns for values in column.values() if values)
    core = statistics.median(cpu / elapsed for _, elapsed, cpu in calls[most][OURS][0]) * 100
    openssl = " ".join(output("openssl", "version").split()[:2])
    versions = [["`openssl speed`", openssl], *([name, client.versions] for name, client in clients.items())]
    processor = model[1] if model else "unknown"
    return f"""
Measured on {datetime.date.today():%-d %B %Y} on a machine with {len(CORES)} cores ({processor}): the median of
{rounds} turns of {seconds:g} s. A turn differs from the median of its client by up to {noise:.0f} %. With {most} calls
in flight, `{OURS}` used {core:.0f} % of its core; far less would mean that other programs were running.

{table(["client", "versions"], versions)}
{f"Not measured: {', '.join(skipped)}.{chr(10)}" if skipped else ""}
Requests signed a second on one core: from the values of an order to a request that is ready to send.

{table(
    ["client", *kinds],
    [[name, *(rate(column.get(name)) for column in kinds.values())] for name in [FLOOR, *names]],
    "---:",
)}
Whole calls over loopback, signed with P-521, on one core: calls a second, CPU time of a call and peak memory.

{table(
    ["client", *(f"{n} in flight" for n in calls), f"CPU, {most} in flight", f"memory, {most} in flight"],
    [
        [
            name,
            *(rate(column[name]) for column in call_rates.values()),
            f"{rate(cpu[name])} µs",
            f"{memory[name][0]:.1f} MiB",
        ]
        for name in names
    ],
    "---:",
)}
Where another client is better than `{OURS}`, and by how much:

{ahead(columns)}
What each client does when something fails, tried against the sandbox with faults:

{table(
    ["what happens: what is expected", *names],
    [[what, *("yes" if row[name] else "no" for name in names)] for what, row in rows.items()],
)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="run everything once, and write nothing")
    parser.add_argument("--seconds", type=float, default=2, help="the length of a turn (default: 2)")
    parser.add_argument("--rounds", type=int, default=9, help="the turns of each client (default: 9)")
    options = parser.parse_args()
    seconds, rounds = (0.2, 1) if options.short else (options.seconds, options.rounds)

    folder = build(options.short)
    clients = {**rust(folder), **go(folder), **node(), **python()}
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
