// A client in JavaScript without packages: fetch, and Upvest's signatures with node's crypto.
//
//     node peer.mjs sign|call IN_FLIGHT
//
// Reads the settings from the environment. For each line on standard input, a number of seconds, it
// works for that long, and prints how many requests it made.

import { createHash, createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

// Read once, because each access to the environment takes time.
const {
  UPVEST_API_BASE_URL: baseUrl,
  UPVEST_API_CLIENT_ID: clientId,
  UPVEST_API_CLIENT_SECRET: clientSecret,
  UPVEST_API_KEY_ID: keyId,
  UPVEST_API_SCOPES: scopes,
  UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME: keyFile,
} = process.env;
const key = createPrivateKey(readFileSync(keyFile));
const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha512";
let token;

// Returns the arguments of fetch for a signed POST.
function signed(path, body, headers) {
  const digest = createHash("sha512").update(body).digest("base64");
  const sent = {
    accept: "application/json",
    ...headers,
    "content-digest": `sha-512=:${digest}:`,
    "upvest-api-version": "1",
    "upvest-client-id": clientId,
  };
  // fetch adds the length.
  const length = Buffer.byteLength(body);
  const covered = { "@method": "POST", "@path": path, "content-length": length, ...sent };
  const names = Object.keys(covered).map((name) => `"${name}"`).join(" ");
  const created = Math.floor(Date.now() / 1000);
  const parameters =
    `(${names});keyid="${keyId}";created=${created};expires=${created + 30};nonce="${randomUUID()}"`;
  const lines = Object.entries(covered).map(([name, value]) => `"${name}": ${value}\n`).join("");
  // ECDSA signatures are in DER unless another encoding is asked for.
  const signature = sign(algorithm, Buffer.from(`${lines}"@signature-params": ${parameters}`), key);
  return [
    baseUrl + path,
    {
      method: "POST",
      body,
      headers: {
        ...sent,
        "signature-input": `sig1=${parameters}`,
        signature: `sig1=:${signature.toString("base64")}:`,
        "upvest-signature-version": "15",
      },
    },
  ];
}

function increase() {
  const order = {
    account_group_id: "2596db3b-0d03-4651-9eda-970910479dfb",
    amount: "200.00",
    currency: "EUR",
  };
  return signed("/virtual_cash_balances/increases", JSON.stringify(order), {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "idempotency-key": randomUUID(),
  });
}

async function send(request) {
  const response = await fetch(...request);
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

async function fetchToken() {
  const form = new URLSearchParams({
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: "client_credentials",
    scope: scopes.replaceAll(",", " "),
  });
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const response = await send(signed("/auth/token", form.toString(), type));
  return response.access_token;
}

async function work(request, seconds) {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  do {
    await request();
    count += 1;
  } while (performance.now() < end);
  return count;
}

const [mode, inFlight] = process.argv.slice(2);
const request = { sign: increase, call: () => send(increase()) }[mode];
token = await fetchToken();
for await (const line of createInterface({ input: process.stdin })) {
  const workers = Array.from({ length: Number(inFlight) }, () => work(request, Number(line)));
  const counts = await Promise.all(workers);
  console.log(counts.reduce((sum, count) => sum + count));
}
process.exit();
