-- Projections of the ledger that the programme reads and writes. All of them can be dropped and rebuilt.

-- How far each projection has come, and of which ledger it is.
create table programme_projection (
  name text primary key,
  origin text not null,
  next_index bigint not null check (next_index >= 0)
);

create table programme_statement (
  index bigint primary key,
  time_ms bigint not null,
  type text not null,
  digest text not null,
  statement jsonb not null
);
create index programme_statement_type on programme_statement (type, index);

create table programme_decision (
  index bigint primary key,
  id text not null,
  time_ms bigint not null,
  verdict text not null check (verdict in ('allow', 'hold', 'deny')),
  actor text not null,
  institution text not null,
  engagement text,
  session text not null,
  model text not null,
  capability text not null,
  clauses jsonb not null,
  snapshot bigint not null,
  grant_hold text,
  reserved_tokens bigint not null,
  closed_by bigint,
  ended text,
  code text,
  tokens bigint
);
create index programme_decision_id on programme_decision (id);
create index programme_decision_institution on programme_decision (institution, index);
create index programme_decision_actor on programme_decision (actor, index);
create index programme_decision_open on programme_decision (index) where closed_by is null and verdict = 'allow';
create index programme_decision_grant on programme_decision (grant_hold) where grant_hold is not null;

create table programme_usage (
  kind text not null check (kind in ('person', 'institution')),
  id text not null,
  day integer not null,
  requests bigint not null,
  tokens bigint not null,
  primary key (kind, id, day)
);

create table programme_hold (
  id text primary key,
  index bigint not null,
  at_ms bigint not null,
  until_ms bigint not null,
  actor text not null,
  institution text not null,
  engagement text,
  capability text not null,
  session text not null,
  model text not null,
  approvals_needed integer not null,
  roles jsonb not null,
  answered_by bigint
);
create index programme_hold_open on programme_hold (institution, until_ms) where answered_by is null;

create table programme_refusal (
  key text not null,
  actor text not null,
  model text not null,
  source text not null check (source in ('guard', 'provider')),
  code text not null,
  decision text not null,
  until_ms bigint not null,
  index bigint not null,
  lifted_by bigint,
  primary key (actor, key, index)
);
create index programme_refusal_live on programme_refusal (until_ms) where lifted_by is null;

-- Not a projection: the only copy. The text of a token is nowhere.
create table programme_token (
  hash text primary key,
  id text not null unique,
  actor text not null,
  institution text not null,
  engagement text,
  key text not null,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  revoked boolean not null default false
);
create index programme_token_expiry on programme_token (expires_at_ms);
