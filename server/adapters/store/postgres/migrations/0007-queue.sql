-- A queue after an import of old notes has a hundred thousand entries: its tabs, its counts and the order of its first
-- page are read from here alone.
CREATE INDEX face_in_review ON face (desk, level, item_state)
  INCLUDE (item_why, item_holder, item_until, item_flagged, item_urgent, item_opened, thing, department)
  WHERE kind = 'note' AND face = 'review';

-- An index answers alone only for pages that were vacuumed: not first when a fifth of a million rows has come.
ALTER TABLE face SET (autovacuum_vacuum_insert_scale_factor = 0.02);
