import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { identify } from "../../scripts/setup/process.mjs";
import { outcomeOf, Project } from "./project.ts";

const RUN = fileURLToPath(new URL("../../scripts/run.mjs", import.meta.url));

describe("run.mjs", () => {
  it("tells an old Node in one sentence that a newer one is needed", () => {
    const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })";
    const args = ["--import", `data:text/javascript,${encodeURIComponent(older)}`, RUN, "start"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      "Grantledger needs Node 20 or newer to set itself up, and this is Node 18.20.8: " +
        "please install a newer one from https://nodejs.org.\n",
    );
  });
});

describe("the script behind run.mjs", () => {
  let project: Project;
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => project.remove());

  /** Starts a script that says its pid, and returns that. */
  async function started(script: string) {
    project.write("scripts/hello.ts", `${script}\nprocess.stdout.write(process.pid + "\\n");`);
    const wrapper = project.spawn("hello");
    const [line] = (await once(wrapper.stdout, "data")) as [Buffer];
    return { wrapper, pid: Number(line.toString()) };
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    it(`gets the ${signal} that its wrapper got, and its exit code counts`, async () => {
      const { wrapper } = await started(
        `process.once("${signal}", () => process.exit(9)); setInterval(() => {}, 1000);`,
      );
      wrapper.kill(signal);
      assert.equal((await outcomeOf(wrapper)).code, 9);
    });

  it("ends when the wrapper is killed hard", async () => {
    const { wrapper, pid } = await started(
      `process.once("disconnect", () => process.exit(0)); setInterval(() => {}, 1000);`,
    );
    wrapper.kill("SIGKILL");
    while (identify(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it("that died of a signal gives the exit code of a shell", async () => {
    const { wrapper } = await started(
      `process.once("SIGTERM", () => process.kill(process.pid, "SIGKILL")); setInterval(() => {}, 1000);`,
    );
    wrapper.kill("SIGTERM");
    assert.equal((await outcomeOf(wrapper)).code, 137);
  });
});
