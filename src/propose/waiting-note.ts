import { code } from "../model/outside-text.ts";
import { type Marker, renderMarker } from "./marker.ts";

const START = "<!-- tagboat:waiting -->";
const END = "<!-- /tagboat:waiting -->";

/** The part of a body that names newer versions which wait; empty between its marks when none does. */
export function renderWaiting(waiting: readonly string[], until: Date | null): string {
  if (waiting.length === 0 || until === null) return `${START}\n${END}`;
  const versions = waiting.map((v) => code(v, 80)).join(", ");
  return `${START}
> Newer: ${versions}. It waits because this one is approved, until this is merged or closed, a check fails, or ${until.toISOString().slice(0, 16).replace("T", " ")} UTC.
${END}`;
}

/** A body with another waiting part and marker; where a person removed them they are put at the end. */
export function withWaiting(body: string, marker: Marker, until: Date): string {
  const note = renderWaiting(marker.waiting, until);
  const text = body.replaceAll("\r\n", "\n");
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  const noted =
    start >= 0 && end > start
      ? text.slice(0, start) + note + text.slice(end + END.length)
      : `${text.trimEnd()}\n\n${note}\n`;
  const packed = renderMarker(marker);
  const replaced = noted.replace(/<!-- tagboat:v1 [A-Za-z0-9_-]+ -->/, packed);
  return replaced.includes(packed) ? replaced : `${replaced.trimEnd()}\n\n${packed}\n`;
}
