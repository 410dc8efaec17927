import { type Reader, value } from "./reader.ts";

/** How overlays are built, and what builds may do. */
export interface RenderEnv {
  /** Path or name of kustomize or kubectl; `off`: none; `null`: what is found on the PATH. */
  readonly kustomize: string | null;
  /** Whether builds may fetch remote bases. */
  readonly renderRemote: boolean;
  /** Whether builds may run helm. */
  readonly renderHelm: boolean;
}

/** KUSTOMIZE, TAGBOAT_RENDER_REMOTE, TAGBOAT_RENDER_HELM. */
export function readRender(reader: Reader): RenderEnv {
  return {
    kustomize: value(reader, "KUSTOMIZE"),
    renderRemote: readSwitch(reader, "TAGBOAT_RENDER_REMOTE"),
    renderHelm: readSwitch(reader, "TAGBOAT_RENDER_HELM"),
  };
}

function readSwitch(reader: Reader, name: string): boolean {
  const text = value(reader, name) ?? "0";
  if (text !== "0" && text !== "1") reader.problems.push(`${name}: write 1 or 0`);
  return text === "1";
}
