import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Project } from "./project.ts";

describe("set-up", () => {
  let project: Project;
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => project.remove());

  it("installs once, then runs the script with its arguments and passes its exit code on", async () => {
    const first = await project.run("hello", "a", "b");
    assert.deepEqual([first.code, first.stdout], [7, "hello a,b"]);
    assert.match(first.stderr, /installing packages .*\d s/);
    const second = await project.run("hello");
    assert.deepEqual(second, { code: 7, stdout: "hello ", stderr: "" });
    assert.equal(project.calls().length, 1);
    assert.match(project.calls()[0] ?? "", /^npm ci /);
  });

  it("installs again when the lock file has changed", async () => {
    await project.run();
    project.write("package-lock.json", JSON.stringify(project.lockfile("sha512-two")));
    await project.run();
    assert.equal(project.calls().length, 2);
  });

  it("accepts an install that npm made by itself, and only one of this lock file", async () => {
    await project.run();
    const stamp = join(project.root, "node_modules/.grantledger-setup.json");
    const record = join(project.root, "node_modules/.package-lock.json");
    const installed = (integrity: string) => ({ packages: { "node_modules/node": { integrity } } });

    writeFileSync(stamp, "{}");
    writeFileSync(record, JSON.stringify(installed("sha512-one")));
    await project.run();
    assert.equal(project.calls().length, 1, "the record agrees with the lock file");

    writeFileSync(stamp, "{}");
    writeFileSync(record, JSON.stringify(installed("sha512-of-another-version")));
    await project.run();
    assert.equal(project.calls().length, 2, "the record differs from the lock file");
  });

  it("runs npm under the pinned Node where the host's is too old for it", async () => {
    project.program("node", "echo v20.11.0");
    await project.run();
    assert.match(project.calls()[0] ?? "", new RegExp(`^npx -y -p node@${process.versions.node} npm ci `));
  });

  it("shows what npm said when it fails, and what to do, and can be tried again", async () => {
    project.program("npm", 'echo "npm error code ENOTFOUND"; echo; seq 100; echo "npm error the end"; exit 1');
    const failed = await project.run("hello");
    assert.equal(failed.code, 1);
    assert.equal(failed.stdout, "");
    assert.match(failed.stderr, /`npm ci .*` failed \(exit code 1\)/);
    assert.match(failed.stderr, /npm error code ENOTFOUND.*….*npm error the end/s);
    assert.match(failed.stderr, /Please check that the npm registry can be reached/);
    assert.ok(!existsSync(join(project.root, ".grantledger/setup.lock")));
    project.program("npm", project.installs());
    assert.equal((await project.run("hello")).code, 7);
  });

  it("says in a sentence that an install lacks Hardhat's native part", async () => {
    project.program("npm", `${project.installs()}\nrm -r node_modules/@nomicfoundation`);
    const { code, stderr } = await project.run("hello");
    assert.equal(code, 1);
    assert.match(stderr, /the install does not work on .*Hardhat's native package is missing/);
  });

  it("installs once when two commands start at the same time", async () => {
    const outcomes = await Promise.all([project.run("hello"), project.run("hello"), project.run("hello")]);
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      [7, 7, 7],
    );
    assert.equal(project.calls().length, 1);
  });

  it("waits for an npm whose set-up was killed instead of starting another beside it", async () => {
    // This npm is at work as long as there is no file `go`.
    const record = `echo '{"packages":{"node_modules/node":{"integrity":"sha512-one"}}}' > node_modules/.package-lock.json`;
    project.program(
      "npm",
      `cp .grantledger/setup.lock seen\necho pid $$ >> calls\nuntil test -e go; do sleep 0.05; done\n${project.installs()}\n${record}`,
    );
    const killed = project.spawn("hello");
    while (project.calls().length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    killed.kill("SIGKILL");
    const holders: { pid: number }[] = JSON.parse(readFileSync(join(project.root, "seen"), "utf8"));
    const started = Number(project.calls()[0]?.replace("pid ", ""));
    assert.equal(holders.at(-1)?.pid, started, "the lock names npm before it begins, or a kill would leave it unknown");
    const next = project.spawn("hello");
    const waiting = await new Promise<string>((resolve) =>
      next.stderr.setEncoding("utf8").once("data", (text: string) => resolve(text)),
    );
    assert.match(waiting, /Another set-up is at work in this folder/);
    project.write("go", "");
    const code = await new Promise((resolve) => next.once("exit", resolve));
    assert.equal(code, 7);
    assert.equal(project.calls().filter((call) => call.startsWith("npm ")).length, 1);
  });

  it("bundles what is started, and again when a part of it has changed", async () => {
    project.write("scripts/start.ts", `import { said } from "./part.ts"; process.stdout.write(said as string);`);
    project.write("scripts/words.txt", "beside its source");
    project.write("scripts/part.ts", partThatSays(`readFileSync(new URL("./words.txt", import.meta.url), "utf8")`));
    await project.run();
    const first = await project.run("start");
    assert.deepEqual(first, { code: 0, stdout: "beside its source", stderr: "" });

    project.write("scripts/part.ts", partThatSays(`"changed"`));
    const second = await project.run("start");
    assert.equal(second.stdout, "changed");
    assert.match(second.stderr, /bundling the program .*\d s/);
    assert.deepEqual(await project.run("start"), { code: 0, stdout: "changed", stderr: "" });
  });

  it("leaves no bundler behind while what was started runs", async () => {
    const listed = `execFileSync("ps", ["-A", "-o", "ppid=,args="], { encoding: "utf8" })`;
    project.write(
      "scripts/start.ts",
      `import { execFileSync } from "node:child_process"; const mine = (line) => line.trim().startsWith(process.ppid + " "); process.stdout.write(${listed}.split("\\n").filter(mine).join("\\n"));`,
    );
    const { code, stdout } = await project.run("start");
    assert.equal(code, 0);
    assert.match(stdout, /start\.js/);
    assert.doesNotMatch(stdout, /esbuild/);
  });

  it("says what cannot be bundled, and runs it once it can be", async () => {
    project.write("scripts/start.ts", `import { said } from "./part.ts"; process.stdout.write(said);`);
    const failed = await project.run("start");
    assert.deepEqual([failed.code, failed.stdout], [1, ""]);
    assert.match(failed.stderr, /scripts\/start\.ts cannot be bundled.*\.\/part\.ts/s);
    project.write("scripts/part.ts", partThatSays(`"mended"`));
    assert.equal((await project.run("start")).stdout, "mended");
  });

  it("refuses a script that is not there", async () => {
    const { code, stderr } = await project.run("nothing");
    assert.deepEqual([code, stderr], [1, "There is no scripts/nothing.ts to run.\n"]);
    assert.deepEqual(project.calls(), []);
  });

  it("is pinned to the Node that package.json names", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    assert.equal(process.versions.node, manifest.devDependencies.node);
  });
});

const partThatSays = (expression: string): string =>
  `import { readFileSync } from "node:fs";\nexport const said: string = ${expression};\nvoid readFileSync;\n`;
