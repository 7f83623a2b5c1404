-- Letters in a table of their own, asked for when they are wanted: a bank's mail is more than a process should remember.

CREATE TABLE letter (
  id text COLLATE "C" PRIMARY KEY, doc jsonb NOT NULL,
  kind text COLLATE "C" NOT NULL GENERATED ALWAYS AS (doc ->> 'kind') STORED,
  state text COLLATE "C" NOT NULL GENERATED ALWAYS AS (doc ->> 'state') STORED,
  recipient text COLLATE "C" NOT NULL GENERATED ALWAYS AS (doc ->> 'to') STORED,
  person text COLLATE "C" GENERATED ALWAYS AS (doc ->> 'person') STORED,
  channel text COLLATE "C" GENERATED ALWAYS AS (doc ->> 'channel') STORED,
  at text COLLATE "C" NOT NULL GENERATED ALWAYS AS (doc ->> 'at') STORED,
  next_try_at text COLLATE "C" GENERATED ALWAYS AS (doc ->> 'nextTryAt') STORED,
  told_until text COLLATE "C" GENERATED ALWAYS AS (doc -> 'period' ->> 'to') STORED
);
CREATE INDEX letter_newest ON letter (at DESC, id DESC);
CREATE INDEX letter_of_person ON letter (person, at DESC, id DESC);
CREATE INDEX letter_by_state ON letter (state, at DESC, id DESC);
CREATE INDEX letter_under_way ON letter (next_try_at, at) WHERE state IN ('planned', 'handed_over');
CREATE INDEX letter_of_channel ON letter (channel, at DESC, id DESC);
CREATE INDEX letter_told ON letter (channel, told_until DESC) WHERE kind = 'digest' AND state <> 'failed';
-- A channel has one digest on its way at most, whichever process planned it.
CREATE UNIQUE INDEX letter_one_digest ON letter (channel) WHERE kind = 'digest' AND state IN ('planned', 'handed_over');

INSERT INTO letter (id, doc) SELECT id, doc FROM kept WHERE room = 'outbox' AND doc IS NOT NULL ORDER BY doc ->> 'at' ON CONFLICT DO NOTHING;

-- Processes of the release before go on until they are replaced. They forget what is still to be sent, so that nothing
-- is sent twice, and keep what was settled, so that they plan a digest from where the last one ended. What they still write
-- goes over too, unless they know less of the letter than there is.
INSERT INTO epoch (room, n) VALUES ('outbox', 1) ON CONFLICT (room) DO UPDATE SET n = epoch.n + 1;
UPDATE kept SET doc = NULL, n = (SELECT n FROM epoch WHERE room = 'outbox') WHERE room = 'outbox' AND doc ->> 'state' IN ('planned', 'handed_over');

CREATE FUNCTION letter_goes_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO letter AS l (id, doc) VALUES (NEW.id, NEW.doc)
    ON CONFLICT (id) DO UPDATE SET doc = EXCLUDED.doc WHERE l.doc = EXCLUDED.doc OR (l.doc ->> 'version')::integer < (EXCLUDED.doc ->> 'version')::integer;
  IF NOT FOUND THEN RAISE EXCEPTION 'letter % is in other hands', NEW.id; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER letter_goes_over AFTER INSERT OR UPDATE ON kept FOR EACH ROW WHEN (NEW.room = 'outbox' AND NEW.doc IS NOT NULL) EXECUTE FUNCTION letter_goes_over();
