import { describe } from "@jest/globals";
import { type Attack, defend } from "../support/attacks.ts";
import type { Scene } from "../support/scene.ts";

/** What is no command: a comment that a person did not write just now, plainly, on its own. */

const COMMAND = "/promote pre-prod";
const control = (s: Scene) => s.say("ben", COMMAND);
const does = ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"];
const none = { told: [], control, does } as const;

function written(what: string, body: string, told: readonly string[] = []): Attack {
  return { what, attack: (s) => s.say("ben", body), told, control, does };
}

const USAGE =
  '`/promote <env> [component…] [to <version>] [--from <env or path>] [--reason "…"] [--together]`';

describe("a comment that is no command", () => {
  defend([
    written("quoted", `> ${COMMAND}`),
    written("in a code block", `\`\`\`\n${COMMAND}\n\`\`\``),
    written("as code", `\`${COMMAND}\``),
    written("behind a blank", ` ${COMMAND}`),
    written("behind a tab", `\t${COMMAND}`),
    written("on the second line", `Please:\n${COMMAND}`),
    written("below an empty line", `\n${COMMAND}`),
    written("in a list", `- ${COMMAND}`),
    written("in a comment of HTML", `<!--\n${COMMAND}\n-->`),
    written("behind a zero-width space", `\u200b${COMMAND}`),
    written("behind a BOM", `\ufeff${COMMAND}`),
    written("with a no-break space behind its verb", "/promote\u00a0pre-prod"),
    written("with a Cyrillic о in its verb", "/prom\u043ete pre-prod"),
    written("with a full-width slash", "\uff0fpromote pre-prod"),
    written("with letters behind its verb", "/promoted pre-prod"),
    written("of another bot's grammar", "/hold pre-prod"),
  ]);
});

describe("a command that is not clear", () => {
  defend([
    written("with text below, behind CRLF", `${COMMAND}\r\nthanks!`, [
      "#1 More stands below the command: write it alone in a new comment.",
    ]),
    written("with a Cyrillic е in the environment", "/promote pr\u0435-prod", [
      `#1 \`pr\u0435-prod\` has characters that no name here has: write it with plain letters, digits and dashes. Usage: ${USAGE}`,
    ]),
    written("with a zero-width space in the environment", "/promote pre\u200b-prod", [
      `#1 \`pre -prod\` has characters that no name here has: write it with plain letters, digits and dashes. Usage: ${USAGE}`,
    ]),
    written("with a no-break hyphen in the environment", "/promote pre\u2011prod", [
      `#1 \`pre\u2011prod\` has characters that no name here has: write it with plain letters, digits and dashes. Usage: ${USAGE}`,
    ]),
    written("very long", `${COMMAND} ${"x".repeat(2_100)}`, ["#1 The command is too long."]),
    written("without an environment", "/promote", [
      `#1 Name the environment: none is assumed. Usage: ${USAGE}`,
    ]),
    written("climbing out of the repo", `${COMMAND} --from ../../other`, [
      `#1 Name an environment or a folder behind \`--from\`: \`--from dev\`. Usage: ${USAGE}`,
    ]),
  ]);
});

describe("a command that nobody wrote just now", () => {
  defend([
    {
      what: "edited before it was taken",
      attack: async (s) => {
        const comment = await s.h.stage.world.comment(s.h.repo, "ben", s.talk, `${COMMAND} `);
        await s.h.stage.world.editComment(s.h.repo, "ann", comment, COMMAND);
      },
      ...none,
    },
    {
      what: "edited just when it is taken",
      attack: async (s) => {
        const { world } = s.h.stage;
        const comment = await world.comment(s.h.repo, "ben", s.talk, "/tagboat help");
        s.meanwhile("addReaction", async () =>
          world.editComment(s.h.repo, "ann", comment, COMMAND),
        );
      },
      ...none,
    },
    {
      what: "edited into a command later",
      attack: async (s) => {
        const comment = await s.say("ben", "Looks good");
        await s.h.stage.world.editComment(s.h.repo, "finn", comment, COMMAND);
      },
      ...none,
    },
    {
      what: "deleted before it was taken",
      attack: async (s) => {
        const { world } = s.h.stage;
        const comment = await world.comment(s.h.repo, "ben", s.talk, COMMAND);
        await world.deleteComment(s.h.repo, "ben", comment);
      },
      ...none,
    },
    {
      what: "by another App's bot",
      given: async (s) => void (await s.h.people.check(s.talk.headOid, "build", "success")),
      attack: (s) => s.say("ci[bot]", COMMAND),
      ...none,
    },
    {
      what: "by our own bot",
      attack: (s) => s.say(s.h.app.bot.login, COMMAND),
      ...none,
      told: [`#1 ${COMMAND}`],
    },
    {
      what: "by an App in a person's name",
      attack: (s) => s.h.stage.world.comment(s.h.repo, "ben", s.talk, COMMAND, s.h.app),
      ...none,
    },
  ]);
});
