-- A signed request for a token counts once, also across a restart.
alter table programme_token add column nonce text;
create unique index programme_token_nonce on programme_token (nonce);
