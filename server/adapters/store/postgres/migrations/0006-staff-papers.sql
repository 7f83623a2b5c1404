-- Files of staff until they are taken, and lists of who is to be told of what came of them.
CREATE TABLE staff_paper (id text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL);
