-- Whoever imports a hundred thousand notes is the author of all of them: their list is read in its order and counted
-- from here alone.
CREATE INDEX face_of_author ON face (author, written DESC, thing DESC) INCLUDE (confidence, item_state, item_writer)
  WHERE kind = 'note' AND face = 'published';
-- And what came back to them is asked for by their first page.
CREATE INDEX face_returned ON face (author, written DESC, thing DESC)
  WHERE kind = 'note' AND face = 'published' AND item_state = 'returned';
