import type { ImageName } from "../model/image.ts";
import type { RegistryRule } from "./registry-hosts.ts";

/** One read of one image: for whom, where, under which rule, until when. */
export interface Visit {
  readonly rule: RegistryRule;
  /** GitHub owner on whose behalf. */
  readonly owner: string;
  readonly image: ImageName;
  /** `https://quay.io` */
  readonly origin: URL;
  /** Name of the image without its host. */
  readonly name: string;
  readonly ca: string | null;
  /** When it began and when the whole must be done, in the time of `performance.now()`. */
  readonly began: number;
  readonly deadline: number;
}
