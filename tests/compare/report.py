"""The tables of COMPARE.md."""

import datetime
import operator
import os
import pathlib
import re
import statistics

from clients import OURS, output, skipped

FLOOR = "`openssl speed`, the signature alone"


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
Measured on {datetime.date.today():%-d %B %Y} on a machine with {len(os.sched_getaffinity(0))} cores ({processor}): the median of
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
