// Serves the emulated GitHub to ghapp.demo.emulator: its options are the first line of stdin, its port the first
// line of stdout; the end of stdin is the end of the process, so it never outlives its parent.
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { createEmulator } from "emulate";
import { mend } from "./mend.mjs";

// GitHub's timestamps are whole seconds; the emulator's have milliseconds, which breaks its `since` comparison.
const toISOString = Date.prototype.toISOString;
Date.prototype.toISOString = function () {
  return toISOString.call(this).replace(/\.\d{3}Z$/, "Z");
};

async function freePort() {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

async function start(options) {
  for (let attempt = 1; ; attempt++) {
    // The emulator tells its advertised address, not its port, so the port is chosen here.
    const port = await freePort();
    try {
      await createEmulator({ service: "github", hostname: "127.0.0.1", port, ...options });
      return port;
    } catch (error) {
      if (error.code !== "EADDRINUSE" || attempt === 5) throw error;
    }
  }
}

const lines = createInterface({ input: process.stdin });
lines.once("line", async (line) => {
  const options = JSON.parse(line);
  await mend(options.seed);
  const port = await start(options);
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
lines.once("close", () => process.exit(0));
