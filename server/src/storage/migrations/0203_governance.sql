-- How the programme is governed, as the folded statements say: written whole from the state, never read back by the server.
-- docs/spec/proposal.md §9.
create table governance_row (
  kind text not null,
  id text not null,
  body jsonb not null,
  primary key (kind, id)
);

create view governance_proposal as
  select id, body->>'state' as state, body->>'author' as author, body->>'document' as document, body->'title' as title
  from governance_row where kind = 'proposal';

create view governance_vote as
  select p.id as proposal, b.value->>'body' as body, v.value->>'seat' as seat, v.value->>'choice' as choice,
    v.value->>'by' as actor, (v.value->>'atMs')::bigint as at_ms
  from governance_row p,
    jsonb_array_elements(p.body->'ballot'->'bodies') b,
    jsonb_array_elements(b.value->'votes') v
  where p.kind = 'proposal' and jsonb_typeof(p.body->'ballot') = 'object';

create view governance_seat as
  select body->>'body' as body, body->>'seat' as seat, body->>'actor' as actor from governance_row where kind = 'seat';

create view governance_sector as
  select id as sector, body->>'stage' as stage, body->>'state' as rollout from governance_row where kind = 'sector';
