-- Which ledger this database projects. A database is rebuilt from the ledger's statements, so one that
-- belongs to another ledger is an operator's mistake, found at start instead of in the data.
create table server (
  only_row boolean primary key default true check (only_row),
  ledger_origin text not null
);
