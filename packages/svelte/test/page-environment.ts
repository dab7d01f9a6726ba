/** Owns how the tests run: compiled as for a page, so that effects run. They need no DOM. */
import type { Environment } from "vitest/runtime";

const page: Environment = {
  name: "page",
  viteEnvironment: "client",
  setup: () => ({ teardown() {} }),
};

export default page;
