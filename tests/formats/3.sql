-- SPDX-License-Identifier: MIT
-- Format 3 of the database as it was, whatever schema.c says; from format 2: slots without a run
CREATE TABLE missed (dag_id TEXT NOT NULL, first_slot INTEGER NOT NULL, last_slot INTEGER NOT NULL, n INTEGER
    NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (dag_id, first_slot)) STRICT, WITHOUT
    ROWID;
PRAGMA application_id = 1684105060;
PRAGMA user_version = 3;
