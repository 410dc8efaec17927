import { expect, test } from "@jest/globals";
import { withoutToken } from "../../../sandbox/demo/hook-url.ts";
import { createTeller, spoken, wantsColour } from "../../../sandbox/demo/teller.ts";

function told(colour: boolean): string {
  const parts: string[] = [];
  const teller = createTeller((text) => void parts.push(text), colour);
  teller.title("A story");
  teller.step("it began", 12);
  teller.fact("page", "http://127.0.0.1:4100/");
  teller.diff("@@ -1 +1 @@\n-old\n+new\n");
  teller.say("Read on.");
  teller.failure("it broke");
  return parts.join("");
}

test("tells in plain lines", () => {
  expect(told(false)).toBe(`
A story

✓ it began  12 ms
  page           http://127.0.0.1:4100/

      @@ -1 +1 @@
      -old
      +new

Read on.
✗ it broke
`);
});

test("colours change nothing but the colours", () => {
  const coloured = told(true);
  expect(coloured).toContain("\u001b[32m+new\u001b[0m");
  const codes = new RegExp(`${"\u001b"}\\[\\d+m`, "g");
  expect(coloured.replace(codes, "")).toBe(told(false));
});

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [true, { TERM: "dumb" }, false],
])("colour on a terminal (%s) with %j: %s", (isTTY, variables, wanted) => {
  expect(wantsColour({ isTTY }, variables)).toBe(wanted);
});

test.each([
  [0.4, "0 ms"],
  [999.4, "999 ms"],
  [1234, "1.2 s"],
])("%d ms is spoken %s", (ms, text) => expect(spoken(ms)).toBe(text));

test.each([
  ["http://127.0.0.1:3000/hooks/quay/acme/secret", "http://127.0.0.1:3000/hooks/quay/acme/…"],
  ["https://t.example/x/hooks/quay/acme/secret/c2Nv", "https://t.example/x/hooks/quay/acme/…/c2Nv"],
])("%s is shown without its token", (url, shown) => expect(withoutToken(url)).toBe(shown));
