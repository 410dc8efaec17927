import { expect, test } from "@jest/globals";
import type { GateReport } from "../../src/model/gate.ts";
import { nothingToGate } from "../../src/promote/gates/evaluate.ts";
import { jointReport } from "../../src/promote/joint-report.ts";

const until = new Date("2026-11-22T12:00:00Z");

function report(verdict: GateReport["verdict"]): GateReport {
  return {
    verdict,
    title: `own ${verdict}`,
    states: [{ gate: "approvals", verdict, detail: "Said.", until }],
  };
}

const members = (...reports: readonly GateReport[]) =>
  reports.map((one, index) => ({ pull: index + 1, report: one }));

test.each<[string, readonly GateReport[], GateReport["verdict"], string]>([
  ["none", [], "open", "Nothing to gate"],
  ["one", [report("waiting")], "waiting", "own waiting"],
  ["several with nothing", [nothingToGate, nothingToGate], "open", "Nothing to gate"],
  ["several that may", [report("open"), nothingToGate], "open", "May merge"],
  ["one that waits", [report("open"), report("waiting")], "waiting", "Waiting: #2"],
  [
    "one that waits and two that are closed",
    [report("closed"), report("waiting"), report("closed")],
    "closed",
    "Closed: #1, #3",
  ],
  [
    "seven",
    Array.from({ length: 7 }, () => report("closed")),
    "closed",
    "Closed: #1, #2, #3, #4, #5 and 2 more",
  ],
])("%s: as open as the worst", (_name, reports, verdict, title) => {
  expect(jointReport(members(...reports))).toMatchObject({ verdict, title });
});

test("each says of which pull request it speaks, and keeps its time", () => {
  expect(jointReport(members(report("open"), report("waiting"))).states).toEqual([
    { gate: "approvals", verdict: "open", detail: "#1: Said.", until },
    { gate: "approvals", verdict: "waiting", detail: "#2: Said.", until },
  ]);
});
