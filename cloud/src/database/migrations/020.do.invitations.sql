-- One-time links by which people get in: as somebody new, or with a new password. Only a link's SHA-256 is kept.
create table invitations (
  id         uuid primary key,
  sha256     text not null unique,
  -- Of the person to be; null where the link gives a person that is there a new password.
  role       text check (role in ('viewer', 'operator', 'ml', 'admin')),
  person_id  text references people (id) on delete cascade,
  created_by text not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at    bigint,
  check ((role is null) <> (person_id is null))
);
create index invitations_open on invitations (expires_at) where used_at is null;
create index api_tokens_of_person on api_tokens (person_id);
create index sessions_of_person on sessions (user_id);
create index audit_log_of_actor on audit_log (actor, id desc);
