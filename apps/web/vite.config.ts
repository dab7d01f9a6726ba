import { sourceCondition } from "@roomcast/tooling/vitest";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defaultClientConditions, defineConfig } from "vite";

const { PORT = "3000", WEB_PORT = "5173" } = process.env;
const server = `http://127.0.0.1:${PORT}`;
// The page's own Host is kept, so that the server sees the same origin as the browser does.
const proxy = { target: server, ws: true, changeOrigin: false };

export default defineConfig({
  plugins: [svelte()],
  resolve: { conditions: [sourceCondition, ...defaultClientConditions] },
  server: {
    host: "127.0.0.1",
    port: Number(WEB_PORT),
    strictPort: true,
    proxy: { "/v1": proxy, "/socket.io": proxy },
  },
  build: {
    target: "es2023",
    // Everything is a file of our own origin: the page runs under `default-src 'self'`, which has no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What the chat shares with faces that are loaded on demand is one file, and not one for each set of sharers.
        codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] },
      },
    },
  },
});
