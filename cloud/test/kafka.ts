import { spawn } from "node:child_process";

/** A consumer that is also the cluster: librdkafka's own broker, inside of kcat. */
export async function startKafka(topic: string): Promise<{
  broker: string;
  /** Messages so far, as `key value`. */
  messages: string[];
  stop: () => Promise<void>;
}> {
  const child = spawn("kcat", [
    ...["-C", "-u", "-q", "-t", topic, "-f", "%k %s\\n"],
    ...["-b", "replaced:1", "-X", "test.mock.num.brokers=1"],
  ]);
  const messages: string[] = [];
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    messages.push(...lines);
  });
  const broker = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`kcat ended: ${said}`)));
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const match = /replaced with ([\d.]+:\d+)/.exec(said);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
  });
  return {
    broker,
    messages,
    stop: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await exited;
    },
  };
}
