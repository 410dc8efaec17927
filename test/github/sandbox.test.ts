import { forgeContract } from "../contract/forge.contract.ts";
import { sandboxStage } from "./sandbox-stage.ts";

forgeContract("GitHub", () => sandboxStage());
