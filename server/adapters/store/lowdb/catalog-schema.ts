/**
 * Raise it whenever a column, or what any row would hold, changes (so also with the law in notes/access.ts):
 * a catalog with another number is thrown away and made anew from the files.
 */
export const CATALOG_VERSION = 7

/** One row per thing in `thing`, one per face of it in `face`; the other tables hold what is many to a face. */
export const CATALOG_TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE thing (
  id TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, access_seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL, modified REAL NOT NULL,
  PRIMARY KEY (id, kind)
) WITHOUT ROWID;
CREATE INDEX thing_by_seq ON thing (seq) WHERE seq > 0;
CREATE INDEX thing_by_access ON thing (access_seq) WHERE access_seq > 0;

CREATE TABLE face (
  row INTEGER PRIMARY KEY,
  thing TEXT NOT NULL, kind TEXT NOT NULL, face TEXT NOT NULL,
  author TEXT NOT NULL, reach TEXT NOT NULL, desk TEXT NOT NULL, level TEXT NOT NULL,
  confidence TEXT, department TEXT, team TEXT, topic TEXT, direction TEXT, nature TEXT, segment TEXT, batch TEXT,
  written TEXT, posted TEXT, validated TEXT, value INTEGER NOT NULL DEFAULT 0, reused INTEGER NOT NULL DEFAULT 0,
  review_on TEXT,
  item_state TEXT, item_why TEXT, item_writer TEXT, item_opened TEXT, item_urgent INTEGER NOT NULL DEFAULT 0,
  item_holder TEXT, item_until TEXT, item_flagged INTEGER NOT NULL DEFAULT 0, caretaker TEXT,
  name TEXT, form TEXT, facts TEXT
);
CREATE INDEX face_by_thing ON face (thing);
-- Covers the law: counting 100 000 faces takes a third of the time when no row has to be fetched.
CREATE INDEX face_by_law ON face (kind, face, confidence, reach, level, desk, author, department, topic);
CREATE INDEX face_by_author ON face (author, face);
CREATE INDEX face_by_written ON face (kind, face, written DESC, thing DESC);
CREATE INDEX face_by_posted ON face (kind, face, posted DESC, thing DESC) WHERE face = 'published';
CREATE INDEX face_by_validated ON face (validated DESC, thing DESC) WHERE validated IS NOT NULL;
CREATE INDEX face_by_item ON face (item_urgent DESC, item_opened) WHERE face = 'review';
CREATE INDEX face_by_review_on ON face (review_on) WHERE review_on IS NOT NULL;
CREATE INDEX face_by_caretaker ON face (caretaker) WHERE caretaker IS NOT NULL;
CREATE INDEX face_by_batch ON face (batch) WHERE batch IS NOT NULL;
CREATE INDEX face_by_name ON face (name, thing) WHERE name IS NOT NULL;

CREATE TABLE party (row INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (kind, key, row)) WITHOUT ROWID;
CREATE INDEX party_by_row ON party (row);
CREATE TABLE about (row INTEGER NOT NULL, customer TEXT NOT NULL, PRIMARY KEY (customer, row)) WITHOUT ROWID;
CREATE INDEX about_by_row ON about (row);
CREATE TABLE tag (row INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (tag, row)) WITHOUT ROWID;
CREATE INDEX tag_by_row ON tag (row);
CREATE TABLE said (row INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE called (row INTEGER NOT NULL, how TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (row, how, key)) WITHOUT ROWID;
CREATE INDEX called_by_key ON called (key);
`
