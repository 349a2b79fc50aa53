-- What the fleet role last read from Git, and why a newer commit was not taken.
create table fleet_repo (
  only_row      boolean primary key default true check (only_row),
  url           text not null,
  good_commit   text,
  good_at       bigint,
  seen_commit   text,
  seen_at       bigint,
  fault         jsonb
);

-- The state of channels as of the last good commit.
create table channels (
  channel     text primary key,
  -- Null where Git names no model: each node runs the one that it was started with.
  digest      text,
  file        jsonb not null,
  commit_id   text not null,
  changed_at  bigint not null
);

create table rollouts (
  rollout_id   uuid primary key,
  channel      text not null,
  -- What the nodes ran before; null where none of the registry is known.
  from_digest  text,
  -- What Git named before; null where it named none.
  git_before   text,
  to_digest    text not null,
  commit_id    text not null,
  reason       text not null,
  state        text not null check (state in ('running', 'paused', 'done', 'aborted', 'rolled-back')),
  wave         integer not null default 0,
  waves        jsonb not null,
  -- Why it waits, was paused or went back: one sentence for people.
  why          text not null,
  started_at   bigint not null,
  wave_at      bigint not null,
  -- Who began, and who or what ended it.
  started_by   text not null,
  ended_by     text,
  ended_at     bigint,
  baseline     jsonb not null default '{}',
  evidence     jsonb not null default '{}'
);
create unique index one_open_rollout on rollouts (channel) where state in ('running', 'paused');
create index rollouts_newest on rollouts (started_at desc);

-- One signed statement per cohort; counter grows over all of them and never goes back.
create sequence statement_counter;
create table statements (
  counter    bigint primary key,
  cohort     text not null,
  digest     text not null,
  envelope   jsonb not null,
  commit_id  text not null,
  expires_at bigint not null,
  made_at    bigint not null
);
create index statements_of_cohort on statements (cohort, counter desc);
