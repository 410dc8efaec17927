import type { DeskPorts } from "../../src/desk/desk-call.ts";
import type { Delivery, Subject } from "../../src/model/delivery.ts";
import type { DeliverySummary, Depth, Desk } from "../../src/model/desk.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { MemorySwitches } from "../../src/store/memory-switches.ts";

/** One delivery with all that a desk knows of it. */
export interface Record {
  readonly summary: DeliverySummary;
  readonly delivery: Delivery;
  readonly history: readonly LedgerEntry[];
}

export const NO_DEPTH: Depth = {
  deliveries: 0,
  items: 0,
  parked: 0,
  dead: 0,
  deadNotices: 0,
  oldest: null,
};

/** A desk over records that a test wrote down, newest first. */
export function deskOf(records: readonly Record[], depth: Depth = NO_DEPTH) {
  const replayed: string[] = [];
  const forgotten: Date[] = [];
  const speaksOf = (subject: Subject | null, image: string, tag: string | null) =>
    subject?.image === image && (tag === null || subject.tag === tag);
  const desk: Desk = {
    async deliveries({ failed, limit }) {
      const summaries = records.map(({ summary }) => summary);
      const wanted = summaries.filter(({ state }) => !failed || /dead|parked/.test(state));
      return wanted.slice(0, limit);
    },
    async delivery(id) {
      return records.find(({ delivery }) => delivery.id === id) ?? null;
    },
    async replay(id) {
      if (id === "fault") throw new Error("the store is down");
      const isKnown = records.some(({ delivery }) => delivery.id === id);
      if (isKnown) replayed.push(id);
      return isKnown;
    },
    async explain(image, tag, limit) {
      return records
        .filter(({ summary }) => summary.subjects.some((one) => speaksOf(one, image, tag)))
        .slice(0, limit)
        .map(({ summary, history }) => ({
          summary,
          history: history.filter(({ subject }) => speaksOf(subject, image, tag)),
        }));
    },
    async depth() {
      return depth;
    },
    async forget(before) {
      forgotten.push(before);
      return 3;
    },
  };
  const ports: DeskPorts = { desk, switches: new MemorySwitches() };
  return { ...ports, replayed, forgotten };
}

export interface RecordParts {
  readonly id: string;
  readonly subjects?: readonly Subject[];
  readonly outcomes?: readonly Outcome[];
  readonly delivery?: Partial<Delivery>;
  readonly summary?: Partial<DeliverySummary>;
}

/** A record with its parts agreeing: by default done, from Quay, for acme. */
export function recordOf(parts: RecordParts): Record {
  const { id, subjects = [], outcomes = [] } = parts;
  const delivery: Delivery = {
    id,
    source: "quay",
    owner: "acme",
    scope: { kind: "owner" },
    senderId: null,
    subjects,
    receivedAt: "2026-11-22T09:00:03.120Z",
    headers: { "content-type": "application/json" },
    body: "{}",
    ...parts.delivery,
  };
  const { source, owner, receivedAt } = delivery;
  const summary: DeliverySummary = {
    id,
    source,
    owner,
    receivedAt,
    subjects,
    state: "done",
    tries: 0,
    detail: null,
    due: null,
    left: [],
    ...parts.summary,
  };
  const history = outcomes.map((outcome, at): LedgerEntry => {
    const time = new Date(Date.parse(receivedAt) + (at + 1) * 1000).toISOString();
    return { at: time, delivery: id, subject: subjects[0] ?? null, outcome, run: null };
  });
  return { summary, delivery, history };
}
