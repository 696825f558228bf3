// The page of the sandbox: shows and changes what is under /_sandbox/.
"use strict";

const at = (id) => document.getElementById(id);

/** Creates an element with text and children; text is never interpreted as HTML. */
function make(name, { className, text, ...rest } = {}, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  Object.assign(element, rest);
  element.append(...children);
  return element;
}

async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const value = text === "" ? null : JSON.parse(text);
  if (!response.ok) throw new Error(value.error);
  return value;
}

function complain(error) {
  const gone = error instanceof TypeError;
  at("trouble").textContent = error ? (gone ? "The sandbox does not respond." : error.message) : "";
  at("trouble").hidden = !error;
}

/** Performs an action of the user, and shows its result. */
async function act(method, path, body) {
  try {
    await ask(method, path, body);
    complain(null);
  } catch (error) {
    complain(error);
  }
  await refresh().catch(complain);
}

// Requests

/** Marks what differs from the other line; a common beginning and end are not marked. */
function marked(line, other) {
  if (other === undefined || line === other) return [line];
  let start = 0;
  while (start < line.length && line[start] === other[start]) start += 1;
  let end = 0;
  const most = Math.min(line.length, other.length) - start;
  while (end < most && line[line.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const middle = line.slice(start, line.length - end);
  return [line.slice(0, start), make("mark", { text: middle }), line.slice(line.length - end)];
}

function signatureBase(title, name, text, other) {
  const others = other.split("\n");
  const lines = text.split("\n").map((line, index) => {
    const differs = line !== others[index];
    const shown = make("span", { className: differs ? "line differs" : "line" });
    shown.append(...marked(line, others[index]));
    return shown;
  });
  const block = make("pre", { className: name });
  block.append(...lines);
  return make("div", {}, make("h3", { text: title }), block);
}

/** Returns a sentence as nodes, with the text between backticks as code. */
function withCode(sentence) {
  return sentence.split("`").map((part, index) => (index % 2 ? make("code", { text: part }) : part));
}

function block(title, text) {
  return make("div", {}, make("h3", { text: title }), make("pre", { text }));
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function details(entry) {
  const body = make("div", { className: "body" });
  if (entry.hint) body.append(make("p", { className: "hint" }, ...withCode(entry.hint)));
  if (entry.bases) {
    const { received, expected, first_difference: difference } = entry.bases;
    const bases = make("div", { className: "bases" });
    const isMasked = difference !== null && received === expected;
    const title = isMasked ? `Signature base; line ${difference + 1} differs in a masked value`
      : entry.bases.is_signed ? "Signature base, as signed" : "Signature base, as received";
    bases.append(signatureBase(title, "received", received, expected));
    if (received !== expected) {
      bases.append(signatureBase("Signature base, as expected", "expected", expected, received));
    }
    body.append(bases);
  }
  body.append(block("Headers", entry.headers.map((pair) => pair.join(": ")).join("\n")));
  if (entry.body) body.append(block("Body", pretty(entry.body)));
  body.append(block("upvest-request-id", entry.request_id));
  return body;
}

function request(entry) {
  const query = entry.query === null ? "" : `?${entry.query}`;
  const summary = make("summary", {},
    make("span", { className: "time", text: entry.at.slice(11, 19) }),
    make("span", { className: "method", text: entry.method }),
    make("span", { className: "path", text: entry.path + query, title: entry.path + query }),
    make("span", { className: "status", text: entry.status ?? "—" }),
    make("span", { className: `chip ${entry.verdict}`, text: entry.verdict }));
  const why = [entry.fault && `Fault: ${entry.fault}`, entry.reason].filter(Boolean).join(". ");
  if (why) summary.append(make("p", { className: "why", text: why }));
  const element = make("details", { className: `request ${entry.verdict}` }, summary);
  element.dataset.number = entry.number;
  // The details are drawn only when they are opened.
  element.addEventListener("toggle", () => {
    if (element.open && element.childElementCount === 1) element.append(details(entry));
  });
  return element;
}

/** The newest requests, oldest first: as many as the sandbox stores. */
let logged = [];

function isShown(entry) {
  return !at("only-refused").checked || entry.verdict === "refused" || entry.verdict === "lost";
}

function show(entries) {
  logged = logged.concat(entries).slice(-limits.requests);
  const list = at("request-list");
  list.prepend(...entries.filter(isShown).slice(-shown.requests).map(request).reverse());
  while (list.childElementCount > shown.requests) list.lastElementChild.remove();
  noteRequests();
}

function noteRequests() {
  at("no-requests").hidden = logged.length > 0;
  noteMore("requests", logged.filter(isShown).length > shown.requests);
}

/** Draws the requests after another choice of what is shown. Rows that stay are not drawn again. */
function choose() {
  const rows = new Map([...at("request-list").children].map((row) => [row.dataset.number, row]));
  const entries = logged.filter(isShown).slice(-shown.requests).reverse();
  at("request-list").replaceChildren(
    ...entries.map((entry) => rows.get(String(entry.number)) ?? request(entry)));
  noteRequests();
}

function forgetRequests() {
  logged = [];
  choose();
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Waits for requests while the page is open. */
async function watch() {
  let newest = 0;
  let isOther = false;
  for (;;) {
    try {
      const wait = newest === 0 ? 1 : 20;
      const entries = await ask("GET", `requests?after=${newest}&wait=${wait}`);
      // The old list stays until a new one can be shown.
      if (isOther) forgetRequests();
      isOther = false;
      if (entries.length > 0) newest = entries.at(-1).number;
      show(entries);
      if (!at("trouble").hidden && at("trouble").textContent.startsWith("The sandbox")) complain(null);
      await refresh();
      // Many requests in a short time are shown together.
      await pause(200);
    } catch (error) {
      complain(error);
      await pause(1000);
      // The next response may come from another sandbox, which counts from 1 again.
      newest = 0;
      isOther = true;
    }
  }
}

// State

/** How many items of each list are shown, and how many there can be. */
const shown = { requests: 300, operations: 100, balances: 100, deliveries: 20 };
const limits = { requests: 1000, operations: 1000, balances: 1000, deliveries: 100 };

/** Shows or hides the note that a list has more items. */
function noteMore(id, isMore) {
  const note = at(`more-${id}`);
  note.hidden = !isMore;
  note.querySelector("span").textContent = shown[id];
  note.querySelector("button").hidden = shown[id] >= limits[id];
}

const drawn = {};

/**
 * Shows a row, or several, for each value. A row is drawn again only if its value has changed:
 * otherwise, it would disturb users.
 */
function place(id, parent, values, keyOf, rowsOf) {
  const old = drawn[id] ?? new Map();
  const now = new Map();
  for (const value of values) {
    const [key, text] = [keyOf(value), JSON.stringify(value)];
    const known = old.get(key);
    now.set(key, known?.text === text ? known : { text, rows: [rowsOf(value)].flat() });
  }
  drawn[id] = now;
  for (const [key, known] of old) {
    if (now.get(key) !== known) known.rows.forEach((row) => row.remove());
  }
  // Rows that are in the right position are not touched.
  let next = parent.firstElementChild;
  for (const row of [...now.values()].flatMap((known) => known.rows)) {
    if (row === next) next = next.nextElementSibling;
    else parent.insertBefore(row, next);
  }
}

function fill(id, values, keyOf, rowsOf) {
  place(id, at(id).tBodies[0], values, keyOf, rowsOf);
  at(id).hidden = values.length === 0;
  at(`no-${id}`).hidden = values.length > 0;
}

function hasMore(id, values) {
  return values.length > shown[id] || values.length === limits[id];
}

/** Fills a table of which only a part is shown. */
function fillPart(id, values, keyOf, rowsOf) {
  fill(id, values.slice(0, shown[id]), keyOf, rowsOf);
  noteMore(id, hasMore(id, values));
}

function balanceRows(group) {
  return Object.entries(group.balances).map(([currency, balance]) =>
    make("tr", {},
      make("td", { className: "mono", text: group.id }),
      make("td", { text: currency }),
      make("td", { className: "number", text: balance })));
}

function operationRow(operation) {
  const steps = make("td", { className: "steps" });
  const isPending = operation.status === "ISSUED" || operation.status === "QUEUED";
  const possible = [
    ["confirm", isPending],
    ["queue", operation.kind === "decrease" && operation.status === "ISSUED"],
    ["cancel", isPending],
  ];
  for (const [step, isPossible] of possible) {
    if (!isPossible) continue;
    const button = make("button", { type: "button", text: step });
    button.dataset.key = `${step} ${operation.id}`;
    button.setAttribute("aria-label", `${step} the ${operation.kind} ${operation.id}`);
    button.addEventListener("click", () => act("POST", `operations/${operation.id}/${step}`));
    steps.append(button);
  }
  const sign = operation.kind === "increase" ? "+" : "−";
  return make("tr", {},
    make("td", {}, `${operation.kind} `,
      make("span", { className: "small mono", text: operation.id.slice(0, 8), title: operation.id })),
    make("td", { className: "number", text: `${sign}${operation.amount} ${operation.currency}` }),
    make("td", {}, make("span", { className: `chip ${operation.status}`, text: operation.status })),
    steps);
}

function webhookRow(webhook) {
  const excluded = webhook.exclude_type ?? [];
  const types = webhook.type.join(", ") + (excluded.length ? `, without ${excluded.join(", ")}` : "");
  const [kind, text] = webhook.enabled ? ["CONFIRMED", "enabled"] : ["QUEUED", "disabled"];
  return make("tr", {},
    make("td", {}, `${webhook.title} `,
      make("span", { className: "small mono", text: webhook.id.slice(0, 8), title: webhook.id }),
      make("div", { className: "small mono", text: `to ${webhook.url}` })),
    make("td", { className: "small", text: types }),
    make("td", {}, make("span", { className: `chip ${kind}`, text })));
}

/** Returns a row for a batch of webhooks, and one for its content. */
function deliveryRows(delivery) {
  const [kind, text] = delivery.is_delivered
    ? ["CONFIRMED", "delivered"]
    : delivery.due_at === null ? ["refused", "rejected"] : ["QUEUED", "waiting"];
  const events = `${delivery.events} ${delivery.events === 1 ? "event" : "events"}`;
  const button = make("button", { type: "button", text: "redeliver" });
  button.dataset.key = `redeliver ${delivery.number}`;
  button.setAttribute("aria-label", `redeliver batch ${delivery.number}`);
  button.addEventListener("click", () => act("POST", `deliveries/${delivery.number}/redeliver`));
  const isOpen = document.querySelector(`#deliveries [data-number="${delivery.number}"]`)?.open;
  const content = make("details", {},
    make("summary", {}, make("span", { className: "small mono", text: `to ${delivery.url}` })));
  // The body is drawn only when it is opened.
  content.addEventListener("toggle", () => {
    if (content.open && content.childElementCount === 1) {
      content.append(make("pre", { text: pretty(delivery.body) }));
    }
  });
  content.open = isOpen ?? false;
  content.dataset.number = delivery.number;
  const second = make("tr", {}, make("td", { colSpan: 4 }, content));
  return [make("tr", {},
    make("td", {}, `${delivery.number}: ${events}`),
    make("td", { className: "number", text: delivery.attempts }),
    make("td", {}, make("span", { className: `chip ${kind}`, text }), " ",
      make("span", { className: "small" }, ...withCode(delivery.last ?? ""))),
    make("td", { className: "steps" }, button)), second];
}

function nameOf(effect) {
  if (typeof effect === "string") return effect;
  const [[name, of]] = Object.entries(effect);
  const values = {
    status: () => `${of.status}${of.retry_after ? `, retry after ${of.retry_after}` : ""}`,
    delay: () => `of ${of.milliseconds} ms`,
    redirect: () => `to ${of.location}`,
    slow: () => `at ${of.bytes_per_second} bytes/s`,
  };
  return `${name.replace("_", " ")} ${values[name]?.() ?? `of ${of.bytes} bytes`}`;
}

function faultItem(fault) {
  const effect = nameOf(fault.do);
  const all = fault.of === "webhooks" ? "every webhook" : "every request";
  const path = [fault.method, fault.path].filter(Boolean).join(" ");
  const where = fault.of === "webhooks" && path ? `webhooks to ${path}` : path || all;
  const isSlow = typeof fault.do === "object" && "slow" in fault.do;
  const isTimeless = isSlow || ["duplicate", "overtake"].includes(fault.do);
  const when = !isTimeless && (fault.when === "after_commit" ? "after commit" : "before commit");
  const only = [
    when,
    fault.at === "body" && "in the body",
    fault.nth && `only number ${fault.nth}`,
    fault.times && `${fault.times} times`,
    fault.percent !== undefined && `${fault.percent} percent`,
  ].filter(Boolean);
  const remove = make("button", { type: "button", text: "Remove" });
  remove.dataset.key = `remove ${fault.id}`;
  remove.setAttribute("aria-label", `Remove the fault ${effect} on ${where}`);
  remove.addEventListener("click", () => act("DELETE", `faults/${fault.id}`));
  return make("li", {},
    make("span", {}, make("strong", { text: effect }), ` ${only.join(", ")} · `,
      make("code", { text: where }), ` · hit ${fault.hits} of ${fault.seen}`),
    remove);
}

function showClock(clock) {
  at("now").textContent = clock.now.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
  at("freeze").setAttribute("aria-pressed", clock.is_frozen);
  at("freeze").textContent = clock.is_frozen ? "Resume" : "Stop";
}

let reading = null;
let readingAgain = null;

/** Shows the state. Calls while it is being read share one more read. */
function refresh() {
  if (reading === null) {
    reading = readState().finally(() => { reading = null; });
    return reading;
  }
  readingAgain ??= reading.catch(() => {}).then(() => {
    readingAgain = null;
    return refresh();
  });
  return readingAgain;
}

async function readState() {
  // One more than is shown, to know whether there are more.
  const part = (path, id) => ask("GET", `${path}?most=${Math.min(shown[id] + 1, limits[id])}`);
  const [operations, groups, webhooks, deliveries, faults, clock] = await Promise.all([
    part("operations", "operations"),
    part("account_groups", "balances"),
    ask("GET", "webhooks"),
    part("deliveries", "deliveries"),
    ask("GET", "faults"),
    ask("GET", "clock"),
  ]);
  // The keyboard focus stays where it is.
  const focused = document.activeElement?.dataset?.key;
  const [ofId, ofNumber] = [(item) => item.id, (item) => item.number];
  fillPart("operations", operations, ofId, operationRow);
  const used = groups.slice(0, shown.balances).filter((group) => Object.keys(group.balances).length > 0);
  fill("balances", used, ofId, balanceRows);
  noteMore("balances", hasMore("balances", groups));
  fill("webhooks", webhooks, ofId, webhookRow);
  fillPart("deliveries", deliveries, ofNumber, deliveryRows);
  place("faults", at("faults"), faults, ofId, faultItem);
  showClock(clock);
  const row = focused && document.querySelector(`[data-key="${CSS.escape(focused)}"]`);
  if (row && row !== document.activeElement) row.focus();
}

// Start

function fitForm() {
  const effect = at("fault").elements.effect.value;
  for (const label of at("fault").querySelectorAll("[data-for]")) {
    label.hidden = !label.dataset.for.split(" ").includes(effect);
  }
  // A webhook goes to a path of the receiver, and has no response that a fault could change.
  const elements = at("fault").elements;
  if (isOfWebhooks()) {
    elements.at.closest("label").hidden = true;
    if (elements.path.value === elements.path.defaultValue) elements.path.value = "/*";
  }
}

function isOfWebhooks() {
  const { effect, of } = at("fault").elements;
  return ["duplicate", "overtake"].includes(effect.value)
    || (effect.value === "reset" && of.value === "webhooks");
}

/** Returns the fault that the form describes. */
function faultOfForm() {
  const field = (name) => at("fault").elements[name].value.trim();
  const isFor = (name) => !at("fault").elements[name].closest("label").hidden;
  const number = (name) => (field(name) === "" ? undefined : Number(field(name)));
  const effects = {
    status: () => ({ status: { status: number("status"), retry_after: field("retry_after") || undefined } }),
    delay: () => ({ delay: { milliseconds: number("milliseconds") } }),
    redirect: () => ({ redirect: { location: field("location") } }),
    slow: () => ({ slow: { bytes_per_second: number("bytes_per_second") } }),
    huge: () => ({ huge: { bytes: number("bytes") } }),
    gzip_bomb: () => ({ gzip_bomb: { bytes: number("bytes") } }),
  };
  const effect = field("effect");
  return {
    of: isOfWebhooks() ? "webhooks" : undefined,
    method: field("method") || undefined,
    path: field("path") || undefined,
    nth: number("nth"),
    times: number("times"),
    percent: number("percent"),
    when: isFor("when") ? field("when") : undefined,
    at: isFor("at") ? field("at") : undefined,
    do: effect in effects ? effects[effect]() : effect,
  };
}

async function begin() {
  const [health, fidelity] = await Promise.all([ask("GET", "health"), ask("GET", "fidelity")]);
  const loose = health.loose.map((check) => `without ${check}`);
  at("settings").textContent =
    [location.host, `API ${health.spec}`, `statuses ${health.progress}`, ...loose, ...health.assume].join(" · ");
  at("fidelity").tBodies[0].replaceChildren(...fidelity.map((row) => make("tr", {},
    make("td", {}, ...withCode(row.what)),
    make("td", {}, ...withCode(row.here)),
    make("td", {}, make("span", { className: `chip ${row.mark}`, text: row.mark })),
    make("td", { className: "mono", text: row.switches.join("\n") }))));
}

at("freeze").addEventListener("click", () =>
  act("POST", "clock", { freeze: at("freeze").getAttribute("aria-pressed") !== "true" }));
for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () =>
    act("POST", "clock", { advance_seconds: Number(button.dataset.advance) }));
}
at("only-refused").addEventListener("change", choose);
for (const button of document.querySelectorAll("[data-more]")) {
  const id = button.dataset.more;
  const step = shown[id];
  button.addEventListener("click", () => {
    shown[id] = Math.min(shown[id] + step, limits[id]);
    if (id === "requests") choose();
    else refresh().catch(complain);
  });
}
at("clock-reset").addEventListener("click", () => act("POST", "clock", { reset: true }));
at("clear").addEventListener("click", async () => {
  await act("DELETE", "requests");
  forgetRequests();
});
at("reset").addEventListener("click", async () => {
  await act("POST", "reset");
  forgetRequests();
});
at("rotate").addEventListener("click", () => act("POST", "verify_keys/rotate"));
at("fault").elements.effect.addEventListener("change", fitForm);
at("fault").elements.of.addEventListener("change", fitForm);
at("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  act("POST", "faults", faultOfForm());
});
// Statuses change over time, and through other users.
setInterval(() => {
  if (document.visibilityState === "visible") refresh().catch(() => {});
}, 1000);

fitForm();
begin().catch(complain);
watch();
