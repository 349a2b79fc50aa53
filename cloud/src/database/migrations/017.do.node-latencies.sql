-- What rollouts judge latency by: of each node its newest samples, the oldest first. A sample is the
-- median over the node's cameras of their median latency in ms.
alter table nodes
  add column latency_at bigint[] not null default '{}',
  add column latency_ms real[]   not null default '{}';
