-- SPDX-License-Identifier: MIT
-- Format 2 of the database as it was, whatever schema.c says; from format 1: deferred tasks, backfills, pools, what a person decides
ALTER TABLE meta ADD COLUMN last_backfill INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN backfill INTEGER;
ALTER TABLE run ADD COLUMN clear_number INTEGER;
ALTER TABLE run ADD COLUMN deadline_at INTEGER;
CREATE INDEX run_date ON run (dag_id, logical_date) WHERE logical_date IS NOT NULL;
ALTER TABLE task ADD COLUMN map_length INTEGER;
ALTER TABLE task ADD COLUMN decision TEXT;
ALTER TABLE task ADD COLUMN wait INTEGER;
ALTER TABLE task ADD COLUMN wait_until INTEGER;
ALTER TABLE task ADD COLUMN wait_dag TEXT;
ALTER TABLE task ADD COLUMN wait_run TEXT;
ALTER TABLE task ADD COLUMN wait_since INTEGER;
ALTER TABLE task ADD COLUMN wish INTEGER;
ALTER TABLE task ADD COLUMN note TEXT;
ALTER TABLE task ADD COLUMN group_tries INTEGER;
DROP INDEX task_live;
CREATE INDEX task_live ON task (state) WHERE state IN (0, 1, 2, 3, 8, 9, 11, 12);
CREATE TABLE pool (name TEXT PRIMARY KEY, slots INTEGER NOT NULL, description TEXT, include_deferred INTEGER
    NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE backfill (id INTEGER PRIMARY KEY, dag_id TEXT NOT NULL, from_date INTEGER, to_date INTEGER, conf
    TEXT, is_paused INTEGER NOT NULL, reprocess INTEGER NOT NULL, max_active_runs INTEGER NOT NULL,
    is_backwards INTEGER NOT NULL, created_at INTEGER, updated_at INTEGER, completed_at INTEGER) STRICT;
CREATE INDEX backfill_dag ON backfill (dag_id);
CREATE INDEX backfill_live ON backfill (id) WHERE completed_at IS NULL;
PRAGMA application_id = 1684105060;
PRAGMA user_version = 2;
