import type { ReactNode } from "react";
import { plural, shortDigest } from "../../format/amount.ts";
import { blockWords } from "./dataset-words.ts";
import type { DatasetDetail } from "./use-datasets.ts";

/** Cameras or people that are told by name; the rest is counted. */
const TOLD = 8;

/** Where a version comes from and what came of it: cameras, people, models. */
export function DatasetFacts({ detail }: { detail: DatasetDetail }) {
  const { cameras, people, models, blockSeconds, mixedBlocks } = detail;
  return (
    <dl className="grid content-start gap-3">
      <Fact name={plural(cameras.length, "camera")} more={cameras.length - TOLD}>
        {cameras.slice(0, TOLD).map((camera) => (
          <Line
            key={`${camera.nodeId}/${camera.cameraId}`}
            name={camera.name ?? camera.cameraId}
            from={camera.nodeId}
            count={camera.pictures}
          />
        ))}
      </Fact>
      <Fact
        name={`Answers of ${plural(people.length, "person", "people")}`}
        more={people.length - TOLD}
      >
        {people.slice(0, TOLD).map((person) => (
          <Line key={person.id} name={person.name} count={person.pictures} />
        ))}
      </Fact>
      <Fact name="Models trained from it">
        {models.length === 0 ? (
          <li className="text-faint">none yet</li>
        ) : (
          models.map((model) => (
            <li key={model.jobId} className="flex gap-2">
              <a
                href={`/models?model=${model.digest}`}
                className="truncate underline-offset-2 hover:underline"
              >
                {model.name}
              </a>
              <span className="text-faint">{shortDigest(model.digest)}</span>
            </li>
          ))
        )}
      </Fact>
      <Fact name="Kept together">
        <li className="text-dim">
          pictures of a camera within {blockWords(blockSeconds)}, and those that look the same
          {mixedBlocks === 0
            ? ""
            : `; ${plural(mixedBlocks, "block")} stay cut finer, as an earlier version had to cut them`}
        </li>
      </Fact>
    </dl>
  );
}

function Fact(props: { name: string; more?: number; children: ReactNode }) {
  const { more = 0 } = props;
  return (
    <div>
      <dt className="text-2xs text-faint">{props.name}</dt>
      <dd>
        <ul>
          {props.children}
          {more > 0 ? <li className="text-dim">and {more} more</li> : null}
        </ul>
      </dd>
    </div>
  );
}

function Line(props: { name: string; from?: string; count: number }) {
  return (
    <li className="flex gap-2">
      <span className="truncate">{props.name}</span>
      {props.from === undefined ? null : <span className="text-faint">{props.from}</span>}
      <span className="ml-auto text-dim">{plural(props.count, "picture")}</span>
    </li>
  );
}
