import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Command, verbs } from "../../src/model/command.ts";
import { parseComment, renderCommand } from "../../src/promote/command.ts";
import { grammars } from "../../src/promote/command-grammar.ts";

const BARE: Command = {
  verb: "promote",
  plan: false,
  environment: null,
  components: [],
  to: null,
  from: null,
  reason: null,
  for: null,
  together: false,
};

describe("a command", () => {
  test.each<[string, Partial<Command>]>([
    ["/promote pre-prod", { environment: "pre-prod" }],
    ["/promote pre-prod  \r\n\r\n  \n", { environment: "pre-prod" }],
    ["/Promote pre-prod", { environment: "pre-prod" }],
    ["/tagboat promote pre-prod", { environment: "pre-prod" }],
    ["/promote\tprod api web api", { environment: "prod", components: ["api", "web"] }],
    ["/promote prod api to v1.2", { environment: "prod", components: ["api"], to: "v1.2" }],
    [
      '/promote prod to sha256:4f5e --together --from dev --reason "it\'s incident 42, café"',
      {
        environment: "prod",
        to: "sha256:4f5e",
        together: true,
        from: "dev",
        reason: "it's incident 42, café",
      },
    ],
    [
      "/promote prod --from env/overlays/02-pre-prod",
      { environment: "prod", from: "env/overlays/02-pre-prod" },
    ],
    ["/tagboat plan /promote prod", { environment: "prod", plan: true }],
    [
      "/tagboat plan rollback prod api",
      { verb: "rollback", plan: true, environment: "prod", components: ["api"] },
    ],
    ["/rollback prod", { verb: "rollback", environment: "prod" }],
    [
      '/rollback prod api to 1.0 --reason "broken"',
      { verb: "rollback", environment: "prod", components: ["api"], to: "1.0", reason: "broken" },
    ],
    ["/tagboat", { verb: "help" }],
    ["/tagboat help", { verb: "help" }],
    ["/tagboat status", { verb: "status" }],
    ["/tagboat status prod", { verb: "status", environment: "prod" }],
    [
      '/tagboat hold prod --for 1h30m --reason "sale"',
      { verb: "hold", environment: "prod", for: 5_400_000, reason: "sale" },
    ],
    ["/tagboat unhold prod web", { verb: "unhold", environment: "prod", components: ["web"] }],
    ["/tagboat ban prod version v3", { verb: "ban", environment: "prod", to: "v3" }],
    ["/tagboat unban prod api", { verb: "unban", environment: "prod", components: ["api"] }],
    [
      '/tagboat override prod --reason "hotfix"',
      { verb: "override", environment: "prod", reason: "hotfix" },
    ],
    ["/tagboat rebuild", { verb: "rebuild" }],
  ])("%j", (body, command) => {
    expect(parseComment(body)).toEqual({ kind: "command", command: { ...BARE, ...command } });
  });
});

describe("no command, never answered", () => {
  test.each([
    "",
    "hello",
    " /promote prod",
    "\n/promote prod",
    "\ufeff/promote prod",
    "> /promote prod",
    "- /promote prod",
    "`/promote prod`",
    "```\n/promote prod\n```",
    "    /promote prod",
    "<!-- x -->/promote prod",
    "please /promote prod",
    "/promoted prod",
    "/promot prod",
    "/hold prod",
    "/tagboatx promote prod",
    "/tagboat: promote prod",
    "/promote\u00a0prod",
    "／promote prod",
    "/promоte prod", // a Cyrillic o
    "/promote (or so)\nto wherever; see below",
    "/tagboat promot prod\n> quoted",
    "/promote <env> [component]\n\nis how you promote.",
  ])("%j", (body) => {
    expect(parseComment(body)).toEqual({ kind: "none" });
  });
});

describe("meant for us and not understood", () => {
  const promote = `Usage: \`${grammars.promote.usage}\``;
  const help = "Usage: `/tagboat help`";
  test.each<[string, string]>([
    ["/promote", `Name the environment: none is assumed. ${promote}`],
    ["/promote --together", `Name the environment: none is assumed. ${promote}`],
    [
      "/tagboat promot prod",
      `Unknown command \`promot\`. Did you mean \`/tagboat promote\`? ${help}`,
    ],
    ["/tagboat plam x", `Unknown command \`plam\`. Did you mean \`/tagboat plan\`? ${help}`],
    ["/tagboat deploy", `Unknown command \`deploy\`. ${help}`],
    ["/tagboat `@ops`", `Unknown command \`\`\` \`@ops\` \`\`\`. ${help}`.replaceAll("```", "``")],
    [
      "/tagboat plan status",
      "A plan is of `promote` or `rollback`: `/tagboat plan promote <env>`.",
    ],
    ["/tagboat plan", "A plan is of `promote` or `rollback`: `/tagboat plan promote <env>`."],
    ["/promote prod\nthanks!", "More stands below the command: write it alone in a new comment."],
    ["/promote ../x", `\`../x\` is no name of an environment. ${promote}`],
    ["/promote prod a/b", `\`a/b\` is no name of a component. ${promote}`],
    [
      "/promote prоd",
      `\`prоd\` has characters that no name here has: write it with plain letters, digits and dashes. ${promote}`,
    ],
    ["/promote prod to", `Name a version behind \`to\`. ${promote}`],
    ["/promote prod to v1 to v2", `Name one version. ${promote}`],
    ["/promote prod to v1 api", `Name \`api\` before the version. ${promote}`],
    [
      "/promote prod to $(x)",
      `\`$(x)\` is no version: name a tag, or a digest like \`sha256:4f5e…\`. ${promote}`,
    ],
    ["/promote prod --form dev", `Unknown option \`--form\`. Did you mean "--from"? ${promote}`],
    ["/promote prod --for 2h", `It takes no \`--for\`. ${promote}`],
    [
      "/promote prod --from",
      `Name an environment or a folder behind \`--from\`: \`--from dev\`. ${promote}`,
    ],
    [
      "/promote prod --from a/../b",
      `Name an environment or a folder behind \`--from\`: \`--from dev\`. ${promote}`,
    ],
    [
      "/promote prod --together --together",
      `\`--together\` stands there twice: keep one. ${promote}`,
    ],
    ["/promote prod --reason why not", `Write the reason in quotes: \`--reason "…"\`. ${promote}`],
    ['/promote prod --reason ""', `Write the reason in quotes: \`--reason "…"\`. ${promote}`],
    ['/promote prod --reason "open', `Write the reason in quotes: \`--reason "…"\`. ${promote}`],
    [
      "/promote prod --reason “x”",
      `Write the reason in straight quotes: \`--reason "…"\`. ${promote}`,
    ],
    ["/promote prod —reason x", `Write options with two plain dashes: \`--reason\`. ${promote}`],
    [
      `/promote prod --reason "${"x".repeat(301)}"`,
      `Write a reason of at most 300 characters. ${promote}`,
    ],
    [
      '/promote "prod"',
      `Quotes are for \`--reason "…"\` alone: take \`prod\` out of them. ${promote}`,
    ],
    ["/rollback prod a b", `It takes at most one component. Usage: \`${grammars.rollback.usage}\``],
    [
      "/tagboat status prod api",
      `It takes no component: take \`api\` out. Usage: \`${grammars.status.usage}\``,
    ],
    [
      "/tagboat rebuild now",
      `Nothing stands behind it: take \`now\` out. Usage: \`${grammars.rebuild.usage}\``,
    ],
    [
      "/tagboat override prod",
      `Give a reason: \`--reason "…"\`. Usage: \`${grammars.override.usage}\``,
    ],
    [
      "/tagboat hold prod --for ever",
      `Write how long as \`--for 30m\`, \`2h\` or \`3d\`. Usage: \`${grammars.hold.usage}\``,
    ],
    [`/promote ${"x".repeat(3000)}`, "The command is too long."],
  ])("%j", (body, message) => {
    expect(parseComment(body)).toEqual({ kind: "unclear", message });
  });
});

/** Text of these characters: generating from regular expressions takes seconds. */
function textOf(characters: string, minLength: number, maxLength: number) {
  return fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
}

const name = textOf("abcXYZ019_-", 1, 12).filter((text) => /^[A-Za-z0-9]/.test(text));
const version = fc.oneof(
  textOf("abcXYZ019_-.", 1, 20).filter((text) => /^[A-Za-z0-9_]/.test(text)),
  textOf("0123456789abcdef", 4, 64).map((hex) => `sha256:${hex}`),
);
const reason = textOf("abc é本😀'`@#|<>!--", 1, 40)
  .map((text) => text.trim())
  .filter((text) => text !== "");

const command: fc.Arbitrary<Command> = fc.constantFrom(...verbs).chain((verb) => {
  const grammar = grammars[verb];
  const takes = (option: "--from" | "--reason" | "--for" | "--together") =>
    grammar.options.includes(option);
  const optional = <T>(allowed: boolean, value: fc.Arbitrary<T>) =>
    allowed ? fc.option(value) : fc.constant(null);
  const environments = { required: name, optional: fc.option(name), none: fc.constant(null) };
  return fc
    .record({
      verb: fc.constant(verb),
      plan: grammar.planned ? fc.boolean() : fc.constant(false),
      environment: environments[grammar.environment],
      components: fc.uniqueArray(name, { maxLength: grammar.mostComponents }),
      to: optional(grammar.versionWord !== null, version),
      from: optional(takes("--from"), name),
      reason: grammar.reasonRequired ? reason : optional(takes("--reason"), reason),
      for: optional(
        takes("--for"),
        fc.integer({ min: 1, max: 31_000_000 }).map((seconds) => seconds * 1000),
      ),
      together: takes("--together") ? fc.boolean() : fc.constant(false),
    })
    .filter(({ environment, components }) => environment !== null || components.length === 0);
});

describe("properties", () => {
  test("what is rendered is read back", () => {
    fc.assert(
      fc.property(command, (written) => {
        expect(parseComment(renderCommand(written))).toEqual({ kind: "command", command: written });
      }),
    );
  });

  test("a command that is quoted, fenced, indented, listed or followed by text is none", () => {
    const wrapped = fc.constantFrom<(line: string) => string>(
      (line) => `> ${line}`,
      (line) => `\`\`\`\n${line}\n\`\`\``,
      (line) => `    ${line}`,
      (line) => `* ${line}`,
      (line) => `<!--\n${line}\n-->`,
      (line) => `\`${line}\``,
      (line) => `${line}\n> and more`,
      (line) => `Hello\n${line}`,
    );
    fc.assert(
      fc.property(command, wrapped, (written, wrap) => {
        expect(parseComment(wrap(renderCommand(written))).kind).not.toBe("command");
      }),
    );
  });

  test("no text makes it throw, and only one that begins with ours is answered", () => {
    const word = fc.constantFrom(
      "/promote",
      "/tagboat",
      "/rollback",
      "plan",
      "prod",
      "to",
      "--reason",
      '"',
      "--for",
      "2h",
      "\n",
      " ",
      "@all",
      "<!--",
      "\u202e",
      "`",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc
        .array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 12 })
        .map((all) => all.join(" ")),
      fc
        .array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 12 })
        .map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, (body) => {
        const reading = parseComment(body);
        if (reading.kind === "none") return;
        expect(body).toMatch(/^\/(tagboat|promote|rollback)([ \t\r\n]|$)/i);
        if (reading.kind === "unclear") expect(reading.message).not.toMatch(/[\n\u202e]|<!--/);
        else expect(parseComment(renderCommand(reading.command))).toEqual(reading);
      }),
      { numRuns: 500 },
    );
  });
});
