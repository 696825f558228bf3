-- The tables of upvest-outbox on Postgres. Times are milliseconds since 1970, by the database's clock,
-- unless stated otherwise.
CREATE TABLE upvest_outbox (version BIGINT NOT NULL);
INSERT INTO upvest_outbox (version) VALUES (1);

CREATE TABLE upvest_payment (
    -- Counts up in the order of enqueueing.
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The application's id.
    id TEXT NOT NULL UNIQUE,
    idempotency_key TEXT NOT NULL UNIQUE,
    -- The request, as JSON.
    record TEXT NOT NULL,
    -- Authenticates the id, the record, the ordering key, and whether the key was new.
    seal TEXT,
    -- The ordering key: payments with the same one are sent one after the other.
    ordered_by TEXT,
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'accepted', 'rejected', 'unresolved')),
    -- When it may be claimed next. While it is leased, this is the end of the lease.
    due BIGINT NOT NULL,
    lease_until BIGINT,
    -- Counts the claims. A worker may only change the row as long as it holds the last one.
    claim BIGINT NOT NULL DEFAULT 0,
    -- The latest claim up to which no request had an effect. -1 if the key may have been sent before.
    unsent_claim BIGINT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0,
    replayable_until BIGINT NOT NULL,
    -- The id in the response.
    operation_id TEXT,
    -- The response, as received.
    response TEXT,
    request_id TEXT,
    -- Why the last attempt failed: a sentence, and the details as JSON.
    error TEXT,
    error_summary TEXT,
    -- Who resolved it and why, as JSON.
    resolution TEXT,
    created_at BIGINT NOT NULL,
    settled_at BIGINT
);
CREATE INDEX upvest_payment_due ON upvest_payment (due) WHERE state = 'pending';
CREATE INDEX upvest_payment_order ON upvest_payment (ordered_by, sequence)
    WHERE state IN ('pending', 'unresolved');
CREATE INDEX upvest_payment_operation ON upvest_payment (operation_id);

CREATE TABLE upvest_event (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    -- The id and the status of its object.
    operation_id TEXT,
    status TEXT,
    -- By Upvest's clock, in microseconds since 1970.
    happened_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX upvest_event_operation ON upvest_event (operation_id);
