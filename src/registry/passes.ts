import type { Clock } from "../model/clock.ts";
import { type Challenge, readChallenge } from "./challenge.ts";
import { earnPass, type Pass, type PassRequest } from "./earn-pass.ts";
import type { Keyring } from "./keyring.ts";
import { createRecentMap } from "./recent-map.ts";
import type { Visit } from "./visit.ts";
import type { WireAnswer } from "./wire.ts";

/** What is shown to registries. */
export interface Passes {
  /** What the registry will want by all that it wanted before. `null`: nothing that we know or have. */
  before(visit: Visit): Promise<Pass | WireAnswer | null>;
  /**
   * What a refusal of `shown` asks for, earned anew; or a failure on the way. `null`: nothing better is to be had. Ends: helpers are asked
   * again once for a visit.
   */
  after(
    visit: Visit,
    header: string | undefined,
    shown: Pass | null,
  ): Promise<Pass | WireAnswer | null>;
}

export interface PassesOptions {
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly ask: (
    visit: Visit,
    ...about: Parameters<PassRequest["ask"]>
  ) => Promise<WireAnswer | null>;
}

/** Tokens are remembered by image until shortly before they end; what a registry asks for, by host: an image seen for the first time need not be refused first. */
export function createPasses({ ask, clock, keyring }: PassesOptions): Passes {
  const challenges = createRecentMap<Challenge>(1000);
  const tokens = createRecentMap<Pass>(1000);
  const placeOf = ({ origin, rule }: Visit) => `${rule.prefix} ${origin.host}`;
  const keyOf = (visit: Visit) => `${placeOf(visit)}/${visit.name}`;

  async function earn(visit: Visit, challenge: Challenge): Promise<Pass | WireAnswer | null> {
    const request: PassRequest = {
      visit,
      now: clock.now(),
      credentials: () => keyring.credentials(visit.rule, visit.image),
      ask: (...about) => ask(visit, ...about),
    };
    const first = await earnPass(request, challenge);
    const earned =
      first === null && keyring.renew(visit.rule, visit.began)
        ? await earnPass(request, challenge)
        : first;
    if (earned !== null && !("kind" in earned) && earned.until !== null)
      tokens.set(keyOf(visit), earned);
    return earned;
  }

  return {
    async before(visit) {
      const token = tokens.get(keyOf(visit));
      if (token !== undefined && (token.until ?? 0) > clock.now().getTime()) return token;
      const challenge = challenges.get(placeOf(visit));
      return challenge === undefined ? null : earn(visit, challenge);
    },
    async after(visit, header, shown) {
      tokens.delete(keyOf(visit));
      const challenge = readChallenge(header);
      if (challenge === null) return null;
      challenges.set(placeOf(visit), challenge);
      const isRenewed = shown !== null && keyring.renew(visit.rule, visit.began);
      // What was earned for this very visit is not refused for its age: only other credentials could help.
      if (shown !== null && shown.at >= visit.began && !isRenewed) return null;
      return earn(visit, challenge);
    },
  };
}
