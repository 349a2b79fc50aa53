-- Every model that may reach the fleet. The file lies at sentinel-models/models/{digest}.onnx.
create table model_versions (
  digest       text primary key,
  name         text not null,
  -- The model that it was trained from; null for one of the catalog.
  base_digest  text,
  job_id       uuid references training_jobs (job_id),
  dataset_id   text references dataset_versions (dataset_id),
  layout       text not null,
  input_size   integer not null,
  class_names  jsonb not null,
  licence      jsonb not null,
  size_bytes   bigint not null,
  state        text not null check (state in ('candidate', 'approved', 'rejected', 'revoked')),
  -- {verdict: pass|fail|inconclusive, policy, numbers, at}
  gate         jsonb,
  -- The signed manifest, as published.
  manifest     jsonb,
  made_at      bigint not null,
  approved_by  text,
  approved_at  bigint,
  revoked_at   bigint,
  revoked_why  text
);

create table evaluations (
  evaluation_id uuid primary key,
  digest        text not null references model_versions (digest),
  -- What it was compared with on the same pictures.
  against       text,
  golden_id     text not null references golden_sets (golden_id),
  -- The 12 COCO figures, intervals, per class, curve, latency, most changed pictures.
  figures       jsonb not null,
  at            bigint not null
);
create index evaluations_of_model on evaluations (digest, at desc);
