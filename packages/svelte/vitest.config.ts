import { packageTests } from "@roomcast/tooling/vitest";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  ...packageTests({ environment: "./test/page-environment.ts" }),
  plugins: [svelte()],
});
