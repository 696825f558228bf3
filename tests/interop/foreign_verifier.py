"""Third-party code verifies the client's requests.

A proxy is placed between the main job and the upvest-sandbox program. The package
http-message-signatures verifies each request that passes through it, then the sandbox does.

    python foreign_verifier.py PATH_OF_UPVEST_SANDBOX PATH_OF_THE_EXAMPLE
"""

import base64
import hashlib
import http.client
import http.server
import os
import subprocess
import sys
import threading

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures import algorithms

import sandbox


class EcdsaP521Sha512(algorithms.HTTPSignatureAlgorithm):
    """Upvest's signature algorithm. RFC 9421 has no name for it: the signature is ASN.1 DER."""

    algorithm_id = "ecdsa-p521-sha512-der"

    def __init__(self, public_key=None, private_key=None):
        self.public_key = public_key

    def sign(self, message):
        raise NotImplementedError

    def verify(self, signature, message):
        self.public_key.verify(signature, message, ec.ECDSA(hashes.SHA512()))


class OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key_id, key):
        self.key_id, self.key = key_id, key

    def resolve_public_key(self, key_id):
        return self.key if key_id == self.key_id else None


def main(program, example):
    with sandbox.running(program) as settings:
        pem = base64.b64decode(settings["UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64"])
        passphrase = settings["UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE"].encode()
        public = load_pem_private_key(pem, passphrase).public_key()
        verifier = HTTPMessageVerifier(
            signature_algorithm=EcdsaP521Sha512,
            key_resolver=OneKey(settings["UPVEST_API_KEY_ID"], public),
        )
        verifier.allow_label_only_selection = True
        upstream = settings["UPVEST_API_BASE_URL"].removeprefix("http://")
        verified, failed = [], []

        class Proxy(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                check(self, body)
                onward = http.client.HTTPConnection(upstream)
                onward.request(self.command, self.path, body or None, dict(self.headers))
                answer = onward.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("date", "server"):
                        self.send_header(name, value)
                if answer.getheader("content-length") is None:
                    self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = forward

            def log_message(self, *_):
                pass

        def check(handler, body):
            required = ["@method", "@path", "accept", "upvest-client-id", "upvest-api-version"]
            if handler.path != "/auth/token":
                required.append("authorization")
                if handler.command == "POST" and handler.path != "/webhooks":
                    required.append("idempotency-key")
            if body:
                required += ["content-type", "content-length", "content-digest"]
                digest = base64.b64encode(hashlib.sha512(body).digest()).decode()
                assert handler.headers["content-digest"] == f"sha-512=:{digest}:"
            message = requests.Request(
                handler.command, f"http://{upstream}{handler.path}", headers=dict(handler.headers)
            )
            try:
                results = verifier.verify(message, require_components=required)
                assert len(results) == 1 and results[0].label == "sig1"
                verified.append(handler.path)
            except (InvalidSignature, AssertionError) as error:
                failed.append((handler.path, error))
            # The check itself must be able to fail.
            message.headers["accept"] = "text/html"
            try:
                verifier.verify(message)
                failed.append((handler.path, "a changed header was not detected"))
            except InvalidSignature:
                pass

        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        settings["UPVEST_API_BASE_URL"] = f"http://127.0.0.1:{proxy.server_port}"
        ran = subprocess.run([example], env=os.environ | settings, capture_output=True, text=True)
        proxy.shutdown()
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert not failed, failed
        # A token, six calls, four requests for the subscription, and one for the keys.
        assert len(verified) == 12, verified
        print(f"http-message-signatures verified all {len(verified)} requests of the main job")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
