import { packageTests } from "@roomcast/tooling/vitest";

// Whole servers, browsers and builds take part here.
export default packageTests({ include: ["**/*.test.ts"], testTimeout: 60_000, hookTimeout: 120_000 });
