import type { TagPolicy } from "../../src/model/config.ts";

/** What counts where a rule says nothing of tags. */
export const plainTags: TagPolicy = {
  match: null,
  order: "build-time",
  range: null,
  extract: null,
  ignore: [],
  prerelease: null,
  platforms: [],
  age: 0,
  repushed: "follow",
};
