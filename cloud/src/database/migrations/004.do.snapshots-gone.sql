-- When its node said that it no longer has this snapshot: it will never arrive, nobody asks again.
alter table events add column snapshot_gone_at bigint;
drop index events_awaiting_snapshot;
create index events_awaiting_snapshot on events (node_id, snapshot_asked_at)
  where snapshot_sha256 is not null and snapshot_stored_at is null and snapshot_gone_at is null;
