import * as fc from "fast-check";
import type { ArmedFault, Fault } from "../../sandbox/api/faults.ts";
import { places } from "./fleet.ts";

/** What people do in the CD repo. `place` is an index into `places`; what cannot be done just then is left out. */
export type Deed =
  | { readonly do: "merge"; readonly place: number; readonly method: "merge" | "squash" | "rebase" }
  | { readonly do: "close"; readonly place: number }
  /** The branch is restored where it was deleted. */
  | { readonly do: "reopen"; readonly place: number }
  | { readonly do: "review"; readonly place: number; readonly state: Verdict }
  | { readonly do: "commit"; readonly place: number; readonly what: "other" | "line" | "entry" }
  | { readonly do: "merge-base"; readonly place: number }
  | { readonly do: "delete-branch"; readonly place: number }
  /** Somebody makes a branch of the proposal's name. */
  | { readonly do: "squat"; readonly place: number }
  | {
      readonly do: "edit-base";
      readonly place: number;
      readonly what: "entry" | "moving" | "head" | "tail" | "other" | "remove" | "restore";
      readonly image: number;
      readonly step: number;
    }
  | { readonly do: "config"; readonly what: "comment" | "break" | "mend" | "quiet" };

type Verdict = "APPROVED" | "CHANGES_REQUESTED";

export type Action =
  | Deed
  | {
      readonly do: "push";
      readonly image: number;
      /** Against the highest rank pushed so far. */
      readonly step: number;
      readonly again: boolean;
      readonly webhook: "once" | "twice" | "late" | "never";
    }
  | { readonly do: "push-moving"; readonly image: number; readonly tag: string }
  | { readonly do: "clock"; readonly seconds: number }
  | { readonly do: "fault"; readonly armed: Omit<ArmedFault, "fault"> & { fault: PlainFault } }
  /** The deed is done just before a request of Tagboat's is served. */
  | { readonly do: "meanwhile"; readonly at: string; readonly skip: number; readonly deed: Deed };

export type PlainFault = Exclude<Fault, { kind: "moved-head" }>;

/** One action, and whether Tagboat gets to work before the next. */
export interface Step {
  readonly action: Action;
  readonly work: boolean;
}

const place = fc.nat({ max: places.length - 1 });
const proposing = fc.nat({ max: places.filter(({ direct }) => !direct).length - 1 });
const image = fc.nat({ max: 1 });
const WRITES = [
  "createRef",
  "createCommitOnBranch",
  "createPullRequest",
  "updateRefs",
  "updatePullRequest",
  "closePullRequest",
];

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("merge"),
      place: proposing,
      method: fc.constantFrom("merge", "squash", "rebase"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("close"), place: proposing }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reopen"), place: proposing }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("review"),
      place: proposing,
      state: fc.constantFrom<Verdict>("APPROVED", "CHANGES_REQUESTED"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("commit"),
      place: proposing,
      what: fc.constantFrom("other", "line", "entry"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("merge-base"), place: proposing }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete-branch"), place: proposing }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("squat"), place: proposing }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant("edit-base"),
      place,
      what: fc.constantFrom(
        "entry",
        "entry",
        "entry",
        "moving",
        "head",
        "tail",
        "other",
        "remove",
        "restore",
      ),
      image,
      step: fc.constantFrom(-2, -1, 0, 0, 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("config"),
      what: fc.constantFrom("comment", "break", "mend", "quiet"),
    }),
  },
);

const push: fc.Arbitrary<Action> = fc.record({
  do: fc.constant("push"),
  image,
  step: fc.constantFrom(1, 1, 1, 1, 2, 3, 0, -1, -2),
  again: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  webhook: fc.constantFrom("once", "once", "once", "once", "twice", "late", "never"),
});

const retryAfter = fc.constantFrom(5, 60, 400);
const fieldFailure = fc.constantFrom(
  { type: "UNPROCESSABLE", message: "Something went wrong while executing your query." },
  { type: "STALE_DATA", message: "Expected branch to point to another commit but it did not." },
  { type: "NOT_FOUND", message: "Could not resolve to a node." },
);
export const plainFault: fc.Arbitrary<PlainFault> = fc.oneof(
  fc.record({ kind: fc.constant("latency"), ms: fc.integer({ min: 1, max: 3 }) }),
  fc.constant({ kind: "bad-gateway-before" } as const),
  fc.constant({ kind: "bad-gateway-after" } as const),
  fc.constant({ kind: "bad-gateway-after" } as const),
  fc.constant({ kind: "reset-before" } as const),
  fc.constant({ kind: "reset-after" } as const),
  fc.record({ kind: fc.constant("secondary-limit"), retryAfter }),
  fc.record({ kind: fc.constant("too-many-requests"), retryAfter }),
  fc
    .tuple(fc.constantFrom(1, 2, 3), fieldFailure)
    .map(([field, failure]) => ({ kind: "field-fails", field, ...failure }) as const),
  fc
    .tuple(fc.constantFrom(1, 2, 3), fieldFailure)
    .map(([field, failure]) => ({ kind: "field-fails", field, ...failure }) as const),
  fc.record({
    kind: fc.constant("combined-refused"),
    message: fc.constantFrom("Branch not found", "Resource not accessible by integration"),
  }),
  fc.constant({ kind: "webhook-lost" } as const),
  fc.constant({ kind: "webhook-doubled" } as const),
  fc.record({ kind: fc.constant("webhook-late"), ms: fc.constantFrom(1000, 90_000, 7_200_000) }),
);

const fault: fc.Arbitrary<Action> = fc
  .tuple(
    plainFault,
    fc.oneof(fc.constant(undefined), fc.constantFrom("repository", ...WRITES)),
    fc.nat({ max: 2 }),
    fc.constantFrom(1, 1, 1, 2, 3),
  )
  .map(([struck, at, skip, times]) => {
    // Documents of three mutations are few: those that open a proposal.
    if (struck.kind === "field-fails" && struck.field === 3)
      return { do: "fault", armed: { fault: struck, at: "createPullRequest", times } } as const;
    const where = at === undefined || struck.kind.startsWith("webhook") ? {} : { at };
    return { do: "fault", armed: { fault: struck, ...where, skip, times } } as const;
  });

const interruption = {
  do: fc.constant("meanwhile"),
  at: fc.constantFrom("repository", ...WRITES, ...WRITES),
  skip: fc.nat({ max: 1 }),
} as const;

/** What leaves every release that was told of on its way to the base. */
const calmDeed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    do: fc.constant("merge"),
    place: proposing,
    method: fc.constantFrom("merge", "squash", "rebase"),
  }),
  fc.record({
    do: fc.constant("review"),
    place: proposing,
    state: fc.constantFrom<Verdict>("APPROVED", "APPROVED", "CHANGES_REQUESTED"),
  }),
  fc.record({ do: fc.constant("merge-base"), place: proposing }),
  fc.record({
    do: fc.constant("edit-base"),
    place,
    what: fc.constantFrom("head", "tail", "other"),
    image,
    step: fc.constant(0),
  }),
);

const clock: fc.Arbitrary<Action> = fc.record({
  do: fc.constant("clock"),
  seconds: fc.constantFrom(1, 60, 3600, 90_000),
});

const calmAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 32, arbitrary: push },
  { weight: 20, arbitrary: calmDeed },
  { weight: 6, arbitrary: clock },
  { weight: 20, arbitrary: fault },
  { weight: 8, arbitrary: fc.record({ ...interruption, deed: calmDeed }) },
);

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 32, arbitrary: push },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("push-moving"),
      image,
      tag: fc.constantFrom("latest", "main", "v1"),
    }),
  },
  { weight: 28, arbitrary: deed },
  { weight: 6, arbitrary: clock },
  { weight: 20, arbitrary: fault },
  { weight: 10, arbitrary: fc.record({ ...interruption, deed }) },
);

/** What happens, one after the other. Small enough to be read when it fails. */
export interface Schedule {
  /** Nobody takes anything back: a release that was told of arrives without being told of again. */
  readonly calm: boolean;
  readonly steps: readonly Step[];
}

function scheduleOf(calm: boolean, action: fc.Arbitrary<Action>): fc.Arbitrary<Schedule> {
  const work = fc.constantFrom(true, true, true, false);
  const steps = fc.array(fc.record({ action, work }), {
    minLength: 1,
    maxLength: 32,
    size: "max",
  });
  return fc.record({ calm: fc.constant(calm), steps });
}

export const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  { weight: 3, arbitrary: scheduleOf(false, anyAction) },
  { weight: 1, arbitrary: scheduleOf(true, calmAction) },
);

/** One line for each step. */
export function describe({ steps }: Schedule): string {
  return steps
    .map(({ action: one, work }, at) => `${at + 1}. ${JSON.stringify(one)}${work ? "" : " …"}`)
    .join("\n");
}
