-- SPDX-License-Identifier: MIT
-- Format 1 of the database as it was, whatever schema.c says: the first format
CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, last_run INTEGER NOT NULL,
    last_attempt INTEGER NOT NULL, key_proof BLOB) STRICT;
INSERT INTO meta VALUES (1, 0, 0, 0, NULL);
CREATE TABLE dag (dag_id TEXT PRIMARY KEY, file TEXT, version TEXT, is_paused INTEGER NOT NULL, is_stale
    INTEGER NOT NULL, first_seen_at INTEGER, active_since INTEGER, last_slot INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE version (hash TEXT PRIMARY KEY, dag_id TEXT NOT NULL, file TEXT, text TEXT NOT NULL) STRICT;
CREATE INDEX version_dag ON version (dag_id);
CREATE TABLE run (id INTEGER PRIMARY KEY, dag_id TEXT NOT NULL, run_id TEXT NOT NULL, type INTEGER NOT NULL,
    state INTEGER NOT NULL, slot INTEGER, logical_date INTEGER, data_interval_start INTEGER, data_interval_end
    INTEGER, run_after INTEGER, queued_at INTEGER, started_at INTEGER, ended_at INTEGER, conf TEXT, version
    TEXT, note TEXT, triggered_by TEXT, reason TEXT) STRICT;
CREATE UNIQUE INDEX run_name ON run (dag_id, run_id);
CREATE UNIQUE INDEX run_slot ON run (dag_id, slot) WHERE slot IS NOT NULL;
CREATE INDEX run_age ON run (dag_id, run_after);
CREATE INDEX run_after ON run (run_after);
CREATE INDEX run_live ON run (state) WHERE state IN (0, 1);
CREATE TABLE task (run INTEGER NOT NULL, task_id TEXT NOT NULL, map_index INTEGER NOT NULL, state INTEGER NOT
    NULL, try_number INTEGER NOT NULL, max_tries INTEGER NOT NULL, scheduled_at INTEGER, queued_at INTEGER,
    started_at INTEGER, ended_at INTEGER, retry_at INTEGER, attempt INTEGER NOT NULL, reason TEXT, PRIMARY KEY
    (run, task_id, map_index)) STRICT, WITHOUT ROWID;
CREATE INDEX task_live ON task (state) WHERE state IN (0, 1, 2, 3, 8, 9);
CREATE TABLE attempt (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, task_id TEXT NOT NULL, map_index INTEGER
    NOT NULL, try_number INTEGER NOT NULL, state INTEGER NOT NULL, token BLOB NOT NULL, boot_id TEXT, pid
    INTEGER NOT NULL, launched_at INTEGER, started_at INTEGER, ended_at INTEGER, exit_code INTEGER NOT NULL,
    signal INTEGER NOT NULL, reason TEXT) STRICT;
CREATE INDEX attempt_task ON attempt (run, task_id, map_index);
CREATE INDEX attempt_live ON attempt (run) WHERE state = 0;
CREATE TABLE xcom (run INTEGER NOT NULL, task_id TEXT NOT NULL, map_index INTEGER NOT NULL, key TEXT NOT NULL,
    value TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (run, task_id, map_index, key)) STRICT, WITHOUT
    ROWID;
CREATE TABLE rendered (run INTEGER NOT NULL, task_id TEXT NOT NULL, map_index INTEGER NOT NULL, fields TEXT
    NOT NULL, PRIMARY KEY (run, task_id, map_index)) STRICT, WITHOUT ROWID;
CREATE TABLE variable (key TEXT PRIMARY KEY, description TEXT, sealed BLOB NOT NULL) STRICT;
CREATE TABLE connection (conn_id TEXT PRIMARY KEY, conn_type TEXT NOT NULL, description TEXT, sealed BLOB NOT
    NULL) STRICT;
CREATE TABLE run_count (dag_id TEXT NOT NULL, state INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (dag_id,
    state)) STRICT, WITHOUT ROWID;
CREATE TRIGGER run_made AFTER INSERT ON run BEGIN
    INSERT INTO run_count VALUES (new.dag_id, new.state, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER run_moved AFTER UPDATE OF state ON run WHEN old.state <> new.state BEGIN
    UPDATE run_count SET n = n - 1 WHERE dag_id = old.dag_id AND state = old.state;
    INSERT INTO run_count VALUES (new.dag_id, new.state, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER run_gone AFTER DELETE ON run BEGIN
    UPDATE run_count SET n = n - 1 WHERE dag_id = old.dag_id AND state = old.state;
END;
PRAGMA application_id = 1684105060;
PRAGMA user_version = 1;
