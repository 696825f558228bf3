"""The clients that are compared, by name, each with the versions of its parts."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/compare"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PYTHON = TARGET / "interop/bin/python"
PACKAGE = "upvest-investment-api[env-settings,requests-auth]==0.0.1"

OURS = "upvest-rs"
# The clients that were not measured, and why.
skipped = []


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


def every(folder):
    """Returns all clients whose tools are there."""
    return {**rust(folder), **go(folder), **node(), **python()}
