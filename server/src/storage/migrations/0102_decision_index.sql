-- Where in the ledger a decision stands. A projection: rebuilt from the ledger when lost.
create table decision_index (
  id text primary key,
  intent bigint not null unique,
  outcome bigint
);

-- Every ledger entry below `next` is in the index.
create table decision_index_cursor (
  only_row boolean primary key default true check (only_row),
  next bigint not null
);
insert into decision_index_cursor (next) values (0);
