import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Debian's Chromium, or the one that CHROMIUM names. Tests that need one are skipped where there is none. */
const PATHS = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const EXECUTABLE = PATHS.find((path): path is string => path !== undefined && existsSync(path));

export const withoutBrowser: string | false =
  EXECUTABLE === undefined && "there is no Chromium here: install it, or name it in CHROMIUM";

/** It talks to nobody but the pages that it is sent to. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    ...(EXECUTABLE === undefined ? {} : { executablePath: EXECUTABLE }),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
