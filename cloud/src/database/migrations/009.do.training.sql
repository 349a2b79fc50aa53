create table training_jobs (
  job_id       uuid primary key,
  dataset_id   text not null references dataset_versions (dataset_id),
  base_digest  text not null,
  engine       text not null check (engine in ('head', 'tfjs')),
  settings     jsonb not null,
  seed         integer not null,
  cause        text not null check (cause in ('threshold', 'person')),
  state        text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- {stage, done, of} of the present stage.
  progress     jsonb,
  -- [{epoch, trainLoss, validationLoss, validationAp50, seconds}]
  curve        jsonb not null default '[]',
  -- {code, message, lines}
  fault        jsonb,
  model_digest text,
  -- How often a trainer took it up; more than once where one was killed.
  attempts     integer not null default 0,
  queued_at    bigint not null,
  queued_by    text not null,
  started_at   bigint,
  ended_at     bigint,
  -- Who cancelled it.
  ended_by     text
);
create index training_jobs_newest on training_jobs (queued_at desc);
create index training_jobs_pending on training_jobs (queued_at) where state in ('queued', 'running');

-- Settings of the learning loop that people change, and what the loop remembers of itself.
create table loop_settings (
  name       text primary key,
  value      jsonb not null,
  changed_at bigint not null,
  changed_by text not null
);
