-- SPDX-License-Identifier: MIT
-- Format 5 of the database as it was, whatever schema.c says; from format 4: names of mapped tasks
ALTER TABLE task ADD COLUMN map_label TEXT;
PRAGMA application_id = 1684105060;
PRAGMA user_version = 5;
