import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parsePinnedBranch, pinnedBranch, pinnedFamily } from "../../src/propose/branch-name.ts";

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
const names = fc.array(name, { minLength: 2, maxLength: 20 });

test("the branch of components that go together is one of ours, however many they are", () => {
  fc.assert(
    fc.property(names, (components) => {
      const place = { base: "main", environment: "prod", component: null, components };
      const branch = pinnedBranch(place, "1.0.0", ["content"]);
      expect(parsePinnedBranch(branch)).toMatchObject({ environment: "prod", version: "1.0.0" });
      expect(branch.length).toBeLessThan(220);
      expect(branch).not.toMatch(/\.\.|\.lock\/|\/\./);
      const { folder, word } = pinnedFamily(place);
      expect(branch.startsWith(folder) && branch.includes(word)).toBe(true);
    }),
  );
});

test("a component's own search finds what it went into with others", () => {
  const place = { base: "main", environment: "prod", component: null };
  const branch = pinnedBranch({ ...place, components: ["api", "web"] }, "1.0.0", []);
  for (const component of ["api", "web"]) {
    const { folder, word } = pinnedFamily({ environment: "prod", component });
    expect(branch.startsWith(folder) && branch.includes(word)).toBe(true);
  }
});

test("other components, another branch", () => {
  const place = { base: "main", environment: "prod", component: null };
  const of = (...components: readonly string[]) =>
    pinnedBranch({ ...place, components }, "1.0.0", []);
  expect(of("a-b", "c")).not.toBe(of("a", "b-c"));
  expect(of("api", "web")).not.toBe(pinnedBranch({ ...place, component: "api.web" }, "1.0.0", []));
});
