-- Up to where the event log was handed to a stream (see cloud/src/tap); one row a topic.
create table tap_cursors (
  topic  text primary key,
  -- As RowCursor writes it: the newest row, and those before it that were not yet seen.
  cursor text not null,
  at     bigint not null
);
