CREATE TABLE sandbox (
    seed BLOB NOT NULL, starts INTEGER NOT NULL, frozen_at INTEGER, ahead INTEGER NOT NULL,
    webhook_key INTEGER NOT NULL
) STRICT;
CREATE TABLE token (token TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX token_by_end ON token (expires);
CREATE TABLE nonce (key_id TEXT, nonce TEXT, expires INTEGER NOT NULL, PRIMARY KEY (key_id, nonce)) STRICT;
CREATE INDEX nonce_by_end ON nonce (expires);
CREATE TABLE account_group (id TEXT PRIMARY KEY, created INTEGER NOT NULL) STRICT;
CREATE TABLE idempotency (
    key TEXT, endpoint TEXT, body BLOB NOT NULL, created INTEGER NOT NULL,
    status INTEGER NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (key, endpoint)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (created);
CREATE TABLE operation (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
    account_group_id TEXT NOT NULL REFERENCES account_group (id), currency TEXT NOT NULL,
    minor_units INTEGER NOT NULL, amount TEXT NOT NULL, status TEXT NOT NULL,
    due INTEGER, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE INDEX issued_by_due ON operation (due, account_group_id, currency) WHERE status = 'ISSUED';
CREATE INDEX issued_of_group ON operation (account_group_id, currency, kind, due, number)
    WHERE status = 'ISSUED';
CREATE INDEX queued_of_group ON operation (account_group_id, currency, kind, number)
    WHERE status = 'QUEUED';
CREATE TABLE ledger (
    operation INTEGER PRIMARY KEY REFERENCES operation (number),
    account_group_id TEXT NOT NULL, currency TEXT NOT NULL, minor_units INTEGER NOT NULL
) STRICT;
CREATE TABLE balance (
    account_group_id TEXT, currency TEXT, minor_units INTEGER NOT NULL,
    PRIMARY KEY (account_group_id, currency)
) STRICT;
CREATE INDEX ledger_by_group ON ledger (account_group_id, currency);
CREATE TABLE webhook (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL,
    url TEXT NOT NULL, types TEXT NOT NULL, excluded TEXT NOT NULL, delay TEXT NOT NULL,
    max_package_size INTEGER NOT NULL, enabled INTEGER NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, created INTEGER NOT NULL,
    object TEXT NOT NULL
) STRICT;
CREATE TABLE pending (
    webhook TEXT, created INTEGER, event INTEGER REFERENCES event (number),
    PRIMARY KEY (webhook, created, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_by_event ON pending (event);
CREATE TABLE delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT, webhook TEXT NOT NULL, body TEXT NOT NULL,
    events INTEGER NOT NULL, is_queued INTEGER NOT NULL, is_single INTEGER NOT NULL,
    is_delivered INTEGER NOT NULL, created INTEGER NOT NULL, attempts INTEGER NOT NULL,
    last TEXT, due INTEGER, signed TEXT
) STRICT;
CREATE INDEX open_delivery ON delivery (webhook, is_queued, number) WHERE due IS NOT NULL;
CREATE TABLE acceptor (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL) STRICT;
CREATE TABLE accepted (
    number INTEGER PRIMARY KEY, acceptor TEXT NOT NULL, headers TEXT NOT NULL, payload TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX accepted_by_acceptor ON accepted (acceptor);
