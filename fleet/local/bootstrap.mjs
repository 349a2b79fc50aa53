/**
 * The very first step of every command, on whatever Node (>= 20) the machine has: installs the
 * project's dependencies where they are missing or stale, then hands over to Node 24, which one of
 * them brings. Plain JavaScript without dependencies, because nothing is installed yet.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMMANDS = {
  start: ["fleet/local/src/cli/main.ts", "start"],
  sentinel: ["fleet/local/src/cli/main.ts"],
  bench: ["fleet/local/src/cli/main.ts", "bench"],
  "e2e:loop": ["fleet/local/test/e2e-loop/main.ts"],
  check: [".ci/check.ts"],
  "images:build": ["fleet/local/src/images/images-main.ts"],
  "k3s:bundle": ["k3s/agent/bundle-main.ts"],
  "k3s:check": ["k3s/check/main.ts"],
  "cluster:local": ["fleet/local/src/cli/main.ts", "cluster"],
  test: [".ci/test.ts"],
};

/** One line on stderr: stdout belongs to the command. */
function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}

/** What the installed tree must have been made from. */
function fingerprint() {
  const hash = createHash("sha256");
  for (const file of ["package-lock.json", ".npmrc"]) {
    hash.update(readFileSync(join(ROOT, file)));
  }
  return `${hash.digest("hex")} ${process.platform}-${process.arch}`;
}

function nodePath() {
  return join(ROOT, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
}

/** Node 24 from npm where the platform has it, else the Node that runs this, if it is new enough. */
function chooseNode() {
  if (existsSync(nodePath())) {
    const version = spawnSync(nodePath(), ["--version"], { encoding: "utf8" });
    if (version.status === 0) return nodePath();
  }
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return fail(
    `sentinel: no Node 24 for ${process.platform}-${process.arch} came with the dependencies; install Node 24 and run this again`,
  );
}

function install() {
  const stamp = join(ROOT, "node_modules", ".sentinel-install");
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("sentinel: installing dependencies (once; about a minute, 1 GB) …");
  const startedAt = Date.now();
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  // npm's own start-up variables would make the inner npm believe that it is the outer one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^npm_(lifecycle|package|command)/.test(key)),
  );
  env.ONNXRUNTIME_NODE_INSTALL = "skip";
  const options = { cwd: ROOT, env, stdio: ["ignore", 2, 2] };
  const result = npm?.endsWith("npm-cli.js")
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (result.error !== undefined || result.status !== 0) {
    fail(
      "sentinel: installing the dependencies failed (see above); check that the npm registry can be reached and that the disk has 2 GB free, then run this again",
    );
  }
  writeFileSync(stamp, wanted);
  say(`sentinel: dependencies installed in ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

const [name, ...rest] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) fail(`sentinel: use one of: ${Object.keys(COMMANDS).join(", ")}`);
if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`sentinel: Node ${process.versions.node} is too old; Node 20 or newer is needed`);
}
install();

const [file, ...fixed] = command;
const child = spawn(
  chooseNode(),
  ["--disable-warning=ExperimentalWarning", join(ROOT, file), ...fixed, ...rest],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${join(ROOT, "node_modules", ".bin")}:${process.env.PATH ?? ""}`,
    },
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
if (process.env.npm_lifecycle_event !== undefined) {
  // npm gone (a `kill -9`, a closed terminal) means that nobody wants this any more.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 300);
  watch.unref();
}
child.on("error", (error) => fail(`sentinel: ${error.message}`));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
});
