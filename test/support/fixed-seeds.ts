import fc from "fast-check";

// In CI a property runs on the same values each time: what lands must not depend on luck. Elsewhere each run draws new ones,
// and a failure prints its seed.
if (process.env.CI) fc.configureGlobal({ seed: 20261122 });
