import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Kustomization files in the manners that people write them in. */
const OWN = [
  `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

# what dev runs
resources:
  - ../../base
  - https://github.com/acme/shop//config/default?ref=0123456789abcdef0123456789abcdef01234567
  - "git@github.com:acme/pay.git//deploy?timeout=90s&ref=v1.4.0" # pinned by ops

namespace: shop-dev
images:
  # {"$imagepolicy": "flux:shop"}
  - name: quay.io/acme/shop # {"$imagepolicy": "flux:shop:name"}
    newTag: v1.2.3 # {"$imagepolicy": "flux:shop:tag"}
  - name: quay.io/acme/pay
    newName: registry.example:5000/mirror/pay
    newTag: '1.10'
    digest: sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3

patches:
  - target:
      kind: Deployment
    patch: |-
      - op: replace
        path: /spec/replicas
        value: 1
`,
  `kind: Component
apiVersion: kustomize.config.k8s.io/v1alpha1
images:
- digest: sha256:aa
  name: web
- name: worker
  newTag: &tag "20210101"
- name: cron
  newTag: *tag
commonLabels: {app: web, "tier": 'front'}
`,
  `{"kind": "Kustomization", "resources": ["a.yaml"], "images": [{"name": "app", "newTag": "1"}, {"name": "b"}]}
`,
  `---
images: [{name: app, newTag: v1}, {name: b, digest: "sha256:aa"}]
bases: [github.com/acme/shop/config?ref=main]
configMapGenerator:
- name: text
  literals:
  - A=1
  - 'B=#2'
...
`,
  "\ufeffresources:\r\n- a.yaml\r\nimages:\r\n- name: app\r\n  newTag: v1\r\n  newName: r.example/app",
  `defaults: &defaults
  newTag: v7
images:
  - <<: *defaults
    name: one
  -
    name: two
    newTag: >-
      v8
  - name: three
    newTag:
replacements:
  - source: {kind: ConfigMap, name: x, fieldPath: data.image}
    targets:
      - select: {kind: Deployment}
        fieldPaths: ["spec.template.spec.containers.[name=a].image"]
`,
  `images:
    - name: a
      newTag: v1   
    - name: a
      newTag: v1
vars: []
secretGenerator:
    - name: s
      envs:
        - .env
generatorOptions:
    disableNameSuffixHash: true
`,
  "",
  "# nothing yet\n",
];

/** Own files, and where `$TAGBOAT_SHARED/corpus` is there, the real ones of its replays (every `step`-th). */
export function readSeeds(step: number): string[] {
  const path = join(process.env.TAGBOAT_SHARED ?? "../shared", "corpus", "replay.jsonl");
  if (!existsSync(path)) return OWN;
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const real = lines.filter((_, index) => index % step === 0);
  return [...OWN, ...real.map((line) => (JSON.parse(line) as { before: string }).before)];
}
