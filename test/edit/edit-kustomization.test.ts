import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { editKustomization } from "../../src/edit/edit-kustomization.ts";
import type { Change, ImageChange, RefChange } from "../../src/model/change.ts";
import type { RefuseReason } from "../../src/model/outcome.ts";

const file = "kustomization.yaml";

function image(entry: string, fields: Partial<ImageChange>): ImageChange {
  return { kind: "image", file, entry, ...fields };
}

function ref(repo: string, to: string): RefChange {
  return { kind: "ref", file, repo, ref: to };
}

function edited(text: string, ...changes: Change[]): string {
  const result = editKustomization(text, changes);
  if (result.kind === "refused") throw new Error(JSON.stringify(result.refusal));
  return result.text;
}

type EditRow = readonly [name: string, before: string, changes: readonly Change[], after: string];

const edits: readonly EditRow[] = [
  [
    "block literal",
    `images:
- name: a
  newTag: | # c
    v1

- name: b
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newTag: v2 # c

- name: b
`,
  ],
  [
    "empty value",
    `images:
- name: a
  newTag:   # c
- name: b
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newTag: v2   # c
- name: b
`,
  ],
  [
    "empty value anchored",
    `images:
- name: a
  newTag: &x
- name: b
  newTag: *x
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newTag:  v2
- name: b
  newTag: null
`,
  ],
  [
    "flow no value",
    `images: [{name: a, newTag}]
`,
    [image("a", { newTag: "v2" })],
    `images: [{name: a, newTag: v2}]
`,
  ],
  [
    "two aliases",
    `images:
- name: a
  newTag: &x v1 # c
- name: b
  newTag: *x # d
- name: c
  newTag: *x
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newTag: v2 # c
- name: b
  newTag: &x v1 # d
- name: c
  newTag: *x
`,
  ],
  [
    "all alias",
    `images:
- name: a
  newTag: &x v1 # c
- name: b
  newTag: *x # d
`,
    [image("a", { newTag: "v2" }), image("b", { newTag: "v2" })],
    `images:
- name: a
  newTag: &x v2 # c
- name: b
  newTag: v2 # d
`,
  ],
  [
    "remove owner",
    `images:
- name: a
  newTag: t
  digest: &x sha256:aa
- name: b
  digest: *x # d
`,
    [image("a", { digest: null })],
    `images:
- name: a
  newTag: t
- name: b
  digest: sha256:aa # d
`,
  ],
  [
    "remove first",
    `images:
- digest: x # c
  # about
  name: a
  newTag: v1
`,
    [image("a", { digest: null })],
    `images:
-
  # about
  name: a
  newTag: v1
`,
  ],
  [
    "remove first two",
    `images:
- digest: x # c
  newTag: v1
  name: a`,
    [image("a", { digest: null, newTag: null })],
    `images:
- name: a`,
  ],
  [
    "remove last no eol",
    `images:
- name: a
  newTag: v1
  digest: x`,
    [image("a", { digest: null })],
    `images:
- name: a
  newTag: v1`,
  ],
  [
    "remove both last no eol crlf",
    `images:\r
- name: a\r
  newTag: v1\r
  digest: x`,
    [image("a", { digest: null, newTag: null })],
    `images:\r
- name: a`,
  ],
  [
    "json",
    `{"images":[{"name":"a","newTag":"1"}],"resources":[]}`,
    [image("a", { newTag: "2", digest: "sha256:aa" }), image("b", { newTag: "x", add: true })],
    `{"images":[{"name":"a","newTag":"2","digest": "sha256:aa"}, {"name": "b", "newTag": "x"}],"resources":[]}`,
  ],
  [
    "json no images",
    `{"resources":["a"]}`,
    [image("b", { newTag: "x", add: true })],
    `{"resources":["a"], "images": [{"name": "b", "newTag": "x"}]}`,
  ],
  [
    "flow remove",
    `images: [{name: a, newTag: b, digest: c}, {digest: c, name: d}]`,
    [image("a", { newTag: null }), image("d", { digest: null })],
    `images: [{name: a, digest: c}, {name: d}]`,
  ],
  [
    "flow remove nl",
    `images:
- {name: a, # x
   newTag: b}
`,
    [image("a", { newTag: null })],
    `images:
- {name: a, # x
   }
`,
  ],
  [
    "add dash own line",
    `images:
  -
    name: a
    newTag: b
# end
`,
    [
      image("b", { newTag: "1.10", add: true }),
      image("c", { newName: "x", digest: "sha256:a", add: true }),
    ],
    `images:
  -
    name: a
    newTag: b
  -
    name: b
    newTag: "1.10"
  -
    name: c
    newName: x
    digest: sha256:a
# end
`,
  ],
  [
    "add blank trailing + comments",
    `resources:
  - a
# end


`,
    [image("b", { newTag: "1", add: true })],
    `resources:
  - a
# end
images:
  - name: b
    newTag: "1"


`,
  ],
  [
    "add only comments",
    `# end
`,
    [image("b", { newTag: "1", add: true })],
    `# end
images:
- name: b
  newTag: "1"
`,
  ],
  [
    "add empty",
    ``,
    [image("b", { newTag: "1", add: true })],
    `images:
- name: b
  newTag: "1"
`,
  ],
  [
    "add marker",
    `---
# x
...
`,
    [image("b", { newTag: "1", add: true })],
    `---
# x
images:
- name: b
  newTag: "1"
...
`,
  ],
  [
    "add keep",
    `a: |+
  x


`,
    [image("b", { newTag: "1", add: true })],
    `a: |+
  x


images:
- name: b
  newTag: "1"
`,
  ],
  [
    "add keep ...",
    `a: |+
  x


...
`,
    [image("b", { newTag: "1", add: true })],
    `a: |+
  x


images:
- name: b
  newTag: "1"
...
`,
  ],
  [
    "add nofinal",
    `resources: [a]`,
    [image("b", { newTag: "1", add: true })],
    `resources: [a]
images:
- name: b
  newTag: "1"`,
  ],
  [
    "add images empty nofinal",
    `images:`,
    [image("b", { newTag: "1", add: true })],
    `images:
- name: b
  newTag: "1"`,
  ],
  [
    "images [ comment",
    `images: [ # x
]
`,
    [image("b", { newTag: "1", add: true })],
    `images: [{name: b, newTag: "1"} # x
]
`,
  ],
  [
    "quoted key",
    `"images":
- "name": a
  "newTag": '1'
`,
    [image("a", { newTag: "2", newName: "x" })],
    `"images":
- "name": a
  "newName": x
  "newTag": '2'
`,
  ],
  [
    "explicit key",
    `? images
: - name: a
    newTag: v1
`,
    [image("a", { newTag: "2", digest: "sha256:x" })],
    `? images
: - name: a
    newTag: "2"
    digest: sha256:x
`,
  ],
  [
    "tagged",
    `images:
- name: a
  newTag: !!str 1
`,
    [image("a", { newTag: "2" })],
    `images:
- name: a
  newTag: !!str "2"
`,
  ],
  [
    "bom add",
    `\ufeffimages:
- name: a`,
    [image("a", { newTag: "2" })],
    `\ufeffimages:
- name: a
  newTag: "2"`,
  ],
  [
    "bom only",
    `\ufeff`,
    [image("a", { newTag: "2", add: true })],
    `\ufeffimages:
- name: a
  newTag: "2"`,
  ],
  [
    "bom no images",
    `\ufeffresources:
  - a`,
    [image("a", { newTag: "2", add: true })],
    `\ufeffresources:
  - a
images:
  - name: a
    newTag: "2"`,
  ],
  [
    "multi plain",
    `images:
- name: a
  newTag:
    v1
  digest: x
`,
    [image("a", { newTag: "2" })],
    `images:
- name: a
  newTag:
    "2"
  digest: x
`,
  ],
  [
    "refs",
    `resources:
- https://github.com/O/r//p?timeout=9&ref=a&x=1 # c
- "git@github.com:o/r.git//k?ref=a"
- ssh://git@github.com/o/r?ref=v1
- github.com/o/r/p?ref=b
- github.com/o/rx/p?ref=b
- https://github.com/o/r
- ../o/r?ref=a
components: [ "https://user@ghe.x:8443/o/r.git?ref=a", git::https://github.com/o/r?ref=q ]
`,
    [ref("o/r", "feat/x#1&2")],
    `resources:
- https://github.com/O/r//p?timeout=9&ref=feat/x%231%262&x=1 # c
- "git@github.com:o/r.git//k?ref=feat/x%231%262"
- ssh://git@github.com/o/r?ref=feat/x%231%262
- github.com/o/r/p?ref=feat/x%231%262
- github.com/o/rx/p?ref=b
- https://github.com/o/r
- ../o/r?ref=a
components: [ "https://user@ghe.x:8443/o/r.git?ref=feat/x%231%262", git::https://github.com/o/r?ref=feat/x%231%262 ]
`,
  ],
  [
    "refs url",
    `resources:
- https://github.com/o/r?ref=a
- https://gitlab.com/o/r?ref=a
`,
    [ref("git@github.com:o/r.git", "v2")],
    `resources:
- https://github.com/o/r?ref=v2
- https://gitlab.com/o/r?ref=a
`,
  ],
  [
    "ref alias",
    `resources:
- &u https://github.com/o/r?ref=a
config: *u
`,
    [ref("o/r", "v2")],
    `resources:
- https://github.com/o/r?ref=v2
config: https://github.com/o/r?ref=a
`,
  ],
  [
    "swap tag→digest first",
    `images:
- newTag: v1 # c
  name: a
`,
    [image("a", { newTag: null, digest: "sha256:bb" })],
    `images:
- digest: sha256:bb # c
  name: a
`,
  ],
  [
    "item dash with comment list",
    `images:
- name: a # x
# c1
- name: b
  # in

# tail
resources: []
`,
    [
      image("a", { newTag: "3" }),
      image("c", { newTag: "v1", add: true }),
      image("b", { newTag: "q" }),
    ],
    `images:
- name: a # x
  newTag: "3"
# c1
- name: b
  newTag: q
  # in
- name: c
  newTag: v1

# tail
resources: []
`,
  ],
  [
    "nested list in images w/ comment at end",
    `images:
  - name: a
    newTag: v1
    # newTag: old
  # - name: z
`,
    [image("c", { newTag: "v1", add: true }), image("a", { digest: "sha256:00" })],
    `images:
  - name: a
    newTag: v1
    digest: sha256:00
    # newTag: old
  - name: c
    newTag: v1
  # - name: z
`,
  ],
  [
    "cr mixed",
    `images:\r
- name: a\r
  newTag: v1
- name: b\r
  newTag: v2\r
`,
    [
      image("a", { digest: "sha256:00" }),
      image("b", { digest: "sha256:00" }),
      image("c", { add: true, newTag: "1" }),
    ],
    `images:\r
- name: a\r
  newTag: v1
  digest: sha256:00
- name: b\r
  newTag: v2\r
  digest: sha256:00\r
- name: c\r
  newTag: "1"\r
`,
  ],
  [
    "flow multi",
    `images: [
  {name: a},
  {name: b} # x
]
`,
    [image("c", { add: true, newTag: "1" })],
    `images: [
  {name: a},
  {name: b}, # x
  {name: c, newTag: "1"}
]
`,
  ],
  [
    "flow in multi line entry",
    `images:
  - {name: a,
     newTag: v1, # c
     digest: x}
`,
    [image("a", { newTag: null })],
    `images:
  - {name: a,
     # c
     digest: x}
`,
  ],
  [
    "unused null pair",
    `images:
- name: a
  newTag: null
  digest: ""
`,
    [image("a", { newTag: null, digest: null })],
    `images:
- name: a
  newTag: null
  digest: ""
`,
  ],
  [
    "1.10 same",
    `images:
- name: a
  newTag: 1.10
`,
    [image("a", { newTag: "1.10" })],
    `images:
- name: a
  newTag: "1.10"
`,
  ],
  [
    "many keys",
    `images:
- name: a
  newTag: v1 
resources:
- x
- x
`,
    [image("a", { newTag: "\"'\\" })],
    `images:
- name: a
  newTag: "\\"'\\\\" 
resources:
- x
- x
`,
  ],
  [
    "single q",
    `images:
- name: 'a'
  newTag: 'v1'
`,
    [image("a", { newTag: "it's" })],
    `images:
- name: 'a'
  newTag: 'it''s'
`,
  ],
  [
    "proto",
    `images:
- name: __proto__
  newTag: v1
`,
    [image("__proto__", { newTag: "2" })],
    `images:
- name: __proto__
  newTag: "2"
`,
  ],
  [
    "yaml11",
    `%YAML 1.1
---
images: []
`,
    [image("a", { newTag: "2", add: true })],
    `%YAML 1.1
---
images:
- name: a
  newTag: "2"
`,
  ],
  [
    "doc inline",
    `--- {images: []}
`,
    [image("a", { newTag: "2", add: true })],
    `--- {images: [{name: a, newTag: "2"}]}
`,
  ],
  [
    "indented root",
    `  resources:
  - a
`,
    [image("a", { newTag: "2", add: true })],
    `  resources:
  - a
  images:
  - name: a
    newTag: "2"
`,
  ],
  [
    "tag",
    `images:
- name: a
  newTag: v1
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newTag: v2
`,
  ],
  [
    "digest beside tag",
    `images:
  - name: a
    newTag: v1
    digest: sha256:aa # pinned
`,
    [image("a", { newTag: "v2", digest: "sha256:bb" })],
    `images:
  - name: a
    newTag: v2
    digest: sha256:bb # pinned
`,
  ],
  [
    "newName before newTag",
    `images:
  - name: a
    newTag: v1
`,
    [image("a", { newName: "quay.io:443/x/y" })],
    `images:
  - name: a
    newName: quay.io:443/x/y
    newTag: v1
`,
  ],
  [
    "newName removed",
    `images:
  - name: a
    newName: b
    newTag: v1
`,
    [image("a", { newName: null })],
    `images:
  - name: a
    newTag: v1
`,
  ],
  [
    "digest gives way",
    `images:
  - name: a
    digest: sha256:aa # pinned
`,
    [image("a", { newTag: "2", digest: null })],
    `images:
  - name: a
    newTag: "2" # pinned
`,
  ],
  [
    "all three new",
    `images:
  - name: a # the app

  - name: b
`,
    [image("a", { newName: "x", newTag: "1.2.3", digest: "sha256:bb" })],
    `images:
  - name: a # the app
    newName: x
    newTag: 1.2.3
    digest: sha256:bb

  - name: b
`,
  ],
  [
    "other entry tagSuffix",
    `images:
- name: a
  newTag: v1
- name: b
  tagSuffix: -x
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newTag: v2
- name: b
  tagSuffix: -x
`,
  ],
  [
    "case of keys",
    `Images:
- Name: a
  NewTag: "1"
`,
    [image("a", { newTag: "2" })],
    `Images:
- Name: a
  NewTag: "2"
`,
  ],
  [
    "decoys",
    `# images:
commonAnnotations:
  images: "a:1"
  newTag: v1
patches:
- patch: |-
    images:
    - name: a
      newTag: v1
images:
- name: a
  newTag: v1
`,
    [image("a", { newTag: "v2" })],
    `# images:
commonAnnotations:
  images: "a:1"
  newTag: v1
patches:
- patch: |-
    images:
    - name: a
      newTag: v1
images:
- name: a
  newTag: v2
`,
  ],
  [
    "duplicates that come out alike",
    `images:
- name: a
  newTag: v1
- name: a
  newTag: v3
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newTag: v2
- name: a
  newTag: v2
`,
  ],
  [
    "inherited field overridden",
    `images:
- &d
  name: a
  newTag: v1
- <<: *d
  name: b
`,
    [image("b", { newTag: "v2" })],
    `images:
- &d
  name: a
  newTag: v1
- <<: *d
  name: b
  newTag: v2
`,
  ],
  [
    "several images",
    `images:
- name: a
  newTag: v1
- name: b
  newTag: v1
`,
    [
      image("b", { newTag: "v3" }),
      image("a", { newTag: "v2" }),
      image("c", { newTag: "v1", add: true }),
    ],
    `images:
- name: a
  newTag: v2
- name: b
  newTag: v3
- name: c
  newTag: v1
`,
  ],
  [
    "imageTags of another image",
    `imageTags:
- name: z
  newTag: v1
images:
- name: a
`,
    [image("a", { newTag: "v2" })],
    `imageTags:
- name: z
  newTag: v1
images:
- name: a
  newTag: v2
`,
  ],
  [
    "later change wins field by field",
    `images:
- name: a
`,
    [image("a", { newTag: "v2", digest: "sha256:aa" }), image("a", { newTag: "v3" })],
    `images:
- name: a
  newTag: v3
  digest: sha256:aa
`,
  ],
  [
    "one URL only",
    `resources:
- https://github.com/o/r//x?ref=a
- https://github.com/o/r//y?ref=a
`,
    [ref("https://github.com/o/r//y?ref=a", "b")],
    `resources:
- https://github.com/o/r//x?ref=a
- https://github.com/o/r//y?ref=b
`,
  ],
  [
    "ref in bases and crds",
    `bases: [github.com/o/r//b?ref=a]
crds:
- https://github.com/o/r.git/crd.yaml?x=1&ref=a
`,
    [ref("O/R", "v1.0")],
    `bases: [github.com/o/r//b?ref=v1.0]
crds:
- https://github.com/o/r.git/crd.yaml?x=1&ref=v1.0
`,
  ],
  [
    "image and ref at once",
    `resources:
- https://github.com/o/r?ref=aaa
images:
- name: r
  newTag: aaa
`,
    [image("r", { newTag: "bbb" }), ref("o/r", "bbb")],
    `resources:
- https://github.com/o/r?ref=bbb
images:
- name: r
  newTag: bbb
`,
  ],
  [
    "ref subgroup",
    `resources:
- https://gitlab.com/g/s/r.git//x?ref=a
- https://gitlab.com/g/s/r2//x?ref=a
`,
    [ref("https://gitlab.com/g/s/r", "b")],
    `resources:
- https://gitlab.com/g/s/r.git//x?ref=b
- https://gitlab.com/g/s/r2//x?ref=a
`,
  ],
  [
    "folded newTag",
    `images:
- name: a
  newTag: >-
    v1
  digest: sha256:aa
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newTag: v2
  digest: sha256:aa
`,
  ],
  [
    "entry null",
    `images:
-
- name: a
`,
    [image("a", { newTag: "v2" })],
    `images:
-
- name: a
  newTag: v2
`,
  ],
  [
    "added below null item",
    `images:
-
`,
    [image("a", { newTag: "v2", add: true })],
    `images:
-
- name: a
  newTag: v2
`,
  ],
  [
    "refs by the short and the old form",
    `resources:
- gh:o/r//p?ref=a
- git::gh:o/r?version=a
- git@github.com/o/r?timeout=90s&version=a&ref=
- https://github.com/o/r.git/p?version=x&ref=a
- https://github.com/o/r#?ref=a
`,
    [ref("https://github.com/o/r", "b")],
    `resources:
- gh:o/r//p?ref=b
- git::gh:o/r?version=b
- git@github.com/o/r?timeout=90s&version=b&ref=
- https://github.com/o/r.git/p?version=x&ref=b
- https://github.com/o/r#?ref=a
`,
  ],
  [
    "a name that escapes what a regular expression would use",
    `images:
- name: \\\${APP_IMAGE}
  newTag: v1
- name: gcr\\.io/app
`,
    [image(`\\\${APP_IMAGE}`, { newTag: "v2" }), image("gcr\\.io/app", { newTag: "v3" })],
    `images:
- name: \\\${APP_IMAGE}
  newTag: v2
- name: gcr\\.io/app
  newTag: v3
`,
  ],
  [
    "a later entry of the same image that sets another field",
    `images:
- name: a
  newName: b
  newTag: v1
- name: b
  newName: c
`,
    [image("a", { newTag: "v2" })],
    `images:
- name: a
  newName: b
  newTag: v2
- name: b
  newName: c
`,
  ],
  [
    "explicit keys",
    `images:
- ? name
  : a
  ? newTag
  : b # c
`,
    [image("a", { newTag: "2", digest: "sha256:x" })],
    `images:
- ? name
  : a
  ? newTag
  : "2" # c
  digest: sha256:x
`,
  ],
];

describe("edits, whole text before and after", () => {
  test.each(edits)("%s", (_, before, changes, after) => {
    expect(edited(before, ...changes)).toBe(after);
  });

  test.each(edits)("%s: done again changes nothing", (_, __, changes, after) => {
    const moved = changes.filter((change) => change.kind === "image" || !change.repo.includes("?"));
    expect(editKustomization(after, moved)).toEqual({ kind: "edited", text: after, edits: [] });
  });
});

type RefusalRow = readonly [
  name: string,
  text: string,
  changes: readonly Change[],
  reason: RefuseReason,
  line: number | undefined,
];

const refusals: readonly RefusalRow[] = [
  [
    "tab",
    `images:
-	name: a
	newTag: b
`,
    [image("a", { newTag: "2" })],
    "file-unparsable",
    2,
  ],
  [
    "tagged anchor",
    `images:
- name: a
  newTag: !!str &x 1
- name: b
  newTag: *x
`,
    [image("a", { newTag: "2" })],
    "value-invalid",
    3,
  ],
  [
    "dup diff",
    `images:
- name: a
  newTag: 1
- name: a
  newName: b
`,
    [image("a", { newTag: "3" })],
    "duplicate-entry",
    4,
  ],
  [
    "merge key name",
    `images:
- &d {name: app, newTag: "1"}
- {<<: *d}
`,
    [image("app", { newTag: "3" })],
    "entry-alias",
    2,
  ],
  [
    "alias list",
    `x: &i
- name: a
images: *i
`,
    [image("a", { newTag: "3" })],
    "entry-alias",
    3,
  ],
  [
    "cycle",
    `images: &a
- *a
`,
    [image("a", { newTag: "1" })],
    "file-unparsable",
    2,
  ],
  [
    "dup keys",
    `images:
- name: a
  newTag: v1
  newTag: v2
`,
    [image("a", { newTag: "1.10" })],
    "file-ambiguous",
    4,
  ],
  [
    "yaml12",
    `%YAML 1.2
---
images: []
`,
    [image("a", { newTag: "2", add: true })],
    "file-unparsable",
    1,
  ],
  [
    "missing",
    `images:
- name: a
`,
    [image("b", { newTag: "v2" })],
    "entry-missing",
    1,
  ],
  [
    "missing without images",
    `resources: []
`,
    [image("b", { newTag: "v2" })],
    "entry-missing",
    1,
  ],
  [
    "no ref",
    `resources:
- https://github.com/o/r
`,
    [ref("o/r", "v2")],
    "entry-missing",
    1,
  ],
  ...[
    "https://github.com/acme",
    "acme",
    "https://github.com/acme#shop/config?ref=v1",
    "https://github.com/acme/shop?x=1",
  ].map(
    (repo): RefusalRow => [
      `${repo} is neither a repo nor a URL that stands there`,
      "resources:\n- https://github.com/acme/shop//config?ref=v1\n",
      [ref(repo, "v2")],
      "entry-missing",
      1,
    ],
  ),
  [
    "two documents",
    `images: []
---
images: []
`,
    [image("b", { newTag: "v2", add: true })],
    "several-documents",
    2,
  ],
  [
    "Jinja",
    `images:
- name: {{ image }}
  {% if x %}
`,
    [image("b", { newTag: "v2", add: true })],
    "file-unparsable",
    3,
  ],
  [
    "a list",
    `- a
`,
    [image("b", { newTag: "v2", add: true })],
    "file-unparsable",
    1,
  ],
  [
    "images a map",
    `images: {name: a}
`,
    [image("a", { newTag: "v2" })],
    "file-unparsable",
    1,
  ],
  [
    "images of strings",
    `images: [a]
`,
    [image("a", { newTag: "v2" })],
    "file-unparsable",
    1,
  ],
  [
    "images twice",
    `images: []
IMAGES: []
`,
    [image("a", { newTag: "v2", add: true })],
    "file-ambiguous",
    2,
  ],
  [
    "unknown field",
    `images:
- name: a
  tag: v1
`,
    [image("a", { newTag: "v2" })],
    "unsupported-field",
    3,
  ],
  [
    "bool elsewhere",
    `images:
- name: a
- name: b
  newTag: yes
`,
    [image("a", { newTag: "v2" })],
    "file-unparsable",
    4,
  ],
  [
    "tagSuffix",
    `images:
- name: a
  tagSuffix: -x
`,
    [image("a", { newTag: "v2" })],
    "tag-suffix",
    2,
  ],
  [
    "imageTags of same",
    `imageTags:
- name: a
  newTag: v1
images:
- name: a
`,
    [image("a", { newTag: "v2" })],
    "unsupported-field",
    1,
  ],
  [
    "shared entry",
    `images:
- &d
  name: a
  newTag: v1
- <<: *d
  name: b
`,
    [image("a", { newTag: "v2" })],
    "entry-alias",
    3,
  ],
  [
    "remove inherited",
    `images:
- &d
  name: a
  newTag: v1
- <<: *d
  name: b
`,
    [image("b", { newTag: null })],
    "entry-alias",
    5,
  ],
  [
    "newTag a map",
    `images:
- name: a
  newTag: {x: y}
`,
    [image("a", { newTag: "v2" })],
    "file-unparsable",
    3,
  ],
  [
    "unknown alias",
    `images:
- name: a
  newTag: *x
`,
    [image("a", { newTag: "v2" })],
    "file-unparsable",
    3,
  ],
  [
    "resources via alias",
    `x: &r
- https://github.com/o/r?ref=a
resources: *r
`,
    [ref("o/r", "b")],
    "entry-alias",
    3,
  ],
  [
    "resources twice",
    `resources:
- https://github.com/o/r?ref=a
resources: []
`,
    [ref("o/r", "b")],
    "file-ambiguous",
    1,
  ],
  [
    "newline",
    `images:
- name: a
`,
    [image("a", { newTag: "v2\nx: y" })],
    "value-invalid",
    undefined,
  ],
  [
    "empty",
    `images:
- name: a
`,
    [image("a", { newTag: "" })],
    "value-invalid",
    undefined,
  ],
  [
    "bidi",
    `images:
- name: a
`,
    [image("a", { newTag: "v\u202e1" })],
    "value-invalid",
    undefined,
  ],
  [
    "surrogate",
    `images:
- name: a
`,
    [image("a", { newTag: "v\ud800" })],
    "value-invalid",
    undefined,
  ],
  [
    "empty ref",
    `resources: []
`,
    [ref("o/r", "")],
    "value-invalid",
    undefined,
  ],
  [
    "a name with operators",
    `images:
- name: b
- name: .*/a
`,
    [image(".*/a", { newTag: "v2" })],
    "name-pattern",
    3,
  ],
  ...[".*/a", "a|b", "a+", "(a)", "[ab]", "a?", "^a", "a$", "a{2}", "a\\"].map(
    (name): RefusalRow => [
      `${name} to be added`,
      "images: []\n",
      [image(name, { newTag: "v2", add: true })],
      "name-pattern",
      undefined,
    ],
  ),
  [
    "a later pattern sets the same image",
    `images:
- name: quay.io/a
  newTag: v1
- name: .*/a
  newTag: v5
`,
    [image("quay.io/a", { newTag: "v2" })],
    "no-effect",
    2,
  ],
  [
    "a later entry sets what it is renamed to",
    `images:
- name: a
  newName: b
  newTag: v1
- name: b
  newTag: v5
`,
    [image("a", { newTag: "v2" })],
    "no-effect",
    2,
  ],
  ...["\r", "\u0085", "\u2028", "\u2029", "\ufeff"].map(
    (one): RefusalRow => [
      `${JSON.stringify(one)}, which readers differ on`,
      `images:\r\n- name: a # c${one}  newTag: v0\r\n`,
      [image("a", { newTag: "v2" })],
      "file-unparsable",
      2,
    ],
  ),
];

describe("refusals", () => {
  test.each(refusals)("%s", (_, text, changes, reason, line) => {
    const result = editKustomization(text, changes);
    expect(result).toMatchObject({ kind: "refused", refusal: { reason, file } });
    expect(result.kind === "refused" && result.refusal.line).toBe(line);
  });

  test("a text of ten thousand brackets", () => {
    const result = editKustomization("[".repeat(10_000), [image("a", { newTag: "v1" })]);
    expect(result).toMatchObject({
      refusal: { line: 1, message: "The file is nested too deeply. Take it apart." },
    });
  });

  test("one of several changes refused: none is made", () => {
    const text = "images:\n- name: a\n";
    const changes = [image("a", { newTag: "v1" }), image("b", { newTag: "v1" })];
    expect(editKustomization(text, changes)).toMatchObject({
      refusal: { reason: "entry-missing" },
    });
  });
});

describe("what was changed", () => {
  test("each value with its line, from and to", () => {
    const text = `resources:
- https://github.com/o/r?ref=v1
images:
- name: a
  newTag: 1.10
  digest: sha256:aa
`;
    const changes = [image("a", { newName: "x", newTag: "1.11", digest: null }), ref("o/r", "v2")];
    const at = { kind: "image", entry: "a" };
    expect(editKustomization(text, changes)).toMatchObject({
      edits: [
        { ...at, line: 5, field: "newTag", from: "1.10", to: "1.11" },
        { ...at, line: 6, field: "digest", from: "sha256:aa", to: null },
        { ...at, line: 4, field: "newName", from: null, to: "x" },
        {
          kind: "ref",
          resource: "https://github.com/o/r?ref=v1",
          line: 2,
          field: "ref",
          from: "v1",
          to: "v2",
        },
      ],
    });
  });

  test("no change at all", () => {
    expect(editKustomization("{", [])).toEqual({ kind: "edited", text: "{", edits: [] });
  });
});

/** Tags as kustomize 5.5 reads them unquoted: these are not strings, or not to every reader. */
const quoted = [
  ...["1.10", "1.", ".5", "012345", "0123", "08", "09.1", "1e5", "12e03", "553640e6", "0e0"],
  ...["0x1F", "0b1", "0o17", "1_000", "1_", "7284872", "20210101", "00", "-1", "+1", ".inf"],
  ...[".nan", "yes", "no", "on", "off", "y", "n", "Y", "N", "true", "False", "NULL", "null", "~"],
  ...["2021-01-01", "190:20:30", "<<", "a: b", "a #b", "v1:", "*x", "&x", "!x", "-", "?", " v1"],
  ...["{a}", "a,b", "[", "@x", "`x", "%x", "'x", '"x', "\\x", "é", "0x1p-2", "123e45678"],
];
const bare = [
  ...["1.2.3", "1e", "1e5f", "0xg", "NaN", "inf", "v1", "1-2", "bf76-qqxrq"],
  ...["0968b43dba01ddeeb0efcddad93893df9c7cc5e4", "0bae8d4a46436d3bc9dced9d7f250ea80d7f1da4"],
  ...["main-abc.20", "sha256:aa", "1.2.3+b1", "latest", "v1_2", "3a"],
];

describe("quotes", () => {
  const text = "images:\n- name: a\n  newTag: old\n";

  test.each(quoted)("%j is written in double quotes", (tag) => {
    const after = edited(text, image("a", { newTag: tag }));
    expect(after).toBe(`images:\n- name: a\n  newTag: ${JSON.stringify(tag)}\n`);
  });

  test.each(bare)("%s is written as it is", (tag) => {
    expect(edited(text, image("a", { newTag: tag }))).toBe(text.replace("old", tag));
  });
});

describe("properties", () => {
  const blank = fc.constantFrom("", " ", "   ");
  const comment = fc.constantFrom("", " # c", '  # {"$imagepolicy": "a:b:tag"}', " # newTag: x");
  const quote = fc.constantFrom("", '"', "'");
  const eol = fc.constantFrom("\n", "\r\n");
  const tag = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/),
    fc.stringMatching(/^[0-9]{1,3}[._e]?[0-9]{0,8}$/),
    fc.stringMatching(/^[0-9a-f]{7}$/),
    fc.constantFrom(...quoted, ...bare),
  );
  const layout = fc.record({ blank, comment, quote, eol, head: comment, end: fc.boolean() });

  function around({ blank, comment, eol, head, end }: Record<string, string | boolean>) {
    const lines = [
      `images:${head}`,
      `${blank}- name: b`,
      `${blank}  newTag: v1`,
      `${blank}- name: a`,
    ];
    return {
      before: `${lines.join(String(eol))}${eol}${blank}  newTag: `,
      behind: `${comment}${eol}${blank}  digest: sha256:aa${end === true ? eol : ""}`,
    };
  }

  test("only the value is written, every reader takes it for that string, and back again", () => {
    fc.assert(
      fc.property(layout, tag, (given, to) => {
        const { before, behind } = around(given);
        const old = `${given.quote}old${given.quote}`;
        const after = edited(before + old + behind, image("a", { newTag: to }));
        expect(after.startsWith(before) && after.endsWith(behind)).toBe(true);
        for (const version of ["1.1", "1.2"] as const)
          expect(parse(after, { version }).images[1].newTag).toBe(to);
        expect(edited(after, image("a", { newTag: to }))).toBe(after);
        const style = given.quote === "" && !after.includes(`newTag: ${to}`) ? '"' : given.quote;
        const back = edited(after, image("a", { newTag: "old" }));
        expect(back).toBe(`${before}${style}old${style}${behind}`);
      }),
    );
  });

  test("an entry that was added and a field that was removed leave the rest", () => {
    fc.assert(
      fc.property(layout, tag, (given, to) => {
        const { before, behind } = around(given);
        const text = `${before}v1${behind}`;
        const added = edited(text, image("c", { newTag: to, add: true }));
        expect(added.startsWith(text)).toBe(true);
        expect(parse(added).images[2]).toEqual({ name: "c", newTag: to });
        const removed = edited(text, image("a", { digest: null }));
        expect(text.startsWith(removed.trimEnd())).toBe(true);
        expect(removed.endsWith("\n")).toBe(text.endsWith("\n"));
      }),
    );
  });
});
