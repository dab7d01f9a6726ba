/** Brings the built web app to where the built server looks for it. */
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";

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
