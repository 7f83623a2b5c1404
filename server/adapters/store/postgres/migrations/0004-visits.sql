-- When people last looked in: what came since is new to them.

CREATE TABLE visit (
  person text COLLATE "C" PRIMARY KEY, since text COLLATE "C" NOT NULL, seen text COLLATE "C" NOT NULL, first boolean NOT NULL
);
