-- What a person has set for themselves, by name; `triage-keys` are the keys of the page Triage.
create table person_settings (
  person_id  text not null,
  name       text not null,
  value      jsonb not null,
  changed_at bigint not null,
  primary key (person_id, name)
);
