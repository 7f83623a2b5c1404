-- What every process keeps in memory: rows of rooms. Who writes in a room holds its epoch row until the end of the
-- transaction, so numbers rise in the order of commits and nobody who asks for what is newer misses a row.

CREATE TABLE epoch (room text COLLATE "C" PRIMARY KEY, n bigint NOT NULL);

CREATE TABLE kept (
  room text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, n bigint NOT NULL,
  -- NULL: it was removed; the row stays so that the others hear of it
  doc jsonb,
  PRIMARY KEY (room, id)
);
CREATE INDEX kept_by_n ON kept (room, n);

CREATE TABLE draft (
  id text COLLATE "C" PRIMARY KEY, owner text COLLATE "C" NOT NULL, version integer NOT NULL,
  saved_at text COLLATE "C" NOT NULL, doc jsonb NOT NULL
);
CREATE INDEX draft_by_owner ON draft (owner, saved_at DESC, id DESC);

CREATE TABLE notice (
  person text COLLATE "C" PRIMARY KEY, version integer NOT NULL, unread integer NOT NULL, doc jsonb NOT NULL
);

CREATE TABLE import_batch (
  id text COLLATE "C" PRIMARY KEY, version integer NOT NULL, created_at text COLLATE "C" NOT NULL, unfinished boolean NOT NULL,
  doc jsonb NOT NULL
);
CREATE INDEX import_batch_unfinished ON import_batch (id) WHERE unfinished;
CREATE TABLE import_file (batch text COLLATE "C" PRIMARY KEY REFERENCES import_batch ON DELETE CASCADE, bytes bytea NOT NULL);

CREATE TABLE has_read (note text COLLATE "C" NOT NULL, person text COLLATE "C" NOT NULL, PRIMARY KEY (note, person));

CREATE TABLE mail_file (path text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL);

-- Of rate-limiter-flexible: guesses of passwords, counted for all processes together.
CREATE TABLE guess (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint);

CREATE TABLE fact (key text COLLATE "C" PRIMARY KEY, value text NOT NULL);
