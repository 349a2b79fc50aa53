-- What nodes report of themselves. Times are milliseconds since the Unix epoch, UTC.
create table nodes (
  node_id       text primary key,
  online        boolean not null default false,
  first_seen_at bigint not null,
  last_seen_at  bigint not null,
  agent_version text,
  started_at    bigint,
  epoch         uuid,
  last_seq      bigint,
  model         jsonb,
  telemetry     jsonb,
  telemetry_at  bigint
);

create table cameras (
  node_id         text not null references nodes (node_id) on delete cascade,
  camera_id       text not null,
  name            text not null,
  state           text not null check (state in ('connecting', 'live', 'down')),
  since           bigint not null,
  fault           jsonb,
  next_attempt_at bigint,
  width           integer,
  height          integer,
  telemetry       jsonb,
  telemetry_at    bigint,
  -- When its node stopped reporting it; the row stays, because events still speak of the camera.
  removed_at      bigint,
  primary key (node_id, camera_id)
);

-- Every model that a node has ever said it runs, so that an event's digest has a name.
create table node_models (
  node_id       text not null references nodes (node_id) on delete cascade,
  digest        text not null,
  name          text not null,
  licence       text not null,
  input_size    integer not null,
  class_names   jsonb not null,
  first_seen_at bigint not null,
  last_seen_at  bigint not null,
  primary key (node_id, digest)
);
create index node_models_by_digest on node_models (digest);
