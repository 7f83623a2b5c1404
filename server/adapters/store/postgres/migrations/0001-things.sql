-- Notes and customers: the document, and beside it a row for each face that lists show (HOUSE.md §2a).

CREATE TABLE thing (
  id text COLLATE "C" PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  seq bigint NOT NULL,
  access_seq bigint NOT NULL DEFAULT 0,
  doc jsonb NOT NULL
);
CREATE INDEX thing_by_kind ON thing (kind, id);
CREATE INDEX thing_by_seq ON thing (seq);
CREATE INDEX thing_by_access ON thing (access_seq) WHERE access_seq > 0;

CREATE TABLE face (
  thing text COLLATE "C" NOT NULL REFERENCES thing ON DELETE CASCADE,
  kind text COLLATE "C" NOT NULL,
  face text COLLATE "C" NOT NULL,
  author text COLLATE "C" NOT NULL,
  reach text COLLATE "C" NOT NULL,
  desk text COLLATE "C" NOT NULL,
  level text COLLATE "C" NOT NULL,
  named text[] COLLATE "C" NOT NULL,
  stewards text[] COLLATE "C" NOT NULL,
  customers text[] COLLATE "C" NOT NULL,
  tags text[] COLLATE "C" NOT NULL,
  called text[] COLLATE "C" NOT NULL,
  said text,
  found_by text,
  confidence text COLLATE "C",
  department text COLLATE "C",
  team text COLLATE "C",
  topic text COLLATE "C",
  direction text COLLATE "C",
  nature text COLLATE "C",
  segment text COLLATE "C",
  batch text COLLATE "C",
  written text COLLATE "C",
  posted text COLLATE "C",
  validated text COLLATE "C",
  value integer NOT NULL,
  reused integer NOT NULL,
  review_on text COLLATE "C",
  caretaker text COLLATE "C",
  item_state text COLLATE "C",
  item_why text COLLATE "C",
  item_writer text COLLATE "C",
  item_opened text COLLATE "C",
  item_urgent integer NOT NULL,
  item_holder text COLLATE "C",
  item_until text COLLATE "C",
  item_flagged integer NOT NULL,
  name text COLLATE "C",
  form text COLLATE "C",
  facts text
);
CREATE INDEX face_by_thing ON face (thing);
CREATE INDEX face_by_author ON face (author, face);
CREATE INDEX face_by_law ON face (reach, level, confidence) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_desk ON face (desk, level) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_written ON face (written DESC, thing DESC) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_posted ON face (posted DESC, thing DESC) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_validated ON face (validated DESC NULLS LAST, thing DESC) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_value ON face (value DESC, written DESC, thing DESC) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_reused ON face (reused DESC, written DESC, thing DESC) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_item ON face (item_opened, thing) WHERE face = 'review';
CREATE INDEX face_by_review_on ON face (review_on, thing) WHERE face = 'published' AND review_on IS NOT NULL;
CREATE INDEX face_by_caretaker ON face (caretaker) WHERE caretaker IS NOT NULL;
CREATE INDEX face_by_batch ON face (batch) WHERE batch IS NOT NULL;
CREATE INDEX face_by_topic ON face (topic, written DESC) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_team ON face (team, written DESC) WHERE kind = 'note' AND face = 'published';
CREATE INDEX face_by_name ON face (name, thing) WHERE kind = 'customer';
CREATE INDEX face_by_called ON face USING gin (called) WHERE kind = 'customer';
CREATE INDEX face_by_named ON face USING gin (named);
CREATE INDEX face_by_customer ON face USING gin (customers);
CREATE INDEX face_by_tag ON face USING gin (tags);

-- A place in the feed is the number of the transaction that wrote the thing. A database that was restored elsewhere
-- counts its transactions anew: `base` keeps places rising all the same.
CREATE TABLE feed_base (single boolean PRIMARY KEY DEFAULT true CHECK (single), base bigint NOT NULL);
INSERT INTO feed_base (base) VALUES (0);

CREATE FUNCTION next_place() RETURNS bigint LANGUAGE sql VOLATILE
  RETURN (SELECT base FROM feed_base) + pg_current_xact_id()::text::bigint;

-- Every transaction with a smaller number has ended: below this place nothing can appear any more.
CREATE FUNCTION open_place() RETURNS bigint LANGUAGE sql STABLE
  RETURN (SELECT base FROM feed_base) + pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- Each consumer's place, and what it went past; `instance` is '' where all processes share one.
CREATE TABLE place (
  consumer text COLLATE "C" NOT NULL, instance text COLLATE "C" NOT NULL, seq bigint NOT NULL,
  PRIMARY KEY (consumer, instance)
);
CREATE TABLE aside (
  consumer text COLLATE "C" NOT NULL, instance text COLLATE "C" NOT NULL, thing text COLLATE "C" NOT NULL,
  n bigint GENERATED ALWAYS AS IDENTITY, event jsonb NOT NULL,
  PRIMARY KEY (consumer, instance, thing)
);
