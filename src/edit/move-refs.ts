import { isSeq, type Node, type YAMLSeq } from "yaml";
import type { RefChange } from "../model/change.ts";
import { type Draft, replaceScalar } from "./draft.ts";
import { createRepoMatcher, readGitUrl, withRef } from "./git-url.ts";
import {
  type Kustomization,
  type Objection,
  pairsNamed,
  rangeOf,
  resolved,
  stringOf,
} from "./kustomization.ts";
import { pairStart } from "./layout.ts";

/** The fields of a kustomization that may name remote resources. */
const FIELDS = ["resources", "components", "bases", "crds"];

interface Found {
  readonly node: Node;
  readonly url: string;
  readonly ref: string;
}

/** Drafts another ref for every URL that comes from the change's repo. URLs without a ref follow their default branch and stay. */
export function moveRefs(draft: Draft, change: RefChange): Objection | null {
  const found: Found[] = [];
  for (const field of FIELDS) {
    const objection = findIn(draft, field, change.repo, found);
    if (objection !== null) return objection;
  }
  if (found.length === 0) {
    const message = `No resource of this file comes from ${change.repo} with a ref. Write its URL with ?ref= first.`;
    return { reason: "entry-missing", message, line: 1 };
  }
  for (const { node, url, ref } of found) {
    if (ref === change.ref) continue;
    const to = withRef(url, change.ref);
    const line = draft.file.lineOf(rangeOf(node)[0]);
    draft.edits.push({ kind: "ref", line, resource: url, field: "ref", from: ref, to: change.ref });
    draft.intent.values.set(node, to);
    replaceScalar(draft, node, to);
  }
  return null;
}

function findIn(draft: Draft, field: string, repo: string, found: Found[]): Objection | null {
  const { file } = draft;
  const pairs = file.root === null ? [] : pairsNamed(file.root, field);
  for (const pair of pairs) {
    const list = resolved(file, pair.value);
    const urls = isSeq(list) ? urlsOf(file, list, repo) : [];
    if (urls.length === 0 || list === null) continue;
    found.push(...urls);
    const line = file.lineOf(pairStart(pair));
    if (list !== pair.value || file.aliases.has(list)) {
      const message = `${field} is shared through an alias. Write the list out.`;
      return { reason: "entry-alias", message, line };
    }
    if (pairs.length > 1) {
      const message = `The key ${field} stands twice. Keep one.`;
      return { reason: "file-ambiguous", message, line };
    }
  }
  return null;
}

function urlsOf(file: Kustomization, list: YAMLSeq, repo: string): Found[] {
  const matches = createRepoMatcher(repo);
  const found: Found[] = [];
  for (const node of list.items) {
    const text = stringOf(file, node);
    const url = text === null ? null : readGitUrl(text);
    if (text === null || url === null || url.ref === null || !matches(text, url)) continue;
    found.push({ node: node as Node, url: text, ref: url.ref });
  }
  return found;
}
