// Keeps GitHub.com's API description and deletes the other variants, which are most of 400 MB.
import { readdir, rm } from "node:fs/promises";

const folder = new URL("node_modules/@octokit/openapi/generated/", import.meta.url);
const kept = "api.github.com.json";

for (const name of await readdir(folder)) {
  if (name.endsWith(".json") && name !== kept) await rm(new URL(name, folder));
}
