-- What people want of a camera. A row without url keeps the address that the node's own file gives.
create table camera_settings (
  node_id       text not null,
  camera_id     text not null,
  name          text not null,
  -- May hold a password: never leaves the cloud but towards its node.
  url           text,
  enabled       boolean not null default true,
  -- Cameras are only switched off by people; a deleted one is taken from its node.
  deleted_at    bigint,
  latitude      double precision check (latitude between -90 and 90),
  longitude     double precision check (longitude between -180 and 180),
  -- Degrees clockwise from north.
  direction     double precision check (direction >= 0 and direction < 360),
  -- Grows with every change of what the node has to do; the node reports the last one it took in.
  revision      bigint not null,
  requested_at  bigint not null,
  requested_by  text not null,
  primary key (node_id, camera_id)
);
create sequence camera_revision;

-- What nodes report of themselves beyond 001: labels and how they stand to what is wanted.
alter table nodes add column labels jsonb not null default '{}';
-- Revision and faults of the camera settings that the node took in last.
alter table nodes add column camera_report jsonb;
-- The swap's state machine as the node reports it.
alter table nodes add column model_report jsonb;
