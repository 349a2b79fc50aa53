-- An evaluation is a row from the moment it is asked for; the role trainer works on it.
drop index evaluations_of_model;
alter table evaluations rename column at to ended_at;
alter table evaluations
  alter column ended_at drop not null,
  alter column figures drop not null,
  alter column golden_id drop not null,
  add column state text not null default 'queued'
    check (state in ('queued', 'running', 'done', 'failed')),
  -- The golden set that a person asked for; null: the newest one that covers what the model learnt.
  add column wanted_golden text,
  -- The version whose validation part it was judged on, where it was on no golden set.
  add column dataset_id text references dataset_versions (dataset_id),
  -- What the pictures are, and what of the model's learning they cover.
  add column measured_on jsonb,
  -- The gate's report; null where the model was compared with another one than its base.
  add column gate jsonb,
  -- {stage, done, of} of the present stage.
  add column progress jsonb,
  -- {code, message, lines}
  add column fault jsonb,
  -- How often a trainer took it up; more than once where one was killed.
  add column attempts integer not null default 0,
  add column queued_at bigint not null default 0,
  add column queued_by text not null default 'system',
  add column started_at bigint;
create index evaluations_of_model on evaluations (digest, queued_at desc);
create index evaluations_pending on evaluations (queued_at) where state in ('queued', 'running');

-- Who decided on a model and why.
alter table model_versions
  add column approved_why text,
  add column rejected_by text,
  add column rejected_at bigint,
  add column rejected_why text,
  add column revoked_by text;
create index model_versions_of_base on model_versions (base_digest);
create index model_versions_of_dataset on model_versions (dataset_id);

-- From capture to detections, as the node's telemetry last told it while it ran the model; ms.
alter table node_models
  add column latency_p50_ms double precision,
  add column latency_p95_ms double precision,
  add column latency_at bigint;

-- From a model to every event that it saw.
create index events_of_model on events (model_digest, started_at desc, event_id desc);
