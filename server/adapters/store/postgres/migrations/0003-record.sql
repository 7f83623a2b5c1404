-- The record 审计记录: lines exactly as they were hashed. Nothing is ever changed in it.

CREATE TABLE record_line (
  n bigint PRIMARY KEY,
  at text COLLATE "C" NOT NULL,
  who text COLLATE "C" NOT NULL,
  did text COLLATE "C" NOT NULL,
  kind text COLLATE "C",
  thing text COLLATE "C",
  line text NOT NULL
);
CREATE INDEX record_line_by_thing ON record_line (thing, n) WHERE thing IS NOT NULL;
CREATE INDEX record_line_by_who ON record_line (who, n);
CREATE INDEX record_line_by_did ON record_line (did, n);

CREATE TABLE record_head (single boolean PRIMARY KEY DEFAULT true CHECK (single), n bigint NOT NULL, hash text NOT NULL);
INSERT INTO record_head (n, hash) VALUES (0, repeat('0', 64));

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the record is only ever added to';
END
$$;
CREATE TRIGGER record_is_not_changed BEFORE UPDATE OR DELETE ON record_line FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER record_is_not_emptied BEFORE TRUNCATE ON record_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
