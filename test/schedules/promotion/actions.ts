import * as fc from "fast-check";
import type { ArmedFault } from "../../../sandbox/api/faults.ts";
import { type PlainFault, plainFault } from "../actions.ts";
import { deeds, placesAbout } from "./deeds.ts";
import type { Setting } from "./ladder.ts";

/** Everybody who is about, by what they may. */
export const people = ["ann", "ben", "cara", "dave", "eve", "gus"] as const;
export type Person = (typeof people)[number];

export type Verb =
  | "promote"
  | "promote-to"
  | "promote-skip"
  | "rollback"
  | "hold"
  | "hold-for"
  | "unhold"
  | "ban"
  | "unban"
  | "override"
  | "status"
  | "help"
  | "plan"
  | "unclear"
  /** What begins otherwise, or is not written as a command. */
  | "quoted"
  | "fenced"
  | "chatter";

/** What people do. `place` is an index into `places`; what cannot be done just then is left out. */
export type Deed =
  | {
      readonly do: "say";
      readonly verb: Verb;
      readonly place: number;
      readonly who: Person;
      /** Against the newest version that was pushed. */
      readonly step: number;
      /** `proposal`: on the open proposal of the place. */
      readonly on: "talk" | "proposal";
      readonly then: "stays" | "edited" | "deleted" | "through an App";
    }
  | {
      readonly do: "review";
      readonly place: number;
      readonly who: Person;
      readonly state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED";
      /** The base is merged in before anybody could look: what was reviewed is an older head. */
      readonly outrun: boolean;
    }
  | { readonly do: "dismiss"; readonly place: number }
  | {
      readonly do: "merge";
      readonly place: number;
      readonly who: Person;
      readonly method: "merge" | "squash" | "rebase";
    }
  | { readonly do: "close"; readonly place: number }
  | { readonly do: "reopen"; readonly place: number }
  | { readonly do: "merge-base"; readonly place: number }
  | { readonly do: "delete-branch"; readonly place: number }
  | { readonly do: "commit"; readonly place: number; readonly what: "other" | "line" | "entry" }
  | {
      readonly do: "edit-base";
      readonly place: number;
      readonly what: "entry" | "head" | "tail" | "other";
      readonly step: number;
    }
  /** A person's own pull request. */
  | {
      readonly do: "own-entry";
      readonly place: number;
      readonly who: Person;
      readonly step: number;
    }
  | { readonly do: "own-config"; readonly who: Person; readonly setting: Setting }
  | { readonly do: "own-review"; readonly who: Person }
  | { readonly do: "own-merge"; readonly who: Person }
  | { readonly do: "config"; readonly setting: Setting | "comment" | "break" }
  | {
      readonly do: "team";
      readonly who: Person;
      readonly team: "ops" | "on-call";
      readonly joins: boolean;
    }
  | { readonly do: "right"; readonly who: Person; readonly right: "write" | "read" };

export type Action =
  | Deed
  | {
      readonly do: "push";
      readonly image: number;
      readonly step: number;
      readonly again: boolean;
      readonly webhook: "once" | "twice" | "never";
    }
  | { readonly do: "clock"; readonly seconds: number }
  /** To the next edge of the freeze, and `seconds` on. */
  | { readonly do: "edge"; readonly seconds: number }
  | { readonly do: "fault"; readonly armed: Omit<ArmedFault, "fault"> & { fault: PlainFault } }
  /** The deed is done just before a request of Tagboat's is served. */
  | { readonly do: "meanwhile"; readonly at: string; readonly skip: number; readonly deed: Deed }
  /** The process dies at one of its next requests, before it is sent or before it is answered. */
  | {
      readonly do: "crash";
      readonly after: number;
      readonly when: "before" | "after";
      readonly lost: boolean;
    };

/** One action, and whether Tagboat gets to work before the next. */
export interface Step {
  readonly action: Action;
  readonly work: boolean;
}

export interface Schedule {
  /** Rulesets require the check on both bases. */
  readonly strict: boolean;
  readonly steps: readonly Step[];
}

const WRITES = [
  "addReaction",
  "createRef",
  "createCommitOnBranch",
  "createPullRequest",
  "updateRefs",
  "addComment",
  "closePullRequest",
  "/merge",
  "check-runs",
  "labels",
];
const READS = ["viewer+repository", "repository", "collaborators", "memberships"];

const push: fc.Arbitrary<Action> = fc.record({
  do: fc.constant("push"),
  image: fc.nat({ max: 1 }),
  step: fc.constantFrom(1, 1, 1, 1, 2, 0, -1),
  again: fc.constantFrom(false, false, false, false, true),
  webhook: fc.constantFrom("once", "once", "once", "twice", "never"),
});

const fault: fc.Arbitrary<Action> = fc
  .tuple(
    plainFault,
    fc.oneof(fc.constant(undefined), fc.constantFrom(...READS, ...WRITES)),
    fc.nat({ max: 2 }),
    fc.constantFrom(1, 1, 1, 2, 3),
  )
  .map(([struck, at, skip, times]) => {
    if (struck.kind === "field-fails" && struck.field === 3)
      return { do: "fault", armed: { fault: struck, at: "createPullRequest", times } } as const;
    // Who is told that a comment is gone believes it.
    const gone = struck.kind === "field-fails" && struck.type === "NOT_FOUND";
    if (gone)
      return { do: "fault", armed: { fault: struck, at: "createRef", skip, times } } as const;
    const where = at === undefined || struck.kind.startsWith("webhook") ? {} : { at };
    return { do: "fault", armed: { fault: struck, ...where, skip, times } } as const;
  });

const crash: fc.Arbitrary<Action> = fc.record({
  do: fc.constant("crash"),
  after: fc.nat({ max: 12 }),
  when: fc.constantFrom("before", "after"),
  lost: fc.constantFrom(false, false, true),
});

const clock: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant("clock"), seconds: fc.constantFrom(1, 60, 3600, 90_000) }),
  fc.record({ do: fc.constant("edge"), seconds: fc.constantFrom(-1, 0, 1) }),
);

function actions(focus: number): fc.Arbitrary<Action> {
  const deed = deeds(placesAbout(focus));
  return fc.oneof(
    { weight: 7, arbitrary: push },
    { weight: 60, arbitrary: deed },
    { weight: 7, arbitrary: clock },
    { weight: 12, arbitrary: fault },
    { weight: 3, arbitrary: crash },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("meanwhile"),
        at: fc.constantFrom(...READS, ...WRITES, "/merge", "/merge"),
        skip: fc.nat({ max: 1 }),
        deed,
      }),
    },
  );
}

/** What happens, one after the other. Small enough to be read when it fails. */
export const schedules: fc.Arbitrary<Schedule> = fc
  .tuple(fc.constantFrom(2, 2, 2, 3, 3, 4, 5, 0), fc.constantFrom(false, false, true))
  .chain(([focus, strict]) => {
    const work = fc.constantFrom(true, true, true, true, false);
    const steps = fc.array(fc.record({ action: actions(focus), work }), {
      minLength: 4,
      maxLength: 32,
      size: "max",
    });
    return fc.record({ strict: fc.constant(strict), steps });
  });

/** One line for each step. */
export function describe({ strict, steps }: Schedule): string {
  const lines = steps.map(
    ({ action: one, work }, at) => `${at + 1}. ${JSON.stringify(one)}${work ? "" : " …"}`,
  );
  return [`strict: ${strict}`, ...lines].join("\n");
}
