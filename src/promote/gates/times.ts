import { renderDuration } from "../../decide/duration.ts";
import type { Freeze } from "../../model/config.ts";
import { visible } from "../../model/outside-text.ts";
import { freezeAt } from "../freeze.ts";
import type { FreezeOverride, GateFacts, GatePlace } from "./facts.ts";
import { closed, combined, type Finding, listed, open, waiting } from "./finding.ts";
import { isEntitled } from "./rights.ts";

/** No window holds now, or somebody who may has opened it for this head. */
export function freezeGate(facts: GateFacts, place: GatePlace): Finding | null {
  const { environment, component } = place;
  if (environment.freeze.length === 0) return null;
  const opened = (freeze: Freeze) => overrideOf(facts, place, freeze);
  const state = freezeAt(environment.freeze, component, facts.now, (freeze) => {
    const override = opened(freeze);
    return override === null ? null : new Date(override.at);
  });
  if (state.kind === "frozen") {
    const who = state.freeze.override?.teams;
    const help = who ? ` ${listed(who, "or")} may open it: /tagboat override.` : "";
    return waiting(`${environment.name} is frozen.${help}`, state.until);
  }
  const overrides = state.overridden.flatMap((freeze) => opened(freeze) ?? []);
  const [override] = overrides;
  if (override === undefined) return open("No freeze now.", state.next);
  const { by, reason } = override;
  return open(`Frozen, and opened by ${visible(by.login, 40)}: ${visible(reason)}`, state.next);
}

/** The last override of a freeze that counts: on this head, by somebody whom the freeze names now. */
function overrideOf(
  { people, pull }: GateFacts,
  { overrides }: GatePlace,
  { override }: Freeze,
): FreezeOverride | null {
  if (override === null) return null;
  const counting = overrides.filter(
    ({ by, headOid }) => headOid === pull.head.oid && isEntitled(people.get(by.id), override.teams),
  );
  return counting.sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0] ?? null;
}

/** The image is old enough, since it was built. */
export function ageGate({ now }: GateFacts, { environment, artifacts }: GatePlace): Finding | null {
  const { age } = environment;
  if (age === 0) return null;
  const images = artifacts.filter(({ registry }) => registry !== null);
  if (images.length === 0) return null;
  return combined(
    images.map(({ name, version, builtAt }) => oldEnough(`${name} ${version}`, builtAt)),
  );

  function oldEnough(what: string, builtAt: string | null): Finding {
    const built = builtAt === null ? Number.NaN : Date.parse(builtAt);
    if (Number.isNaN(built)) return closed(`When ${visible(what)} was built is not known.`);
    const until = new Date(built + age);
    if (until <= now) return open(`Built more than ${renderDuration(age)} ago.`);
    return waiting(`${visible(what)} is younger than ${renderDuration(age)}.`, until);
  }
}
