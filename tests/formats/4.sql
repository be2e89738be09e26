-- SPDX-License-Identifier: MIT
-- Format 4 of the database as it was, whatever schema.c says; from format 3: assets
CREATE TABLE asset (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at INTEGER) STRICT;
CREATE TABLE asset_event (id INTEGER PRIMARY KEY AUTOINCREMENT, asset TEXT NOT NULL, at INTEGER, dag_id TEXT,
    run_id TEXT, task_id TEXT, map_index INTEGER NOT NULL, extra TEXT) STRICT;
CREATE INDEX asset_event_asset ON asset_event (asset);
CREATE TABLE asset_heard (dag_id TEXT NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (dag_id, event)) STRICT,
    WITHOUT ROWID;
CREATE TABLE run_asset (run INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (run, event)) STRICT,
    WITHOUT ROWID;
PRAGMA application_id = 1684105060;
PRAGMA user_version = 4;
