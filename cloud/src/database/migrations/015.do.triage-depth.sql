-- Every snapshot that has arrived and was verified, also those that a better one of the same track has
-- replaced since: people see them beside a question.
create table arrived_snapshots (
  node_id    text not null,
  sha256     text not null,
  arrived_at bigint not null,
  primary key (sha256, node_id)
);
insert into arrived_snapshots (node_id, sha256, arrived_at)
  select node_id, snapshot_sha256, min(snapshot_stored_at) from (
    select node_id, snapshot_sha256, snapshot_stored_at from events
    union all select node_id, snapshot_sha256, snapshot_stored_at from motion_sightings) known
  where snapshot_stored_at is not null group by node_id, snapshot_sha256;

-- The page that holds a lease: one person's two pages do not get the same item either.
alter table triage_items add column leased_page uuid;
-- The rule that keeps an open item out of the queue.
alter table triage_items add column hidden_by uuid;
drop index triage_items_open;
create index triage_items_open on triage_items (class_name, priority desc, made_at)
  where state = 'open' and hidden_by is null;
create index triage_items_hidden on triage_items (hidden_by) where hidden_by is not null;

-- When the person took it back; a row that was only replaced has none.
alter table annotations add column undone_at bigint;
create index annotations_of_item on annotations (item_id) where item_id is not null;

-- What people keep out of triage, a class of a camera at a time. The edge does not know of it.
create table triage_rules (
  rule_id         uuid primary key,
  node_id         text not null,
  camera_id       text not null,
  -- Null is for motion in which nothing was detected.
  class_name      text,
  kind            text not null check (kind in ('mask', 'threshold')),
  -- Of a mask: fractions of the frame.
  box             double precision[],
  -- Of a threshold: what scores less is kept out.
  min_score       double precision,
  note            text,
  made_at         bigint not null,
  made_by         text not null,
  made_by_name    text not null,
  -- Pictures that would have become items since.
  kept_out        bigint not null default 0,
  removed_at      bigint,
  removed_by      text,
  check ((kind = 'mask') = (box is not null) and (kind = 'threshold') = (min_score is not null))
);
create index triage_rules_of_camera on triage_rules (node_id, camera_id) where removed_at is null;

-- Questions whose answer is known, asked again to see whether people agree. Never annotations.
create table triage_checks (
  check_id      uuid primary key,
  item_id       uuid not null references triage_items (item_id) on delete cascade,
  -- The answer that it is compared with.
  annotation_id uuid not null,
  person_id     text not null,
  leased_page   uuid,
  asked_at      bigint not null,
  leased_until  bigint not null,
  -- Made by the person's page, as for an annotation; null until it is answered.
  answer_id     uuid unique,
  answered_at   bigint,
  verdict       text check (verdict in ('accept', 'reject', 'class', 'boxes', 'duplicate')),
  boxes         jsonb,
  -- Null where the answer says nothing about what is there.
  agrees        boolean,
  decision_ms   bigint,
  -- Set when the person took it back.
  superseded_at bigint
);
create index triage_checks_of_item on triage_checks (item_id);
create index triage_checks_of_person on triage_checks (person_id, answered_at desc);
