/** Brings the built web app to where the built server looks for it, and packs what that makes smaller. */
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const built = join(import.meta.dirname, "../../web/dist");
const here = join(import.meta.dirname, "../dist/web");

if (!existsSync(join(built, "index.html"))) {
  console.error(
    "The web app is not built: run the build from the root of the workspace, which builds it first.",
  );
  process.exit(1);
}
rmSync(here, { recursive: true, force: true });
cpSync(built, here, { recursive: true });
for (const file of globSync("assets/*.{js,css}", { cwd: here })) {
  const path = join(here, file);
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
}
