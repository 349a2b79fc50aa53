-- Messages that were not taken, with the reason; payload holds their first bytes, or, of rows that went back, all of them.
create table dead_letters (
  id            bigserial primary key,
  received_at   bigint not null,
  topic         text not null,
  node_id       text,
  reason        text not null,
  detail        text not null,
  payload       bytea not null,
  payload_bytes bigint not null,
  sha256        text not null
);
create index dead_letters_of_node on dead_letters (node_id, id);

-- How often each thing happened since the database was made.
create table ingest_counters (
  reason  text primary key,
  count   bigint not null,
  last_at bigint not null
);
