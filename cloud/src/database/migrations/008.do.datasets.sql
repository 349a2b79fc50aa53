-- Immutable: id is the SHA-256 of the manifest's canonical JSON.
create table dataset_versions (
  dataset_id  text primary key,
  name        text not null,
  -- The question that chose the annotations.
  query       jsonb not null,
  manifest    jsonb not null,
  pictures    integer not null,
  boxes       integer not null,
  -- Pictures by split and class: {train: {...}, validation: {...}, golden: {...}}.
  counts      jsonb not null,
  -- Length of the blocks of time that stay together.
  block_seconds integer not null default 600,
  -- Pictures that were asked for and are not in it: {goldenLike: [...], otherSplit: [...]}.
  left_out    jsonb not null default '{}',
  made_at     bigint not null,
  made_by     text not null
);
create table dataset_pictures (
  dataset_id    text not null references dataset_versions (dataset_id),
  picture       text not null,
  annotation_id uuid not null,
  split         text not null check (split in ('train', 'validation', 'golden')),
  primary key (dataset_id, picture)
);
create index dataset_pictures_by_picture on dataset_pictures (picture);

-- Frozen: no training may touch one of these, nor a near-duplicate.
create table golden_sets (
  golden_id  text primary key,
  name       text not null,
  frozen_at  bigint not null,
  frozen_by  text not null
);
create table golden_pictures (
  golden_id     text not null references golden_sets (golden_id),
  picture       text not null,
  annotation_id uuid not null,
  phash         text not null,
  primary key (golden_id, picture)
);
create index golden_pictures_by_picture on golden_pictures (picture);

-- What the bytes of a picture are: found once, true for ever, since its name is their SHA-256.
create table picture_facts (
  picture text primary key,
  width   integer not null,
  height  integer not null,
  phash   text not null
);
