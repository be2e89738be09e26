-- SPDX-License-Identifier: MIT
-- Format 6 of the database as it was, whatever schema.c says; from format 5: callbacks, and why a DAG was paused
ALTER TABLE task ADD COLUMN calls TEXT;
ALTER TABLE dag ADD COLUMN n_failed_runs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dag ADD COLUMN pause_reason TEXT;
PRAGMA application_id = 1684105060;
PRAGMA user_version = 6;
