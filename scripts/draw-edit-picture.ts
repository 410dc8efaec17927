/**
 * `node build/scripts/draw-edit-picture.js > docs/images/edit.svg`: the same change by `kustomize edit set image` and by Tagboat. What kustomize
 * makes of a file was recorded from the code of its release 5.5.0 ($TAGBOAT_SHARED/corpus); what Tagboat makes of it is computed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { unifiedDiff } from "../src/cli/unified-diff.ts";
import { setImages } from "../src/kustomize.ts";

interface Case {
  readonly id: string;
  readonly input: string;
  readonly args: readonly string[];
  readonly kustomize_output?: string | null;
}

/** A list over several lines with comments; a file with a marker; one with indented lists and no header. */
const SHOWN = ["fmt-flow-multiline", "fmt-no-header", "fmt-flux-marker"];
const [LINE, COLUMN, MARGIN, FONT] = [20, 452, 16, 13];
const COLOURS: Readonly<Record<string, { back: string; ink: string }>> = {
  "-": { back: "#ffebe9", ink: "#82071e" },
  "+": { back: "#dafbe1", ink: "#0a3622" },
  " ": { back: "#ffffff", ink: "#1f2328" },
};

/** The picture as SVG. @param folder of the corpus */
export function drawEditPicture(folder: string): string {
  const cases = JSON.parse(readFileSync(join(folder, "set-image-cases.json"), "utf8")) as Case[];
  let y = 0;
  const blocks = SHOWN.map((id) => {
    const one = cases.find((other) => other.id === id);
    if (one?.kustomize_output == null) throw new Error(`${id} is not in the corpus`);
    const ours = setImages(one.input, one.args).text;
    const sides = [diffLines(one.input, one.kustomize_output), diffLines(one.input, ours)];
    const names = ["kustomize edit set image", "tagboat set-image"];
    const drawn = sides.map((lines, side) =>
      column(`${names[side]} ${one.args.join(" ")}`, lines, MARGIN + side * (COLUMN + MARGIN), y),
    );
    y += (Math.max(...sides.map((lines) => lines.length)) + 2.5) * LINE;
    return drawn.join("");
  });
  const note =
    "Left: recorded from kustomize 5.5.0. Right: Tagboat. Both mean the same to kustomize build.";
  const [width, height] = [2 * COLUMN + 3 * MARGIN, y + 2 * LINE];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="The same change of an image as a diff, by kustomize and by Tagboat" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${FONT}">
<rect width="100%" height="100%" fill="#f6f8fa"/>
${blocks.join("")}<text x="${MARGIN}" y="${y + LINE}" fill="#59636e" font-family="sans-serif">${escaped(note)}</text>
</svg>
`;
}

/** The lines of a diff without its headers; these files are short, so that all of it is context. */
function diffLines(before: string, after: string): string[] {
  const lines = unifiedDiff("kustomization.yaml", before, after).trimEnd().split("\n");
  return lines.filter((line, index) => index > 1 && !line.startsWith("@@"));
}

function column(title: string, lines: readonly string[], x: number, top: number): string {
  const count = lines.filter((line) => /^[-+]/.test(line)).length;
  const head = `<text x="${x}" y="${top + LINE * 1.3}" fill="#1f2328" font-weight="bold">$ ${escaped(title)}</text>
<text x="${x + COLUMN}" y="${top + LINE * 1.3}" fill="#59636e" text-anchor="end">${count} lines of diff</text>
`;
  const drawn = lines.map((line, index) => {
    const { back, ink } = COLOURS[line[0] ?? " "] ?? { back: "#ffffff", ink: "#1f2328" };
    const y = top + (index + 1.8) * LINE;
    return `<rect x="${x}" y="${y}" width="${COLUMN}" height="${LINE}" fill="${back}"/><text x="${x + 8}" y="${y + 14}" fill="${ink}" xml:space="preserve">${escaped(line)}</text>
`;
  });
  return head + drawn.join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  process.stdout.write(drawEditPicture(join(process.env.TAGBOAT_SHARED ?? "../shared", "corpus")));
