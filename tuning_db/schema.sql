-- The tuning database, schema version 2. Runs in one transaction on an empty file (src/tuner/db_schema.cpp).
-- STRICT and WITHOUT ROWID: a row is found by its key in one tree. `checksum` is FNV-1a over all other
-- columns (src/tuner/row.cpp) and is verified at every read: damage that leaves the file well-formed is seen
-- too.
PRAGMA application_id = 0x52543344;  -- "RT3D"
PRAGMA user_version = 2;

-- The fastest known schedule of a family for a problem.
CREATE TABLE schedule (
  device      TEXT    NOT NULL,  -- fingerprint: instruction set, CPU name, caches
  threads     INTEGER NOT NULL,
  problem     TEXT    NOT NULL,  -- canonical line of text
  family      TEXT    NOT NULL,  -- "<op>.<method>.<target>"
  version     INTEGER NOT NULL,  -- of the family; rows of other versions are not reused
  schedule    TEXT    NOT NULL,  -- "rows=14,vecs=2"
  time_ns     REAL    NOT NULL,  -- measured
  default_ns  REAL    NOT NULL,  -- of the family's estimated schedule, same session; 0: not measured
  rigor       INTEGER NOT NULL,  -- 0 came along in a survey, 1 quick, 2 full
  disturbance REAL    NOT NULL,  -- time that others took, in parts of the time that was left; 0: quiet, or unknown
  checksum    INTEGER NOT NULL,
  PRIMARY KEY (device, threads, problem, family)
) STRICT, WITHOUT ROWID;

-- Candidates that were begun and not ended. A row whose owner no longer lives tells that the candidate ended
-- its process, or that somebody else did while it ran: after two such deaths it is not proposed again for
-- this version of the family, until the last one is a month old (src/tuner/journal.cpp).
CREATE TABLE intent (
  device   TEXT    NOT NULL,
  problem  TEXT    NOT NULL,
  family   TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  schedule TEXT    NOT NULL,
  owner    TEXT    NOT NULL,    -- of the latest run: boot, process id and start time
  deaths   INTEGER NOT NULL,    -- of owners before this one
  begun_s  INTEGER NOT NULL,    -- when the latest run began, in seconds since 1970
  checksum INTEGER NOT NULL,
  PRIMARY KEY (device, problem, family, version, schedule)
) STRICT, WITHOUT ROWID;
