import type { Verb } from "./actions.ts";
import type { Place } from "./ladder.ts";

/** A comment as a person writes it, and whether it is to be answered. */
export function textOf(
  verb: Verb,
  { component, environment }: Place,
  tag: string,
): { readonly body: string; readonly answer: "once" | "never" } {
  const where = `${environment} ${component}`;
  const commands: Readonly<Record<Verb, string | null>> = {
    promote: `/promote ${where}`,
    "promote-to": `/promote ${where} to ${tag}`,
    "promote-skip": `/promote ${where} --from dev --reason "in a hurry"`,
    rollback: `/rollback ${where} --reason "it leaks"`,
    hold: `/tagboat hold ${where} --reason "a demo"`,
    "hold-for": `/tagboat hold ${where} --for 2h`,
    unhold: `/tagboat unhold ${where}`,
    ban: `/tagboat ban ${where} version ${tag} --reason "it leaks"`,
    unban: `/tagboat unban ${where} version ${tag}`,
    override: `/tagboat override ${environment} --reason "it burns"`,
    status: `/tagboat status ${environment}`,
    help: "/tagboat help",
    plan: `/tagboat plan promote ${where}`,
    unclear: `/tagboat promot ${where}`,
    quoted: null,
    fenced: null,
    chatter: null,
  };
  const command = commands[verb];
  if (command !== null) return { body: command, answer: "once" };
  const others: Readonly<Record<string, string>> = {
    quoted: `> /promote ${where}\n\nWhy?`,
    fenced: `\`\`\`\n/promote ${where}\n\`\`\``,
    chatter: `Please /promote ${where}.`,
  };
  return { body: others[verb] ?? "", answer: "never" };
}
