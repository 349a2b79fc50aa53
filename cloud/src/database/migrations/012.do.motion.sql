-- Lasting motion in which the model saw nothing: rows of their own in the log, beside tracks and gaps.
alter table event_log drop constraint event_log_kind_check;
alter table event_log add constraint event_log_kind_check
  check (kind in ('began', 'improved', 'ended', 'motion', 'gap'));
create table motion_sightings (
  event_id            uuid primary key,
  node_id             text not null,
  camera_id           text not null,
  started_at          bigint not null,
  captured_at         bigint not null,
  box                 double precision[] not null,
  model_digest        text not null,
  snapshot_sha256     text not null,
  snapshot_size_bytes integer not null,
  snapshot_width      integer not null,
  snapshot_height     integer not null,
  snapshot_crop       double precision[] not null,
  snapshot_stored_at  bigint,
  snapshot_gone_at    bigint,
  snapshot_asks       integer not null default 0,
  snapshot_asked_at   bigint,
  committed_at        bigint not null
);
create index motion_awaiting_snapshot on motion_sightings (node_id, snapshot_asked_at)
  where snapshot_stored_at is null and snapshot_gone_at is null;
create index motion_by_snapshot on motion_sightings (snapshot_sha256);
create index motion_newest on motion_sightings (committed_at desc);
