"""Starts the upvest-sandbox program and reads the settings that it writes."""

import contextlib
import os
import subprocess
import tempfile
import time

from upvest_investment_api.env_settings import HttpSignatureSettings
from upvest_investment_api.requests_auth import UpvestRequestsAuth


@contextlib.contextmanager
def running(program, *options):
    """Runs a sandbox in a `with` block and yields its settings as a dict."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "sandbox.env")
        process = subprocess.Popen(
            [program, "--port", "0", "--write-env", file, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(200):
                if os.path.exists(file):
                    break
                if process.poll() is not None:
                    raise SystemExit("the sandbox did not start")
                time.sleep(0.05)
            else:
                raise SystemExit("the sandbox wrote no settings")
            assert os.stat(file).st_mode & 0o077 == 0, "others can read the settings"
            # Read by a shell, because a shell must be able to source the file.
            lines = subprocess.run(
                ["sh", "-c", 'set -a; . "$1"; env', "sh", file],
                check=True,
                capture_output=True,
                text=True,
                env={"PATH": os.environ["PATH"]},
            ).stdout.splitlines()
            yield dict(line.split("=", 1) for line in lines if line.startswith("UPVEST_API_"))
        finally:
            process.terminate()
            process.wait(10)


def official(settings):
    """Returns the arguments of Upvest's own client."""
    os.environ.update(settings)
    env = HttpSignatureSettings()
    return {
        "private_key_pem": env.HTTP_SIGN_PRIVATE_KEY,
        "private_key_passphrase": env.HTTP_SIGN_PRIVATE_KEY_PASSPHRASE,
        "key_id": env.KEY_ID,
        "client_id": env.CLIENT_ID,
        "client_secret": env.CLIENT_SECRET,
        "scopes": env.SCOPES,
    }


class Changed:
    """Signs as the official client does, and then changes the request."""

    def __init__(self, sign, change):
        self.sign, self.change = sign, change

    def __call__(self, request):
        request = self.sign(request)
        self.change(request)
        return request
