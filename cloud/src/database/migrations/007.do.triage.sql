-- Pictures that people may be asked about: snapshots of events and of motion without a box.
create table triage_items (
  item_id      uuid primary key,
  node_id      text not null,
  camera_id    text not null,
  -- The event it came from; null where nothing was detected.
  event_id     uuid,
  reason       text not null check (reason in ('score-band', 'flicker', 'motion', 'audit')),
  -- What the model says; null where it saw nothing.
  class_id     integer,
  class_name   text,
  score        double precision,
  -- Fractions of the picture (the snapshot, not the frame).
  box          double precision[],
  picture      text not null,
  width        integer not null,
  height       integer not null,
  -- Where the picture lies in its frame, as fractions of the frame.
  crop         double precision[] not null,
  model_digest text not null,
  captured_at  bigint not null,
  made_at      bigint not null,
  -- Perceptual hash of the picture, 64 bits as 16 hexadecimal digits.
  phash        text not null,
  -- The earlier item that shows the same; such an item is never asked about.
  duplicate_of uuid,
  -- Higher comes first.
  priority     double precision not null,
  state        text not null default 'open' check (state in ('open', 'answered', 'duplicate')),
  leased_by    text,
  leased_until bigint
);
create unique index triage_items_of_event on triage_items (event_id, reason) where event_id is not null;
create index triage_items_open on triage_items (class_name, priority desc, made_at) where state = 'open';
create index triage_items_of_camera on triage_items (node_id, camera_id, made_at desc);
create index triage_items_of_picture on triage_items (picture);

-- What a person said is in a picture. Never changed: undo and correction add a row that supersedes.
create table annotations (
  annotation_id uuid primary key,
  item_id       uuid references triage_items (item_id),
  node_id       text not null,
  camera_id     text not null,
  -- SHA-256 of the JPEG, which lies at the snapshot's key of its node.
  picture       text not null,
  width         integer not null,
  height        integer not null,
  crop          double precision[] not null,
  captured_at   bigint not null,
  phash         text not null,
  -- [{classId, className, box}], box in fractions of the picture; [] is: nothing is there.
  boxes         jsonb not null,
  verdict       text not null check (verdict in ('accept', 'reject', 'class', 'boxes', 'duplicate', 'import')),
  person_id     text not null,
  person_name   text not null,
  at            bigint not null,
  decision_ms   bigint,
  -- Set when it was undone or replaced by a newer one of the same picture.
  superseded_at bigint
);
create index annotations_current on annotations (at) where superseded_at is null;
create index annotations_of_picture on annotations (picture);
create index annotations_of_person on annotations (person_id, at desc);

-- Events and sightings that were looked at for triage: each is looked at once.
create table triage_looked (
  event_id  uuid primary key,
  looked_at bigint not null
);
create index events_ended_with_snapshot on events (ended_at)
  where ended_at is not null and snapshot_stored_at is not null;
