import { hostedRegistrySettings } from "./hosted-registry-settings.ts";
import { ownRegistrySettings } from "./own-registry-settings.ts";
import { pipelineSettings } from "./pipeline-settings.ts";
import type { SenderSettings } from "./sender-hook.ts";
import { unusedSettings } from "./unused-settings.ts";

/** The exact settings to enter at each sender, as text for a terminal. */
export const senderSettings: SenderSettings = {
  ...ownRegistrySettings,
  ...hostedRegistrySettings,
  ...pipelineSettings,
  ...unusedSettings,
};
