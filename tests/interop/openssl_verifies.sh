#!/usr/bin/env bash
# Verifies with openssl a signature made with every test key that both the client and openssl can
# read. The public key is the one that openssl itself reads from the key file.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cargo run --quiet -p upvest-tests --example sign_with_every_key -- "$out"
count=0
for signature in "$out"/*.sig; do
    name=$(basename "$signature" .sig)
    # openssl 3.0 cannot read these.
    [[ $name == openssh_* || $name == ed25519_v2.pem || $name == ed25519_ring.pem ]] && continue
    form=PEM
    [[ $name == *.der ]] && form=DER
    openssl pkey -inform "$form" -in "tests/data/keys/$name" -passin pass:test-passphrase-123 \
        -pubout -out "$out/public.pem"
    if [[ $name == ed25519* ]]; then
        openssl pkeyutl -verify -pubin -inkey "$out/public.pem" -rawin -in "$out/BASE" \
            -sigfile "$signature" >/dev/null
    else
        openssl dgst -sha512 -verify "$out/public.pem" -signature "$signature" "$out/BASE" >/dev/null
    fi
    count=$((count + 1))
done
echo "openssl verified $count signatures, each made with a different key file"
[[ $count -eq 18 ]]
