"""Tests rust-analyzer on a placeholder: it finds its parameter, and renames both together.

Usage: rust_analyzer.py PATH_OF_RUST_ANALYZER
"""

import json
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "target/rust-analyzer"
SOURCE = """\
use upvest_core::{Call, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/users/{user_id}/things/{thing_id}", signed)]
    fn get(&self, user_id: u32, thing_id: u32) -> Call<String>;
}
"""


class Server:
    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.count = 0

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline().strip()):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message = json.loads(self.process.stdout.read(length))
        # Its requests to the editor get an empty response.
        if "method" in message and "id" in message:
            empty = [None] if message["method"] == "workspace/configuration" else None
            self.send({"id": message["id"], "result": empty})
        return message

    def ask(self, method, params):
        self.count += 1
        self.send({"id": self.count, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.count and "method" not in message:
                return message


def start(program):
    shutil.rmtree(FOLDER / "src", ignore_errors=True)
    (FOLDER / "src").mkdir(parents=True)
    (FOLDER / "src/lib.rs").write_text(SOURCE)
    (FOLDER / "Cargo.toml").write_text(
        '[package]\nname = "edited"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n'
        f'upvest-core = {{ path = "{ROOT / "upvest-core"}" }}\n\n[workspace]\n'
    )
    shutil.copy(ROOT / "Cargo.lock", FOLDER / "Cargo.lock")
    server = Server(program)
    server.ask("initialize", {
        "processId": None,
        "rootUri": FOLDER.as_uri(),
        "capabilities": {"experimental": {"serverStatusNotification": True}},
        "initializationOptions": {
            "checkOnSave": False,
            "cachePriming": {"enable": False},
        },
    })
    server.send({"method": "initialized", "params": {}})
    uri = (FOLDER / "src/lib.rs").as_uri()
    document = {"uri": uri, "languageId": "rust", "version": 1, "text": SOURCE}
    server.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    # Wait until it has built the macro and indexed the crate.
    while True:
        message = server.receive()
        if message.get("method") == "experimental/serverStatus" and message["params"]["quiescent"]:
            return server, uri


def place(text, nth=0):
    """Returns the position of the nth `text`."""
    index = -1
    for _ in range(nth + 1):
        index = SOURCE.index(text, index + 1)
    before = SOURCE[:index]
    return {"line": before.count("\n"), "character": index - (before.rfind("\n") + 1)}


def main():
    server, uri = start(sys.argv[1])
    document = {"uri": uri}
    for name in ["user_id", "thing_id"]:
        literal, parameter = place(name), place(name, 1)

        found = []
        for _ in range(60):
            answer = server.ask("textDocument/definition", {
                "textDocument": document, "position": literal,
            })
            found = answer.get("result") or []
            if found:
                break
            time.sleep(1)
        places = [(link.get("targetSelectionRange") or link["range"])["start"] for link in found]
        assert parameter in places, f"{name}: the definition is at {places}, not at {parameter}"

        answer = server.ask("textDocument/rename", {
            "textDocument": document, "position": parameter, "newName": "renamed",
        })
        changes = (answer.get("result") or {}).get("changes")
        edits = changes[uri] if changes else [
            edit
            for change in (answer.get("result") or {}).get("documentChanges", [])
            for edit in change["edits"]
        ]
        starts = [edit["range"]["start"] for edit in edits]
        assert literal in starts and parameter in starts, f"{name}: renamed at {starts}: {answer}"
        print(f"{{{name}}} in the path resolves to its parameter, and both are renamed together.")
    server.process.kill()


main()
