-- People, their sessions and credentials, as better-auth keeps them (better-auth.com/docs/concepts/database).
create table people (
  id             text primary key,
  name           text not null,
  email          text not null unique,
  email_verified boolean not null default false,
  image          text,
  role           text not null default 'viewer' check (role in ('viewer', 'operator', 'ml', 'admin')),
  disabled_at    bigint,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);
create table sessions (
  id         text primary key,
  user_id    text not null references people (id) on delete cascade,
  token      text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table credentials (
  id                       text primary key,
  user_id                  text not null references people (id) on delete cascade,
  account_id               text not null,
  provider_id              text not null,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz,
  refresh_token_expires_at timestamptz,
  scope                    text,
  password                 text,
  created_at               timestamptz not null default now(),
  updated_at               timestamptz not null default now()
);
create table verifications (
  id         text primary key,
  identifier text not null,
  value      text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Tokens of the CLI and other programs. Only the SHA-256 of a token is kept.
create table api_tokens (
  id           uuid primary key,
  name         text not null,
  person_id    text not null references people (id) on delete cascade,
  role         text not null check (role in ('viewer', 'operator', 'ml', 'admin')),
  sha256       text not null unique,
  created_at   bigint not null,
  expires_at   bigint,
  last_used_at bigint,
  revoked_at   bigint
);

-- Every change of state by a person or by the system itself. Rows are only ever added.
create table audit_log (
  id         bigserial primary key,
  at         bigint not null,
  -- A person's id, or `system`.
  actor      text not null,
  actor_name text not null,
  -- What was done, as `noun.verb`, for example `camera.edit`.
  action     text not null,
  -- What it was done to, for example `local-1.square-2`.
  subject    text not null,
  before     jsonb,
  after      jsonb
);
create index audit_log_newest on audit_log (id desc);
create index audit_log_of_subject on audit_log (subject, id desc);
