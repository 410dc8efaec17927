import { Hono } from "hono";
import type { Stage } from "../stage.ts";

export function createPages(_stage: Stage): Hono {
  return new Hono();
}
