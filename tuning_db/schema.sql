-- The tuning database, schema version 1. Runs in one transaction on an empty file (src/tuner/db_file.cpp).
-- STRICT and WITHOUT ROWID: a row is found by its key in one tree. `checksum` is FNV-1a over all other columns
-- (src/tuner/row.cpp) and is verified at every read: damage that leaves the file well-formed is seen too.
PRAGMA application_id = 0x52543344;  -- "RT3D"
PRAGMA user_version = 1;

-- The fastest known schedule of a family for a problem.
CREATE TABLE schedule (
  device     TEXT    NOT NULL,  -- fingerprint: instruction set, CPU name, caches
  threads    INTEGER NOT NULL,
  problem    TEXT    NOT NULL,  -- canonical line of text
  family     TEXT    NOT NULL,  -- "<op>.<method>.<target>"
  version    INTEGER NOT NULL,  -- of the family; rows of other versions are not reused
  schedule   TEXT    NOT NULL,  -- "rows=14,vecs=2"
  time_ns    REAL    NOT NULL,  -- measured
  default_ns REAL    NOT NULL,  -- of the family's estimated schedule, same session; 0: not measured
  rigor      INTEGER NOT NULL,  -- 1 quick, 2 full
  checksum   INTEGER NOT NULL,
  PRIMARY KEY (device, threads, problem, family)
) STRICT, WITHOUT ROWID;

-- Candidates being run for the first time. A row whose owner no longer lives tells that the candidate ended its process:
-- it is not proposed again for this version of the family.
CREATE TABLE intent (
  device   TEXT    NOT NULL,
  problem  TEXT    NOT NULL,
  family   TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  schedule TEXT    NOT NULL,
  owner    TEXT    NOT NULL,    -- boot, process id and start time
  checksum INTEGER NOT NULL,
  PRIMARY KEY (device, problem, family, version, schedule)
) STRICT, WITHOUT ROWID;
