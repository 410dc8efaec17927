/** The first schema. Bodies, tasks and outcomes are JSON as text: JSON from outside may hold `\u0000`, which jsonb refuses. */
export const first = `
create table tagboat.process (
  id text primary key,
  host text not null,
  pid integer not null,
  lock_key integer not null,
  -- graphile-worker's ids of this process's workers: their locks are broken when the process is gone.
  workers text[] not null default '{}',
  seen timestamptz not null default now()
);

create table tagboat.delivery (
  seq bigint generated always as identity primary key,
  id text not null unique,
  -- What makes it the same as another one; given up when the time for that is over.
  identity text,
  owner text not null,
  received_at timestamptz not null,
  content text not null,
  state text not null check (state in ('waiting', 'routed', 'done', 'dead')),
  due timestamptz not null,
  tries integer not null default 0,
  detail text,
  taken_by text
);
create unique index delivery_identity on tagboat.delivery (identity) where identity is not null;
create index delivery_order on tagboat.delivery (seq) where state = 'waiting' and taken_by is null;
create index delivery_due on tagboat.delivery (due) where state = 'waiting' and taken_by is null;
create index delivery_taken on tagboat.delivery (taken_by) where taken_by is not null;
create index delivery_done on tagboat.delivery (received_at) where state = 'done';
create index delivery_dead on tagboat.delivery (seq) where state = 'dead';

create table tagboat.subject (
  image text not null,
  tag text,
  delivery text not null
);
create index subject_image on tagboat.subject (image, tag);
create index subject_delivery on tagboat.subject (delivery);

create table tagboat.lane (
  name text primary key,
  -- The earliest instant at which one of its items is due, and that item; null: none waits.
  due timestamptz,
  first bigint,
  rests_until timestamptz,
  taken_by text,
  taken_at timestamptz
);
create index lane_due on tagboat.lane (due, first) where taken_by is null;
create index lane_taken on tagboat.lane (taken_by) where taken_by is not null;

create table tagboat.item (
  seq bigint generated always as identity primary key,
  lane text not null,
  delivery text not null,
  owner text not null,
  received_at timestamptz not null,
  task text not null,
  -- Releases wait while their lane rests.
  release boolean not null,
  state text not null default 'waiting' check (state in ('waiting', 'parked', 'dead')),
  due timestamptz not null,
  tries integer not null default 0,
  detail text,
  -- Put back without a try: by a switch, a pause, a turn that did not come.
  held boolean not null default false
);
create index item_lane on tagboat.item (lane, due, seq) where state = 'waiting';
create index item_delivery on tagboat.item (delivery);
create index item_resting on tagboat.item (state, owner) where state <> 'waiting';

create table tagboat.ledger (
  seq bigint generated always as identity primary key,
  at timestamptz not null,
  delivery text not null,
  image text,
  tag text,
  entry text not null
);
create index ledger_delivery on tagboat.ledger (delivery);
create index ledger_image on tagboat.ledger (image, tag) where image is not null;

create table tagboat.hold (
  seq bigint generated always as identity primary key,
  key text not null unique,
  repo text not null,
  environment text not null,
  entry text not null
);

create table tagboat.indexed_branch (
  repo text not null,
  branch text not null,
  commit_oid text not null,
  entry text not null,
  primary key (repo, branch)
);

create table tagboat.pause (
  party text primary key,
  until timestamptz not null
);

create table tagboat.switch (
  seq bigint generated always as identity primary key,
  key text not null unique,
  entry text not null
);

create table tagboat.pace (
  installation bigint primary key,
  paused_until timestamptz
);
-- In this process a person waits for a turn: tracking stands back everywhere, at most until then.
create table tagboat.pace_person (
  installation bigint not null,
  process text not null,
  until timestamptz not null,
  primary key (installation, process)
);
create table tagboat.pace_turn (
  seq bigint generated always as identity primary key,
  installation bigint not null,
  at timestamptz not null,
  writes integer not null
);
create index pace_turn_at on tagboat.pace_turn (installation, at);

create table tagboat.chore (
  name text primary key,
  started timestamptz not null
);
`;
