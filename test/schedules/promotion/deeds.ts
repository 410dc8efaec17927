import * as fc from "fast-check";
import type { Deed, Person, Verb } from "./actions.ts";
import { places, type Setting, settings } from "./ladder.ts";

const step = fc.constantFrom(0, 0, -1, -1, -2, -3);
const writer = fc.constantFrom<Person>("ann", "ben", "dave", "eve");
const anybody = fc.constantFrom<Person>("ann", "ben", "ben", "cara", "dave", "eve", "gus");
const asking = fc.constantFrom<Person>("ann", "ben", "ben", "ben", "dave", "eve", "cara", "gus");
const reviewing = fc.constantFrom<Person>(
  "ann",
  "ann",
  "dave",
  "dave",
  "eve",
  "eve",
  "ben",
  "cara",
);

/** Where most of a schedule happens, so that things come one after the other. */
export function placesAbout(focus: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(focus) },
    { weight: 1, arbitrary: fc.nat({ max: places.length - 1 }) },
  );
}

const then = fc.oneof(
  { weight: 12, arbitrary: fc.constant("stays" as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("edited" as const, "deleted" as const, "through an App" as const),
  },
);

function said(place: fc.Arbitrary<number>, verbs: readonly Verb[]): fc.Arbitrary<Deed> {
  return fc.record({
    do: fc.constant("say"),
    verb: fc.constantFrom(...verbs),
    place,
    who: asking,
    step,
    on: fc.constantFrom("talk", "talk", "proposal"),
    then,
  });
}

function reviews(place: fc.Arbitrary<number>): readonly fc.WeightedArbitrary<Deed>[] {
  const states = [
    "APPROVED",
    "APPROVED",
    "APPROVED",
    "APPROVED",
    "CHANGES_REQUESTED",
    "COMMENTED",
  ] as const;
  const review = fc.record({
    do: fc.constant("review" as const),
    place,
    who: reviewing,
    state: fc.constantFrom(...states),
    outrun: fc.constantFrom(false, false, false, false, false, true),
  });
  return [
    { weight: 16, arbitrary: review },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("dismiss" as const), place }) },
  ];
}

function toProposals(place: fc.Arbitrary<number>): readonly fc.WeightedArbitrary<Deed>[] {
  const method = fc.constantFrom("merge" as const, "squash" as const, "rebase" as const);
  return [
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("merge" as const), place, who: writer, method }),
    },
    {
      weight: 3,
      arbitrary: fc.oneof(
        fc.record({ do: fc.constant("close" as const), place }),
        fc.record({ do: fc.constant("reopen" as const), place }),
        fc.record({ do: fc.constant("merge-base" as const), place }),
        fc.record({ do: fc.constant("delete-branch" as const), place }),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("commit" as const),
        place,
        what: fc.constantFrom("other" as const, "line" as const, "entry" as const),
      }),
    },
  ];
}

function toBases(place: fc.Arbitrary<number>): readonly fc.WeightedArbitrary<Deed>[] {
  const setting = fc.constantFrom(...(Object.keys(settings) as Setting[]));
  return [
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("edit-base" as const),
        place,
        what: fc.constantFrom(
          "entry" as const,
          "entry" as const,
          "head" as const,
          "tail" as const,
          "other" as const,
        ),
        step,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("own-entry" as const), place, who: writer, step }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("own-config" as const), who: writer, setting }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("own-review" as const), who: anybody }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("own-merge" as const), who: writer }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("config" as const),
        setting: fc.oneof(setting, fc.constantFrom("comment" as const, "break" as const)),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("team" as const),
        who: fc.constantFrom<Person>("ben", "dave", "eve"),
        team: fc.constantFrom("ops" as const, "on-call" as const),
        joins: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("right" as const),
        who: fc.constantFrom<Person>("ben", "dave", "eve"),
        right: fc.constantFrom("write" as const, "read" as const),
      }),
    },
  ];
}

export function deeds(place: fc.Arbitrary<number>): fc.Arbitrary<Deed> {
  return fc.oneof(
    {
      weight: 14,
      arbitrary: said(place, [
        "promote",
        "promote",
        "promote",
        "promote",
        "promote-to",
        "promote-skip",
      ]),
    },
    { weight: 4, arbitrary: said(place, ["rollback"]) },
    {
      weight: 6,
      arbitrary: said(place, [
        "hold",
        "hold-for",
        "unhold",
        "ban",
        "unban",
        "override",
        "override",
      ]),
    },
    {
      weight: 3,
      arbitrary: said(place, ["status", "help", "plan", "unclear", "quoted", "fenced", "chatter"]),
    },
    ...reviews(place),
    ...toProposals(place),
    ...toBases(place),
  );
}
