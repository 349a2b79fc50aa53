-- A person may end an evaluation before it is over.
alter table evaluations
  drop constraint evaluations_state_check,
  add constraint evaluations_state_check
    check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- Who cancelled it.
  add column ended_by text;
