import { packageTests } from "@roomcast/tooling/vitest";

export default packageTests();
