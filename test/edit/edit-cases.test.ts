/** Whole texts before and after, told by the arguments of `tagboat set-image`: images, and `--ref` as `REPO?=REF`. */
import { expect, test } from "@jest/globals";
import { type Change, editKustomization, setImages } from "../../src/kustomize.ts";

type Row = readonly [name: string, before: string, args: string, after: string];

const E = "images:\n- name: a\n  newTag: v1\n";

const rows: readonly Row[] = [
  // Styles of a list
  ["no indent", E, "a:v2", "images:\n- name: a\n  newTag: v2\n"],
  [
    "two",
    "images:\n  - name: a\n    newTag: v1\n",
    "a:v2",
    "images:\n  - name: a\n    newTag: v2\n",
  ],
  [
    "four",
    "images:\n    - name: a\n      newTag: v1\n",
    "a:v2 b:v1",
    "images:\n    - name: a\n      newTag: v2\n    - name: b\n      newTag: v1\n",
  ],
  [
    "one",
    "images:\n - name: a\n   newTag: v1\n",
    "b:v1",
    "images:\n - name: a\n   newTag: v1\n - name: b\n   newTag: v1\n",
  ],
  [
    "wide dash",
    "images:\n-   name: a\n    newTag: v1\n",
    "a@d b:v1",
    "images:\n-   name: a\n    digest: d\n-   name: b\n    newTag: v1\n",
  ],
  [
    "several lists, the first is followed",
    "resources:\n    - x\n",
    "a:v1",
    "resources:\n    - x\nimages:\n    - name: a\n      newTag: v1\n",
  ],
  [
    "lists of both kinds",
    "resources:\n- x\ncomponents:\n  - y\n",
    "a:v1",
    "resources:\n- x\ncomponents:\n  - y\nimages:\n- name: a\n  newTag: v1\n",
  ],
  // Quotes
  [
    "double stay",
    'images:\n- name: a\n  newTag: "v1"\n',
    "a:v2",
    'images:\n- name: a\n  newTag: "v2"\n',
  ],
  [
    "single stay",
    "images:\n- name: a\n  newTag: 'v1'\n",
    "a:1.10",
    "images:\n- name: a\n  newTag: '1.10'\n",
  ],
  [
    "quotes of the name",
    "images:\n- name: 'a'\n  newTag: v1\n",
    "a:v2",
    "images:\n- name: 'a'\n  newTag: v2\n",
  ],
  ["needed", E, "a:1.10", 'images:\n- name: a\n  newTag: "1.10"\n'],
  ["needed, for a name", "images: []\n", "1.10:v1", 'images:\n- name: "1.10"\n  newTag: v1\n'],
  ["needed, for a new name", E, "a=n:v1", 'images:\n- name: a\n  newName: "n"\n  newTag: v1\n'],
  [
    "quoted keys",
    '"images":\n- "name": a\n  "newTag": v1\n',
    "a:v2",
    '"images":\n- "name": a\n  "newTag": v2\n',
  ],
  ["a tag as in a hash of digits", E, "a:12345e7", 'images:\n- name: a\n  newTag: "12345e7"\n'],
  [
    "a tag as in a hash of e and digits",
    E,
    "a:e123456",
    'images:\n- name: a\n  newTag: "e123456"\n',
  ],
  [
    "a port is no quote",
    E,
    "a=r.io:5000/a:v1",
    "images:\n- name: a\n  newName: r.io:5000/a\n  newTag: v1\n",
  ],
  // Comments
  [
    "behind the value",
    "images:\n- name: a\n  newTag: v1 # c\n",
    "a:v2",
    "images:\n- name: a\n  newTag: v2 # c\n",
  ],
  [
    "far behind",
    "images:\n- name: a\n  newTag: v1     # c\n",
    "a:v2",
    "images:\n- name: a\n  newTag: v2     # c\n",
  ],
  [
    "behind the name, a field follows",
    "images:\n- name: a # c\n",
    "a:v2",
    "images:\n- name: a # c\n  newTag: v2\n",
  ],
  [
    "a marker",
    'images:\n- name: a\n  newTag: v1 # {"$imagepolicy": "x:y:tag"}\n',
    "a:v2",
    'images:\n- name: a\n  newTag: v2 # {"$imagepolicy": "x:y:tag"}\n',
  ],
  [
    "above and below",
    "images:\n# above\n- name: a\n  newTag: v1\n# below\n",
    "a:v2",
    "images:\n# above\n- name: a\n  newTag: v2\n# below\n",
  ],
  [
    "between fields",
    "images:\n- name: a\n  # why\n  newTag: v1\n",
    "a:v2",
    "images:\n- name: a\n  # why\n  newTag: v2\n",
  ],
  [
    "above a field that goes",
    "images:\n- name: a\n  # why\n  newTag: v1\n",
    "a=x",
    "images:\n- name: a\n  newName: x\n  # why\n",
  ],
  [
    "of the next section",
    `${E}\n# paths\nresources: []\n`,
    "b:v1",
    `${E}- name: b\n  newTag: v1\n\n# paths\nresources: []\n`,
  ],
  [
    "a commented entry",
    `${E}#- name: b\n#  newTag: v1\n`,
    "b:v2",
    `${E}- name: b\n  newTag: v2\n#- name: b\n#  newTag: v1\n`,
  ],
  ["behind images", "images: # c\n- name: a\n", "a:v1", "images: # c\n- name: a\n  newTag: v1\n"],
  [
    "behind an empty list",
    "images: [] # none\n",
    "a:v1",
    "images: # none\n- name: a\n  newTag: v1\n",
  ],
  [
    "a hash in a value",
    "images:\n- name: a\n  newTag: v1#2 # c\n",
    "a:v2",
    "images:\n- name: a\n  newTag: v2 # c\n",
  ],
  ["a comment in the file alone", "# c\n", "a:v1", "# c\nimages:\n- name: a\n  newTag: v1\n"],
  // Line endings, ends of files, marks
  [
    "CRLF",
    "images:\r\n- name: a\r\n  newTag: v1\r\n",
    "a@d b:v1",
    "images:\r\n- name: a\r\n  digest: d\r\n- name: b\r\n  newTag: v1\r\n",
  ],
  [
    "no last line ending",
    "images:\n- name: a\n  newTag: v1",
    "a:v2 b:v1",
    "images:\n- name: a\n  newTag: v2\n- name: b\n  newTag: v1",
  ],
  ["CRLF without the last", "images:\r\n- name: a", "a:v2", "images:\r\n- name: a\r\n  newTag: v2"],
  ["byte order mark", `\ufeff${E}`, "a:v2", "\ufeffimages:\n- name: a\n  newTag: v2\n"],
  ["document start", `---\n${E}`, "a:v2", "---\nimages:\n- name: a\n  newTag: v2\n"],
  ["document end", `${E}...\n`, "b:v1", `${E}- name: b\n  newTag: v1\n...\n`],
  [
    "directive",
    `%YAML 1.1\n---\n${E}`,
    "a:v2",
    "%YAML 1.1\n---\nimages:\n- name: a\n  newTag: v2\n",
  ],
  [
    "blanks at line ends",
    "images:  \n- name: a  \n  newTag: v1  \n",
    "a:v2",
    "images:  \n- name: a  \n  newTag: v2  \n",
  ],
  [
    "blank lines",
    "\n\nimages:\n\n- name: a\n\n  newTag: v1\n\n\n",
    "a:v2",
    "\n\nimages:\n\n- name: a\n\n  newTag: v2\n\n\n",
  ],
  // Order
  [
    "the tag before the name",
    "images:\n- newTag: v1\n  name: a\n",
    "a:v2",
    "images:\n- newTag: v2\n  name: a\n",
  ],
  [
    "digest before the name goes",
    "images:\n- digest: d\n  name: a\n  newTag: v1\n",
    "a:v2",
    "images:\n- name: a\n  newTag: v2\n",
  ],
  [
    "entries are not sorted",
    "images:\n- name: z\n- name: a\n",
    "m:v1",
    "images:\n- name: z\n- name: a\n- name: m\n  newTag: v1\n",
  ],
  [
    "images before resources",
    `${E}resources: []\n`,
    "a:v2",
    "images:\n- name: a\n  newTag: v2\nresources: []\n",
  ],
  [
    "the second of three",
    "images:\n- name: x\n  newTag: v1\n- name: a\n  newTag: v1\n- name: w\n  newTag: v1\n",
    "a:v2",
    "images:\n- name: x\n  newTag: v1\n- name: a\n  newTag: v2\n- name: w\n  newTag: v1\n",
  ],
  // Flow
  ["flow map", "images:\n- {name: a, newTag: v1}\n", "a:v2", "images:\n- {name: a, newTag: v2}\n"],
  [
    "flow map with spaces",
    "images:\n- { name: a, newTag: v1 }\n",
    "a=*:v1@d",
    "images:\n- { name: a, newTag: v1, digest: d }\n",
  ],
  [
    "flow list",
    "images: [{name: a, newTag: v1}]\n",
    "b:v2",
    "images: [{name: a, newTag: v1}, {name: b, newTag: v2}]\n",
  ],
  [
    "flow over lines",
    "images: [\n  {name: a, newTag: v1},\n]\n",
    "a:v2",
    "images: [\n  {name: a, newTag: v2},\n]\n",
  ],
  [
    "a file of JSON",
    '{"images": [{"name": "a", "newTag": "v1"}]}\n',
    "a:v2",
    '{"images": [{"name": "a", "newTag": "v2"}]}\n',
  ],
  [
    "a field of a flow map goes",
    "images:\n- {name: a, newName: x, newTag: v1}\n",
    "a:v1",
    "images:\n- {name: a, newTag: v1}\n",
  ],
  // Kinds and old fields
  [
    "Component",
    `kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n${E}`,
    "a:v2",
    `kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n${E.replace("v1\n", "v2\n")}`,
  ],
  [
    "bases and vars stay",
    `bases: [../b]\nvars: []\ncommonLabels: {a: b}\n${E}`,
    "a:v2",
    `bases: [../b]\nvars: []\ncommonLabels: {a: b}\n${E.replace("v1\n", "v2\n")}`,
  ],
  [
    "empty fields stay",
    `resources: []\nnamePrefix: ""\n${E}`,
    "a:v2",
    `resources: []\nnamePrefix: ""\n${E.replace("v1\n", "v2\n")}`,
  ],
  [
    "images null",
    "images:\nresources: []\n",
    "a:v1",
    "images:\n- name: a\n  newTag: v1\nresources: []\n",
  ],
  ["images ~", "images: ~\n", "a:v1", "images:\n- name: a\n  newTag: v1\n"],
  [
    "a patch that looks like images",
    "patches:\n- patch: |\n    images:\n    - name: a\n      newTag: v1\n",
    "a:v2",
    "patches:\n- patch: |\n    images:\n    - name: a\n      newTag: v1\nimages:\n- name: a\n  newTag: v2\n",
  ],
  // Anchors
  [
    "the owner of an anchor",
    "images:\n- name: a\n  newTag: &t v1\n- name: b\n  newTag: *t\n",
    "a:v2",
    "images:\n- name: a\n  newTag: v2\n- name: b\n  newTag: v1\n",
  ],
  [
    "the user of an anchor",
    "images:\n- name: a\n  newTag: &t v1\n- name: b\n  newTag: *t\n",
    "b:v2",
    "images:\n- name: a\n  newTag: &t v1\n- name: b\n  newTag: v2\n",
  ],
  [
    "an anchor elsewhere",
    `x: &x y\nz: *x\n${E}`,
    "a:v2",
    `x: &x y\nz: *x\n${E.replace("v1\n", "v2\n")}`,
  ],
  [
    "a key with an anchor",
    "&k resources:\n- x\n",
    "a:v1",
    "&k resources:\n- x\nimages:\n- name: a\n  newTag: v1\n",
  ],
  // Lines that go while others come
  [
    "the last line goes, an entry comes",
    "images:\n- name: a\n  newName: x\nnamePrefix: p-\n",
    "a= b:v1",
    "images:\n- name: a\n- name: b\n  newTag: v1\nnamePrefix: p-\n",
  ],
  [
    "the same without a last line ending",
    "images:\n- name: a\n  newName: x",
    "a= b:v1",
    "images:\n- name: a\n- name: b\n  newTag: v1",
  ],
  [
    "the same with CRLF",
    "images:\r\n- name: a\r\n  newName: x\r\n",
    "a= b:v1",
    "images:\r\n- name: a\r\n- name: b\r\n  newTag: v1\r\n",
  ],
  // Refs
  [
    "// and a path",
    "resources:\n- https://h.io/o/r//p?ref=v1\n",
    "o/r?=v2",
    "resources:\n- https://h.io/o/r//p?ref=v2\n",
  ],
  [
    ".git and no scheme",
    "resources:\n- h.io/o/r.git/p?ref=v1\n",
    "o/r?=v2",
    "resources:\n- h.io/o/r.git/p?ref=v2\n",
  ],
  [
    "scp",
    "resources:\n- git@h.io:o/r.git//p?ref=v1\n",
    "o/r?=v2",
    "resources:\n- git@h.io:o/r.git//p?ref=v2\n",
  ],
  [
    "ssh with a port",
    "resources:\n- ssh://git@h.io:7999/o/r.git//p?ref=v1\n",
    "o/r?=v2",
    "resources:\n- ssh://git@h.io:7999/o/r.git//p?ref=v2\n",
  ],
  [
    "timeout before",
    "resources:\n- https://h.io/o/r?timeout=90s&ref=v1\n",
    "o/r?=v2",
    "resources:\n- https://h.io/o/r?timeout=90s&ref=v2\n",
  ],
  [
    "submodules behind",
    "resources:\n- https://h.io/o/r?ref=v1&submodules=false\n",
    "o/r?=v2",
    "resources:\n- https://h.io/o/r?ref=v2&submodules=false\n",
  ],
  [
    "Azure",
    "resources:\n- https://dev.azure.com/o/p/_git/r//k?ref=v1\n",
    "https://dev.azure.com/o/p/_git/r?=v2",
    "resources:\n- https://dev.azure.com/o/p/_git/r//k?ref=v2\n",
  ],
  [
    "all fields at once",
    "resources: [h.io/o/r?ref=v1]\ncomponents: [h.io/o/r//c?ref=v1]\ncrds: [h.io/o/r//d?ref=v1]\nbases: [h.io/o/r//b?ref=v1]\n",
    "o/r?=v2",
    "resources: [h.io/o/r?ref=v2]\ncomponents: [h.io/o/r//c?ref=v2]\ncrds: [h.io/o/r//d?ref=v2]\nbases: [h.io/o/r//b?ref=v2]\n",
  ],
  [
    "only where they stand",
    "resources:\n- h.io/o/r?ref=v1\nconfigMapGenerator:\n- literals:\n  - U=h.io/o/r?ref=v1\n",
    "o/r?=v2",
    "resources:\n- h.io/o/r?ref=v2\nconfigMapGenerator:\n- literals:\n  - U=h.io/o/r?ref=v1\n",
  ],
  [
    "only that repo",
    "resources:\n- h.io/o/r?ref=v1\n- h.io/o/r2?ref=v1\n- h.io/x/o/r?ref=v1\n",
    "h.io/o/r?=v2",
    "resources:\n- h.io/o/r?ref=v2\n- h.io/o/r2?ref=v1\n- h.io/x/o/r?ref=v1\n",
  ],
  [
    "quoted, with a comment",
    'resources:\n- "https://h.io/o/r?ref=v1" # pinned\n',
    "o/r?=feat/a b",
    'resources:\n- "https://h.io/o/r?ref=feat/a%20b" # pinned\n',
  ],
  [
    "images and refs",
    `resources:\n- h.io/o/r?ref=v1\n${E}`,
    "a:v2 o/r?=v2",
    `resources:\n- h.io/o/r?ref=v2\n${E.replace("v1\n", "v2\n")}`,
  ],
];

/** `o/r?=v2` moves a ref, everything else is an image. A space in a ref is kept: arguments are told apart by what begins them. */
function edit(before: string, args: string): string {
  const all = args.split(/ (?=\S*[:=@])/);
  const refs = all.filter((one) => one.includes("?="));
  const images = all.filter((one) => !one.includes("?="));
  const text = images.length === 0 ? before : setImages(before, images).text;
  const changes = refs.map((one): Change => {
    const [resource = "", ref = ""] = one.split("?=");
    return { resource, ref };
  });
  return editKustomization(text, changes).text;
}

test.each(rows)("%s", (_, before, args, after) => {
  expect(edit(before, args)).toBe(after);
  expect(edit(after, args)).toBe(after);
});

test(`these are ${rows.length} texts, each once`, () => {
  expect(new Set(rows.map(([name, before, args]) => `${name}${before}${args}`)).size).toBe(
    rows.length,
  );
});
