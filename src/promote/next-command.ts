import type { Config } from "../model/config.ts";
import { nextSteps } from "./ladder.ts";

/** The command that takes components a step further; `null`: no environment follows. @param components none: there are none. */
export function nextCommand(
  config: Config,
  environment: string,
  components: readonly string[],
): string | null {
  const [next] = nextSteps(config, environment);
  if (next === undefined) return null;
  const words = [`/promote ${next.name}`, ...components];
  if (components.length > 1) words.push("--together");
  return words.join(" ");
}
