/** Three suites: `unit` needs Node and git only, `corpus` reads $TAGBOAT_SHARED, `real` needs the real programs. */
const shared = {
  extensionsToTreatAsEsm: [".ts", ".tsx"],
  restoreMocks: true,
  setupFiles: ["<rootDir>/test/support/fixed-seeds.ts"],
  testEnvironment: "node",
  transform: {
    "\\.tsx?$": [
      "@swc/jest",
      {
        jsc: {
          parser: { syntax: "typescript", tsx: true },
          target: "es2022",
          transform: { react: { runtime: "automatic", importSource: "hono/jsx" } },
        },
        module: { type: "es6" },
      },
    ],
  },
};

export default {
  // Tests bound nothing by time; a busy machine is no failure.
  testTimeout: 60_000,
  // Without it Jest leaves one processor idle: half of a small machine.
  maxWorkers: "100%",
  // Modules of finished files stay in a worker's memory: one that has grown is replaced between two files.
  workerIdleMemoryLimit: "1500MB",
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.{ts,tsx}"],
      testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/corpus/", "<rootDir>/test/real/"],
    },
    { ...shared, displayName: "corpus", testMatch: ["<rootDir>/test/corpus/**/*.test.ts"] },
    { ...shared, displayName: "real", testMatch: ["<rootDir>/test/real/**/*.test.ts"] },
  ],
};
