import type { CdRepo } from "../model/forge.ts";
