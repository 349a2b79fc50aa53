-- Complete up to: every row of this node and epoch through committed_seq is in event_log.
create table watermarks (
  node_id       text not null,
  epoch         uuid not null,
  committed_seq bigint not null,
  committed_at  bigint not null,
  primary key (node_id, epoch)
);

-- Every outbox row as it came, once.
create table event_log (
  id           bigserial primary key,
  node_id      text not null,
  epoch        uuid not null,
  seq          bigint not null,
  -- Beyond seq only in a gap row, which stands for every row from seq through through_seq.
  through_seq  bigint not null check (through_seq >= seq),
  kind         text not null check (kind in ('began', 'improved', 'ended', 'gap')),
  event_id     uuid,
  camera_id    text,
  row          jsonb not null,
  committed_at bigint not null,
  unique (node_id, epoch, seq)
);
create index event_log_by_event on event_log (event_id, id) where event_id is not null;
create index event_log_gaps on event_log (node_id) where kind = 'gap';

-- One row an event: the sum of its log rows.
create table events (
  event_id           uuid primary key,
  node_id            text not null,
  camera_id          text not null,
  epoch              uuid not null,
  class_id           integer not null,
  class_name         text not null,
  score              double precision not null,
  box                double precision[] not null,
  frames             bigint not null,
  started_at         bigint not null,
  last_at            bigint not null,
  ended_at           bigint,
  end_reason         text,
  state              text not null check (state in ('open', 'ended')),
  model_digest       text not null,
  snapshot_sha256     text,
  snapshot_size_bytes integer,
  snapshot_width      integer,
  snapshot_height     integer,
  snapshot_crop       double precision[],
  snapshot_stored_at  bigint,
  -- How often, and when last, the node was asked to upload this snapshot.
  snapshot_asks       integer not null default 0,
  snapshot_asked_at   bigint,
  last_row_id        bigint not null
);
create index events_newest on events (started_at desc, event_id desc);
create index events_of_camera on events (node_id, camera_id, started_at desc, event_id desc);
create index events_of_class on events (class_name, started_at desc, event_id desc);
create index events_open on events (started_at desc, event_id desc) where state = 'open';
create index events_by_snapshot on events (snapshot_sha256) where snapshot_sha256 is not null;
create index events_awaiting_snapshot on events (node_id, snapshot_asked_at)
  where snapshot_sha256 is not null and snapshot_stored_at is null;
