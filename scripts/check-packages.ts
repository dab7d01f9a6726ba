/** Builds and packs what is published, and lets publint judge the tarballs: exactly what a user would install. */
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

const root = join(import.meta.dirname, "..");
const published = globSync(["packages/*/package.json", "apps/*/package.json"], { cwd: root })
  .map((path) => ({
    folder: join(root, dirname(path)),
    manifest: JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest,
  }))
  .filter(({ manifest }) => manifest.private !== true);

const filters = published.map(({ manifest }) => `--filter=${manifest.name}`);
run(root, ["turbo", "run", "build", "--output-logs=errors-only", ...filters]);

const tarballs = mkdtempSync(join(tmpdir(), "roomcast-pack-"));
try {
  for (const { folder, manifest } of published) {
    const tarball = join(tarballs, `${manifest.name.replace("/", "-")}.tgz`);
    run(folder, ["pnpm", "--silent", "pack", "--out", tarball]);
    const { messages, pkg } = await publint({
      pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
      strict: true,
    });
    for (const message of messages) {
      console.log(`${manifest.name}: ${formatMessage(message, pkg) ?? message.code}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(tarballs, { recursive: true });
}

function run(cwd: string, [program = "", ...words]: readonly string[]): void {
  const { status } = spawnSync(program, words, { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
