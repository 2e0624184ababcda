// What only the emulator's own store can mend: a push moves the heads of its pull requests, their changes are events
// of pull requests and say what they replace, and they can be put into a milestone.
import { readdir, readFile } from "node:fs/promises";

const DIST = new URL("node_modules/emulate/dist/", import.meta.url);
const HEADS = "refs/heads/";

async function github() {
  for (const name of await readdir(DIST)) {
    if (name.startsWith("dist-") && name.endsWith(".js")) {
      const url = new URL(name, DIST);
      if ((await readFile(url, "utf8")).includes("  githubPlugin,\n")) return import(url);
    }
  }
  throw new Error("emulate has no plugin named githubPlugin");
}

class Pulls {
  constructor(gh, app, webhooks, authorization) {
    this.gh = gh;
    this.app = app;
    this.send = webhooks.dispatch.bind(webhooks);
    this.authorization = authorization;
    this.former = new Map();
    this.moved = new Map();
    webhooks.dispatch = (...delivery) => this.dispatch(...delivery);
    this.watch(gh.refs, (before, after) => this.move(before, after));
    this.watch(gh.pullRequests, (before, after) => this.remember(before, after));
  }

  watch(collection, changed) {
    const update = collection.update.bind(collection);
    collection.update = (id, data) => {
      const before = collection.get(id);
      const after = update(id, data);
      if (after) changed(before, after);
      return after;
    };
  }

  move(before, after) {
    if (!after.ref.startsWith(HEADS) || before.sha === after.sha) return;
    const branch = after.ref.slice(HEADS.length);
    for (const pull of this.gh.pullRequests.all()) {
      if (pull.state !== "open") continue;
      if (pull.head_repo_id === after.repo_id && pull.head_ref === branch) {
        this.gh.pullRequests.update(pull.id, { head_sha: after.sha });
        this.moved.set(pull.id, before.sha);
      } else if (pull.base_repo_id === after.repo_id && pull.base_ref === branch) {
        this.gh.pullRequests.update(pull.id, { base_sha: after.sha });
      }
    }
  }

  remember(before, after) {
    const changes = {};
    for (const field of ["title", "body"]) {
      if (before[field] !== after[field]) changes[field] = { from: before[field] ?? "" };
    }
    if (before.base_ref !== after.base_ref) {
      changes.base = { ref: { from: before.base_ref }, sha: { from: before.base_sha } };
    }
    if (Object.keys(changes).length) this.former.set(after.id, changes);
    if (before.draft !== after.draft) {
      void this.announce(after, after.draft ? "converted_to_draft" : "ready_for_review");
    }
  }

  async dispatch(event, action, payload, owner, repo) {
    if (event === "issues" && payload.issue?.head) {
      const { issue, ...rest } = payload;
      return this.send("pull_request", action, { ...rest, pull_request: issue, number: issue.number }, owner, repo);
    }
    if (event === "pull_request") {
      const pull = payload.pull_request;
      const changes = action === "edited" ? { changes: this.former.get(pull.id) ?? {} } : {};
      this.former.delete(pull.id);
      return this.send(event, action, { ...payload, ...changes, number: pull.number }, owner, repo);
    }
    const heads = event === "push" ? [...this.moved] : [];
    this.moved.clear();
    const sent = this.send(event, action, payload, owner, repo);
    for (const [id, before] of heads) {
      const pull = this.gh.pullRequests.get(id);
      await this.announce(pull, "synchronize", { before, after: pull.head_sha, sender: payload.sender });
    }
    return sent;
  }

  async read(path) {
    const headers = { authorization: this.authorization };
    return (await this.app.fetch(new Request(`http://emulator${path}`, { headers }))).json();
  }

  async announce(pull, action, more = {}) {
    const name = this.gh.repos.get(pull.base_repo_id).full_name;
    const repository = await this.read(`/repos/${name}`);
    const pull_request = await this.read(`/repos/${name}/pulls/${pull.number}`);
    const payload = { action, number: pull.number, pull_request, repository, sender: pull_request.user, ...more };
    return this.send("pull_request", action, payload, ...name.split("/"));
  }

  async into(c) {
    const name = `${c.req.param("owner")}/${c.req.param("repo")}`;
    const repo = this.gh.repos.findOneBy("full_name", name);
    const number = parseInt(c.req.param("number"), 10);
    const pull = repo && this.gh.pullRequests.findBy("repo_id", repo.id).find((one) => one.number === number);
    if (!pull) return c.json({ message: "Not Found" }, 404);
    const wanted = (await c.req.json()).milestone;
    const milestone = this.gh.milestones.findBy("repo_id", repo.id).find((one) => one.number === wanted);
    if (wanted !== null && !milestone) return c.json({ message: "Validation Failed" }, 422);
    const issue = this.gh.issues.findBy("repo_id", repo.id).find((one) => one.number === number);
    const left = this.gh.milestones.get(pull.milestone_id);
    const milestone_id = milestone?.id ?? null;
    if (milestone_id === pull.milestone_id) return c.json({}, 200);
    this.gh.issues.update(issue.id, { milestone_id });
    this.gh.pullRequests.update(pull.id, { milestone_id });
    const sender = await this.read(`/users/${c.get("authUser").login}`);
    const by = sender.login ? { sender } : {};
    const told = ({ number, title }) => ({ milestone: { number, title }, ...by });
    if (left) await this.announce(pull, "demilestoned", told(left));
    if (milestone) await this.announce(pull, "milestoned", told(milestone));
    return c.json({}, 200);
  }
}

export async function mend(seed) {
  const { githubPlugin, getGitHubStore } = await github();
  const register = githubPlugin.register;
  githubPlugin.register = (app, store, webhooks, ...rest) => {
    register.call(githubPlugin, app, store, webhooks, ...rest);
    const pulls = new Pulls(getGitHubStore(store), app, webhooks, `Bearer ${Object.keys(seed.tokens)[0]}`);
    app.patch("/repos/:owner/:repo/pulls/:number/milestone", (c) => pulls.into(c));
  };
}
