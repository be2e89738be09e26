-- SPDX-License-Identifier: MIT
-- Format 7 of the database as it was, whatever schema.c says; from format 6: which runs an update of an asset was a reason for
CREATE INDEX run_asset_event ON run_asset (event);
PRAGMA application_id = 1684105060;
PRAGMA user_version = 7;
